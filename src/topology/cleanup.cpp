// SPDX-License-Identifier: Apache-2.0
// Connections that are not needed any more, [MS-ADTS] 6.2.2.4, with the brake of 6.1.1.2.2.1.2.1.2 (NTDSCONN_KCC_OSCILLATING_
// CONNECTION_TOPOLOGY), and the RODC's connection for file replication, 6.2.2.7. Must never touch what an administrator made.
#include <algorithm>
#include <tuple>

#include "topology/run.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

/// 6.1.1.2.2.1.2.1.2: so many deletions of the same connection within this time are an oscillation.
constexpr std::ptrdiff_t kOscillationsMin = 3;
constexpr std::int64_t kOscillationSeconds = 7 * 24 * 60 * 60;

bool oscillates(const Run& run, const NtdsConnection& one) {
  return std::ranges::count_if(run.in.local.deleted_connections, [&](const DeletedConnection& gone) {
           return gone.parent == one.parent && gone.from_server == one.from_server && gone.options == one.options &&
                  gone.time_deleted >= DsTime{run.in.now.seconds - std::min(run.in.now.seconds, kOscillationSeconds)};
         }) >= kOscillationsMin;
}

void remove(Run& run, std::size_t index, std::string why) {
  auto& one = run.connections.at(index);
  if (oscillates(run, one.now)) {
    if (one.now.reasons.empty()) one.give_reason(run.in.view.config_nc, 0);
    for (auto& reason : one.now.reasons) reason.reason |= NTDSCONN_KCC_OSCILLATING_CONNECTION_TOPOLOGY;
    one.because("6.1.1.2.2.1.2.1.2: it was deleted and made again too often to delete it once more");
    return;
  }
  one.is_deleted = true;
  one.why = std::move(why);
}

bool is_removable(const WorkConnection& one) {
  return !one.is_deleted && one.has(NTDSCONN_OPT_IS_GENERATED) && !one.has(NTDSCONN_OPT_RODC_TOPOLOGY);
}

/// Of two generated connections from the same source the younger one stays.
// DEVIATION: the section lets the RODC's file replication connection count as the other one; then the one that the directory
// needs would be deleted and made again in each run.
bool has_younger_twin(const Run& run, const WorkConnection& one) {
  const auto age = [](const WorkConnection& c) { return std::tuple(c.now.when_created, c.now.guid); };
  return std::ranges::any_of(run.connections.of(one.now.parent), [&](std::size_t index) {
    const auto& other = run.connections.at(index);
    return &other != &one && !other.is_deleted && !other.has(NTDSCONN_OPT_RODC_TOPOLOGY) && other.now.from_server == one.now.from_server &&
           age(one) < age(other);
  });
}

void remove_in_site(Run& run) {
  for (const auto index : run.connections.of(run.dsa().guid)) {
    const auto& one = run.connections.at(index);
    if (!is_removable(one)) continue;
    if (run.model.site_of(one.now.from_server) == &run.site() && has_younger_twin(run, one))
      remove(run, index, "6.2.2.4: another connection has the same source");
  }
}

/// A connection whose source object was deleted leads nowhere and never will again. Not in 6.2.2.4, which would keep it.
void remove_without_source(Run& run, DsaGuid parent) {
  for (const auto index : run.connections.of(parent))
    if (is_removable(run.connections.at(index)) && run.connections.at(index).now.from_server.is_null())
      remove(run, index, "6.2.2.4: the source is no longer there");
}

/// 6.2.2.4, "superseded by": what `one` implies `other` implies too, and neither end of either has failed.
// DEVIATION: the section does not say that both come from the same site. Without that a hub's connection from one spoke would be
// superseded by its connection from another.
bool is_superseded_by(const Run& run, const WorkConnection& one, const WorkConnection& other) {
  if (other.is_deleted || !other.now.enabled || other.has(NTDSCONN_OPT_RODC_TOPOLOGY) || other.now.parent != one.now.parent) return false;
  if (run.model.site_of(other.now.from_server) != run.model.site_of(one.now.from_server)) return false;
  for (const auto dsa : {one.now.from_server, one.now.parent, other.now.from_server})
    if (run.bridgehead_failed(dsa, true)) return false;
  return std::ranges::all_of(run.model.ncs(), [&](const Nc& nc) { return !run.model.implies(one.now, nc) || run.model.implies(other.now, nc); });
}

void remove_from_other_sites(Run& run, DsaGuid parent) {
  const bool redundant = run.site_option(NTDSSETTINGS_OPT_IS_REDUNDANT_SERVER_TOPOLOGY_ENABLED);
  std::vector<std::size_t> order(run.connections.of(parent).begin(), run.connections.of(parent).end());
  // The youngest is looked at first, so that of two that supersede each other the older one stays.
  std::ranges::sort(order, std::greater{}, [&](std::size_t i) { return std::tuple(run.connections.at(i).now.when_created, run.connections.at(i).now.guid); });
  for (const auto index : order) {
    const auto& one = run.connections.at(index);
    const auto* from = run.model.site_of(one.now.from_server);
    if (!is_removable(one) || from == nullptr || from == &run.site()) continue;
    if (!run.keep.contains(index)) {
      remove(run, index, "6.2.2.4: no spanning tree has an edge for it");
      continue;
    }
    const bool superseded = !redundant && std::ranges::any_of(order, [&](std::size_t i) {
      return i != index && run.keep.contains(i) && is_superseded_by(run, one, run.connections.at(i));
    });
    if (superseded) remove(run, index, "6.2.2.4: superseded by another connection");
  }
}

}  // namespace

void remove_unnecessary_connections(Run& run) {
  if (run.site_option(NTDSSETTINGS_OPT_IS_TOPL_CLEANUP_DISABLED)) return;
  remove_in_site(run);
  remove_without_source(run, run.dsa().guid);
  if (!run.intersite_ran || !run.plan.all_connected) return;
  // An RODC generates for itself, and nobody else generates for it.
  for (const auto* dc : run.model.dsas_in(run.site())) {
    if (run.dsa().is_rodc ? dc != run.self : dc->dsa->is_rodc) continue;
    remove_without_source(run, dc->dsa->guid);
    remove_from_other_sites(run, dc->dsa->guid);
  }
}

void update_rodc_ntfrs_connection(Run& run) {
  if (!run.dsa().is_rodc) return;
  const auto all = run.connections.of(run.dsa().guid);
  const auto target = std::ranges::find_if(all, [&](std::size_t index) {
    const auto& one = run.connections.at(index);
    return !one.is_deleted && one.has(NTDSCONN_OPT_RODC_TOPOLOGY);
  });
  if (target == all.end()) return;
  auto& files = run.connections.at(*target);
  const WorkConnection* model = nullptr;
  for (const auto index : all) {
    const auto& one = run.connections.at(index);
    if (one.is_deleted || one.has(NTDSCONN_OPT_RODC_TOPOLOGY) || run.model.find(one.now.from_server) == nullptr) continue;
    // The source that it has already is as good as any.
    const bool is_same = one.now.from_server == files.now.from_server;
    if (model == nullptr || (is_same && model->now.from_server != files.now.from_server)) model = &one;
  }
  if (model == nullptr) return;
  if (files.now.from_server == model->now.from_server && files.now.schedule == model->now.schedule) return;
  files.now.from_server = model->now.from_server;
  files.now.schedule = model->now.schedule;
  files.because("6.2.2.7: follows a connection of the directory");
}

}  // namespace tributary::topology
