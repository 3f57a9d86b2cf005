// SPDX-License-Identifier: Apache-2.0
// One chunk of an MSZIP stream ([MS-DRSR] 4.1.10.2.18 DRS_COMP_ALG_MSZIP, 4.1.10.6.19; RFC 1951): the letters "CK"
// and one complete deflate stream of at most 32768 octets, which may refer back to the 32768 octets before it.
// The framing around chunks is compression.hpp's; this never sees a length field of the peer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary {

/// The most that one chunk holds when it is decompressed ([MS-DRSR] 4.1.10.6.19), and how far deflate looks back.
inline constexpr std::size_t kMszipChunkSizeMax = 32768;

/// zlib's levels run from 1 (fast) to 9 (small). bench/compress_bench.cpp: level 5 is one percent larger than 6 and a third
/// faster, ten percent smaller than 3 and a fifth slower, and about as fast as sealing.
inline constexpr int kMszipLevelDefault = 5;

/// Decompresses the chunks of one message, one after the other. Not shared between threads.
class MszipDecompressor {
 public:
  MszipDecompressor();
  ~MszipDecompressor();
  MszipDecompressor(const MszipDecompressor&) = delete;
  MszipDecompressor& operator=(const MszipDecompressor&) = delete;

  /// Fills `plain` exactly from `chunk`, all of which must be used. `history` is the decompressed data before the chunk,
  /// of which the last kMszipChunkSizeMax octets count; it may lie directly before `plain`. kErrorInvalidData otherwise.
  [[nodiscard]] Result<> decompress_chunk(ByteView chunk, ByteView history, std::span<std::uint8_t> plain);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Compresses the chunks of one message, one after the other. Not shared between threads.
class MszipCompressor {
 public:
  explicit MszipCompressor(int level = kMszipLevelDefault);
  ~MszipCompressor();
  MszipCompressor(const MszipCompressor&) = delete;
  MszipCompressor& operator=(const MszipCompressor&) = delete;

  /// Appends the chunk for `plain` (at most kMszipChunkSizeMax octets, asserted) to `out`: never as long as `plain`,
  /// because that length means "stored" in the framing, and never more than 7 octets longer.
  [[nodiscard]] Result<> compress_chunk(ByteView plain, ByteView history, Bytes& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tributary
