// SPDX-License-Identifier: Apache-2.0
// See queue.hpp.
#include "repl/queue/queue.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

/// Open synchronous calls, all callers together: what attaches to an operation that waits takes no place of its own.
constexpr std::size_t kCallsMax = 4096;

/// Options of a sync that say who asked and how, not what is to be done: two requests that differ in nothing else are duplicates.
/// What a duplicate asks for beyond the first (the last four) is added to it.
constexpr std::uint32_t kAdded = DRS_SYNC_URGENT | DRS_SYNC_FORCED | DRS_FULL_SYNC_NOW | DRS_TWOWAY_SYNC;
constexpr std::uint32_t kOfTheRequest = DRS_ASYNC_OP | DRS_UPDATE_NOTIFICATION | DRS_SYNC_ALL | DRS_SYNC_BYNAME | DRS_WRIT_REP | DRS_INIT_SYNC |
                                        DRS_PER_SYNC | DRS_INIT_SYNC_NOW | kAdded;

bool is_plain_sync(const OperationRequest& request) {
  return kind_of(request) == OperationKind::kSync && (options_of(request) & DRS_NO_DISCARD) == 0;
}

}  // namespace

void ReplicationQueue::charge(const std::string& caller) { ++places_[caller]; }
void ReplicationQueue::discharge(const std::string& caller) {
  const auto at = places_.find(caller);
  TRIBUTARY_ASSERT(at != places_.end());
  if (--at->second == 0) places_.erase(at);
}

Win32 ReplicationQueue::open_call(CallId call, const std::string& caller) {
  const auto places = places_.find(caller);
  const bool is_full = places != places_.end() && places->second >= kPlacesPerCallerMax;
  if (is_full || calls_.size() >= kCallsMax || !calls_.try_emplace(call, Call{.caller = caller}).second) return win32::kErrorDsDraBusy;
  charge(caller);
  return {};
}

void ReplicationQueue::close_call(CallId call, Win32 result, Actions& actions) {
  const auto at = calls_.find(call);
  if (at == calls_.end()) return;
  at->second.is_complete = true;
  ++at->second.open;
  settle_call(call, result, actions);
}

Operation* ReplicationQueue::find_twin(const Draft& draft) {
  if (!is_plain_sync(draft.request)) return nullptr;
  const auto at = std::ranges::find_if(pending_, [&](const Operation& o) {
    return is_plain_sync(o.request) && o.preemptions == 0 && o.nc == draft.nc && is_same_partner(o.partner, draft.partner) &&
           ((options_of(o.request) ^ options_of(draft.request)) & ~kOfTheRequest) == 0;
  });
  return at == pending_.end() ? nullptr : &*at;
}

void ReplicationQueue::attach(Operation& operation, const std::optional<CallId>& call) {
  if (!call) {
    operation.is_wanted_anyway = true;
    return;
  }
  operation.waiters.push_back(*call);
  ++calls_.at(*call).open;
}

/// What must go before an operation, and what before that, is as important as it is.
void ReplicationQueue::inherit(const Operation& operation) {
  std::vector<const Operation*> later = {&operation};
  for (auto older = pending_.rbegin(); older != pending_.rend(); ++older) {
    const auto is_before = [&](const Operation* o) { return older->serial < o->serial && keep_order(*older, *o); };
    if (!std::ranges::any_of(later, is_before)) continue;
    older->priority = std::max(older->priority, operation.priority);
    later.push_back(&*older);
  }
}

void ReplicationQueue::merge(Operation& twin, const Draft& draft) {
  auto& options = options_of(twin.request);
  options |= options_of(draft.request) & kAdded;
  if ((options_of(draft.request) & DRS_UPDATE_NOTIFICATION) == 0) options &= ~DRS_UPDATE_NOTIFICATION;
  twin.standing.is_waited_for |= draft.standing.is_waited_for;
  twin.priority = std::max(twin.priority, priority_of(twin.request, twin.standing));
  attach(twin, draft.call);
  inherit(twin);
}

