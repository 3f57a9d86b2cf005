// SPDX-License-Identifier: Apache-2.0
// The intersite topology generator, [MS-ADTS] 6.2.2.3.1: stays who it is while its updates of the Configuration NC arrive, and goes
// round the site's writable DCs when they do not. Must never ask anybody: the cursors are all the evidence there is.
#include <algorithm>

#include "topology/run.hpp"

namespace tributary::topology {
namespace {

constexpr std::int64_t kFailoverDefaultSeconds = 2 * 60 * 60;

/// DEVIATION: 6.2.2.3.1 reads interSiteTopologyFailover as seconds; administrators' tools and the other implementations write
/// and read minutes, and a DC that took 60 minutes for 60 seconds would take the role from a generator that is alive.
std::int64_t failover_seconds(const SiteSettings& settings) {
  return settings.inter_site_topology_failover == 0 ? kFailoverDefaultSeconds : std::int64_t{settings.inter_site_topology_failover} * 60;
}

struct Evidence {
  std::size_t index = 0;
  std::int64_t since = 0;
};

Evidence evidence_of(const Run& run, std::span<const PlacedDsa* const> candidates, std::size_t current, std::int64_t failover) {
  const auto invocation = candidates[current]->dsa->invocation_id;
  const auto& cursors = run.in.local.config_cursors;
  const auto cursor = std::ranges::find(cursors, invocation, &ConfigCursor::invocation_id);
  if (cursor == cursors.end()) return {current, 0};
  const auto last = std::clamp<std::int64_t>(cursor->time_last_sync_success.seconds, 0, INT64_MAX / 2);
  if (run.in.now.seconds < last - failover) return {0, 0};
  return {current, last};
}

}  // namespace

void select_istg(Run& run) {
  if (run.dsa().is_rodc) {
    run.plan.acts_as_istg = true;  // for itself alone
    return;
  }
  std::vector<const PlacedDsa*> candidates;
  for (const auto* dc : run.model.dsas_in(run.site()))
    if (!dc->dsa->is_rodc) candidates.push_back(dc);
  const auto self = static_cast<std::size_t>(std::ranges::find(candidates, run.self) - candidates.begin());
  const auto& settings = run.site().settings;
  auto elected = self;
  if (settings && settings->inter_site_topology_generator != run.dsa().guid) {
    const auto current = std::ranges::find(candidates, settings->inter_site_topology_generator, [](const PlacedDsa* p) { return p->dsa->guid; });
    if (current != candidates.end()) {
      const auto failover = failover_seconds(*settings);
      const auto evidence = evidence_of(run, candidates, static_cast<std::size_t>(current - candidates.begin()), failover);
      const auto periods = std::max<std::int64_t>(0, (run.in.now.seconds - evidence.since) / failover);
      elected = (evidence.index + static_cast<std::size_t>(periods) % candidates.size()) % candidates.size();
    }
  }
  run.plan.acts_as_istg = elected == self;
  run.plan.claims_istg = run.plan.acts_as_istg && settings && settings->inter_site_topology_generator != run.dsa().guid;
}

}  // namespace tributary::topology
