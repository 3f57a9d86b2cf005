// SPDX-License-Identifier: Apache-2.0
// The site graph and its spanning tree, [MS-ADTS] 6.2.2.3.3, 6.2.2.3.4.1, 6.2.2.3.4.3 and 6.2.2.3.4.4: sites are vertices, site
// links multi-edges, site link bridges sets of transitive multi-edges, transports the types of edges. A vertex is named by its
// place in the order of objectGUIDs, a type likewise, so that comparing places is comparing GUIDs. Must never know DCs: who may
// be a bridgehead is settled before, in Vertex::color and the two accept sets.
#pragma once

#include <optional>
#include <vector>

#include "base/error.hpp"
#include "topology/model.hpp"
#include "topology/plan.hpp"

namespace tributary::topology {

enum class Color : std::uint8_t { kRed, kBlack, kWhite };  ///< in the order of ProcessEdge's sort

inline constexpr std::uint32_t kNoRoute = UINT32_MAX;  ///< "MAX DWORD"

struct ReplInfo {
  std::uint32_t cost = 0;
  std::uint32_t interval_minutes = 0;
  std::uint32_t options = 0xFFFFFFFF;
  std::optional<Schedule> schedule;  ///< nullopt: always
  friend bool operator==(const ReplInfo&, const ReplInfo&) = default;
};
/// CombineReplInfo. nullopt: the schedules have no quarter in common.
[[nodiscard]] std::optional<ReplInfo> combine(const ReplInfo& a, const ReplInfo& b);

using EdgeType = std::size_t;  ///< place of the transport in Model::transports()
using TypeSet = std::uint32_t;
[[nodiscard]] constexpr bool contains(TypeSet set, EdgeType type) noexcept { return (set >> type & 1) != 0; }

struct Vertex {
  const Site* site = nullptr;
  Color color = Color::kWhite;
  TypeSet accept_red_red = 0;
  TypeSet accept_black = 0;
  std::uint32_t dist_to_red = kNoRoute;
  // Dijkstra's data.
  ReplInfo repl;
  std::optional<std::size_t> root;
  std::optional<std::size_t> component;
  bool demoted = false;
  std::vector<std::size_t> edges;  ///< of the edge set that is being evaluated
};

struct MultiEdge {
  ObjectGuid id;
  std::vector<std::size_t> vertices;  ///< ascending
  EdgeType type = 0;
  ReplInfo repl;
};

struct MultiEdgeSet {
  EdgeType type = 0;
  std::vector<std::size_t> edges;
};

struct SiteGraph {
  std::vector<Vertex> vertices;
  std::vector<MultiEdge> edges;
  std::vector<MultiEdgeSet> edge_sets;

  [[nodiscard]] std::optional<std::size_t> find(const Site& site) const noexcept;
};

/// A path between two colored vertices that the tree uses. When it is directed, updates go from `from` to `to` only.
struct TreeEdge {
  std::size_t from = 0;
  std::size_t to = 0;
  EdgeType type = 0;
  ReplInfo repl;
  bool directed = false;
};

struct SpanningTree {
  std::vector<TreeEdge> edges;      ///< all of them: every site's generator finds the same
  std::size_t component_count = 0;  ///< more than 1: some sites cannot be reached
};

/// SetupGraph. `local_site` may ask for bridges (NTDSSETTINGS_OPT_W2K3_BRIDGES_REQUIRED).
[[nodiscard]] SiteGraph setup_graph(const Model& model, const Site& local_site);
/// GetSpanningTreeEdges, for the colors and accept sets that the vertices have. kErrorInvalidParameter when `relaxations_max`
/// is not enough.
[[nodiscard]] Result<SpanningTree> spanning_tree(SiteGraph& graph, KccWork& work, std::uint64_t relaxations_max);

}  // namespace tributary::topology
