// SPDX-License-Identifier: Apache-2.0
// One chunk of LZ77 with the DIRECT2 encoding ([MS-DRSR] 4.1.10.5.21.1 and .2, DRS_COMP_ALG_WIN2K3): at most 65536
// octets, no reference to other chunks. The framing around chunks is compression.hpp's; this never sees a length
// field of the peer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary {

/// The most that one chunk holds when it is decompressed ([MS-DRSR] 4.1.10.6.19).
inline constexpr std::size_t kDirect2ChunkSizeMax = 65536;

/// Fills `plain` exactly from `chunk`. kErrorInvalidData when the chunk holds less or more, refers to data before its
/// own start, or is cut off.
[[nodiscard]] Result<> direct2_decompress(ByteView chunk, std::span<std::uint8_t> plain);

/// Compresses chunks; the object is only scratch memory (160 KiB) that is worth keeping between chunks.
class Direct2Compressor {
 public:
  Direct2Compressor();
  ~Direct2Compressor();
  Direct2Compressor(const Direct2Compressor&) = delete;
  Direct2Compressor& operator=(const Direct2Compressor&) = delete;

  /// Appends the chunk for `plain` (at most kDirect2ChunkSizeMax octets, asserted) to `out`. The result can be up to an
  /// eighth and a few octets longer than `plain`: the caller then stores the chunk instead.
  void compress_chunk(ByteView plain, Bytes& out);

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace tributary
