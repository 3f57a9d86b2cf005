// SPDX-License-Identifier: Apache-2.0
// IDL_DRSReplicaSync as a server: [MS-DRSR] 4.1.23.2. Replicating is the queue's matter.
#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"

namespace tributary::service {

using namespace drsuapi;

namespace {

struct Asked {
  const DSNAME* nc = nullptr;
  repl::ReplicaSyncRequest request;
};

template <class Message>
Asked understand(const Message& message) {
  Asked asked;
  asked.nc = &message.pNC;
  asked.request.source_dsa = DsaGuid{message.uuidDsaSrc};
  asked.request.source_address = message.pszDsaSrc;
  asked.request.options = message.ulOptions;
  return asked;
}

}  // namespace

void replica_sync(Dsa& dsa, const CallContext& call, const IDL_DRSReplicaSync::In& in, Answer<IDL_DRSReplicaSync> answer) {
  const auto* const v2 = in.msgSync.get_if<2>();
  if (v2 != nullptr && !knows_correlation_id(dsa)) return refuse(answer, win32::kErrorDsDraInvalidParameter, "version 2");
  Asked asked = v2 != nullptr ? understand(*v2) : understand(*in.msgSync.get_if<1>());
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto nc = requested_nc(dsa, context, *snapshot, call, *asked.nc, right::kSynchronize);
  if (!nc) return answer(std::unexpected(nc.error()));
  if (const auto code = repl::check_replica_sync(asked.request, nc->facts); code != win32::kErrorSuccess) return refuse(answer, code, nc->dn);
  // What is no replica has no sources; who does not wait is not told.
  const bool is_asynchronous = (asked.request.options & DRS_ASYNC_OP) != 0;
  if (!nc->is_replica) return refuse(answer, is_asynchronous ? win32::kErrorSuccess : win32::kErrorDsDraNoReplica, nc->dn);
  queue_request(dsa, call, answer, *nc, std::move(asked.request));
}

}  // namespace tributary::service
