// SPDX-License-Identifier: Apache-2.0
// See site_graph.hpp. [MS-ADTS] 6.2.2.3.4.4: shortest paths between colored vertices in each set of transitive edges (Dijkstra from
// all roots at once), then the least-cost tree over those paths (Kruskal), then the direction of paths to partial replicas. Every
// site's generator must find the same tree, so every sort has a total order. Must never know which site is the local one.
#include <algorithm>
#include <numeric>
#include <queue>
#include <tuple>

#include "base/win32.hpp"
#include "topology/site_graph.hpp"

namespace tributary::topology {
namespace {

struct InternalEdge {
  std::size_t v1 = 0;
  std::size_t v2 = 0;
  bool red_red = false;
  EdgeType type = 0;
  std::uint32_t available = 0;  ///< quarters in the path's schedule
  ReplInfo repl;

  /// Kruskal's order, and after it whatever else could differ, so that the order is total.
  [[nodiscard]] auto key() const noexcept {
    return std::tuple(!red_red, repl.cost, kQuartersPerWeek - available, v1, v2, type, repl.interval_minutes, repl.options);
  }
  friend bool operator<(const InternalEdge& a, const InternalEdge& b) noexcept {
    return a.key() != b.key() ? a.key() < b.key() : a.repl.schedule < b.repl.schedule;
  }
  friend bool operator==(const InternalEdge&, const InternalEdge&) = default;
};

class Search {
 public:
  Search(SiteGraph& graph, KccWork& work, std::uint64_t relaxations_max) : graph_(graph), work_(work), relaxations_left_(relaxations_max) {}

  Result<std::vector<InternalEdge>> internal_edges() {
    for (const auto& set : graph_.edge_sets) {
      for (auto& v : graph_.vertices) v.edges.clear();
      for (const auto e : set.edges)
        for (const auto v : graph_.edges[e].vertices) graph_.vertices[v].edges.push_back(e);
      for (const bool include_black : {false, true}) {
        if (!dijkstra(set.type, include_black)) return fail(win32::kErrorInvalidParameter, "the site links have too many paths");
        for (const auto e : set.edges) process_edge(graph_.edges[e]);
      }
    }
    process_direct_edges();
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    work_.internal_edges += found_.size();
    return std::move(found_);
  }

 private:
  using Queue = std::priority_queue<std::pair<std::uint32_t, std::size_t>, std::vector<std::pair<std::uint32_t, std::size_t>>, std::greater<>>;

  void setup_vertices() {
    for (std::size_t i = 0; i < graph_.vertices.size(); ++i) {
      auto& v = graph_.vertices[i];
      v.demoted = false;
      v.repl = {};
      v.root = v.component = i;
      if (v.color == Color::kWhite) {
        v.repl.cost = kNoRoute;
        v.root = v.component = std::nullopt;
      }
    }
  }

  static bool accepts(const Vertex& v, EdgeType type) { return contains(v.accept_red_red | v.accept_black, type); }

  static void demote(Vertex& v) {
    v.repl.cost = kNoRoute;
    v.root = std::nullopt;
    v.demoted = true;
  }

  /// SetupDijkstra.
  // DEVIATION: the pseudocode demotes a vertex that lacks the type in either accept set; its comment, and
  // CheckDemoteOneVertex, say in both. They differ only for a transport that a domain NC may use for partial replicas only.
  Queue setup_dijkstra(EdgeType type, bool include_black) {
    setup_vertices();
    Queue queue;
    for (std::size_t i = 0; i < graph_.vertices.size(); ++i) {
      auto& v = graph_.vertices[i];
      if (v.color == Color::kWhite) continue;
      if ((v.color == Color::kBlack && !include_black) || !accepts(v, type))
        demote(v);
      else
        queue.emplace(0, i);
    }
    return queue;
  }

  bool dijkstra(EdgeType type, bool include_black) {
    auto queue = setup_dijkstra(type, include_black);
    // A multi-edge that was offered to its vertices from a vertex that is always reachable has nothing better to offer from a
    // later one, which is at least as far away: without this a link of k sites would cost k * k steps.
    std::vector<bool> exhausted(graph_.edges.size());
    while (!queue.empty()) {
      const auto [cost, at] = queue.top();
      queue.pop();
      if (cost != graph_.vertices[at].repl.cost) continue;  // a better path came later
      for (const auto e : graph_.vertices[at].edges) {
        if (exhausted[e]) continue;
        exhausted[e] = !graph_.vertices[at].repl.schedule;
        for (const auto v : graph_.edges[e].vertices) {
          if (relaxations_left_ == 0) return false;
          --relaxations_left_;
          ++work_.path_relaxations;
          try_new_path(queue, at, graph_.edges[e], v);
        }
      }
    }
    return true;
  }

  void try_new_path(Queue& queue, std::size_t from, const MultiEdge& edge, std::size_t to) {
    auto& u = graph_.vertices[from];
    auto& v = graph_.vertices[to];
    if (from == to) return;
    const auto path = combine(u.repl, edge.repl);
    if (!path || path->cost > v.repl.cost || path->cost == kNoRoute) return;
    if (path->cost == v.repl.cost && available_quarters(path->schedule) <= available_quarters(v.repl.schedule)) return;
    v.root = u.root;
    v.component = u.component;
    v.repl = *path;
    queue.emplace(v.repl.cost, to);
  }

  /// ProcessEdgeSet for the implicit set: every edge by itself, with nothing but its own ends.
  void process_direct_edges() {
    setup_vertices();
    for (const auto& edge : graph_.edges) {
      for (const auto i : edge.vertices)
        if (graph_.vertices[i].color != Color::kWhite && !accepts(graph_.vertices[i], edge.type)) demote(graph_.vertices[i]);
      process_edge(edge);
      for (const auto i : edge.vertices) {
        auto& v = graph_.vertices[i];
        if (v.color == Color::kWhite) continue;
        v.repl.cost = 0;
        v.root = i;
        v.demoted = false;
      }
    }
  }

