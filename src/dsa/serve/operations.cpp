// SPDX-License-Identifier: Apache-2.0
// See operations.hpp.
#include "dsa/serve/operations.hpp"

#include "base/utf.hpp"
#include "service/access/caller_token.hpp"
#include "service/directory/directory.hpp"
#include "service/drs/drs_operations.hpp"

namespace tributary::dsa {

void add_operations(service::DrsuapiServer& server) {
  using namespace service;
  add_replication_operations(server);
  server.add<IDL_DRSVerifyNames>(verify_names);
  server.add<IDL_DRSGetMemberships>(get_memberships);
  server.add<IDL_DRSInterDomainMove>(inter_domain_move);
  server.add<IDL_DRSGetNT4ChangeLog>(get_nt4_change_log);
  server.add<IDL_DRSCrackNames>(crack_names);
  server.add<IDL_DRSWriteSPN>(write_spn);
  server.add<IDL_DRSRemoveDsServer>(remove_ds_server);
  server.add<IDL_DRSRemoveDsDomain>(remove_ds_domain);
  server.add<IDL_DRSDomainControllerInfo>(domain_controller_info);
  server.add<IDL_DRSAddEntry>(add_entry);
  server.add<IDL_DRSAddSidHistory>(add_sid_history);
  server.add<IDL_DRSGetMemberships2>(get_memberships2);
  server.add<IDL_DRSQuerySitesByCost>(query_sites_by_cost);
  server.add<IDL_DRSInitDemotion>(init_demotion);
  server.add<IDL_DRSReplicaDemotion>(replica_demotion);
  server.add<IDL_DRSFinishDemotion>(finish_demotion);
  server.add<IDL_DRSAddCloneDC>(add_clone_dc);
  server.add<IDL_DRSWriteNgcKey>(write_ngc_key);
  server.add<IDL_DRSReadNgcKey>(read_ngc_key);
}

Result<std::shared_ptr<const service::Caller>> resolve_caller(service::Dsa& dsa, const std::string& realm, const net::RpcPeer& peer) {
  const auto& identity = dsa.identity();
  const std::string domain = realm.empty() ? identity.domain_dns_name : to_lower_ascii(realm);
  auto token = service::caller_token(dsa.context(), *dsa.store().read(), {domain, identity.domain_nc}, peer.principal, peer.pac_logon_info);
  if (!token) return std::unexpected(std::move(token.error()));
  auto caller = std::make_shared<service::Caller>();
  caller->principal = peer.principal;
  caller->token = std::move(*token);
  caller->session_key = peer.session_key;
  caller->address = peer.address;
  return std::shared_ptr<const service::Caller>(std::move(caller));
}

}  // namespace tributary::dsa
