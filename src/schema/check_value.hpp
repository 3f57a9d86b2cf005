// SPDX-License-Identifier: Apache-2.0
// Whether a value may stand in an attribute ([MS-ADTS] 3.1.1.5.1.1): its form by the syntax, rangeLower and rangeUpper (3.1.1.2.3),
// isSingleValued. For originating updates; what replicates is not judged by these rules, but by has_value_form, since the form is what
// everything else relies on. Values are in the concrete representation of [MS-DRSR] 5.16.1; of a reference syntax only the binary
// or string part is judged here, the reference is the caller's.
// Errors: kErrorDsInvalidAttributeSyntax, kErrorDsRangeConstraint, kErrorDsSingleValueConstraint, each with the attribute's name and
// never the value. Pure functions: any thread.
#pragma once

#include <cstddef>

#include "schema/schema.hpp"

namespace tributary::schema {

/// The octets have the form of the syntax, for whoever made them: lengths, and structures that can be walked.
[[nodiscard]] bool has_value_form(Syntax syntax, ByteView value) noexcept;
/// Also the characters that String(IA5), String(Numeric), String(Printable) and String(Teletex) are restricted to (3.1.1.2.2.2), unless
/// extendedCharsAllowed; and no unpaired surrogate in String(Unicode).
[[nodiscard]] bool has_allowed_characters(const AttributeSchema& attribute, ByteView value) noexcept;
[[nodiscard]] bool is_in_range(const AttributeSchema& attribute, ByteView value) noexcept;

/// All of it, for one value.
[[nodiscard]] Result<void> check_value(const AttributeSchema& attribute, ByteView value);
[[nodiscard]] Result<void> check_value_count(const AttributeSchema& attribute, std::size_t count);

}  // namespace tributary::schema
