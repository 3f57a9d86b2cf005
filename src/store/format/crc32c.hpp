// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli, as in RFC 3720 appendix B.4): the checksum of every record. With the processor's instruction where there is one.
#pragma once

#include "base/bytes.hpp"

namespace tributary::store::format {

/// Continues a sum: crc32c(b, crc32c(a)) is the sum of a followed by b.
[[nodiscard]] std::uint32_t crc32c(ByteView octets, std::uint32_t before = 0) noexcept;
/// The same without special instructions: for other processors, and to compare.
[[nodiscard]] std::uint32_t crc32c_portable(ByteView octets, std::uint32_t before = 0) noexcept;

}  // namespace tributary::store::format