bool ReplicationQueue::has_room(const Draft& draft) const {
  const bool is_own = draft.caller.empty();
  if (pending_.size() >= (is_own ? kPendingMax : kPendingMax - kPendingReserved)) return false;
  if (is_own || draft.call) return true;  // a call has its place already
  const auto places = places_.find(draft.caller);
  return places == places_.end() || places->second < kPlacesPerCallerMax;
}

Win32 ReplicationQueue::submit(Draft draft, const Now& now) {
  if (auto* twin = find_twin(draft)) {
    merge(*twin, draft);
    return {};
  }
  if (!has_room(draft)) return win32::kErrorDsDraBusy;
  auto& operation = pending_.emplace_back();
  if (++last_serial_ == 0) ++last_serial_;
  operation.serial = OperationId{last_serial_};
  operation.request = std::move(draft.request);
  operation.nc = draft.nc;
  operation.nc_dn = std::move(draft.nc_dn);
  operation.partner = std::move(draft.partner);
  operation.standing = draft.standing;
  operation.caller = draft.caller;
  operation.is_charged = !draft.caller.empty() && !draft.call;
  if (operation.is_charged) charge(draft.caller);
  operation.priority = priority_of(operation.request, operation.standing);
  // Everybody's first request is of the present round, the next of a flood of rounds to come.
  auto& last_round = last_rounds_[draft.caller];
  last_round = std::max(round_, last_round + 1);
  operation.round = last_round;
  operation.enqueued = now;
  attach(operation, draft.call);
  inherit(operation);
  return {};
}

void ReplicationQueue::cancel_call(CallId call) {
  const auto at = calls_.find(call);
  if (at == calls_.end()) return;
  discharge(at->second.caller);
  calls_.erase(at);
  for (auto* list : {&pending_, &running_})
    for (auto& operation : *list) std::erase(operation.waiters, call);
  std::erase_if(pending_, [](const Operation& o) { return o.waiters.empty() && !o.is_wanted_anyway; });
  forget_rounds();
}

void ReplicationQueue::settle_call(CallId call, Win32 result, Actions& actions) {
  const auto at = calls_.find(call);
  if (at == calls_.end()) return;
  auto& state = at->second;
  if (state.result == Win32::kSuccess) state.result = result;
  TRIBUTARY_ASSERT(state.open > 0);
  if (--state.open > 0 || !state.is_complete) return;
  actions.emplace_back(Reply{call, state.result});
  discharge(state.caller);
  calls_.erase(at);
}

void ReplicationQueue::settle(const Operation& operation, Win32 result, Actions& actions) {
  for (const auto call : operation.waiters) settle_call(call, result, actions);
  if (operation.is_charged) discharge(operation.caller);
}

void ReplicationQueue::fail_pending(const std::function<bool(const Operation&)>& fits, Win32 result, Actions& actions) {
  std::vector<Operation> failed;
  for (auto& operation : pending_)
    if (fits(operation)) failed.push_back(operation);
  std::erase_if(pending_, fits);
  forget_rounds();
  for (const auto& operation : failed) settle(operation, result, actions);
}

/// Callers of whom nothing waits or runs begin anew.
void ReplicationQueue::forget_rounds() {
  const auto has_any = [](const std::vector<Operation>& list, const std::string& caller) {
    return std::ranges::find(list, caller, &Operation::caller) != list.end();
  };
  std::erase_if(last_rounds_, [&](const auto& entry) { return !has_any(pending_, entry.first) && !has_any(running_, entry.first); });
}

std::vector<ReplicationQueue::Ranked> ReplicationQueue::ranked(const Now& now) const {
  std::vector<Ranked> order;
  order.reserve(pending_.size());
  for (const auto& operation : pending_) order.push_back({&operation, effective_priority(operation, now)});
  std::ranges::sort(order, [](const Ranked& a, const Ranked& b) {
    if (a.importance != b.importance) return a.importance > b.importance;
    if (a.operation->round != b.operation->round) return a.operation->round < b.operation->round;
    return a.operation->serial < b.operation->serial;
  });
  return order;
}

