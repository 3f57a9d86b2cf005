// SPDX-License-Identifier: Apache-2.0
// Comparing values by their syntax ([MS-ADTS] 3.1.1.2.2.4): a normal form whose octets are equal when the values are, and order as they do.
// For duplicates within an attribute, equality indexes and filters.
// Values are in the concrete representation of [MS-DRSR] 5.16.1, except that a value of a reference syntax (syntax.hpp) begins with
// kReferenceOctets octets that say which object is meant, as the store holds it; behind them stands the binary or string part.
// Any octets give a result, and the same one for ever: stored keys depend on it. Pure functions: any thread.
#pragma once

#include <compare>
#include <optional>

#include "base/bytes.hpp"
#include "schema/case_folding.hpp"
#include "schema/syntax.hpp"

namespace tributary::schema {

inline constexpr std::size_t kReferenceOctets = 8;

/// Sets `out` (whose memory is used again). False for what no filter item can be equal to: String(NT-Sec-Desc), which has no equalityMatch
/// (3.1.1.2.2.4), and values that are malformed; `out` is then the octets as they are, which still tells whether two are the same.
bool normal_form(Syntax syntax, ByteView value, Bytes& out);
[[nodiscard]] Bytes normal_form(Syntax syntax, ByteView value);

[[nodiscard]] bool values_equal(Syntax syntax, ByteView a, ByteView b);
/// Equality is that of values_equal. Where the syntax has no lessOrEqual in filters (is_ordered is false) the order only sorts.
[[nodiscard]] std::strong_ordering compare_values(Syntax syntax, ByteView a, ByteView b);

/// Which comparisons a filter may ask for (the tables of 3.1.1.2.2.4).
[[nodiscard]] constexpr bool has_equality(Syntax syntax) noexcept { return syntax != Syntax::kSecurityDescriptor; }
[[nodiscard]] constexpr bool is_ordered(Syntax syntax) noexcept {
  return !is_reference(syntax) && syntax != Syntax::kPresentationAddress && syntax != Syntax::kSecurityDescriptor && syntax != Syntax::kOid;
}
[[nodiscard]] constexpr bool has_substrings(Syntax syntax) noexcept {
  return is_ordered(syntax) && !is_time(syntax) && syntax != Syntax::kBoolean && syntax != Syntax::kInteger && syntax != Syntax::kEnumeration &&
         syntax != Syntax::kLargeInteger;
}

}  // namespace tributary::schema
