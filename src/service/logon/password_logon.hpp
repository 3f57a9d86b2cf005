// SPDX-License-Identifier: Apache-2.0
// A name and a password as an LDAP simple bind has them ([MS-ADTS] 5.1.1.1.1): whom the name means, whether the password is his, whether he may
// log on. The password is held against unicodePwd where the directory has it, otherwise against the KDC. Knows no protocol.
// DEVIATION: badPwdCount and lockoutTime are not written; the KDC counts for those whose passwords it has.
#pragma once

#include <functional>

#include "security/secret.hpp"
#include "service/dsa.hpp"
#include "service/logon/ntlm_account.hpp"

namespace tributary::service {

/// Asks the KDC. `principal`: "ann@LAB.EXAMPLE". May block. Empty: there is no KDC to ask.
using CheckPassword = std::function<Result<void>(const std::string& principal, const security::Secret& password)>;

struct LoggedOn {
  std::string principal;
  security::Token token;
};

/// By the forms of 5.1.1.1.1 in their order; kErrorNoSuchUser when the name means nobody, kErrorInvalidParameter when it means several.
[[nodiscard]] Result<store::Dnt> find_by_any_name(Dsa& dsa, const repl::Context& context, const store::Snapshot& snapshot, const std::string& name);
/// The names of a DSA's domain; `realm` may be empty.
[[nodiscard]] LogonDomain logon_domain(const DsaIdentity& identity, std::string_view realm);
/// "ann@LAB.EXAMPLE", by sAMAccountName.
[[nodiscard]] std::string principal_of_account(const store::ObjectView& account, const LogonDomain& domain);

/// kErrorLogonFailure for a password that is not right; kErrorNoSuchUser; the codes of may_log_on and of the KDC.
[[nodiscard]] Result<LoggedOn> log_on_with_password(Dsa& dsa, std::string_view realm, const std::string& name, const security::Secret& password,
                                                    const CheckPassword& check);

}  // namespace tributary::service
