// SPDX-License-Identifier: Apache-2.0
// Refusals that several parts of the face give, in the form that clients of Active Directory look for ([MS-ADTS] 3.1.1.3.1.9).
#pragma once

#include "ldap/protocol/result_code.hpp"

namespace tributary::service::ldap_face {

/// "00002035: ERROR_DS_UNWILLING_TO_PERFORM: <detail>" under an LDAP code that its section names.
[[nodiscard]] inline tributary::ldap::Outcome refusal(tributary::ldap::ResultCode code, Win32 win32, std::string detail) {
  return tributary::ldap::outcome_of(code, Error{win32, Phase::kNone, std::move(detail)});
}

/// invalidCredentials with the "data" that programs read: 52e a wrong password, 525 nobody of that name, 533 disabled, 701 expired,
/// 532 and 773 a password that is too old, 775 locked: the Win32 code in hex. `is_simple`: a name with a password.
[[nodiscard]] tributary::ldap::Outcome invalid_credentials(const Error& error, bool is_simple);

}  // namespace tributary::service::ldap_face
