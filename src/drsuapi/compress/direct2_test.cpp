// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 4.1.10.5.21.2: every rule of the encoding by hand-made chunks, then chunks of our own compressor.
#include "drsuapi/compress/direct2.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/compress/test_data.hpp"

namespace tributary {
namespace {

using ::testing::HasSubstr;

/// A chunk written by hand: masks, literals and metadata in the order in which they stand.
class Chunk {
 public:
  Chunk& mask(std::uint32_t value) { return number(value, 4); }
  Chunk& text(std::string_view value) {
    octets_.insert(octets_.end(), value.begin(), value.end());
    return *this;
  }
  Chunk& match(std::size_t distance, unsigned code) { return number((distance - 1) << 3 | code, 2); }
  Chunk& octet(unsigned value) { return number(value, 1); }
  Chunk& word(unsigned value) { return number(value, 2); }
  [[nodiscard]] Result<Bytes> decompress(std::size_t size) const {
    Bytes plain(size);
    if (const auto done = direct2_decompress(octets_, plain); !done) return std::unexpected(done.error());
    return plain;
  }
  [[nodiscard]] std::string text_of(std::size_t size) const {
    const auto plain = decompress(size);
    return plain ? std::string(plain->begin(), plain->end()) : plain.error().detail;
  }
  [[nodiscard]] const Bytes& octets() const { return octets_; }

 private:
  Chunk& number(std::size_t value, int octets) {
    for (int i = 0; i < octets; ++i) octets_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  Bytes octets_;
};

Bytes compress(ByteView plain) {
  Direct2Compressor compressor;
  Bytes out;
  compressor.compress_chunk(plain, out);
  return out;
}

std::string error_of(const Chunk& chunk, std::size_t size) {
  const auto plain = chunk.decompress(size);
  if (plain) return "no error";
  EXPECT_EQ(plain.error().code, win32::kErrorInvalidData);
  return plain.error().detail;
}

// The section's own example: three literals, a match of three at distance three, three literals, the end bit; its eight-bit
// mask 00010001 stands at the top of ours.
TEST(Direct2Decompress, SpecificationExampleOfTheEndBit) {
  EXPECT_EQ(Chunk().mask(0x11000000).text("ABC").match(3, 0).text("DEF").text_of(9), "ABCABCDEF");
}

// "The metadata 0x0018 is an offset of -4 and the shortest length."
TEST(Direct2Decompress, SpecificationExampleOfAnOffset) {
  EXPECT_EQ(Chunk().mask(0x0C000000).text("WXYZ").word(0x0018).text_of(7), "WXYZWXY");
}

// A mask of 0x01000000: seven data octets, one metadata, 24 more data octets.
TEST(Direct2Decompress, SpecificationExampleOfAMask) {
  EXPECT_EQ(Chunk().mask(0x01000000).text("1234567").match(7, 4).text("abcdefghijklmnopqrstuvwx").mask(0x80000000).text_of(38),
            "12345671234567abcdefghijklmnopqrstuvwx");
}

// The table "Length representation in metadata": 24, 25, 26, 279, 280 and 281, and the largest inline length.
TEST(Direct2Decompress, LengthTable) {
  const auto a = [](std::size_t count) { return std::string(count + 1, 'a'); };
  const auto one = Chunk().mask(0x60000000).text("a");
  EXPECT_EQ(Chunk(one).match(1, 6).text_of(10), a(9));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(0).text_of(11), a(10));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(14).text_of(25), a(24));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(15).octet(0).text_of(26), a(25));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(15).octet(1).text_of(27), a(26));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(15).octet(254).text_of(280), a(279));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(15).octet(255).word(0x0115).text_of(281), a(280));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(15).octet(255).word(0x0116).text_of(282), a(281));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(15).octet(255).word(0x8000).text_of(32772), a(32771));
  EXPECT_EQ(Chunk(one).match(1, 7).octet(15).octet(255).word(0xFFFC).text_of(65536), a(65535));
}

// The nibble of the second long match is the upper half of the octet that the first one brought; the third brings its own.
TEST(Direct2Decompress, SharedNibbles) {
  const auto chunk = Chunk()
                         .mask(0x7E000000)
                         .text("a")
                         .match(1, 7)
                         .octet(0x21)  // 11 now, 12 for the next
                         .match(1, 0)  // a short one between does not count
                         .match(1, 7)
                         .match(1, 7)
                         .octet(0xF3)  // 13 now; the next takes 15: one more octet follows it
                         .match(1, 7)
                         .octet(5);
  EXPECT_EQ(chunk.text_of(1 + 11 + 3 + 12 + 13 + 30), std::string(70, 'a'));
}