/// What waits and changes references: others may have to wait for it.
std::vector<const Operation*> ReplicationQueue::pending_changes() const {
  std::vector<const Operation*> changes;
  for (const auto& operation : pending_)
    if (kind_of(operation.request) != OperationKind::kSync) changes.push_back(&operation);
  return changes;
}

bool ReplicationQueue::waits_for_older(const Operation& operation, const std::vector<const Operation*>& changes) {
  return std::ranges::any_of(changes, [&](const Operation* o) { return o->serial < operation.serial && keep_order(*o, operation); });
}

bool ReplicationQueue::has_slot(const Operation& operation) const {
  const auto cycles = static_cast<std::size_t>(std::ranges::count_if(running_, is_cycle));
  return is_cycle(operation) ? cycles < kRunningCyclesMax : running_.size() - cycles < kRunningLocalMax;
}

const Operation* ReplicationQueue::next_to_start(const Now& now) const {
  // What is more important and cannot begin yet must not have to wait for one more. Among equals nobody holds a place free; whoever
  // waits long becomes more important, and what is urgent holds its place always. What waits for an older one is not ahead: the older
  // one is, and is as important.
  std::vector<Ranked> ahead;
  const auto changes = pending_changes();
  for (const auto& next : ranked(now)) {
    const auto& operation = *next.operation;
    const auto is_alike = [&](const Ranked& r) { return conflict_alike(*r.operation, operation); };
    if (std::ranges::any_of(ahead, is_alike) || waits_for_older(operation, changes)) continue;
    const auto stands_in_way = [&](const Operation& other) { return conflict(other, operation); };
    const auto holds_place = [&](const Ranked& r) {
      return (is_urgent(*r.operation) || r.importance > next.importance) && stands_in_way(*r.operation);
    };
    const bool can_begin =
        has_slot(operation) && !std::ranges::any_of(running_, stands_in_way) && !std::ranges::any_of(ahead, holds_place);
    if (can_begin) return &operation;
    ahead.push_back(next);
  }
  return nullptr;
}

void ReplicationQueue::dispatch(const Now& now, Actions& actions) {
  while (running_.size() < kRunningCyclesMax + kRunningLocalMax) {
    const auto* next = next_to_start(now);
    if (next == nullptr) return;
    const auto place = pending_.begin() + (next - pending_.data());
    Operation operation = std::move(*place);
    pending_.erase(place);
    round_ = std::max(round_, operation.round);
    operation.effective = effective_priority(operation, now);
    operation.started = now;
    actions.emplace_back(Start{operation.serial, operation.request, operation.nc, operation.partner, operation.preemptions > 0});
    running_.push_back(std::move(operation));
  }
}

bool ReplicationQueue::must_give_way(const Operation& running, const Now& now) const {
  std::size_t cycles = 0;
  std::size_t leaving = 0;
  for (const auto& r : running_) {
    cycles += is_cycle(r) ? 1 : 0;
    leaving += is_cycle(r) && r.is_giving_way ? 1 : 0;
  }
  const std::size_t slots = kRunningCyclesMax - std::min(kRunningCyclesMax, cycles) + leaving;
  std::vector<const Operation*> ahead;  // cycles that will take a slot before this one
  const auto changes = pending_changes();
  for (const auto& [waiting, importance] : ranked(now)) {
    if (importance <= running.effective) return false;
    const auto is_alike = [&](const Operation* o) { return conflict_alike(*o, *waiting); };
    if (std::ranges::any_of(ahead, is_alike) || waits_for_older(*waiting, changes)) continue;
    const bool lacks_slot = is_cycle(*waiting) && ahead.size() >= slots;
    if (is_cycle(*waiting)) ahead.push_back(waiting);
    if (running.preemptions >= kPreemptionsMax && !is_urgent(*waiting)) continue;
    if (!lacks_slot && !conflict(running, *waiting)) continue;
    const bool would_begin = std::ranges::none_of(running_, [&](const Operation& r) {
      return conflict(r, *waiting) && !r.is_giving_way && r.effective >= importance;
    });
    if (would_begin) return true;
  }
  return false;
}

