// SPDX-License-Identifier: Apache-2.0
// The DIRECT2 encoding of LZ77 ([MS-DRSR] 4.1.10.5.21.2): literals stay as they are, bit masks tell them from matches.
//
//   chunk    = { mask element{1..32} }     ; mask: 32 bits little-endian, read from the highest bit down
//   element  = literal                     ; its mask bit is 0
//            | match                       ; its mask bit is 1
//   match    = metadata [nibble] [octet] [word]
//   metadata = 16 bits little-endian: distance - 1 in the upper 13, a length code in the lower 3
//   length   = 3 + code                    ; code 0..6
//            | 10 + nibble                 ; code 7, nibble 0..14
//            | 25 + octet                  ; nibble 15, octet 0..254
//            | 3 + word                    ; octet 255: the whole length, not a continuation
//   nibble   = half of a shared octet: the first match that needs one brings the octet and takes its low half,
//              the next match that needs one takes the high half and brings nothing
//   end      = a 1 bit after the last element, in a mask of its own if need be
#include "drsuapi/compress/direct2.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/assert.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMatchLengthMin = 3;
constexpr std::size_t kWindowSize = 8192;  // 13 bits of distance
constexpr std::size_t kMaskSize = 4;
constexpr unsigned kMaskBits = 32;
constexpr std::uint32_t kMaskTop = 0x80000000u;

constexpr unsigned kInlineCodeFull = 7;     // the 3 bits say: a nibble follows
constexpr unsigned kNibbleFull = 15;        // the nibble says: an octet follows
constexpr unsigned kOctetFull = 255;        // the octet says: a word follows
constexpr std::size_t kNibbleLengthBase = kMatchLengthMin + kInlineCodeFull;  // 10
constexpr std::size_t kOctetLengthBase = kNibbleLengthBase + kNibbleFull;     // 25
constexpr std::size_t kWordLengthBase = kOctetLengthBase + kOctetFull;        // 280, the shortest that needs a word

/// The longest match that is written. The word could say 65538, but 4.1.10.5.21.2 promises no reader more than this.
constexpr std::size_t kMatchLengthMax = 32768 + kMatchLengthMin;

std::unexpected<Error> broken(const char* what) {
  return fail(win32::kErrorInvalidData, std::string("a DIRECT2 chunk ") + what);
}

// --- reading -------------------------------------------------------------------------------------------------------

/// What a chunk is read with: a cursor and the half of a shared octet that is still to be used.
class Reader {
 public:
  explicit Reader(ByteView chunk) : at_(chunk.data()), end_(chunk.data() + chunk.size()) {}

  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  [[nodiscard]] const std::uint8_t* at() const { return at_; }
  void skip(std::size_t count) { at_ += count; }

  template <class T>
  bool take(T& value) {
    if (left() < sizeof(T)) return false;
    value = load_le<T>(at_);
    at_ += sizeof(T);
    return true;
  }

  /// The length of a match whose metadata ended in `code`; 0 when the chunk is cut off or the length cannot be.
  std::size_t length(unsigned code) {
    if (code < kInlineCodeFull) return kMatchLengthMin + code;
    unsigned nibble = 0;
    if (!take_nibble(nibble)) return 0;
    if (nibble < kNibbleFull) return kNibbleLengthBase + nibble;
    std::uint8_t octet = 0;
    if (!take(octet)) return 0;
    if (octet < kOctetFull) return kOctetLengthBase + octet;
    std::uint16_t word = 0;
    // A word below 22 would say less than what made the reader look at it: no writer means that.
    if (!take(word) || kMatchLengthMin + word < kOctetLengthBase) return 0;
    return kMatchLengthMin + word;
  }

 private:
  bool take_nibble(unsigned& nibble) {
    if (shared_ != nullptr) {
      nibble = *shared_ >> 4;
      shared_ = nullptr;
      return true;
    }
    if (left() == 0) return false;
    shared_ = at_++;
    nibble = *shared_ & 15u;
    return true;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  const std::uint8_t* shared_ = nullptr;
};

/// Copies a match that may overlap itself. `room` is what may be written from `to` on, at least `length`.
void copy_match(std::uint8_t* to, std::size_t distance, std::size_t length, std::size_t room) {
  const std::uint8_t* from = to - distance;
  constexpr std::size_t kStep = 16;
  if (distance >= kStep && room >= length + kStep) {
    // Whole steps; what is written past the match is overwritten by the next element.
    for (std::size_t done = 0; done < length; done += kStep) std::memcpy(to + done, from + done, kStep);
  } else if (distance == 1) {
    std::memset(to, *from, length);
  } else {
    for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
  }
}

}  // namespace

