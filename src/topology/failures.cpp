// SPDX-License-Identifier: Apache-2.0
// kCCFailedLinks and kCCFailedConnections ([MS-DRSR] 5.111, 5.112) during a run: [MS-ADTS] 6.2.2.1, 6.2.2.3.2, 6.2.2.6.
// Contacting DCs is the caller's; here are the rules for what came of it. Must never contact anybody.
#include <algorithm>

#include "topology/run.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

/// The same rule in 6.2.2.1 and 6.2.2.3.2: a tuple that counts is widened, one at rest is overwritten, a missing one is made.
void note(std::map<DsaGuid, FailedTuple>& tuples, const FailedTuple& news) {
  auto [at, is_new] = tuples.emplace(news.dsa, news);
  auto& old = at->second;
  if (is_new || old.failure_count == 0) {
    old = news;
    return;
  }
  old.failure_count = std::max(old.failure_count, news.failure_count);
  old.time_first_failure = std::min(old.time_first_failure, news.time_first_failure);
  old.last_result = news.last_result;
}

std::vector<FailedTuple> values(const std::map<DsaGuid, FailedTuple>& tuples) {
  std::vector<FailedTuple> out;
  for (const auto& [dsa, tuple] : tuples) out.push_back(tuple);
  return out;
}

/// 6.2.2.1: one tuple a source that fails, from the repsFrom of every NC replica of the local DSA.
void refresh_links(Run& run) {
  auto& links = run.failures.links;
  for (const auto& tuple : run.in.local.failed_links) links.emplace(tuple.dsa, tuple).first->second.failure_count = 0;
  for (const auto& replica : run.in.local.replicas) {
    for (const auto& value : replica.reps_from) {
      if (value.consecutive_failures == 0) continue;
      note(links, {.dsa = DsaGuid{value.uuid_dsa},
                   .time_first_failure = value.time_last_success,
                   .failure_count = value.consecutive_failures,
                   .last_result = value.result_last_attempt});
    }
  }
}

}  // namespace

bool is_bridgehead(const Model& model, const Connections& connections, const PlacedDsa& dsa) {
  return std::ranges::any_of(connections.of(dsa.dsa->guid), [&](std::size_t index) {
    const auto& one = connections.at(index);
    const auto* from = model.site_of(one.now.from_server);
    return !one.is_deleted && from != nullptr && from != dsa.site && !one.has(NTDSCONN_OPT_RODC_TOPOLOGY);
  });
}

void refresh_failures(Run& run) {
  refresh_links(run);
  for (const auto& result : run.in.local.contacts) run.failures.contacts.emplace(result.dsa, &result);
  for (const auto& tuple : run.in.local.failed_connections) {
    const auto contact = run.failures.contacts.find(tuple.dsa);
    if (contact != run.failures.contacts.end() && contact->second->result == Win32::kSuccess) continue;
    auto& mine = run.failures.connections.emplace(tuple.dsa, tuple).first->second;
    if (contact == run.failures.contacts.end()) continue;
    if (mine.failure_count < UINT32_MAX) ++mine.failure_count;
    mine.last_result = contact->second->result;
  }
}

void merge_bridgehead_failures(Run& run) {
  if (run.dsa().is_rodc) return;
  for (const auto* other : run.model.dsas_in(run.site())) {
    if (other == run.self || other->dsa->is_rodc || !is_bridgehead(run.model, run.connections, *other)) continue;
    const auto contact = run.failures.contacts.find(other->dsa->guid);
    if (contact == run.failures.contacts.end()) continue;
    const auto& result = *contact->second;
    if (result.result != Win32::kSuccess) {
      run.failures.connections.try_emplace(
          other->dsa->guid, FailedTuple{.dsa = other->dsa->guid, .time_first_failure = run.in.now, .failure_count = 1, .last_result = result.result});
      continue;
    }
    for (const auto& tuple : result.failed_links) note(run.failures.links, tuple);
    for (const auto& tuple : result.failed_connections) note(run.failures.connections, tuple);
  }
}

void remove_unneeded_failures(Run& run) {
  std::erase_if(run.failures.links, [](const auto& entry) { return entry.second.failure_count == 0; });
  std::erase_if(run.failures.connections, [&](const auto& entry) {
    const auto contact = run.failures.contacts.find(entry.first);
    return contact == run.failures.contacts.end() || contact->second->result == Win32::kSuccess;
  });
  run.plan.failed_links = values(run.failures.links);
  run.plan.failed_connections = values(run.failures.connections);
}

std::vector<DsaToContact> dsas_to_contact(const KccInput& input) {
  const Model model(input.view);
  const auto* self = model.find(input.local.dsa);
  if (self == nullptr) return {};
  std::map<DsaGuid, bool> contacts;
  for (const auto& tuple : input.local.failed_connections) contacts.emplace(tuple.dsa, false);
  const bool is_on = !self->site->settings ||
                     (self->site->settings->options & NTDSSETTINGS_OPT_IS_INTER_SITE_AUTO_TOPOLOGY_DISABLED) == 0;
  if (is_on && !self->dsa->is_rodc) {
    const Connections connections(input.view);
    for (const auto* other : model.dsas_in(*self->site))
      if (other != self && !other->dsa->is_rodc && is_bridgehead(model, connections, *other)) contacts[other->dsa->guid] = true;
  }
  std::vector<DsaToContact> out;
  for (const auto& [dsa, fetch] : contacts) out.push_back({dsa, fetch});
  return out;
}

}  // namespace tributary::topology
