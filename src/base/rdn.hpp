// SPDX-License-Identifier: Apache-2.0
// The parts of distinguished names: quoting an RDN's value and taking quotes off (RFC 2253 and RFC 4514), walking a DN by RDNs,
// recognising mangled names ([MS-ADTS] 3.1.1.5.5, [MS-DRSR] 4.1.10.6). Char is char (UTF-8) or char16_t.
// Pure: knows no buffer protocol and no C type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/guid.hpp"

namespace tributary {

/// The value as it may stand in a DN.
template <class Char>
[[nodiscard]] std::basic_string<Char> quote_rdn_value(std::basic_string_view<Char> value);

/// The inverse, for every form of RFC 2253: escaped, in double quotes, # and the hex of a BER string.
/// kErrorDsNameUnparseable.
template <class Char>
[[nodiscard]] Result<std::basic_string<Char>> unquote_rdn_value(std::basic_string_view<Char> quoted);

template <class Char>
struct FirstRdn {
  std::basic_string_view<Char> key;    ///< empty at the end of the DN
  std::basic_string_view<Char> value;  ///< still quoted
  std::basic_string_view<Char> rest;   ///< begins with the separator, or is empty
};
/// The first RDN of a DN; a separator in front is skipped, so that `rest` is accepted again. kErrorDsNameUnparseable.
template <class Char>
[[nodiscard]] Result<FirstRdn<Char>> first_rdn(std::basic_string_view<Char> dn);

/// The values of DS_MANGLE_FOR.
enum class MangledFor : std::uint32_t { kUnknown = 0, kDeletion = 1, kNameConflict = 2 };
struct Mangling {
  MangledFor reason{};
  Guid object_guid;
  friend bool operator==(const Mangling&, const Mangling&) = default;
};
/// How an unquoted RDN value was mangled: ... LF "DEL:" guid, or ... LF "CNF:" guid. A name that was mangled twice tells the last.
template <class Char>
[[nodiscard]] std::optional<Mangling> mangling_of(std::basic_string_view<Char> unquoted);
/// The same for a value that may be quoted.
template <class Char>
[[nodiscard]] std::optional<Mangling> mangling_of_quoted(std::basic_string_view<Char> value);

}  // namespace tributary