Result<> direct2_decompress(ByteView chunk, std::span<std::uint8_t> plain) {
  Reader reader(chunk);
  std::uint8_t* const begin = plain.data();
  std::uint8_t* const end = begin + plain.size();
  std::uint8_t* out = begin;
  std::uint32_t mask = 0;
  unsigned bits = 0;  // of the mask, not yet used

  while (out != end) {
    if (bits == 0) {
      if (!reader.take(mask)) return broken("ends before its data does");
      bits = kMaskBits;
    }
    const auto room = static_cast<std::size_t>(end - out);
    if ((mask & kMaskTop) == 0) {
      const auto run = std::min({static_cast<std::size_t>(std::countl_zero(mask)), static_cast<std::size_t>(bits), room});
      if (reader.left() < run) return broken("ends in the middle of literals");
      std::memcpy(out, reader.at(), run);
      reader.skip(run);
      out += run;
      bits -= static_cast<unsigned>(run);
      mask = run == kMaskBits ? 0 : mask << run;
      continue;
    }
    mask <<= 1;
    --bits;
    std::uint16_t metadata = 0;
    if (!reader.take(metadata)) return broken("ends before its data does");
    const std::size_t distance = (metadata >> 3) + std::size_t{1};
    const std::size_t length = reader.length(metadata & kInlineCodeFull);
    if (length == 0) return broken("ends inside a match length");
    if (distance > static_cast<std::size_t>(out - begin)) return broken("refers to data before its start");
    if (length > room) return broken("holds more than its header says");
    copy_match(out, distance, length, room);
    out += length;
  }
  // DEVIATION: the end bit is not demanded, since the header has told the length, and four octets may follow:
  // a mask for the end bit alone, or what Samba 4.17 leaves behind the last mask in place of an end bit.
  if (reader.left() != 0 && reader.left() != kMaskSize) return broken("goes on after its data");
  return {};
}

// --- writing -------------------------------------------------------------------------------------------------------

namespace {

constexpr unsigned kHashBits = 14;
constexpr std::uint16_t kNoPosition = 0xFFFF;  // the last two positions of a chunk start no match
constexpr unsigned kChainLengthMax = 4;     // candidates per position: twice as fast as 32 of them, for 4 octets more in 100 (bench/compress_bench)
constexpr std::size_t kGoodLength = 64;     // long enough to stop looking
constexpr std::size_t kLazyLengthMax = 16;   // a match this long is taken without looking at the next position

struct Match {
  std::size_t length = 0;
  std::size_t distance = 0;
};

/// Writes elements into memory that is known to be large enough.
class Writer {
 public:
  explicit Writer(std::uint8_t* at) : at_(at + kMaskSize), mask_at_(at) {}

  void literal(std::uint8_t octet) {
    *at_++ = octet;
    flag(0);
  }

  void match(const Match& match) {
    const std::size_t extra = match.length - kMatchLengthMin;
    const auto code = static_cast<unsigned>(std::min<std::size_t>(extra, kInlineCodeFull));
    put(static_cast<std::uint16_t>((match.distance - 1) << 3 | code));
    if (code == kInlineCodeFull) long_length(match.length);
    flag(1);
  }

  /// Fills the last mask with ones: the first of them is the end bit. Returns the end of the chunk.
  std::uint8_t* finish() {
    const std::uint32_t ones = 0xFFFFFFFFu >> bits_;
    store_le<std::uint32_t>(mask_at_, (bits_ == 0 ? 0 : mask_ << (kMaskBits - bits_)) | ones);
    return at_;
  }

 private:
  template <class T>
  void put(T value) {
    store_le<T>(at_, value);
    at_ += sizeof(T);
  }

  void flag(std::uint32_t bit) {
    mask_ = mask_ << 1 | bit;
    if (++bits_ < kMaskBits) return;
    store_le<std::uint32_t>(mask_at_, mask_);
    mask_at_ = at_;
    at_ += kMaskSize;
    mask_ = 0;
    bits_ = 0;
  }

  void long_length(std::size_t length) {
    const auto nibble = static_cast<std::uint8_t>(std::min<std::size_t>(length - kNibbleLengthBase, kNibbleFull));
    if (shared_ != nullptr) {
      *shared_ = static_cast<std::uint8_t>(*shared_ | nibble << 4);
      shared_ = nullptr;
    } else {
      shared_ = at_;
      put(nibble);
    }
    if (nibble < kNibbleFull) return;
    put(static_cast<std::uint8_t>(std::min<std::size_t>(length - kOctetLengthBase, kOctetFull)));
    if (length >= kWordLengthBase) put(static_cast<std::uint16_t>(length - kMatchLengthMin));
  }

