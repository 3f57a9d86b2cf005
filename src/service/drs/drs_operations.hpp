// SPDX-License-Identifier: Apache-2.0
// The replication operations of drsuapi, a file each. [MS-DRSR] 4.1.6, 4.1.10, 4.1.12, 4.1.13, 4.1.19, 4.1.20, 4.1.22 to 4.1.24, 4.1.26.
// Validation and codes are those of the server sections, in their order. 5.213 and versions that are none were judged before.
#pragma once

#include "drsuapi/operations.hpp"
#include "service/drs/operation.hpp"

namespace tributary::service {

class DrsuapiServer;

/// 2: 4.1.23. The answer of a synchronous one comes when the last cycle is over.
void replica_sync(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSReplicaSync::In& in, Answer<drsuapi::IDL_DRSReplicaSync> answer);
/// 3: 4.1.10. Encodes from the memory of the store.
void get_nc_changes(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSGetNCChanges::In& in, Answer<drsuapi::IDL_DRSGetNCChanges> answer);
/// 4: 4.1.26
void update_refs(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSUpdateRefs::In& in, Answer<drsuapi::IDL_DRSUpdateRefs> answer);
/// 5: 4.1.19
void replica_add(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSReplicaAdd::In& in, Answer<drsuapi::IDL_DRSReplicaAdd> answer);
/// 6: 4.1.20
void replica_del(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSReplicaDel::In& in, Answer<drsuapi::IDL_DRSReplicaDel> answer);
/// 7: 4.1.22
void replica_modify(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSReplicaModify::In& in, Answer<drsuapi::IDL_DRSReplicaModify> answer);
/// 18: 4.1.6. An asynchronous one is answered before the KCC runs.
void execute_kcc(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSExecuteKCC::In& in, Answer<drsuapi::IDL_DRSExecuteKCC> answer);
/// 19: 4.1.13
[[nodiscard]] Result<drsuapi::IDL_DRSGetReplInfo::Out> get_repl_info(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSGetReplInfo::In& in);
/// 22: 4.1.24. Holds its worker: it waits for one partner, call by call.
[[nodiscard]] Result<drsuapi::IDL_DRSReplicaVerifyObjects::Out> replica_verify_objects(Dsa& dsa, const CallContext& call,
                                                                                       const drsuapi::IDL_DRSReplicaVerifyObjects::In& in);
/// 23: 4.1.12
[[nodiscard]] Result<drsuapi::IDL_DRSGetObjectExistence::Out> get_object_existence(Dsa& dsa, const CallContext& call,
                                                                                   const drsuapi::IDL_DRSGetObjectExistence::In& in);

/// All of them, and the comparison of replicas (divergence_interface.hpp). IDL_DRSBind and IDL_DRSUnbind are the server's own.
void add_replication_operations(DrsuapiServer& server);

}  // namespace tributary::service
