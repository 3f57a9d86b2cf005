// SPDX-License-Identifier: Apache-2.0
// IDL_DRSReplicaDel as a server: [MS-DRSR] 4.1.20.2. Removing is the queue's matter.
#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"

namespace tributary::service {

using namespace drsuapi;

void replica_del(Dsa& dsa, const CallContext& call, const IDL_DRSReplicaDel::In& in, Answer<IDL_DRSReplicaDel> answer) {
  const auto& message = *in.msgDel.get_if<1>();
  repl::ReplicaDelRequest asked{message.pszDsaSrc.value_or(std::string()), message.ulOptions};
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto nc = requested_nc(dsa, context, *snapshot, call, message.pNC, right::kManageTopology);
  if (!nc) return answer(std::unexpected(nc.error()));
  const auto code = repl::check_replica_del(asked, nc->facts, nc->reps_from, nc->reps_to);
  if (code != win32::kErrorSuccess) return refuse(answer, code, nc->dn);
  const bool is_answered = repl::is_asynchronous(asked);
  if (!nc->is_replica) return refuse(answer, is_answered ? win32::kErrorSuccess : win32::kErrorDsDraNoReplica, nc->dn);
  queue_request(dsa, call, answer, *nc, std::move(asked));
}

}  // namespace tributary::service