TEST(Direct2Decompress, OverlappingMatchesRepeatTheirUnit) {
  EXPECT_EQ(Chunk().mask(0x30000000).text("ab").match(2, 6).text_of(11), "abababababa");
  EXPECT_EQ(Chunk().mask(0x18000000).text("abc").match(3, 7).octet(2).text_of(15), "abcabcabcabcabc");
}

// 13 bits of offset reach back 8192 octets.
TEST(Direct2Decompress, FarthestDistance) {
  const Bytes head = test_data::random_octets(8192, 5);
  Chunk chunk;
  for (std::size_t at = 0; at < head.size(); at += 32)
    chunk.mask(0).text({reinterpret_cast<const char*>(&head[at]), 32});
  const auto plain = chunk.mask(0xC0000000).match(8192, 2).decompress(head.size() + 5);
  ASSERT_TRUE(plain) << plain.error().detail;
  EXPECT_TRUE(std::equal(head.begin(), head.begin() + 5, plain->end() - 5));
}

// Published examples of the plain LZ77 variant of [MS-XCA] 3.1, which has the same encoding.
TEST(Direct2, PublishedVectors) {
  const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";
  const auto first = from_hex("3f000000" + to_hex(as_bytes(alphabet)));
  Bytes plain(26);
  ASSERT_TRUE(direct2_decompress(*first, plain));
  EXPECT_EQ(plain, to_bytes(as_bytes(alphabet)));
  EXPECT_EQ(compress(plain), *first);

  const auto second = from_hex("ffffff1f61626317000fff2601");
  plain.resize(300);
  ASSERT_TRUE(direct2_decompress(*second, plain));
  EXPECT_EQ(plain, test_data::repeated("abc", 300));
  EXPECT_EQ(compress(plain), *second);
}

// The reader knows the size, so an end bit of 0 or four octets in place of the end mask do not matter; more do.
TEST(Direct2Decompress, WhatMayFollowTheData) {
  EXPECT_EQ(Chunk().mask(0).text("abc").text_of(3), "abc");
  EXPECT_EQ(Chunk().mask(0).text("abc").mask(0xAAAAAAAA).text_of(3), "abc");
  EXPECT_THAT(error_of(Chunk().mask(0).text("abcd"), 3), HasSubstr("goes on after its data"));
  EXPECT_THAT(error_of(Chunk().mask(0).text("abc").mask(0).text("d"), 3), HasSubstr("goes on after its data"));
  EXPECT_TRUE(Chunk().decompress(0));
  EXPECT_TRUE(Chunk().mask(0xFFFFFFFF).decompress(0));
}

TEST(Direct2Decompress, CutOffChunks) {
  EXPECT_THAT(error_of(Chunk(), 1), HasSubstr("ends before its data does"));
  EXPECT_THAT(error_of(Chunk().octet(0).word(0), 1), HasSubstr("ends before its data does"));
  EXPECT_THAT(error_of(Chunk().mask(0x20000000).text("a"), 3), HasSubstr("ends in the middle of literals"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a"), 9), HasSubstr("ends before its data does"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a").octet(0), 9), HasSubstr("ends before its data does"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a").match(1, 7), 99), HasSubstr("inside a match length"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a").match(1, 7).octet(15), 99), HasSubstr("inside a match length"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a").match(1, 7).octet(15).octet(255).octet(1), 999), HasSubstr("inside a match length"));
}

// Every prefix of a real chunk is refused, whatever it cuts through.
TEST(Direct2Decompress, EveryPrefixIsRefused) {
  const auto plain = test_data::reply_like(2, 9);
  const auto chunk = compress(plain);
  Bytes target(plain.size());
  // The last four octets may be a mask for the end bit alone.
  for (std::size_t size = 0; size + 4 < chunk.size(); ++size)
    ASSERT_FALSE(direct2_decompress(ByteView(chunk).first(size), target)) << size;
}

