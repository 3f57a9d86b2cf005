// SPDX-License-Identifier: Apache-2.0
// What replication costs between sites, from the site links: the computation behind IDL_DRSQuerySitesByCost ([MS-DRSR] 4.1.16.3),
// for DSAs that answer it and for clients of DCs that do not have that call. Pure: sites are numbers here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tributary::topology {

inline constexpr std::uint32_t kNotConnected = 0xFFFFFFFF;

struct WeightedLink {
  std::vector<std::size_t> sites;
  std::uint32_t cost = 0;
};
/// Links between which traffic may pass from one to the next.
using BridgedLinks = std::vector<std::size_t>;

/// From one site to every site, itself included at 0. `bridges` counts only when NTDSTRANSPORT_OPT_BRIDGES_REQUIRED is set;
/// without it every site passes traffic on.
[[nodiscard]] std::vector<std::uint32_t> site_costs(std::size_t site_count, std::size_t from, std::span<const WeightedLink> links,
                                                    const std::vector<BridgedLinks>* bridges);

}  // namespace tributary::topology
