// SPDX-License-Identifier: Apache-2.0
// See scheduler.hpp: what happens to the DSA from outside. What it does by itself is schedule_run.cpp.
#include "repl/queue/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tributary::repl {
namespace {

using namespace drsuapi;

constexpr bool has(std::uint32_t set, std::uint32_t flag) { return (set & flag) != 0; }

/// Whether the caller has the answer before the operation begins.
bool is_async(const OperationRequest& request) {
  if (const auto* del = std::get_if<ReplicaDelRequest>(&request)) return is_asynchronous(*del);
  return has(options_of(request), DRS_ASYNC_OP);
}

}  // namespace

Actions Scheduler::handle(const Event& event, const Now& now) {
  Actions actions;
  std::visit([&](const auto& e) { on(e, now, actions); }, event);
  if (is_started_ && !is_shut_down_) run_schedule(now, actions);
  if (!is_shut_down_) {
    queue_.dispatch(now, actions);
    notifier_.send(now, actions);
  }
  wake(now, actions);
  return actions;
}

Scheduler::KnownNc* Scheduler::find_nc(const ObjectGuid& guid) {
  const auto at = std::ranges::find(ncs_, guid, [](const KnownNc& nc) { return nc.replica.guid; });
  return at == ncs_.end() ? nullptr : &*at;
}
Scheduler::KnownSource* Scheduler::find_source(const ObjectGuid& nc, const PartnerName& name) {
  auto* known = find_nc(nc);
  if (known == nullptr) return nullptr;
  const auto at = std::ranges::find_if(known->sources, [&](const KnownSource& s) { return is_same_partner(s.name(), name); });
  return at == known->sources.end() ? nullptr : &*at;
}

void Scheduler::on(const Shutdown&, const Now&, Actions& actions) {
  is_shut_down_ = true;
  queue_.shut_down(actions);
}

void Scheduler::on(const CallerGone& event, const Now&, Actions&) { queue_.cancel_call(event.call); }
void Scheduler::on(const Tick&, const Now&, Actions&) {}

void Scheduler::on(const DsaOptionsChanged& event, const Now&, Actions& actions) {
  dsa_options_ = event.options;
  notifier_.set_enabled(!has(event.options, kNtdsdsaOptDisableOutboundRepl));
  if (!is_inbound_off()) return;
  const auto is_refused = [](const Operation& o) {
    return kind_of(o.request) == OperationKind::kSync && !has(options_of(o.request), DRS_SYNC_FORCED);
  };
  queue_.fail_pending(is_refused, win32::kErrorDsDraSinkDisabled, actions);
}

void Scheduler::on(const LocalChange& event, const Now& now, Actions&) { notifier_.changed(event.nc, event.is_urgent, std::nullopt, now); }

void Scheduler::on(const NotificationAnswered& event, const Now&, Actions& actions) {
  if (!notifier_.answered(event.nc, event.partner) || event.result != win32::kErrorDsDraNoReplica) return;
  actions.emplace_back(ForgetPartner{event.nc, event.partner});
}

// --- Requests -------------------------------------------------------------------------------------------------------------------

void Scheduler::on(const Request& event, const Now& now, Actions& actions) {
  if (is_shut_down_) {
    actions.emplace_back(Reply{event.call, win32::kErrorDsDraShutdown});
    return;
  }
  if (const auto* sync = std::get_if<ReplicaSyncRequest>(&event.operation)) return request_sync(event, *sync, now, actions);
  request_change(event, now, actions);
}

/// The sources that are meant and may be asked. Empty with a code, or with success when there is nothing to do.
std::vector<Scheduler::KnownSource*> Scheduler::sources_of(const ReplicaSyncRequest& sync, KnownNc& nc, Win32& result) {
  std::vector<KnownSource*> meant;
  if (is_inbound_off() && !has(sync.options, DRS_SYNC_FORCED)) {
    result = win32::kErrorDsDraSinkDisabled;
    return meant;
  }
  std::vector<RepsFrom> values;
  values.reserve(nc.sources.size());
  for (const auto& source : nc.sources) values.push_back(source.source.reps);
  const auto places = select_sync_sources(sync, values);
  if (!places) {
    result = places.error();
    return meant;
  }
  // 5.172, DRS_DISABLE_AUTO_SYNC: notifications of this source are not acted upon.
  const bool is_automatic = has(sync.options, DRS_UPDATE_NOTIFICATION) && !has(sync.options, DRS_TWOWAY_SYNC);
  for (const auto place : *places)
    if (!(is_automatic && values[place].has(DRS_DISABLE_AUTO_SYNC))) meant.push_back(&nc.sources[place]);
  return meant;
}