void ReplicationQueue::page_boundary(OperationId id, const Now& now, Actions& actions) {
  const auto at = std::ranges::find(running_, id, &Operation::serial);
  if (at == running_.end()) return;
  if (!at->is_giving_way && !must_give_way(*at, now)) return;
  at->is_giving_way = true;
  actions.emplace_back(Preempt{id});
}

void ReplicationQueue::requeue(Operation operation) {
  operation.started.reset();
  operation.is_giving_way = false;
  ++operation.preemptions;
  auto& options = options_of(operation.request);
  options |= DRS_PREEMPTED | DRS_SYNC_REQUEUE;
  // A full sync goes on; it does not begin anew.
  if (kind_of(operation.request) == OperationKind::kSync && (options & DRS_FULL_SYNC_NOW) != 0)
    options = (options & ~DRS_FULL_SYNC_NOW) | DRS_FULL_SYNC_IN_PROGRESS;
  const auto place = std::ranges::upper_bound(pending_, operation.serial, {}, &Operation::serial);
  pending_.insert(place, std::move(operation));
}

std::optional<ReplicationQueue::Ended> ReplicationQueue::finish(OperationId id, Win32 result, Actions& actions) {
  const auto at = std::ranges::find(running_, id, &Operation::serial);
  if (at == running_.end()) return std::nullopt;
  Ended ended{std::move(*at), false};
  running_.erase(at);
  auto& operation = ended.operation;
  const bool goes_on = result == win32::kErrorDsDraPreempted && is_cycle(operation) &&
                       (operation.is_giving_way || operation.preemptions < kPreemptionsMax);
  if (goes_on && (operation.is_wanted_anyway || !operation.waiters.empty())) {
    ended.is_requeued = true;
    requeue(operation);
  } else {
    settle(operation, result, actions);
    forget_rounds();
  }
  return ended;
}

void ReplicationQueue::shut_down(Actions& actions) {
  fail_pending([](const Operation&) { return true; }, win32::kErrorDsDraShutdown, actions);
  for (auto& operation : running_) {
    for (const auto call : operation.waiters) settle_call(call, win32::kErrorDsDraShutdown, actions);
    operation.waiters.clear();
    operation.is_wanted_anyway = false;
    if (!is_cycle(operation)) continue;
    operation.is_giving_way = true;
    actions.emplace_back(Preempt{operation.serial});
  }
}

const Operation* ReplicationQueue::find_running(OperationId id) const noexcept {
  const auto at = std::ranges::find(running_, id, &Operation::serial);
  return at == running_.end() ? nullptr : &*at;
}

bool ReplicationQueue::has_cycle(const ObjectGuid& nc, const PartnerName& source) const noexcept {
  const auto fits = [&](const Operation& o) { return is_cycle(o) && o.nc == nc && is_same_partner(o.partner, source); };
  return std::ranges::any_of(pending_, fits) || std::ranges::any_of(running_, fits);
}

std::vector<PendingOperation> ReplicationQueue::operations(const Now& now) const {
  std::vector<const Operation*> order;
  for (const auto& operation : running_) order.push_back(&operation);
  for (const auto& next : ranked(now)) order.push_back(next.operation);
  std::vector<PendingOperation> shown;
  shown.reserve(order.size());
  for (const auto* o : order)
    shown.push_back({o->enqueued.wall, static_cast<std::uint32_t>(o->serial), o->priority, kind_of(o->request), options_of(o->request), o->nc_dn,
                     o->partner.dsa_dn, o->partner.address, o->nc, o->partner.guid});
  return shown;
}

FileTime ReplicationQueue::current_operation_started() const noexcept {
  return running_.empty() ? FileTime{} : running_.front().started->wall;
}

}  // namespace tributary::repl
