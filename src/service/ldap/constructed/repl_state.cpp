// SPDX-License-Identifier: Apache-2.0
// See repl_state.hpp.
#include "service/ldap/constructed/repl_state.hpp"

#include <algorithm>
#include <array>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/blobs/vectors.hpp"
#include "drsuapi/constants.hpp"
#include "service/ldap/constructed/repl_query.hpp"

namespace tributary::service::ldap_face {

namespace constructed {

using namespace drsuapi;

Result<std::vector<std::string>> neighbors_as_values(const repl_info::Query& query, bool binary, const Guid& nc) {
  repl_info::Reply reply;
  if (auto done = repl_info::neighbors(query, reply); !done) return std::unexpected(std::move(done.error()));
  auto& neighbors = query.type == DS_REPL_INFO_NEIGHBORS ? *reply.get_if<DS_REPL_INFO_NEIGHBORS>() : *reply.get_if<DS_REPL_INFO_REPSTO>();
  std::vector<std::string> values;
  for (auto& each : neighbors->rgNeighbor) {
    if (!nc.is_null()) each.uuidNamingContextObjGuid = nc;
    auto value = repl_value<blobs::DS_REPL_NEIGHBORW_BLOB>("DS_REPL_NEIGHBOR", each, binary);
    if (!value) return std::unexpected(std::move(value.error()));
    values.push_back(std::move(*value));
  }
  return values;
}

namespace {

using Values = std::vector<std::string>;

template <class Blob, class Entries>
Result<Values> values_of(std::string_view element, const Entries& entries, bool binary) {
  Values values;
  for (const auto& each : entries) {
    auto value = repl_value<Blob>(element, each, binary);
    if (!value) return std::unexpected(std::move(value.error()));
    values.push_back(std::move(*value));
  }
  return values;
}

Result<Values> failures(const repl_info::Query& query, bool binary) {
  repl_info::Reply reply;
  if (auto done = repl_info::state_of_dsa(query, reply); !done) return std::unexpected(std::move(done.error()));
  const auto& failed = query.type == DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES ? *reply.get_if<DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES>()
                                                                           : *reply.get_if<DS_REPL_INFO_KCC_DSA_LINK_FAILURES>();
  return values_of<blobs::DS_REPL_KCC_DSA_FAILUREW_BLOB>("DS_REPL_KCC_DSA_FAILURE", failed->rgDsaFailure, binary);
}

Result<Values> pending_operations(const repl_info::Query& query, bool binary) {
  repl_info::Reply reply;
  if (auto done = repl_info::state_of_dsa(query, reply); !done) return std::unexpected(std::move(done.error()));
  return values_of<blobs::DS_REPL_OPW_BLOB>("DS_REPL_OP", (*reply.get_if<DS_REPL_INFO_PENDING_OPS>())->rgPendingOp, binary);
}

/// 3.1.1.3.2.30, of the operations that msDS-ReplPendingOps shows.
Result<Values> queue_statistics(const repl_info::Query& query, bool binary) {
  const auto pending = query.dsa.pending_operations();
  const auto oldest = [&](repl::OperationKind kind) {
    FileTime time;
    for (const auto& each : pending.operations)
      if (each.operation_type == kind && (time.ticks == 0 || each.time_enqueued < time)) time = each.time_enqueued;
    return time;
  };
  blobs::DS_REPL_QUEUE_STATISTICSW_BLOB blob;
  blob.ftimeCurrentOpStarted = pending.current_started;
  blob.cNumPendingOps = static_cast<std::uint32_t>(pending.operations.size());
  blob.ftimeOldestSync = oldest(repl::OperationKind::kSync);
  blob.ftimeOldestAdd = oldest(repl::OperationKind::kAdd);
  blob.ftimeOldestMod = oldest(repl::OperationKind::kModify);
  blob.ftimeOldestDel = oldest(repl::OperationKind::kDelete);
  blob.ftimeOldestUpdRefs = oldest(repl::OperationKind::kUpdateRefs);
  if (!binary) return Values{to_xml("DS_REPL_QUEUE_STATISTICS", fields_of(blob))};
  const Bytes octets = blobs::encode_whole(blobs::Whole<blobs::DS_REPL_QUEUE_STATISTICSW_BLOB>{blob, {}});
  return Values{std::string(octets.begin(), octets.end())};
}

/// The rootDSE attribute, the type of information that it shows, and what makes it.
struct ReplState {
  std::string_view name;
  std::uint32_t type = 0;
  Result<Values> (*make)(const repl_info::Query&, bool binary) = nullptr;
};
constexpr auto kNeighbors = [](const repl_info::Query& query, bool binary) { return neighbors_as_values(query, binary, {}); };
constexpr std::array kStates = {
    ReplState{"msDS-ReplAllInboundNeighbors", DS_REPL_INFO_NEIGHBORS, kNeighbors},
    ReplState{"msDS-ReplAllOutboundNeighbors", DS_REPL_INFO_REPSTO, kNeighbors},
    ReplState{"msDS-ReplConnectionFailures", DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES, failures},
    ReplState{"msDS-ReplLinkFailures", DS_REPL_INFO_KCC_DSA_LINK_FAILURES, failures},
    ReplState{"msDS-ReplPendingOps", DS_REPL_INFO_PENDING_OPS, pending_operations},
    ReplState{"msDS-ReplQueueStatistics", DS_REPL_INFO_PENDING_OPS, queue_statistics},
};
const ReplState* find_state(std::string_view attribute) noexcept {
  const auto at = std::ranges::find_if(kStates, [&](const auto& each) { return equals_ignoring_case(each.name, attribute); });
  return at == kStates.end() ? nullptr : &*at;
}

}  // namespace
}  // namespace constructed

bool is_repl_state(std::string_view attribute) noexcept { return constructed::find_state(attribute) != nullptr; }

Result<std::vector<std::string>> repl_state_values(Dsa& dsa, const Caller& caller, std::string_view attribute, bool binary) {
  const auto* const state = constructed::find_state(attribute);
  if (state == nullptr) return fail(win32::kErrorInvalidParameter, "not a rootDSE attribute of replication: " + to_printable(attribute, 80));
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const constructed::ReplQuery query(dsa, context, *snapshot, caller, state->type);
  const auto seen = repl_info::may_see_all(query.query);
  if (!seen) return std::unexpected(seen.error());
  if (!*seen) return std::vector<std::string>{};
  return state->make(query.query, binary);
}

}  // namespace tributary::service::ldap_face
