// SPDX-License-Identifier: Apache-2.0
// IDL_DRSReplicaAdd as a server: [MS-DRSR] 4.1.19.2. What comes after an asynchronous caller has its answer is the queue's matter.
#include <algorithm>

#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"

namespace tributary::service {

using namespace drsuapi;

namespace {

struct Asked {
  const DSNAME* nc = nullptr;
  const Unique<DSNAME>* source = nullptr;
  const Unique<DSNAME>* transport = nullptr;
  repl::ReplicaAddRequest request;
};

template <class Message>
Asked understand(const Message& message) {
  Asked asked;
  asked.nc = &message.pNC;
  if constexpr (requires { message.pszDsaSrc; }) {
    asked.request.source_address = message.pszDsaSrc;
  } else {
    asked.source = &message.pSourceDsaDN;
    asked.transport = &message.pTransportDN;
    asked.request.source_address = message.pszSourceDsaAddress;
  }
  asked.request.schedule = repl::Schedule(message.rtSchedule);
  asked.request.options = message.ulOptions;
  return asked;
}

Result<void> find_named(const repl::Context& context, const store::Snapshot& snapshot, Asked& asked) {
  for (const auto& [name, into] : {std::pair(asked.source, &asked.request.source_dsa), std::pair(asked.transport, &asked.request.transport)}) {
    if (name == nullptr) continue;
    auto found = named_object(context, snapshot, *name);
    if (!found) return std::unexpected(std::move(found.error()));
    *into = *found;
  }
  return {};
}

}  // namespace

void replica_add(Dsa& dsa, const CallContext& call, const IDL_DRSReplicaAdd::In& in, Answer<IDL_DRSReplicaAdd> answer) {
  const auto* const v3 = in.msgAdd.get_if<3>();
  if (v3 != nullptr && !knows_correlation_id(dsa)) return refuse(answer, win32::kErrorDsDraInvalidParameter, "version 3");
  const auto* const v2 = in.msgAdd.get_if<2>();
  Asked asked = v3 != nullptr ? understand(*v3) : v2 != nullptr ? understand(*v2) : understand(*in.msgAdd.get_if<1>());
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  if (auto found = find_named(context, *snapshot, asked); !found) return answer(std::unexpected(std::move(found.error())));
  const auto nc = requested_nc(dsa, context, *snapshot, call, *asked.nc, right::kManageTopology);
  if (!nc) return answer(std::unexpected(nc.error()));
  const repl::DsaFacts facts{context.rules.read_only};
  if (const auto code = repl::check_replica_add(asked.request, nc->facts, facts); code != win32::kErrorSuccess) return refuse(answer, code, nc->dn);
  Result<DsaPlace> place;
  if (asked.request.source_dsa.guid) place = place_of_dsa(context, *snapshot, dsa.identity(), *asked.request.source_dsa.guid);
  if (!place) return answer(std::unexpected(std::move(place.error())));
  queue_request(dsa, call, answer, *nc, std::move(asked.request), std::move(*place));
}

}  // namespace tributary::service