TEST(Direct2Decompress, LyingMatches) {
  EXPECT_THAT(error_of(Chunk().mask(0x80000000).match(1, 0), 3), HasSubstr("refers to data before its start"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a").match(2, 0), 4), HasSubstr("refers to data before its start"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a").match(1, 1), 4), HasSubstr("holds more than its header says"));
  EXPECT_THAT(error_of(Chunk().mask(0x60000000).text("a").match(1, 7).octet(15).octet(255).word(21), 999), HasSubstr("inside a match length"));
  EXPECT_EQ(Chunk().mask(0x60000000).text("a").match(1, 7).octet(15).octet(255).word(22).text_of(26), std::string(26, 'a'));
}

struct Sample {
  const char* name;
  Bytes plain;
};

std::vector<Sample> samples() {
  using namespace test_data;
  return {{"one octet", repeated("x", 1)},
          {"two octets", repeated("x", 2)},
          {"three octets", repeated("xyz", 3)},
          {"four equal octets", repeated("x", 4)},
          {"31 literals", random_octets(31, 1)},
          {"32 literals: the end bit has a mask of its own", random_octets(32, 1)},
          {"33 literals", random_octets(33, 1)},
          {"zeros, full chunk", Bytes(kDirect2ChunkSizeMax)},
          {"zeros, one short of a full chunk", Bytes(kDirect2ChunkSizeMax - 1)},
          {"incompressible, full chunk", random_octets(kDirect2ChunkSizeMax, 2)},
          {"two letters", few_letters(20000, 3, 2)},
          {"twenty letters", few_letters(20000, 4, 20)},
          {"period 8192", repeated(std::string(8191, 'a') + "b", 40000)},
          {"self-similar", self_similar(kDirect2ChunkSizeMax, 6)},
          {"reply", reply_like(18, 7)}};
}

TEST(Direct2, RoundTrips) {
  for (const auto& [name, plain] : samples()) {
    const auto chunk = compress(plain);
    EXPECT_LE(chunk.size(), plain.size() + 4 * (plain.size() / 32 + 1)) << name;
    Bytes back(plain.size());
    const auto done = direct2_decompress(chunk, back);
    ASSERT_TRUE(done) << name << ": " << done.error().detail;
    EXPECT_EQ(back, plain) << name;
  }
}

TEST(Direct2, EveryRunLengthRoundTrips) {
  Direct2Compressor compressor;  // one object for all: nothing of a chunk may leak into the next
  for (std::size_t length = 0; length < 700; ++length) {
    Bytes plain = test_data::repeated("0123456789abcdef", length);
    plain.push_back('!');
    Bytes chunk = {0xEE};  // what stands in the buffer stays
    compressor.compress_chunk(plain, chunk);
    Bytes back(plain.size());
    ASSERT_TRUE(direct2_decompress(ByteView(chunk).subspan(1), back)) << length;
    ASSERT_EQ(back, plain) << length;
    ASSERT_EQ(chunk[0], 0xEE);
  }
}

TEST(Direct2, RandomChunksRoundTrip) {
  std::mt19937 random(11);
  Direct2Compressor compressor;
  for (int round = 0; round < 200; ++round) {
    const auto plain = test_data::self_similar(random() % 3000, static_cast<std::uint32_t>(round));
    Bytes chunk;
    compressor.compress_chunk(plain, chunk);
    Bytes back(plain.size());
    const auto done = direct2_decompress(chunk, back);
    ASSERT_TRUE(done) << done.error().detail;
    ASSERT_EQ(back, plain) << round;
  }
}

// The longest match that is promised to be written is 32768 + 3, so a chunk of zeros takes one literal and two matches:
// the chunk has mask, literal, metadata and its lengths (6), metadata and its lengths (5, the nibble is shared).
TEST(Direct2Compress, LongestMatchIsTheSpecificationsLimit) {
  EXPECT_EQ(compress(Bytes(kDirect2ChunkSizeMax)).size(), 4u + 1 + 6 + 5);
  EXPECT_EQ(compress(Bytes(1 + 32771)).size(), 4u + 1 + 6);
}

TEST(Direct2Compress, RepliesShrink) {
  const auto plain = test_data::reply_like(18, 7);
  EXPECT_LT(compress(plain).size() * 3, plain.size());
}

TEST(Direct2CompressDeathTest, AChunkIsNeverLargerThanTheFormatAllows) {
  const Bytes plain(kDirect2ChunkSizeMax + 1);
  EXPECT_DEATH(compress(plain), "kDirect2ChunkSizeMax");
}

}  // namespace
}  // namespace tributary
