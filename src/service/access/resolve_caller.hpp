// SPDX-License-Identifier: Apache-2.0
// From who an authenticated peer says to be to the Caller that operations know; for RPC and LDAP alike. Reads only. Knows no protocol.
#pragma once

#include "service/dsa.hpp"

namespace tributary::service {

/// What a security context says of the other end.
struct AuthenticatedPeer {
  std::string principal;                ///< "administrator@LAB.EXAMPLE"
  std::optional<Bytes> pac_logon_info{};
  Bytes session_key;
  std::string address;                  ///< "10.77.0.1:40312"
};

/// From the PAC of its ticket, or from the directory when it has none. `realm`: of the domain's principals, when it is not called as the
/// domain is; empty otherwise. The codes of caller_token.
[[nodiscard]] Result<std::shared_ptr<const Caller>> resolve_caller(Dsa& dsa, std::string_view realm, AuthenticatedPeer peer);
/// The DNS name that AccountDomain has for a realm: the realm's, or the domain's own when it is empty.
[[nodiscard]] std::string account_domain_name(const DsaIdentity& identity, std::string_view realm);

}  // namespace tributary::service
