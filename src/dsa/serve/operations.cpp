// SPDX-License-Identifier: Apache-2.0
// See operations.hpp.
#include "dsa/serve/operations.hpp"

#include "service/access/resolve_caller.hpp"
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
  return service::resolve_caller(dsa, realm, {peer.principal, peer.pac_logon_info, peer.session_key, peer.address});
}

}  // namespace tributary::dsa
