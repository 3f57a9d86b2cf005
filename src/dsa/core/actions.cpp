// SPDX-License-Identifier: Apache-2.0
// The scheduler's actions, carried out: on its thread what does not block, on workers what does. [MS-ADTS] 3.1.1.5.1.6 (notifications).
#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/operations.hpp"
#include "dsa/core/running_dsa.hpp"
#include "repl/queue/limits.hpp"

namespace tributary::dsa {
namespace {

/// Reaching a partner, all phases together.
constexpr std::chrono::milliseconds kReachTimeout{15'000};

}  // namespace

void RunningDsa::act(repl::Action action) {
  std::visit([this](auto& each) { act_on(std::move(each)); }, action);
}

void RunningDsa::act_on(repl::Start action) {
  const auto id = action.operation;
  const bool posted = workers_.post([this, action = std::move(action)] {
    if (kind_of(action.request) == repl::OperationKind::kSync || kind_of(action.request) == repl::OperationKind::kAdd) return run_cycle(action);
    Win32 result = win32::kErrorNotSupported;
    if (const auto* del = std::get_if<repl::ReplicaDelRequest>(&action.request)) result = carry_out(action, *del);
    if (const auto* modify = std::get_if<repl::ReplicaModifyRequest>(&action.request)) result = carry_out(action, *modify);
    if (const auto* refs = std::get_if<repl::UpdateRefsRequest>(&action.request)) result = carry_out(action, *refs);
    replicas_changed();
    control_.tell(repl::Finished{action.operation, result, {}});
  });
  if (!posted) control_.tell(repl::Finished{id, win32::kErrorDsDraShutdown, {}});
}

void RunningDsa::act_on(const repl::Preempt& action) {
  const std::lock_guard guard(cycles_mutex_);
  if (const auto running = cycles_.find(action.operation); running != cycles_.end()) running->second->gives_way = true;
}

void RunningDsa::act_on(const repl::Reply& action) {
  std::move_only_function<void(Win32)> done;
  {
    const std::lock_guard guard(waiters_mutex_);
    const auto waiter = waiters_.find(action.call);
    if (waiter == waiters_.end()) return;
    done = std::move(waiter->second);
    waiters_.erase(waiter);
  }
  done(action.result);
}

void RunningDsa::act_on(const repl::Log& action) { log('i', action.text); }

PartnerHint RunningDsa::hint_of(const DsaGuid& dsa, std::string address) const {
  PartnerHint hint{dsa, std::move(address), {}};
  const auto known = facts();
  if (const auto found = known->dsas.find(dsa); found != known->dsas.end()) hint.host_name = found->second.host_name;
  return hint;
}

// --- Notifications --------------------------------------------------------------------------------------------------------------

void RunningDsa::act_on(const repl::Notify& action) {
  if (auto handle = partners_.cached(action.partner)) return notify(action, handle, true);
  if (!notify_bound(action)) control_.tell(repl::NotificationAnswered{action.nc, action.partner, win32::kErrorDsDraShutdown});
}

/// On a handle that is bound for it. False when no worker takes it.
bool RunningDsa::notify_bound(const repl::Notify& action) {
  return workers_.post([this, action] {
    auto bound = partners_.handle(hint_of(action.partner, action.address), kReachTimeout);
    if (bound) return notify(action, bound->handle, false);
    ++figures_.notifications_failed;
    // Once: repsTo counts the rest.
    const bool is_known = is_silent(action);
    log(is_known ? 'd' : 'w', fmt::format("{} cannot be notified: {}", to_string(action.partner), describe_error(bound.error())));
    control_.tell(repl::NotificationAnswered{action.nc, action.partner, bound.error().code});
    note_notification(action, bound.error().code);
  });
}

/// The last notification in repsTo failed as well.
bool RunningDsa::is_silent(const repl::Notify& action) const {
  const auto snapshot = store_->read();
  const auto root = snapshot->find_guid(action.nc);
  const auto replica = root ? snapshot->nc_replica(*root) : Result<std::optional<store::NcReplica>>();
  if (!replica || !*replica) return false;
  for (const auto& octets : (*replica)->reps_to)
    if (const auto value = repl::decode_reps_to(octets); value && value->uuid_dsa == action.partner) return value->consecutive_failures != 0;
  return false;
}

void RunningDsa::notify(const repl::Notify& action, const std::shared_ptr<client::DrsHandle>& handle, bool was_kept) {
  using drsuapi::IDL_DRSReplicaSync;
  IDL_DRSReplicaSync::In in;
  in.msgSync = drsuapi::DRS_MSG_REPSYNC_V1{drsuapi::dsname_from_guid(action.nc.value), identity_.dsa.value, {}, action.options};
  client::CallOptions options;
  options.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(repl::kNotificationAnswerMax);
  ++figures_.notifications_sent;
  handle->call_async<IDL_DRSReplicaSync>(std::move(in), options, [this, action, handle, was_kept](Result<IDL_DRSReplicaSync::Out> out) {
    if (!out && !handle->usable()) {
      partners_.drop(action.partner, handle);
      // A kept handle may have died unnoticed, or its DSA has become another: then once more with a fresh one.
      if (was_kept && notify_bound(action)) return;
    }
    const Win32 result = out ? win32::kErrorSuccess : out.error().code;
    control_.tell(repl::NotificationAnswered{action.nc, action.partner, result});
    if (!out) ++figures_.notifications_failed;
    (void)workers_.post([this, action, result] { note_notification(action, result); });
  });
}

/// Into repsTo, when there is something worth a write.
void RunningDsa::note_notification(const repl::Notify& action, Win32 result) {
  const auto now = context().ds_now();
  const auto noted = [&](store::NcReplica& replica) -> Result<bool> {
    bool is_changed = false;
    for (auto& octets : replica.reps_to) {
      auto value = repl::decode_reps_to(octets);
      if (!value || value->uuid_dsa != action.partner || !repl::after_notification(*value, result, now)) continue;
      auto encoded = repl::encode_reps_to(*value);
      if (!encoded) return std::unexpected(std::move(encoded.error()));
      octets = std::move(*encoded);
      is_changed = true;
    }
    return is_changed;
  };
  {
    const auto snapshot = store_->read();
    const auto root = snapshot->find_guid(action.nc);
    auto replica = root ? snapshot->nc_replica(*root) : Result<std::optional<store::NcReplica>>();
    if (!replica || !*replica || !noted(**replica).value_or(false)) return;
  }
  (void)edit_replica(action.nc, [&](store::NcReplica& replica) { return noted(replica) ? win32::kErrorSuccess : win32::kErrorDsDraInternalError; });
}

void RunningDsa::act_on(const repl::ForgetPartner& action) {
  (void)workers_.post([this, action] {
    log('w', fmt::format("{} does not replicate from here any more: it is notified no longer", to_string(action.partner)));
    const repl::UpdateRefsRequest request{{}, action.partner, drsuapi::DRS_DEL_REF | drsuapi::DRS_WRIT_REP};
    (void)carry_out(repl::Start{{}, request, action.nc, {}, false}, request);
    replicas_changed();
  });
}

}  // namespace tributary::dsa