/// A notification by a source that fails is acted upon when the first of its delays is over, not at once and not half an hour later.
bool Scheduler::is_delayed_notification(const ReplicaSyncRequest& sync, KnownSource& source, const Now& now) const {
  if (!has(sync.options, DRS_UPDATE_NOTIFICATION) || !has(sync.options, DRS_ASYNC_OP)) return false;
  if (!source.not_before || *source.not_before <= now.mono) return false;
  source.not_before = std::min(*source.not_before, std::max(now.mono, source.last_attempt + kBackoffFirst));
  if (*source.not_before <= now.mono) return false;
  source.wants_notified = true;
  return true;
}

ReplicationQueue::Draft Scheduler::sync_draft(const KnownNc& nc, const KnownSource& source, std::uint32_t options) const {
  ReplicaSyncRequest sync{source.source.reps.uuid_dsa, source.source.reps.na_dsa, options & ~(DRS_SYNC_ALL | DRS_SYNC_BYNAME)};
  if (source.source.reps.uuid_dsa.is_null()) sync.options |= DRS_SYNC_BYNAME;
  return {.request = std::move(sync),
          .nc = nc.replica.guid,
          .nc_dn = nc.replica.dn,
          .partner = source.name(),
          .standing = {nc.replica.kind, nc.replica.is_writable, source.source.is_intrasite, false},
          .caller = {},
          .call = {}};
}

void Scheduler::request_sync(const Request& event, const ReplicaSyncRequest& sync, const Now& now, Actions& actions) {
  const bool is_asynchronous = has(sync.options, DRS_ASYNC_OP);
  Win32 result{};
  auto* nc = find_nc(event.nc);
  if (nc == nullptr) result = win32::kErrorDsDraBadNc;
  std::vector<ReplicationQueue::Draft> drafts;
  if (nc != nullptr)
    for (auto* source : sources_of(sync, *nc, result))
      if (!is_delayed_notification(sync, *source, now)) drafts.push_back(sync_draft(*nc, *source, sync.options));
  if (!drafts.empty()) return submit_all(event, is_asynchronous, std::move(drafts), now, actions);
  // 4.1.23.2: an asynchronous caller has had its answer before the sources are looked at.
  actions.emplace_back(Reply{event.call, is_asynchronous ? Win32::kSuccess : result});
  if (result != Win32::kSuccess)
    actions.emplace_back(Log{fmt::format("a sync of {} is refused: {}", nc == nullptr ? to_string(event.nc) : nc->replica.dn, win32_name(result))});
}

void Scheduler::request_change(const Request& event, const Now& now, Actions& actions) {
  ReplicationQueue::Draft draft;
  draft.request = event.operation;
  draft.nc = event.nc;
  draft.nc_dn = event.nc_dn;
  draft.partner = partner_of(event.operation);
  if (draft.partner.dsa_dn.empty()) draft.partner.dsa_dn = event.dsa_dn;
  draft.standing = {NcImportance::kOther, has(options_of(event.operation), DRS_WRIT_REP), event.is_intrasite, false};
  if (const auto* nc = find_nc(event.nc)) {
    draft.nc_dn = nc->replica.dn;
    draft.standing.nc_kind = nc->replica.kind;
    draft.standing.is_writable = nc->replica.is_writable;
  }
  const bool is_of_reps_from = kind_of(event.operation) != OperationKind::kUpdateRefs;
  if (const auto* source = is_of_reps_from ? find_source(event.nc, draft.partner) : nullptr) {
    draft.partner = source->name();
    draft.standing.is_intrasite = source->source.is_intrasite;
  }
  std::vector<ReplicationQueue::Draft> drafts;
  drafts.push_back(std::move(draft));
  submit_all(event, is_async(event.operation), std::move(drafts), now, actions);
}

