// SPDX-License-Identifier: Apache-2.0
// See site_graph.hpp. The graph's making: [MS-ADTS] 6.2.2.3.4.3. Must never know colors.
#include "topology/site_graph.hpp"

#include <algorithm>

#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

MultiEdge create_edge(const SiteGraph& graph, const Model& model, EdgeType type, const SiteLink& link) {
  const bool ignores_schedules = (model.transports()[type]->options & NTDSTRANSPORT_OPT_IGNORE_SCHEDULES) != 0;
  MultiEdge edge{.id = link.guid, .vertices = {}, .type = type,
                 .repl = {.cost = link.cost, .interval_minutes = link.interval_minutes, .options = link.options,
                          .schedule = ignores_schedules ? std::nullopt : link.schedule}};
  for (const auto guid : link.sites) {
    const auto at = std::ranges::lower_bound(graph.vertices, guid, {}, [](const Vertex& v) { return v.site->guid; });
    if (at != graph.vertices.end() && at->site->guid == guid) edge.vertices.push_back(static_cast<std::size_t>(at - graph.vertices.begin()));
  }
  std::ranges::sort(edge.vertices);
  edge.vertices.erase(std::ranges::unique(edge.vertices).begin(), edge.vertices.end());
  return edge;
}

/// CreateAutoEdgeSet, CreateEdgeSet: those of the wanted links that have this type.
MultiEdgeSet create_edge_set(const SiteGraph& graph, EdgeType type, const std::vector<ObjectGuid>* links) {
  std::vector<ObjectGuid> wanted;
  if (links != nullptr) wanted = *links;
  std::ranges::sort(wanted);
  MultiEdgeSet set{.type = type, .edges = {}};
  for (std::size_t i = 0; i < graph.edges.size(); ++i)
    if (graph.edges[i].type == type && (links == nullptr || std::ranges::binary_search(wanted, graph.edges[i].id))) set.edges.push_back(i);
  return set;
}

}  // namespace

std::optional<std::size_t> SiteGraph::find(const Site& site) const noexcept {
  const auto at = std::ranges::find(vertices, &site, &Vertex::site);
  if (at == vertices.end()) return std::nullopt;
  return static_cast<std::size_t>(at - vertices.begin());
}

SiteGraph setup_graph(const Model& model, const Site& local_site) {
  SiteGraph graph;
  for (const auto* site : model.sites()) graph.vertices.emplace_back().site = site;
  const auto links = sorted_by_guid(model.view().site_links);
  const auto bridges = sorted_by_guid(model.view().site_link_bridges);
  const bool site_wants_bridges = local_site.settings && (local_site.settings->options & NTDSSETTINGS_OPT_W2K3_BRIDGES_REQUIRED) != 0;
  for (EdgeType type = 0; type < model.transports().size(); ++type) {
    const auto& transport = *model.transports()[type];
    for (const auto* link : links)
      if (link->transport == transport.guid) graph.edges.push_back(create_edge(graph, model, type, *link));
    if ((transport.options & NTDSTRANSPORT_OPT_BRIDGES_REQUIRED) == 0 && !site_wants_bridges) {
      graph.edge_sets.push_back(create_edge_set(graph, type, nullptr));
      continue;
    }
    for (const auto* bridge : bridges)
      if (bridge->transport == transport.guid) graph.edge_sets.push_back(create_edge_set(graph, type, &bridge->site_links));
  }
  return graph;
}

}  // namespace tributary::topology
