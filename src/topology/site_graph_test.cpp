// SPDX-License-Identifier: Apache-2.0
// The site graph and its spanning tree, [MS-ADTS] 6.2.2.3.4.3 and 6.2.2.3.4.4: costs, schedules, bridges, colors, direction; against
// every spanning tree there is on small graphs; and the work for a thousand sites, counted.
#include <gtest/gtest.h>

#include <algorithm>

#include "topology/chance.hpp"
#include "topology/site_graph.hpp"
#include "topology/testing/forest.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

using testing::Forest;
constexpr std::uint64_t kPlenty = 100'000'000;

/// A graph over sites "0", "1", ... with the colors that a test gives them; all accept everything.
struct Lab {
  explicit Lab(std::size_t sites) {
    for (std::size_t i = 0; i < sites; ++i) forest.site(std::to_string(i));
  }
  void link(std::vector<std::string> sites, std::uint32_t cost, std::optional<Schedule> schedule = std::nullopt, std::string transport = "IP") {
    forest.add_link({.name = "link" + std::to_string(forest.view.site_links.size()), .sites = std::move(sites), .cost = cost, .interval_minutes = 15,
                     .options = 0, .schedule = schedule, .transport = std::move(transport)});
  }
  SpanningTree tree(const std::vector<Color>& colors) {
    model.emplace(forest.view);
    graph = setup_graph(*model, forest.view.sites[0]);
    for (std::size_t i = 0; i < graph.vertices.size(); ++i) {
      graph.vertices[i].color = colors[i];
      graph.vertices[i].accept_red_red = graph.vertices[i].accept_black = colors[i] == Color::kWhite ? 0 : 3;
    }
    auto result = spanning_tree(graph, work, kPlenty);
    EXPECT_TRUE(result);
    return *result;
  }

  Forest forest;
  std::optional<Model> model;
  SiteGraph graph;
  KccWork work;
};

constexpr auto kR = Color::kRed;
constexpr auto kB = Color::kBlack;
constexpr auto kW = Color::kWhite;

std::uint64_t cost_of(const SpanningTree& tree) {
  std::uint64_t cost = 0;
  for (const auto& edge : tree.edges) cost += edge.repl.cost;
  return cost;
}

TEST(SiteGraph, CheapestTree) {
  Lab lab(3);
  lab.link({"0", "1"}, 100);
  lab.link({"1", "2"}, 100);
  lab.link({"0", "2"}, 150);
  const auto tree = lab.tree({kR, kR, kR});
  EXPECT_EQ(tree.component_count, 1u);
  EXPECT_EQ(cost_of(tree), 200u);
}

// CombineReplInfo: costs add up and stop at the largest, intervals take the longer, options what both have.
TEST(SiteGraph, ReplInfoCombines) {
  const ReplInfo a{.cost = 0xFFFFFFF0, .interval_minutes = 15, .options = 3, .schedule = std::nullopt};
  const ReplInfo b{.cost = 0x20, .interval_minutes = 60, .options = 6, .schedule = hourly_schedule()};
  const auto both = combine(a, b);
  ASSERT_TRUE(both);
  EXPECT_EQ(*both, (ReplInfo{.cost = kNoRoute, .interval_minutes = 60, .options = 2, .schedule = hourly_schedule()}));
  EXPECT_EQ(*combine(b, a), *both);
  Schedule other;
  other.set(0);
  EXPECT_FALSE(combine(b, {.cost = 1, .interval_minutes = 1, .options = 1, .schedule = other}));
}

// Dijkstra: a site without replicas is passed through, and what it passes has the sum of the costs.
TEST(SiteGraph, WhiteSitesRoute) {
  Lab lab(4);
  lab.link({"0", "1"}, 10);
  lab.link({"1", "2"}, 20);
  lab.link({"2", "3"}, 30);
  const auto tree = lab.tree({kR, kW, kW, kR});
  ASSERT_EQ(tree.edges.size(), 1u);
  EXPECT_EQ(tree.edges[0].repl.cost, 60u);
}

// SetupGraph: with NTDSTRANSPORT_OPT_BRIDGES_REQUIRED only the links of one bridge make a path.
TEST(SiteGraph, BridgesRequired) {
  Lab lab(4);
  lab.link({"0", "1"}, 10);
  lab.link({"1", "2"}, 20);
  lab.link({"2", "3"}, 30);
  lab.forest.transport("IP").options = NTDSTRANSPORT_OPT_BRIDGES_REQUIRED;
  EXPECT_EQ(lab.tree({kR, kW, kR, kR}).component_count, 2u);
  lab.forest.add_bridge({"link1", "link2"});
  EXPECT_EQ(lab.tree({kR, kW, kR, kR}).component_count, 2u);
  lab.forest.add_bridge({"link0", "link1"});
  const auto tree = lab.tree({kR, kW, kR, kR});
  EXPECT_EQ(tree.component_count, 1u);
  EXPECT_EQ(cost_of(tree), 60u);
}

