// SPDX-License-Identifier: Apache-2.0
// Whom a client of NTLM means, by which NT hash he is proven, and whether he may log on ([MS-ADTS] 3.1.1.4.5.17 for what a locked account
// and an expired password are). Reads only. The proof itself is src/security/ntlm's.
#pragma once

#include <string>

#include "security/ntlm/accounts_file.hpp"
#include "security/ntlm/ntlm_context.hpp"
#include "service/access/caller_token.hpp"

namespace tributary::service {

/// The names under which clients know the domain.
struct LogonDomain {
  std::string realm;         ///< "lab.example": of its principals, in lower case
  std::string dns_name;      ///< "lab.example"
  std::string netbios_name;  ///< "LAB"
  ObjectGuid nc;
  [[nodiscard]] AccountDomain account_domain() const noexcept { return {.dns_name = realm, .nc = nc}; }
};

struct NtlmAccount {
  store::Dnt dnt = store::kNoDnt;
  std::string principal;  ///< find_account() finds the same account by it
  security::ntlm::Key nt_hash;
  bool is_from_file = false;
};

/// The account: by sAMAccountName, userPrincipalName or "<sAMAccountName>@<DNS name of the domain>"; the domain is one of its names, or none. Its
/// hash is that of the file, or else the directory's. kErrorNoSuchDomain; the codes of find_account; kErrorNotFound when nobody
/// knows a hash, kErrorAccountRestriction when it is that of the empty password.
[[nodiscard]] Result<NtlmAccount> find_ntlm_account(const repl::Context& context, const store::Snapshot& snapshot, const LogonDomain& domain,
                                                    const security::ntlm::AccountsFile& file, const security::ntlm::ClaimedIdentity& claimed);

/// Once it is known who it is, by whatever means: the account's token. The codes of token_of_account, kErrorAccountLockedOut, and when the
/// directory's own password was used kErrorPasswordMustChange and kErrorPasswordExpired.
[[nodiscard]] Result<security::Token> may_log_on(const repl::Context& context, const store::Snapshot& snapshot, const LogonDomain& domain,
                                                 store::Dnt dnt, bool is_password_of_directory);

/// Once the password is known to be right. The codes of token_of_account, kErrorAccountLockedOut, kErrorPasswordMustChange and
/// kErrorPasswordExpired (for a hash of the directory), kErrorAccountRestriction for a member of Protected Users.
[[nodiscard]] Result<> may_log_on_with_ntlm(const repl::Context& context, const store::Snapshot& snapshot, const LogonDomain& domain,
                                            const NtlmAccount& account);

}  // namespace tributary::service
