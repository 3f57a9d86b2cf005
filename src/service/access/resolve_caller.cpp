// SPDX-License-Identifier: Apache-2.0
// See resolve_caller.hpp.
#include "service/access/resolve_caller.hpp"

#include "base/utf.hpp"
#include "service/access/caller_token.hpp"

namespace tributary::service {

std::string account_domain_name(const DsaIdentity& identity, std::string_view realm) {
  return realm.empty() ? identity.domain_dns_name : to_lower_ascii(realm);
}

Result<std::shared_ptr<const Caller>> resolve_caller(Dsa& dsa, std::string_view realm, AuthenticatedPeer peer) {
  const auto& identity = dsa.identity();
  const std::string domain = account_domain_name(identity, realm);
  auto token = caller_token(dsa.context(), *dsa.store().read(), {domain, identity.domain_nc}, peer.principal, peer.pac_logon_info);
  if (!token) return std::unexpected(std::move(token.error()));
  auto caller = std::make_shared<Caller>();
  caller->principal = std::move(peer.principal);
  caller->token = std::move(*token);
  caller->session_key = std::move(peer.session_key);
  caller->address = std::move(peer.address);
  return std::shared_ptr<const Caller>(std::move(caller));
}

}  // namespace tributary::service
