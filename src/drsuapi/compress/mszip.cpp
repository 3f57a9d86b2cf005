// SPDX-License-Identifier: Apache-2.0
// MSZIP chunks on zlib's raw deflate ([MS-DRSR] 4.1.10.2.18, 4.1.10.6.19; RFC 1951).
//
//   chunk  = "CK" deflate      ; 0x43 0x4B, then one stream whose last block is marked final
//   window = the 32768 octets of plain data before the chunk, whether or not they came from a deflate stream
#include "drsuapi/compress/mszip.hpp"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "base/assert.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr std::array<std::uint8_t, 2> kSignature = {'C', 'K'};
constexpr int kRawDeflate = -15;           // zlib: no zlib or gzip wrapper, 32 KiB window
constexpr int kMemoryLevel = 9;            // zlib: one deflate block spans a whole chunk
constexpr std::size_t kStoredOverhead = 5; // RFC 1951 3.2.4: the block header, LEN and NLEN

ByteView window_of(ByteView history) { return history.last(std::min(history.size(), kMszipChunkSizeMax)); }

// zlib's interface is not const-correct; it never writes through next_in.
Bytef* input_of(ByteView view) { return const_cast<Bytef*>(view.data()); }
uInt size_of(std::span<const std::uint8_t> view) { return static_cast<uInt>(view.size()); }

std::unexpected<Error> no_memory() { return fail(win32::kErrorNotEnoughMemory, "zlib cannot allocate its state"); }

/// RFC 1951 3.2.4: one final stored block, for data that deflate would make longer.
void append_stored(ByteView plain, Bytes& out) {
  std::array<std::uint8_t, kStoredOverhead> header = {1};
  const auto length = static_cast<std::uint16_t>(plain.size());
  store_le<std::uint16_t>(&header[1], length);
  store_le<std::uint16_t>(&header[3], static_cast<std::uint16_t>(~length));
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), plain.begin(), plain.end());
}

}  // namespace

struct MszipDecompressor::State {
  z_stream stream{};
  bool ready = false;
};

MszipDecompressor::MszipDecompressor() : state_(std::make_unique<State>()) {
  state_->ready = inflateInit2(&state_->stream, kRawDeflate) == Z_OK;
}

MszipDecompressor::~MszipDecompressor() {
  if (state_->ready) inflateEnd(&state_->stream);
}

Result<> MszipDecompressor::decompress_chunk(ByteView chunk, ByteView history, std::span<std::uint8_t> plain) {
  if (!state_->ready) return no_memory();
  if (plain.size() > kMszipChunkSizeMax)
    return fail(win32::kErrorInvalidData, "an MSZIP chunk of " + std::to_string(plain.size()) + " octets, over 32768");
  if (chunk.size() < kSignature.size() || !std::ranges::equal(chunk.first(kSignature.size()), kSignature))
    return fail(win32::kErrorInvalidData, "an MSZIP chunk does not start with CK");
  const auto deflated = chunk.subspan(kSignature.size());
  const auto window = window_of(history);

  auto& stream = state_->stream;
  if (inflateReset(&stream) != Z_OK || inflateSetDictionary(&stream, input_of(window), size_of(window)) != Z_OK) return no_memory();
  // A chunk of no octets still needs an address to write to.
  std::uint8_t nowhere = 0;
  stream.next_in = input_of(deflated);
  stream.avail_in = size_of(deflated);
  stream.next_out = plain.empty() ? &nowhere : plain.data();
  stream.avail_out = size_of(plain);
  const int status = inflate(&stream, Z_FINISH);
  if (status == Z_MEM_ERROR) return no_memory();
  if (status == Z_DATA_ERROR) return fail(win32::kErrorInvalidData, "an MSZIP chunk is not valid deflate data");
  if (status != Z_STREAM_END) return fail(win32::kErrorInvalidData, "an MSZIP chunk does not end where its lengths say");
  if (stream.avail_out != 0) return fail(win32::kErrorInvalidData, "an MSZIP chunk holds less than its header says");
  if (stream.avail_in != 0) return fail(win32::kErrorInvalidData, "octets follow the deflate data of an MSZIP chunk");
  return {};
}

struct MszipCompressor::State {
  z_stream stream{};
  bool ready = false;
};

MszipCompressor::MszipCompressor(int level) : state_(std::make_unique<State>()) {
  state_->ready =
      deflateInit2(&state_->stream, level, Z_DEFLATED, kRawDeflate, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
}

MszipCompressor::~MszipCompressor() {
  if (state_->ready) deflateEnd(&state_->stream);
}

Result<> MszipCompressor::compress_chunk(ByteView plain, ByteView history, Bytes& out) {
  TRIBUTARY_ASSERT(plain.size() <= kMszipChunkSizeMax);
  if (!state_->ready) return no_memory();
  const auto window = window_of(history);
  auto& stream = state_->stream;
  if (deflateReset(&stream) != Z_OK) return no_memory();
  if (!window.empty() && deflateSetDictionary(&stream, input_of(window), size_of(window)) != Z_OK) return no_memory();

  const std::size_t begin = out.size();
  out.insert(out.end(), kSignature.begin(), kSignature.end());
  const std::size_t deflated_at = out.size();
  // Less room than a stored block needs: when deflate wants more, the stored block is shorter.
  out.resize(deflated_at + plain.size() + kStoredOverhead);
  stream.next_in = input_of(plain);
  stream.avail_in = size_of(plain);
  stream.next_out = out.data() + deflated_at;
  stream.avail_out = static_cast<uInt>(plain.size() + kStoredOverhead);
  const bool fits = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(out.size() - stream.avail_out);
  if (!fits || out.size() - begin == plain.size()) {
    out.resize(deflated_at);
    append_stored(plain, out);
  }
  return {};
}

}  // namespace tributary
