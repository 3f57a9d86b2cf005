// SPDX-License-Identifier: Apache-2.0
// Letters without their case: what RDNs, String(Unicode) and String(Teletex) values compare by ([MS-ADTS] 3.1.1.2.2.4.12, 3.1.1.2.2.4.13).
// DEVIATION: [MS-ADTS] 6.5 compares by Windows' sort keys, which also take accents, widths and kana for the same. The tables of
// [MS-UCODEREF] are not here and Samba does not do it; two values that differ in these only are different here.
// Any octets give a result, and the same one for ever: stored keys depend on it. Knows no locale.
#pragma once

#include <string_view>

#include "base/bytes.hpp"

namespace tributary::schema {

/// Unicode's simple case folding (data/case_folding.inc).
[[nodiscard]] char32_t fold_case(char32_t code) noexcept;

/// Appends the folded text in UTF-8, so that octets order as code points do. What is malformed is taken as it is: an octet, or an unpaired
/// surrogate in three octets; a last odd octet stands for itself.
void append_folded_utf8(std::string_view utf8, Bytes& out);
void append_folded_utf16(ByteView utf16_le, Bytes& out);

/// The form in which the values of RDNs under one parent must differ.
[[nodiscard]] Bytes rdn_form(std::string_view rdn);

}  // namespace tributary::schema