void Scheduler::submit_all(const Request& event, bool is_asynchronous, std::vector<ReplicationQueue::Draft> drafts, const Now& now,
                           Actions& actions) {
  const Win32 opened = is_asynchronous ? Win32::kSuccess : queue_.open_call(event.call, event.caller);
  if (opened != Win32::kSuccess) {
    actions.emplace_back(Reply{event.call, opened});
    return;
  }
  Win32 failure{};
  std::size_t accepted = 0;
  for (auto& draft : drafts) {
    draft.caller = event.caller;
    if (!is_asynchronous) draft.call = event.call;
    draft.standing.is_waited_for = !is_asynchronous;
    const auto result = queue_.submit(std::move(draft), now);
    if (result == Win32::kSuccess)
      ++accepted;
    else
      failure = result;
  }
  if (!is_asynchronous)
    queue_.close_call(event.call, failure, actions);
  else
    actions.emplace_back(Reply{event.call, accepted > 0 ? Win32::kSuccess : failure});
  if (failure != Win32::kSuccess) actions.emplace_back(Log{fmt::format("the replication queue has no room for {}", event.caller)});
}

// --- What running operations say ------------------------------------------------------------------------------------------------

void Scheduler::tell_partners(const Operation& operation, const Changes& changes, const Now& now) {
  if (changes.originated)
    notifier_.changed(operation.nc, changes.urgent, std::nullopt, now);
  else if (changes.replicated)
    notifier_.changed(operation.nc, changes.urgent, operation.partner.guid, now);
}

void Scheduler::on(const PageBoundary& event, const Now& now, Actions& actions) {
  const auto* operation = queue_.find_running(event.operation);
  if (operation == nullptr) return;
  tell_partners(*operation, event.changes, now);
  queue_.page_boundary(event.operation, now, actions);
}

void Scheduler::on(const Finished& event, const Now& now, Actions& actions) {
  const auto ended = queue_.finish(event.operation, event.result, actions);
  if (!ended) {
    actions.emplace_back(Log{fmt::format("operation {} is not running", static_cast<std::uint32_t>(event.operation))});
    return;
  }
  tell_partners(ended->operation, event.changes, now);
  if (is_cycle(ended->operation) && !ended->is_requeued && !is_shut_down_) after_sync(ended->operation, event.result, now, actions);
}

/// DRS_TWOWAY_SYNC: the source is asked to replicate from here, unless that is what it has asked for just now.
void ask_for_the_other_direction(const Operation& operation, const RepsFrom& source, Actions& actions) {
  const auto options = options_of(operation.request);
  const bool is_asked_for = has(options, DRS_TWOWAY_SYNC) || source.has(DRS_TWOWAY_SYNC);
  const bool is_the_other = has(options, DRS_TWOWAY_SYNC) && has(options, DRS_UPDATE_NOTIFICATION);
  if (!is_asked_for || is_the_other) return;
  const std::uint32_t asked = DRS_ASYNC_OP | DRS_UPDATE_NOTIFICATION | DRS_TWOWAY_SYNC | (source.options & DRS_WRIT_REP);
  actions.emplace_back(Notify{operation.nc, source.uuid_dsa, source.na_dsa, asked, false});
}

void Scheduler::after_sync(const Operation& operation, Win32 result, const Now& now, Actions& actions) {
  auto* source = find_source(operation.nc, operation.partner);
  if (source == nullptr) return;
  if (result == win32::kErrorDsDraPreempted) return;  // it gave way, and nobody wants the rest
  source->last_attempt = now.mono;
  if (result == Win32::kSuccess) {
    source->failures = 0;
    source->not_before.reset();
    source->wants_initial = source->wants_periodic = source->wants_notified = false;
    source->notified_retries = 0;
    ask_for_the_other_direction(operation, source->source.reps, actions);
    return;
  }
  if (source->failures != UINT32_MAX) ++source->failures;
  const auto delay = backoff_after(source->failures);
  source->not_before = now.mono + delay;
  const auto options = options_of(operation.request);
  if (operation.caller.empty() && has(options, DRS_PER_SYNC)) source->wants_periodic = true;
  if (has(options, DRS_UPDATE_NOTIFICATION) && source->notified_retries < kNotifiedRetriesMax) {
    source->wants_notified = true;
    ++source->notified_retries;
  }
  actions.emplace_back(Log{fmt::format("{} from {} failed {} times with {}, not again by itself for {} s", operation.nc_dn, operation.partner.address,
                                       source->failures, win32_name(result), std::chrono::duration_cast<std::chrono::seconds>(delay).count())});
}

}  // namespace tributary::repl