  std::uint8_t* at_;
  std::uint8_t* mask_at_;
  std::uint8_t* shared_ = nullptr;
  std::uint32_t mask_ = 0;
  unsigned bits_ = 0;
};

std::size_t common_length(const std::uint8_t* a, const std::uint8_t* b, std::size_t limit) {
  std::size_t length = 0;
  while (length + 8 <= limit) {
    std::uint64_t left;
    std::uint64_t right;
    std::memcpy(&left, a + length, 8);
    std::memcpy(&right, b + length, 8);
    if (left != right) {
      constexpr bool kLittle = std::endian::native == std::endian::little;
      const auto equal_bits = kLittle ? std::countr_zero(left ^ right) : std::countl_zero(left ^ right);
      return length + static_cast<std::size_t>(equal_bits) / 8;
    }
    length += 8;
  }
  while (length < limit && a[length] == b[length]) ++length;
  return length;
}

}  // namespace

/// The earlier positions with the same hash of three octets: the newest in `head`, the one before each in `previous`.
struct Direct2Compressor::Tables {
  std::array<std::uint16_t, std::size_t{1} << kHashBits> head;
  std::array<std::uint16_t, kDirect2ChunkSizeMax> previous;  // only ever read where `head` or itself leads

  static std::uint32_t hash(const std::uint8_t* at) {
    const std::uint32_t three = load_le<std::uint16_t>(at) | static_cast<std::uint32_t>(at[2]) << 16;
    return three * 0x9E3779B1u >> (32 - kHashBits);
  }

  void insert(ByteView plain, std::size_t position) {
    if (plain.size() - position < kMatchLengthMin) return;
    auto& newest = head[hash(&plain[position])];
    previous[position] = newest;
    newest = static_cast<std::uint16_t>(position);
  }

  /// The longest match for `position` that is longer than `floor`, or none. `position` is not in the tables yet.
  [[nodiscard]] Match find(ByteView plain, std::size_t position, std::size_t floor) const {
    Match best;
    const std::size_t limit = std::min(plain.size() - position, kMatchLengthMax);
    if (limit < kMatchLengthMin || limit <= floor) return best;
    const std::uint8_t* const here = &plain[position];
    std::size_t longest = std::max(floor, kMatchLengthMin - 1);
    std::uint16_t candidate = head[hash(here)];
    for (unsigned tries = 0; tries < kChainLengthMax && candidate != kNoPosition; ++tries, candidate = previous[candidate]) {
      const std::size_t distance = position - candidate;
      if (distance > kWindowSize) break;
      const std::uint8_t* const there = &plain[candidate];
      if (there[longest] != here[longest]) continue;  // longest < limit
      const std::size_t length = common_length(here, there, limit);
      if (length <= longest) continue;
      best = {length, distance};
      longest = length;
      if (length >= kGoodLength || length == limit) break;
    }
    return best;
  }
};

Direct2Compressor::Direct2Compressor() : tables_(std::make_unique_for_overwrite<Tables>()) {}
Direct2Compressor::~Direct2Compressor() = default;

void Direct2Compressor::compress_chunk(ByteView plain, Bytes& out) {
  TRIBUTARY_ASSERT(plain.size() <= kDirect2ChunkSizeMax);
  auto& tables = *tables_;
  std::memset(tables.head.data(), 0xFF, sizeof(tables.head));  // kNoPosition everywhere
  const std::size_t begin = out.size();
  // No match is longer than what it stands for, so literals alone are the worst case: each with its bit, and the end.
  out.resize(begin + plain.size() + kMaskSize * (plain.size() / kMaskBits + 1));
  Writer writer(out.data() + begin);

  std::size_t position = 0;
  Match match = tables.find(plain, position, 0);
  while (position < plain.size()) {
    tables.insert(plain, position);
    Match next;
    if (match.length < kLazyLengthMax && position + 1 < plain.size()) next = tables.find(plain, position + 1, match.length);
    if (match.length == 0 || next.length > match.length) {
      // Either nothing matches here, or waiting one octet gives a longer match.
      writer.literal(plain[position++]);
      match = next;
      continue;
    }
    writer.match(match);
    const std::size_t end = position + match.length;
    while (++position < end) tables.insert(plain, position);
    match = position < plain.size() ? tables.find(plain, position, 0) : Match{};
  }
  out.resize(static_cast<std::size_t>(writer.finish() - out.data()));
}

}  // namespace tributary
