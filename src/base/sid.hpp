// SPDX-License-Identifier: Apache-2.0
// Security identifiers ([MS-DTYP] 2.4.2): the binary form and the S-1-... text.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary {

inline constexpr std::size_t kSidSubAuthoritiesMax = 15;  ///< [MS-DTYP] 2.4.2.2

struct Sid {
  std::uint8_t revision = 1;
  std::array<std::uint8_t, 6> identifier_authority{};  ///< big-endian, as on the wire
  std::uint8_t sub_authority_count = 0;
  std::array<std::uint32_t, kSidSubAuthoritiesMax> sub_authority{};

  friend constexpr auto operator<=>(const Sid&, const Sid&) = default;
};

/// "S-1-5-21-1-2-3-500"; an authority of 2^32 or more is written in hex as [MS-DTYP] 2.4.2.1 has it.
[[nodiscard]] std::string to_string(const Sid& sid);
[[nodiscard]] Result<Sid> parse_sid(std::string_view text);
/// The packet form, 8 + 4 n octets. Trailing octets are an error (kErrorInvalidData).
[[nodiscard]] Result<Sid> decode_sid(ByteView octets);
[[nodiscard]] Bytes encode_sid(const Sid& sid);

}  // namespace tributary
