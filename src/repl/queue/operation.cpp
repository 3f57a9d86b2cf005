// SPDX-License-Identifier: Apache-2.0
// See operation.hpp.
#include "repl/queue/operation.hpp"

#include <algorithm>

#include "base/utf.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

bool expunges(const Operation& operation) {
  return kind_of(operation.request) == OperationKind::kDelete && (options_of(operation.request) & DRS_NO_SOURCE) != 0;
}
bool is_refs(const Operation& operation) { return kind_of(operation.request) == OperationKind::kUpdateRefs; }

}  // namespace

bool is_same_partner(const PartnerName& a, const PartnerName& b) noexcept {
  if (!a.guid.is_null() && !b.guid.is_null()) return a.guid == b.guid;
  return !a.address.empty() && equals_ignoring_case(a.address, b.address);
}

PartnerName partner_of(const OperationRequest& request) {
  return std::visit(
      Overload{[](const ReplicaSyncRequest& r) { return PartnerName{r.source_dsa.value_or(DsaGuid{}), r.source_address.value_or(""), {}}; },
               [](const ReplicaAddRequest& r) { return PartnerName{{r.source_dsa.guid.value_or(Guid{})}, r.source_address, {}}; },
               [](const ReplicaDelRequest& r) { return PartnerName{{}, r.source_address, {}}; },
               [](const ReplicaModifyRequest& r) {
                 // With a GUID the address may be the new one.
                 return PartnerName{r.source_dsa, r.source_dsa.is_null() ? r.source_address.value_or("") : "", {}};
               },
               [](const UpdateRefsRequest& r) { return PartnerName{r.destination_dsa, r.destination_address, {}}; }},
      request);
}

std::uint32_t priority_of(const OperationRequest& request, const Standing& standing) noexcept {
  const auto options = options_of(request);
  const auto kind = kind_of(request);
  if (kind == OperationKind::kDelete && (options & DRS_NO_SOURCE) != 0) return kPriorityExpunge;
  if (kind != OperationKind::kSync && kind != OperationKind::kAdd) return kPriorityLocal;
  std::uint32_t priority = kPrioritySync;
  if (kind == OperationKind::kSync && (options & DRS_SYNC_URGENT) != 0) priority += kPriorityUrgent;
  if (standing.is_intrasite) priority += kPriorityIntrasite;
  if (standing.is_writable) priority += kPriorityWritable;
  if (standing.is_waited_for) priority += kPriorityWaitedFor;
  if (standing.nc_kind == NcImportance::kSchema) priority += kPrioritySchema;
  if (standing.nc_kind == NcImportance::kConfiguration) priority += kPriorityConfiguration;
  return priority;
}

std::uint32_t effective_priority(const Operation& operation, const Now& now) noexcept {
  if (operation.priority >= kPriorityAgedMax) return operation.priority;
  const auto waited = std::chrono::duration_cast<std::chrono::minutes>(now.mono - operation.enqueued.mono).count();
  const auto grown = operation.priority + static_cast<std::uint32_t>(std::clamp<std::int64_t>(waited, 0, kPriorityAgedMax));
  return std::min(grown, kPriorityAgedMax);
}

bool is_cycle(const Operation& operation) noexcept {
  const auto kind = kind_of(operation.request);
  return kind == OperationKind::kSync || kind == OperationKind::kAdd;
}
bool is_urgent(const Operation& operation) noexcept { return operation.priority > kPriorityAgedMax; }

bool conflict(const Operation& a, const Operation& b) noexcept {
  const bool is_same_nc = a.nc == b.nc;
  if (is_same_nc && (expunges(a) || expunges(b))) return true;
  if (is_cycle(a) && is_cycle(b)) return is_same_nc || is_same_partner(a.partner, b.partner);
  // repsTo and repsFrom do not disturb each other.
  return is_same_nc && is_refs(a) == is_refs(b) && is_same_partner(a.partner, b.partner);
}

bool conflict_alike(const Operation& a, const Operation& b) noexcept {
  const bool same_class = is_cycle(a) == is_cycle(b) && is_refs(a) == is_refs(b) && expunges(a) == expunges(b);
  return same_class && a.nc == b.nc && a.partner.guid == b.partner.guid && a.partner.address == b.partner.address;
}

bool keep_order(const Operation& older, const Operation& younger) noexcept {
  // An Add that gave way has its value already: what is left of it is a cycle.
  const bool is_change = kind_of(older.request) != OperationKind::kSync && older.preemptions == 0;
  if (!is_change || older.nc != younger.nc) return false;
  if (expunges(older) || expunges(younger)) return true;
  return is_refs(older) == is_refs(younger) && is_same_partner(older.partner, younger.partner);
}

}  // namespace tributary::repl
