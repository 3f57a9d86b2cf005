// SPDX-License-Identifier: Apache-2.0
// See notifier.hpp.
#include "repl/queue/notifier.hpp"

#include <algorithm>

namespace tributary::repl {
namespace {

using namespace drsuapi;

MonoTime delay_of(const std::optional<std::int64_t>& seconds, std::int64_t otherwise) {
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds.value_or(otherwise), 0, kNotifyDelaySecondsMax));
}

}  // namespace

void Notifier::set_replicas(const std::vector<NcReplica>& replicas) {
  std::map<ObjectGuid, Replica> old;
  std::swap(old, replicas_);
  in_flight_ = 0;
  for (const auto& replica : replicas) {
    auto& made = replicas_[replica.guid];
    made.first = delay_of(replica.notify_first_s, kNotifyFirstDefaultSeconds);
    made.subsequent = delay_of(replica.notify_subsequent_s, kNotifySubsequentDefaultSeconds);
    const auto before = old.find(replica.guid);
    if (before != old.end()) made.last_sent = before->second.last_sent;
    for (const auto& reps : replica.partners) {
      const bool is_known = std::ranges::find(made.partners, reps.uuid_dsa, &Partner::guid) != made.partners.end();
      if (reps.uuid_dsa.is_null() || is_known) continue;  // its answers could not be told apart
      Partner partner;
      partner.guid = reps.uuid_dsa;
      partner.address = reps.na_dsa;
      partner.options = reps.options;
      if (before != old.end()) {
        const auto same = std::ranges::find(before->second.partners, reps.uuid_dsa, &Partner::guid);
        if (same != before->second.partners.end()) {
          partner.is_owed = same->is_owed;
          partner.is_urgent = same->is_urgent;
          partner.due = same->due;
          partner.in_flight = same->in_flight;
        }
      }
      if (partner.in_flight) ++in_flight_;
      made.partners.push_back(std::move(partner));
    }
  }
}

void Notifier::changed(const ObjectGuid& nc, bool is_urgent, const std::optional<DsaGuid>& except, const Now& now) {
  const auto at = replicas_.find(nc);
  if (at == replicas_.end()) return;
  for (auto& partner : at->second.partners) {
    if ((partner.options & DRS_NEVER_NOTIFY) != 0 || partner.guid == except) continue;
    if (!partner.is_owed) partner.due = now.mono + at->second.first;
    partner.is_owed = true;
    partner.is_urgent |= is_urgent;
  }
}

bool Notifier::answered(const ObjectGuid& nc, const DsaGuid& partner) {
  const auto at = replicas_.find(nc);
  if (at == replicas_.end()) return false;
  const auto found = std::ranges::find(at->second.partners, partner, &Partner::guid);
  if (found == at->second.partners.end() || !found->in_flight) return false;
  found->in_flight.reset();
  --in_flight_;
  return true;
}

MonoTime Notifier::due_at(const Replica& replica, const Partner& partner) noexcept {
  if (partner.is_urgent) return MonoTime::min();
  return replica.last_sent ? std::max(partner.due, *replica.last_sent + replica.subsequent) : partner.due;
}

/// The partner whose turn it is: the urgent first, then the longest owed, then in the order of repsTo.
Notifier::Partner* Notifier::next_of(Replica& replica, const Now& now) {
  Partner* best = nullptr;
  for (auto& partner : replica.partners) {
    if (!partner.is_owed || partner.in_flight || due_at(replica, partner) > now.mono) continue;
    const bool is_better = best == nullptr || (partner.is_urgent && !best->is_urgent) || (partner.is_urgent == best->is_urgent && partner.due < best->due);
    if (is_better) best = &partner;
  }
  return best;
}

void Notifier::send_one(const ObjectGuid& nc, Replica& replica, Partner& partner, const Now& now, Actions& actions) {
  Notify notify{nc, partner.guid, partner.address, DRS_ASYNC_OP | DRS_UPDATE_NOTIFICATION, (partner.options & DRS_REF_GCSPN) != 0};
  notify.options |= partner.options & DRS_WRIT_REP;
  if (partner.is_urgent) notify.options |= DRS_SYNC_URGENT;
  actions.emplace_back(std::move(notify));
  partner.is_owed = partner.is_urgent = false;
  partner.in_flight = now.mono;
  ++in_flight_;
  replica.last_sent = now.mono;
}

void Notifier::forget_silent(const Now& now) {
  for (auto& [nc, replica] : replicas_)
    for (auto& partner : replica.partners) {
      if (!partner.in_flight || now.mono - *partner.in_flight < kNotificationAnswerMax) continue;
      partner.in_flight.reset();
      --in_flight_;
    }
}

void Notifier::send(const Now& now, Actions& actions) {
  forget_silent(now);
  if (!is_enabled_) return;
  for (auto& [nc, replica] : replicas_)
    while (in_flight_ < kNotificationsInFlightMax) {
      auto* partner = next_of(replica, now);
      if (partner == nullptr) break;
      send_one(nc, replica, *partner, now, actions);
    }
}

std::optional<MonoTime> Notifier::next_due() const noexcept {
  std::optional<MonoTime> next;
  const auto consider = [&](MonoTime time) { next = next ? std::min(*next, time) : time; };
  const bool can_send = is_enabled_ && in_flight_ < kNotificationsInFlightMax;
  for (const auto& [nc, replica] : replicas_)
    for (const auto& partner : replica.partners) {
      if (partner.in_flight)
        consider(*partner.in_flight + kNotificationAnswerMax);
      else if (partner.is_owed && can_send)
        consider(due_at(replica, partner));
    }
  return next;
}

std::size_t Notifier::owed() const noexcept {
  std::size_t count = 0;
  for (const auto& [nc, replica] : replicas_)
    count += static_cast<std::size_t>(std::ranges::count_if(replica.partners, [](const Partner& p) { return p.is_owed; }));
  return count;
}

}  // namespace tributary::repl
