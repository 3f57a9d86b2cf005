// SPDX-License-Identifier: Apache-2.0
// See drs_operations.hpp.
#include "service/drs/drs_operations.hpp"

#include "service/drs/divergence_interface.hpp"
#include "service/drs/drsuapi_server.hpp"

namespace tributary::service {

using namespace drsuapi;

void add_replication_operations(DrsuapiServer& server) {
  server.add<IDL_DRSReplicaSync>(&replica_sync);
  server.add<IDL_DRSGetNCChanges>(&get_nc_changes);
  server.add<IDL_DRSUpdateRefs>(&update_refs);
  server.add<IDL_DRSReplicaAdd>(&replica_add);
  server.add<IDL_DRSReplicaDel>(&replica_del);
  server.add<IDL_DRSReplicaModify>(&replica_modify);
  server.add<IDL_DRSExecuteKCC>(&execute_kcc);
  server.add<IDL_DRSGetReplInfo>(&get_repl_info);
  server.add<IDL_DRSReplicaVerifyObjects>(&replica_verify_objects);
  server.add<IDL_DRSGetObjectExistence>(&get_object_existence);
  server.add_plain(DrsuapiServer::kDivergence, kDigestOpnum, &serve_digest);
}

}  // namespace tributary::service
