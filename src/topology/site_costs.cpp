// SPDX-License-Identifier: Apache-2.0
// Cheapest paths over site links. [MS-DRSR] 4.1.16.2.3 (MinWeightPath), 4.1.16.3.
#include "topology/site_costs.hpp"

#include <algorithm>

namespace tributary::topology {
namespace {

/// Saturates below kNotConnected, so that a very long path is still a path.
std::uint32_t sum(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{a} + b, kNotConnected - 1));
}

/// One more link from every site that is reached; true when something became cheaper. A site link joins all of its sites.
bool relax(std::vector<std::uint32_t>& costs, const std::vector<std::uint32_t>& reached, const WeightedLink& link) {
  bool cheaper = false;
  for (const std::size_t near : link.sites) {
    if (reached[near] == kNotConnected) continue;
    for (const std::size_t far : link.sites) {
      const std::uint32_t cost = sum(reached[near], link.cost);
      if (far == near || cost >= costs[far]) continue;
      costs[far] = cost;
      cheaper = true;
    }
  }
  return cheaper;
}

std::vector<std::uint32_t> only(std::size_t site_count, std::size_t from) {
  std::vector<std::uint32_t> costs(site_count, kNotConnected);
  costs[from] = 0;
  return costs;
}

}  // namespace

std::vector<std::uint32_t> site_costs(std::size_t site_count, std::size_t from, std::span<const WeightedLink> links,
                                      const std::vector<BridgedLinks>* bridges) {
  auto costs = only(site_count, from);
  if (bridges == nullptr) {
    // A cheapest path visits each site once at most, so that many rounds settle all of them.
    for (std::size_t round = 0; round < site_count; ++round) {
      bool cheaper = false;
      for (const auto& link : links) cheaper = relax(costs, costs, link) || cheaper;
      if (!cheaper) break;
    }
    return costs;
  }
  const auto start = costs;
  for (const auto& link : links) relax(costs, start, link);
  for (const auto& bridge : *bridges) {
    std::vector<WeightedLink> bridged;
    for (const std::size_t link : bridge) bridged.push_back(links[link]);
    const auto over_bridge = site_costs(site_count, from, bridged, nullptr);
    for (std::size_t site = 0; site < site_count; ++site) costs[site] = std::min(costs[site], over_bridge[site]);
  }
  return costs;
}

}  // namespace tributary::topology