// A path has one type: links of different transports do not add up.
TEST(SiteGraph, TransportsDoNotMix) {
  Lab lab(3);
  lab.link({"0", "1"}, 10, std::nullopt, "IP");
  lab.link({"1", "2"}, 10, std::nullopt, "SMTP");
  EXPECT_EQ(lab.tree({kR, kW, kR}).component_count, 2u);
  EXPECT_EQ(lab.tree({kR, kR, kR}).component_count, 1u);
}

// Kruskal's order: edges between full replicas first, whatever they cost; then cost; then the longer schedule.
TEST(SiteGraph, RedEdgesComeFirst) {
  Lab lab(3);
  lab.link({"0", "1"}, 500);
  lab.link({"0", "2"}, 10);
  lab.link({"2", "1"}, 10);
  const auto tree = lab.tree({kR, kR, kB});
  EXPECT_EQ(tree.component_count, 1u);
  ASSERT_EQ(tree.edges.size(), 2u);
  // The path between the red ones goes over the links of the black one, but it is an edge between the red ones.
  EXPECT_EQ(tree.edges[0].repl.cost, 20u);
  EXPECT_FALSE(tree.edges[0].directed);
  EXPECT_TRUE(tree.edges[1].directed);
  EXPECT_EQ(tree.edges[1].to, 2u);
}

TEST(SiteGraph, LongerScheduleWins) {
  Lab lab(2);
  Schedule few;
  few.set(3);
  lab.link({"0", "1"}, 100, few);
  lab.link({"0", "1"}, 100, hourly_schedule());
  lab.link({"0", "1"}, 101);
  EXPECT_EQ(lab.tree({kR, kR}).edges.at(0).repl.schedule, hourly_schedule());
}

// CopyOutputEdges: with a partial replica at an end the edge leads away from the full ones; without any full replica in reach it
// has no direction.
TEST(SiteGraph, DirectionOfPartialReplicas) {
  Lab lab(4);
  lab.link({"0", "1"}, 10);
  lab.link({"1", "2"}, 10);
  auto tree = lab.tree({kB, kB, kR, kW});
  ASSERT_EQ(tree.edges.size(), 2u);
  for (const auto& edge : tree.edges) {
    EXPECT_TRUE(edge.directed);
    EXPECT_GT(edge.from, edge.to);
  }
  tree = lab.tree({kB, kB, kW, kW});
  ASSERT_EQ(tree.edges.size(), 1u);
  EXPECT_FALSE(tree.edges[0].directed);
}

// A vertex without a bridgehead for the transport takes no edge, and does not spoil the multi-edge for the others.
TEST(SiteGraph, DemotedVertexDoesNotHideOthers) {
  Lab lab(3);
  lab.link({"0", "1", "2"}, 10);
  lab.model.emplace(lab.forest.view);
  lab.graph = setup_graph(*lab.model, lab.forest.view.sites[0]);
  for (auto& v : lab.graph.vertices) v.color = Color::kBlack, v.accept_black = v.accept_red_red = 1;
  lab.graph.vertices[0].color = Color::kRed;
  lab.graph.vertices[0].accept_black = lab.graph.vertices[0].accept_red_red = 0;
  const auto tree = spanning_tree(lab.graph, lab.work, kPlenty);
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->component_count, 2u);
  ASSERT_EQ(tree->edges.size(), 1u);
  EXPECT_EQ(tree->edges[0].from + tree->edges[0].to, 3u);
  EXPECT_EQ(tree->edges[0].repl.cost, 10u);
}

// TryNewPath: the nearest vertex of a link may be open at the wrong times; one that is further away carries the path then.
TEST(SiteGraph, NearestVertexIsNotAlwaysTheWay) {
  Lab lab(5);
  Schedule sunday;
  sunday.set(0);
  Schedule monday;
  monday.set(100);
  lab.link({"0", "1"}, 5, sunday);
  lab.link({"0", "2"}, 6);
  lab.link({"1", "2", "3"}, 10, monday);
  lab.link({"3", "4"}, 100);
  const auto tree = lab.tree({kR, kW, kW, kW, kR});
  ASSERT_EQ(tree.edges.size(), 1u);
  EXPECT_EQ(tree.edges[0].repl.cost, 116u);
  EXPECT_EQ(tree.edges[0].repl.schedule, monday);
}

TEST(SiteGraph, TooMuchWorkIsRefused) {
  Lab lab(3);
  lab.link({"0", "1", "2"}, 10);
  (void)lab.tree({kR, kR, kR});
  EXPECT_FALSE(spanning_tree(lab.graph, lab.work, 2));
}

