// SPDX-License-Identifier: Apache-2.0
// Who a caller is, when it matters what he may do: the token of an authenticated Kerberos principal. From the PAC when the KDC sends one,
// with the groups of our own domain added ([MS-DTYP] 2.5.2.1.1); otherwise wholly from the directory, as a KDC of Active Directory would
// have put it into a PAC ([MS-KILE] 3.3.5.6.4.1). Reads only. Whether the caller is who he says was judged before.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/guid.hpp"
#include "repl/objects/context.hpp"
#include "security/access/kerb_validation_info.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

/// The domain whose accounts and local groups are ours.
struct AccountDomain {
  std::string_view dns_name;  ///< "lab.example": in upper case the realm of its principals
  ObjectGuid nc;              ///< objectGUID of the root of its NC, which is held here
};

/// The token for a connection. `principal` as GSSAPI shows it ("ann@LAB.EXAMPLE", "dsa-a$@LAB.EXAMPLE", "host/dsa-a.lab.example@LAB.EXAMPLE");
/// `pac_logon_info` as GssContext::pac_logon_info gives it.
/// kErrorInvalidData for a PAC that cannot be read; kErrorTooManyContextIds for more than kTokenSidsMax SIDs; and those of below.
[[nodiscard]] Result<security::Token> caller_token(const repl::Context& context, const store::Snapshot& snapshot, const AccountDomain& domain,
                                                   std::string_view principal, const std::optional<Bytes>& pac_logon_info);

/// The account that a principal means, without judging whether it may log on: in this order
///   "name@REALM": sAMAccountName, then userPrincipalName "name@<domain>"; "name\@suffix@REALM": userPrincipalName "name@suffix";
///   "service/host@REALM": servicePrincipalName; for "host/<dNSHostName>" also the computer of that name.
/// kErrorNoSuchDomain for a realm that is not the domain's, kErrorNoSuchUser when there is none, kErrorDsNameErrorNotUnique when there are
/// several, kErrorInvalidParameter for what is no principal.
[[nodiscard]] Result<store::Dnt> find_account(const repl::Context& context, const store::Snapshot& snapshot, const AccountDomain& domain,
                                              std::string_view principal);

/// The token of an account of the domain with all its groups. kErrorAccountDisabled, kErrorAccountExpired,
/// kErrorNologonInterdomainTrustAccount; kErrorNoSuchUser for what is no account.
[[nodiscard]] Result<security::Token> token_of_account(const repl::Context& context, const store::Snapshot& snapshot,
                                                       const AccountDomain& domain, store::Dnt account);

/// ERROR_NOLOGON_INTERDOMAIN_TRUST_ACCOUNT ([MS-ERREF] 2.2).
inline constexpr Win32 kErrorNologonInterdomainTrustAccount{1807};
/// How many values of member are looked at for one token, present or not.
inline constexpr std::size_t kMembershipsMax = 100'000;

}  // namespace tributary::service
