// SPDX-License-Identifier: Apache-2.0
// IDL_DRSReplicaModify as a server: [MS-DRSR] 4.1.22.2. The change itself is the queue's matter.
#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"

namespace tributary::service {

using namespace drsuapi;

void replica_modify(Dsa& dsa, const CallContext& call, const IDL_DRSReplicaModify::In& in, Answer<IDL_DRSReplicaModify> answer) {
  const auto& message = *in.msgMod.get_if<1>();
  repl::ReplicaModifyRequest asked;
  asked.source_dsa = DsaGuid{message.uuidSourceDRA};
  asked.source_address = message.pszSourceDRA;
  asked.schedule = repl::Schedule(message.rtSchedule);
  asked.replica_flags = message.ulReplicaFlags;
  asked.modify_fields = message.ulModifyFields;
  asked.options = message.ulOptions;
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto nc = requested_nc(dsa, context, *snapshot, call, message.pNC, right::kManageTopology);
  if (!nc) return answer(std::unexpected(nc.error()));
  if (const auto code = repl::check_replica_modify(asked, nc->facts); code != win32::kErrorSuccess) return refuse(answer, code, nc->dn);
  const bool is_asynchronous = (asked.options & DRS_ASYNC_OP) != 0;
  if (!nc->is_replica) return refuse(answer, is_asynchronous ? win32::kErrorSuccess : win32::kErrorDsDraNoReplica, nc->dn);
  queue_request(dsa, call, answer, *nc, std::move(asked));
}

}  // namespace tributary::service
