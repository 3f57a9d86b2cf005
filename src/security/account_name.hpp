// SPDX-License-Identifier: Apache-2.0
// The three ways in which people write an account: DOMAIN\user, user@realm (a user principal name) and user.
// [MS-ADTS] 5.1.1.1.1 lists the forms; [MS-KILE] 3.3.5.6.1 how a KDC resolves them. Pure: no Kerberos library here.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary::security {

/// The longest account text that is looked at: a userPrincipalName has at most 1,024 characters ([MS-ADA3]).
inline constexpr std::size_t kAccountNameBytesMax = 4096;

struct AccountName {
  enum class Form { kUser, kDownLevel, kPrincipal };
  Form form = Form::kUser;
  std::string user;
  std::string domain;  ///< empty for kUser; a NetBIOS or DNS name for kDownLevel; what follows the last '@' for kPrincipal

  friend bool operator==(const AccountName&, const AccountName&) = default;
};

/// kErrorInvalidAccountName when a part is empty, the text is not UTF-8, holds a control character or is too long,
/// or when both '\' and '@' are there and it is not clear which one divides it.
[[nodiscard]] Result<AccountName> parse_account_name(std::string_view text);

/// The Kerberos principal in the text form of RFC 1964 section 2.1.1, specials escaped. The realm is, upper-cased as Active Directory
/// spells realms: for kPrincipal what stands behind the '@'; for kDownLevel the domain when it is a DNS name, else
/// `realm_hint` (a NetBIOS name is not a realm); for kUser `realm_hint`. Without any of these there is no realm in the
/// result, and the Kerberos library uses its default realm.
[[nodiscard]] std::string kerberos_principal(const AccountName& name, std::string_view realm_hint);

/// For a kPrincipal whose suffix is not `realm_hint`: the same account as an enterprise name in the hinted realm
/// ("alice@corp.example@LAB.EXAMPLE", [MS-KILE] 3.3.5.6.1, NT-ENTERPRISE), because a suffix may be an alias that only a KDC can
/// resolve. Empty when there is nothing of the kind to try.
[[nodiscard]] std::string enterprise_principal(const AccountName& name, std::string_view realm_hint);

/// Upper-cases ASCII letters: how Active Directory makes a realm of a DNS domain ([MS-KILE] 3.1.1.2). A trailing dot is dropped.
[[nodiscard]] std::string realm_of_domain(std::string_view dns_domain);

}  // namespace tributary::security
