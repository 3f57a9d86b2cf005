// SPDX-License-Identifier: Apache-2.0
// A user's name in capitals as NTOWFv2 wants it ([MS-NLMP] 3.3.2, UpperCase): code unit by code unit, so that a surrogate stays what it is.
// Must never depend on the locale of the process.
#pragma once

#include <string>
#include <string_view>

namespace tributary::security::ntlm {

[[nodiscard]] std::u16string upper_case(std::u16string_view text);

}  // namespace tributary::security::ntlm
