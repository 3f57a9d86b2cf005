// SPDX-License-Identifier: Apache-2.0
// See scheduler.hpp: what the DSA does by itself, and when. [MS-DRSR] 5.165, 5.172; [MS-ADTS] 3.1.1.1.14.
#include <fmt/format.h>

#include <algorithm>

#include "repl/queue/scheduler.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;

/// The monotonic time at which the wall clock, if nobody sets it, will show `time`.
MonoTime mono_at(DsTime time, const Now& now) {
  constexpr std::int64_t kAheadMax = std::int64_t{7} * 24 * 3600 * 10'000'000;  // schedules repeat after a week
  const auto ticks = std::clamp<std::int64_t>(to_file_time(time).ticks - now.wall.ticks, 0, kAheadMax);
  return now.mono + MonoTime(ticks * 100);
}

}  // namespace

bool Scheduler::KnownSource::is_periodic() const noexcept {
  return source.reps.has(DRS_PER_SYNC) && (source.reps.options & (DRS_DISABLE_PERIODIC_SYNC | DRS_MAIL_REP)) == 0;
}

void Scheduler::set_quarter(KnownSource& source, DsTime after) {
  source.next_quarter = source.is_periodic() ? source.source.reps.schedule.next_due(after) : std::nullopt;
}

void Scheduler::on(const ReplicasChanged& event, const Now& now, Actions& actions) {
  std::vector<KnownNc> old;
  std::swap(old, ncs_);
  for (const auto& replica : event.replicas) {
    if (find_nc(replica.guid) != nullptr) continue;
    auto& nc = ncs_.emplace_back(KnownNc{replica, {}});
    nc.replica.sources.clear();
    const auto before = std::ranges::find(old, replica.guid, [](const KnownNc& k) { return k.replica.guid; });
    for (const auto& source : replica.sources) {
      KnownSource known;
      known.source = source;
      // What has no name, or the name of another, cannot be told from anything: no result would ever be its own.
      const bool has_name = is_same_partner(known.name(), known.name());
      if (!has_name || find_source(replica.guid, known.name()) != nullptr) continue;
      const auto same = before == old.end() ? std::vector<KnownSource>::iterator{}
                                            : std::ranges::find_if(before->sources, [&](const KnownSource& s) {
                                                return is_same_partner(s.name(), known.name());
                                              });
      if (before != old.end() && same != before->sources.end()) {
        known = *same;
        known.source = source;
        set_quarter(known, now.ds());
      } else {
        known.failures = source.reps.consecutive_failures;
        // A quarter that began while this DSA was down is due now.
        set_quarter(known, std::min(source.reps.time_last_attempt, now.ds()));
        known.wants_initial = is_started_ && source.reps.has(DRS_NEVER_SYNCED) && !source.reps.has(DRS_MAIL_REP);
      }
      nc.sources.push_back(std::move(known));
    }
  }
  notifier_.set_replicas(event.replicas);
  const auto is_gone = [&](const Operation& o) {
    return kind_of(o.request) == OperationKind::kSync && find_source(o.nc, o.partner) == nullptr;
  };
  queue_.fail_pending(is_gone, win32::kErrorDsDraNoReplica, actions);
}

void Scheduler::on(const Startup&, const Now&, Actions&) {
  is_started_ = true;
  for (auto& nc : ncs_)
    for (auto& source : nc.sources)
      if ((source.source.reps.options & (DRS_INIT_SYNC | DRS_NEVER_SYNCED)) != 0 && !source.source.reps.has(DRS_MAIL_REP))
        source.wants_initial = true;
}

std::size_t Scheduler::initial_syncs_missing() const noexcept {
  std::size_t missing = 0;
  for (const auto& nc : ncs_)
    missing += static_cast<std::size_t>(std::ranges::count_if(nc.sources, [](const KnownSource& s) { return s.wants_initial; }));
  return missing;
}

void Scheduler::run_schedule(const Now& now, Actions& actions) {
  const bool was_set_back = now.wall < last_wall_;
  last_wall_ = now.wall;
  if (was_set_back)
    for (auto& nc : ncs_)
      for (auto& source : nc.sources) set_quarter(source, now.ds());
  if (is_inbound_off()) return;
  for (auto& nc : ncs_)
    for (auto& source : nc.sources) run_source(nc, source, now, actions);
}

void Scheduler::run_source(const KnownNc& nc, KnownSource& source, const Now& now, Actions& actions) {
  if (source.next_quarter && *source.next_quarter <= now.ds()) {
    source.wants_periodic = true;
    set_quarter(source, now.ds());
  }
  if (!source.is_periodic()) source.wants_periodic = false;
  if (!source.wants_initial && !source.wants_periodic && !source.wants_notified) return;
  if (source.not_before && *source.not_before > now.mono) return;
  // A retry keeps to the quarters that the administrator has opened; after them the next one begins it anew.
  if (source.wants_periodic && source.failures > 0 && !source.source.reps.schedule.is_open(now.ds())) source.wants_periodic = false;
  if (queue_.has_cycle(nc.replica.guid, source.name())) {
    source.wants_periodic = source.wants_notified = false;
    return;
  }
  std::uint32_t options = DRS_ASYNC_OP | (source.source.reps.options & DRS_WRIT_REP);
  if (source.wants_initial) options |= DRS_INIT_SYNC;
  if (source.wants_periodic) options |= DRS_PER_SYNC;
  if (source.wants_notified) options |= DRS_UPDATE_NOTIFICATION;
  if (!source.wants_initial && !source.wants_periodic && !source.wants_notified) return;
  if (queue_.submit(sync_draft(nc, source, options), now) == Win32::kSuccess) {
    source.wants_periodic = source.wants_notified = false;
    return;
  }
  source.not_before = now.mono + kBackoffFirst;
  actions.emplace_back(Log{fmt::format("the replication queue has no room for {} from {}", nc.replica.dn, source.source.reps.na_dsa)});
}

std::optional<MonoTime> Scheduler::next_wake(const Now& now) const {
  if (is_shut_down_) return std::nullopt;
  auto next = notifier_.next_due();
  const auto consider = [&](MonoTime time) { next = next ? std::min(*next, time) : time; };
  if (!is_started_ || is_inbound_off()) return next;
  for (const auto& nc : ncs_)
    for (const auto& source : nc.sources) {
      const bool wants = source.wants_initial || source.wants_periodic || source.wants_notified;
      if (wants && source.not_before && *source.not_before > now.mono) consider(*source.not_before);
      if (source.next_quarter) consider(mono_at(*source.next_quarter, now));
    }
  return next;
}

void Scheduler::wake(const Now& now, Actions& actions) {
  const auto next = next_wake(now);
  if (next == announced_wake_) return;
  announced_wake_ = next;
  actions.emplace_back(WakeAt{next});
}

}  // namespace tributary::repl
