// SPDX-License-Identifier: Apache-2.0
// What the fuzzers of both reply compressions have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "drsuapi/compress/compression.hpp"
#include "drsuapi/compress/pickle.hpp"

namespace tributary::fuzz {

/// Small enough for a fast fuzzer, larger than one chunk of MSZIP; chunks of WIN2K3 may be smaller than they could.
inline constexpr std::size_t kPlainSizeMax = 34000;

inline void decompress_anything(ReplyCompression algorithm, ByteView input) {
  if (input.size() < 4) return;
  const std::size_t size = load_le<std::uint32_t>(input.data());
  const auto plain = decompress_reply(algorithm, input.subspan(4), size, kPlainSizeMax);
  if (!plain) return;
  TRIBUTARY_ASSERT(plain->size() == size);
  (void)read_pickle(*plain);
}

/// For one input in 64: a compressor's memory costs more than all decompression.
inline void there_and_back(ReplyCompression algorithm, ByteView plain) {
  if (plain.empty() || plain.back() % 64 != 0) return;
  const auto blob = compress_reply(algorithm, plain);
  TRIBUTARY_ASSERT(blob.has_value() && blob->size() <= plain.size());
  const auto back = decompress_reply(algorithm, *blob, plain.size());
  TRIBUTARY_ASSERT(back.has_value() && std::ranges::equal(*back, plain));
}

}  // namespace tributary::fuzz