/// The least cost of any tree that connects the red sites over the cheapest paths: all sets of edges are tried.
std::optional<std::uint64_t> brute_force(const std::vector<std::vector<std::uint64_t>>& distance, const std::vector<std::size_t>& red) {
  struct Edge {
    std::size_t a, b;
    std::uint64_t cost;
  };
  std::vector<Edge> edges;
  for (std::size_t i = 0; i < red.size(); ++i)
    for (std::size_t k = i + 1; k < red.size(); ++k)
      if (distance[red[i]][red[k]] < kNoRoute) edges.push_back({i, k, distance[red[i]][red[k]]});
  std::optional<std::uint64_t> best;
  for (std::uint32_t chosen = 0; chosen < 1u << edges.size(); ++chosen) {
    if (static_cast<std::size_t>(std::popcount(chosen)) + 1 != red.size()) continue;
    std::vector<std::size_t> component(red.size());
    for (std::size_t i = 0; i < red.size(); ++i) component[i] = i;
    std::uint64_t cost = 0;
    for (std::size_t e = 0; e < edges.size(); ++e) {
      if ((chosen >> e & 1) == 0) continue;
      cost += edges[e].cost;
      const auto gone = component[edges[e].a];
      for (auto& c : component)
        if (c == gone) c = component[edges[e].b];
    }
    const bool connected = std::ranges::all_of(component, [&](std::size_t c) { return c == component[0]; });
    if (connected && (!best || cost < *best)) best = cost;
  }
  return best;
}

// 6.2.2: "a least cost spanning tree", over random small graphs with sites of all links and with white ones between.
TEST(SiteGraph, AsCheapAsTheCheapestOfAllTrees) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    std::uint64_t rolls = 0;
    const auto below = [&](std::uint64_t limit) { return Chance(seed).of(++rolls).value() % limit; };
    const auto sites = 2 + below(5);
    Lab lab(sites);
    std::vector<std::vector<std::uint64_t>> distance(sites, std::vector<std::uint64_t>(sites, kNoRoute));
    for (std::uint64_t links = 1 + below(sites + 3); links > 0; --links) {
      std::vector<std::string> members;
      std::vector<std::size_t> places;
      for (std::uint64_t k = 2 + below(3); k > 0; --k) places.push_back(below(sites));
      for (const auto place : places) members.push_back(std::to_string(place));
      const auto cost = static_cast<std::uint32_t>(1 + below(9));
      lab.link(members, cost);
      for (const auto a : places)
        for (const auto b : places) distance[a][b] = std::min<std::uint64_t>(distance[a][b], a == b ? 0 : cost);
    }
    for (std::size_t via = 0; via < sites; ++via)
      for (std::size_t a = 0; a < sites; ++a)
        for (std::size_t b = 0; b < sites; ++b) distance[a][b] = std::min(distance[a][b], distance[a][via] + distance[via][b]);
    std::vector<Color> colors;
    std::vector<std::size_t> red;
    for (std::size_t i = 0; i < sites; ++i) {
      colors.push_back(below(4) == 0 ? kW : kR);
      if (colors.back() == kR) red.push_back(i);
    }
    if (red.empty()) continue;
    const auto tree = lab.tree(colors);
    const auto best = brute_force(distance, red);
    ASSERT_EQ(tree.component_count == 1, best.has_value()) << "seed " << seed;
    if (best) ASSERT_EQ(cost_of(tree), *best) << "seed " << seed;
  }
}

Forest large(std::size_t sites, bool one_link) {
  Forest forest;
  forest.add_domain("corp");
  testing::LinkSpec mesh{.name = "mesh", .sites = {}, .cost = 100, .interval_minutes = 180, .options = 0, .schedule = std::nullopt, .transport = "IP"};
  for (std::size_t i = 0; i < sites; ++i) {
    const auto name = std::to_string(i);
    forest.add_dc({.name = "dc" + name, .site = name, .domain = "corp", .gc = false, .rodc = false, .version = 7, .mail = {}});
    mesh.sites.push_back(name);
    if (!one_link && i > 0)
      forest.add_link({.name = name, .sites = {name, std::to_string((i - 1) / 2)}, .cost = 10, .interval_minutes = 180, .options = 0,
                       .schedule = hourly_schedule(), .transport = "IP"});
  }
  if (one_link) forest.add_link(mesh);
  return forest;
}

// A thousand sites. One link over all of them costs steps as it has members, not as it has pairs of them; a tree of links with
// schedules costs a few steps a link. Three NCs, two searches each.
TEST(SiteGraph, WorkForAThousandSites) {
  constexpr std::size_t kSites = 1000;
  constexpr std::size_t kNcs = 3;
  const auto mesh = large(kSites, true);
  const auto plan = mesh.run(mesh.view.dsas[0].guid);
  EXPECT_EQ(plan.creates.size(), kSites - 1);  // the first site is where all edges of equal cost meet
  EXPECT_LE(plan.work.path_relaxations, 2 * kNcs * kSites);
  EXPECT_LE(plan.work.internal_edges, kNcs * kSites);
  EXPECT_LE(plan.work.bridgehead_checks, 10 * kNcs * kSites);
  const auto tree = large(kSites, false);
  const auto leaf = tree.run(tree.view.dsas[kSites - 1].guid);
  EXPECT_EQ(leaf.creates.size(), 1u);
  EXPECT_LE(leaf.work.path_relaxations, 2 * kNcs * 4 * kSites);
  EXPECT_LE(leaf.work.internal_edges, kNcs * 2 * kSites);
}

}  // namespace
}  // namespace tributary::topology