  // DEVIATION: as printed, ProcessEdge skips the vertices that have a root and asks twice for that of the best vertex; read so,
  // it never adds an edge. A vertex without a root is the one to skip. And a demoted vertex sorts as the white one that it
  // stands for, since else it could be the "best" one and have no root.
  void process_edge(const MultiEdge& edge) {
    if (edge.vertices.empty()) return;
    const auto rank = [&](std::size_t i) {
      const auto& v = graph_.vertices[i];
      return std::tuple(v.demoted ? Color::kWhite : v.color, v.repl.cost, i);
    };
    const auto best = std::ranges::min(edge.vertices, {}, rank);
    if (!graph_.vertices[best].root) return;
    for (const auto i : edge.vertices) {
      const auto& v = graph_.vertices[i];
      if (v.root && v.component != graph_.vertices[best].component) add_internal_edge(edge, graph_.vertices[best], v);
    }
  }

  void add_internal_edge(const MultiEdge& edge, const Vertex& a, const Vertex& b) {
    const auto& root1 = graph_.vertices[*a.root];
    const auto& root2 = graph_.vertices[*b.root];
    const bool red_red = root1.color == Color::kRed && root2.color == Color::kRed;
    const auto both = red_red ? root1.accept_red_red & root2.accept_red_red : root1.accept_black & root2.accept_black;
    if (!contains(both, edge.type)) return;
    const auto ends = combine(a.repl, b.repl);
    const auto path = ends ? combine(*ends, edge.repl) : std::nullopt;
    if (!path) return;
    const auto [v1, v2] = std::minmax(*a.root, *b.root);
    found_.push_back({.v1 = v1, .v2 = v2, .red_red = red_red, .type = edge.type, .available = available_quarters(path->schedule), .repl = *path});
  }

  SiteGraph& graph_;
  KccWork& work_;
  std::uint64_t relaxations_left_;
  std::vector<InternalEdge> found_;
};

class Components {
 public:
  explicit Components(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }
  std::size_t of(std::size_t v) {
    while (parent_[v] != v) v = parent_[v] = parent_[parent_[v]];
    return v;
  }
  bool join(std::size_t a, std::size_t b) {
    a = of(a), b = of(b);
    if (a == b) return false;
    parent_[a] = b;
    return true;
  }

 private:
  std::vector<std::size_t> parent_;
};

/// The third phase: how far each vertex is from a red one in the tree.
void measure_distances(SiteGraph& graph, const std::vector<TreeEdge>& edges) {
  std::vector<std::vector<std::size_t>> next(graph.vertices.size());
  for (const auto& edge : edges) {
    next[edge.from].push_back(edge.to);
    next[edge.to].push_back(edge.from);
  }
  std::queue<std::size_t> queue;
  for (std::size_t i = 0; i < graph.vertices.size(); ++i) {
    graph.vertices[i].dist_to_red = graph.vertices[i].color == Color::kRed ? 0 : kNoRoute;
    if (graph.vertices[i].color == Color::kRed) queue.push(i);
  }
  for (; !queue.empty(); queue.pop()) {
    for (const auto i : next[queue.front()]) {
      if (graph.vertices[i].dist_to_red != kNoRoute) continue;
      graph.vertices[i].dist_to_red = graph.vertices[queue.front()].dist_to_red + 1;
      queue.push(i);
    }
  }
}

/// CopyOutputEdges, for all edges: those with a partial replica at an end lead away from the full ones.
void direct_edges(const SiteGraph& graph, std::vector<TreeEdge>& edges) {
  for (auto& edge : edges) {
    const auto& v = graph.vertices[edge.from];
    const auto& w = graph.vertices[edge.to];
    if ((v.color != Color::kBlack && w.color != Color::kBlack) || v.dist_to_red == kNoRoute) continue;
    edge.directed = true;
    if (w.dist_to_red < v.dist_to_red) std::swap(edge.from, edge.to);
  }
}

}  // namespace

std::optional<ReplInfo> combine(const ReplInfo& a, const ReplInfo& b) {
  ReplInfo both{.cost = a.cost > kNoRoute - b.cost ? kNoRoute : a.cost + b.cost,
                .interval_minutes = std::max(a.interval_minutes, b.interval_minutes),
                .options = a.options & b.options,
                .schedule = intersect(a.schedule, b.schedule)};
  if (both.schedule && both.schedule->is_empty()) return std::nullopt;
  return both;
}

Result<SpanningTree> spanning_tree(SiteGraph& graph, KccWork& work, std::uint64_t relaxations_max) {
  const auto candidates = Search(graph, work, relaxations_max).internal_edges();
  if (!candidates) return std::unexpected(candidates.error());
  SpanningTree tree;
  Components components(graph.vertices.size());
  // DEVIATION: the pseudocode stops at the count of red and white vertices; the tree has one edge less than there are red and
  // black ones. Both only end the loop early.
  const auto colored = static_cast<std::size_t>(std::ranges::count_if(graph.vertices, [](const Vertex& v) { return v.color != Color::kWhite; }));
  for (const auto& edge : *candidates) {
    if (tree.edges.size() + 1 >= colored) break;
    if (components.join(edge.v1, edge.v2)) tree.edges.push_back({.from = edge.v1, .to = edge.v2, .type = edge.type, .repl = edge.repl, .directed = false});
  }
  tree.component_count = colored - tree.edges.size();
  measure_distances(graph, tree.edges);
  direct_edges(graph, tree.edges);
  return tree;
}

}  // namespace tributary::topology
