// SPDX-License-Identifier: Apache-2.0
// Connections inside the site, [MS-ADTS] 6.2.2.2: for each NC a ring of its replicas in the order of their DSAs' objectGUIDs, in
// both directions, and in large sites more edges so that no update needs more than three hops. Every DC computes only the edges
// that end at itself. Must never look at another site.
#include <algorithm>
#include <optional>

#include "drsuapi/constants.hpp"
#include "topology/run.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

/// 6.2.2.2: never more edges to one DC.
constexpr std::size_t kEdgesToDcMax = 50;
constexpr std::size_t kHopsMax = 3;
constexpr std::size_t kRingEdges = 2;
constexpr std::size_t kRingAloneMax = 7;  ///< a ring of these has nobody more than three hops away

constexpr const char* kInSite = "6.2.2.2: replicas of an NC in the site";
constexpr const char* kOfGcs = "6.2.2.2: ring of the GC servers in the site";
constexpr const char* kThreeHops = "6.2.2.2: nobody more than three hops away";

struct Member {
  const PlacedDsa* dc = nullptr;
  ReplicaKind kind = ReplicaKind::kNone;
};

/// Whose replicas are in the graph, and of which NC.
struct Ring {
  const Nc& nc;
  bool only_gcs;
  bool detect_failed;
  std::vector<Member> members;  ///< on writable DCs of the site, by objectGUID; the local DSA's replica is in it when it is writable
};

struct Edge {
  std::size_t from = 0;  ///< index into Ring::members
  std::uint32_t reason = 0;
  const char* why = kInSite;
};

/// The n of "n+2 edges": the smallest with |R| <= 2n^2 + 6n + 7.
std::size_t edges_for(std::size_t replicas) noexcept {
  std::size_t n = 0;
  while (2 * n * n + 6 * n + 7 < replicas) ++n;
  return std::min(n + kRingEdges, kEdgesToDcMax);
}

bool is_gc(const PlacedDsa& dc) noexcept { return (dc.dsa->options & drsuapi::kNtdsdsaOptIsGc) != 0; }

class Graph {
 public:
  Graph(Run& run, const Ring& ring) : run_(run), ring_(ring), fill_(!run.site_option(NTDSSETTINGS_OPT_IS_TOPL_MIN_HOPS_DISABLED)) {}

  /// The edges that the section's rule gives a destination, the ring's first. `kind`: of the destination's replica.
  std::vector<Edge> edges_to(const PlacedDsa& destination, ReplicaKind kind) const {
    std::vector<std::size_t> sources;
    for (std::size_t i = 0; i < ring_.members.size(); ++i)
      if (ring_.members[i].dc != &destination && (is_full(ring_.members[i].kind) || !is_full(kind))) sources.push_back(i);
    std::vector<Edge> edges;
    if (sources.empty()) return edges;
    const auto next = std::ranges::find_if(sources, [&](std::size_t i) { return ring_.members[i].dc->dsa->guid > destination.dsa->guid; });
    const auto after = next == sources.end() ? sources.front() : *next;
    const auto before = next == sources.begin() ? sources.back() : *std::prev(next);
    edges.push_back({before, NTDSCONN_KCC_RING_TOPOLOGY});
    if (after != before) edges.push_back({after, NTDSCONN_KCC_RING_TOPOLOGY});
    if (fill_) fill(destination, sources, edges);
    run_.plan.work.ring_edges += sources.size();
    return edges;
  }

  /// The members that `destination` has connections from, whichever rule made them.
  std::vector<std::size_t> existing_sources(const PlacedDsa& destination) const {
    std::vector<std::size_t> out;
    for (const auto index : run_.connections.of(destination.dsa->guid)) {
      const auto& one = run_.connections.at(index);
      if (one.is_deleted || !one.now.enabled || one.has(NTDSCONN_OPT_RODC_TOPOLOGY)) continue;
      const auto member = member_of(one.now.from_server);
      if (member && run_.model.implies(one.now, ring_.nc) && std::ranges::find(out, *member) == out.end()) out.push_back(*member);
    }
    return out;
  }

  /// More edges to the local DSA, while a replica that updates can come from is more than three hops away.
  void shorten(const PlacedDsa& self, ReplicaKind kind, std::vector<Edge>& edges) const {
    if (!fill_ || ring_.members.size() <= kRingAloneMax) return;
    const auto into = all_sources(self, edges);
    const bool any_full = std::ranges::any_of(ring_.members, [](const Member& m) { return is_full(m.kind); });
    std::vector<bool> wanted(ring_.members.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& member = ring_.members[i];
      wanted[i] = member.dc != &self && (is_full(member.kind) || (!any_full && !is_full(kind)));
    }
    auto mine = existing_sources(self);
    for (const auto& edge : edges) mine.push_back(edge.from);
    for (const auto from : mine) cover(into, from, wanted);
    while (edges.size() < kEdgesToDcMax && std::ranges::find(wanted, true) != wanted.end()) {
      const auto best = best_source(into, self, kind, wanted);
      if (!best) return;
      edges.push_back({*best, NTDSCONN_KCC_MINIMIZE_HOPS_TOPOLOGY, kThreeHops});
      cover(into, *best, wanted);
    }
  }

 private:
  std::optional<std::size_t> member_of(DsaGuid dsa) const {
    const auto at = std::ranges::lower_bound(ring_.members, dsa, {}, [](const Member& m) { return m.dc->dsa->guid; });
    if (at == ring_.members.end() || at->dc->dsa->guid != dsa) return std::nullopt;
    return static_cast<std::size_t>(at - ring_.members.begin());
  }

  /// Up to n+2 edges: those that connections imply already, then others by chance.
  void fill(const PlacedDsa& destination, const std::vector<std::size_t>& sources, std::vector<Edge>& edges) const {
    const auto target = edges_for(sources.size() + 1);
    const auto has = [&](std::size_t i) { return std::ranges::any_of(edges, [i](const Edge& e) { return e.from == i; }); };
    if (edges.size() >= target || edges.size() >= sources.size()) return;
    for (const auto i : existing_sources(destination))
      if (edges.size() < target && !has(i) && std::ranges::binary_search(sources, i)) edges.push_back({i, 0});
    if (edges.size() >= target) return;
    const auto matter = run_.chance().of(ring_.nc.guid()).of(ring_.only_gcs ? 1 : 0).of(destination.dsa->guid);
    std::vector<std::pair<std::uint64_t, std::size_t>> drawn;
    for (const auto i : sources)
      if (!has(i)) drawn.emplace_back(matter.of(ring_.members[i].dc->dsa->guid).value(), i);
    const auto count = std::min(target - edges.size(), drawn.size());
    std::ranges::partial_sort(drawn, drawn.begin() + static_cast<std::ptrdiff_t>(count));
    for (std::size_t i = 0; i < count; ++i) edges.push_back({drawn[i].second, NTDSCONN_KCC_MINIMIZE_HOPS_TOPOLOGY});
  }

  /// For each member where its updates come from: its connections and what it will choose. The local DSA as it is.
  std::vector<std::vector<std::size_t>> all_sources(const PlacedDsa& self, const std::vector<Edge>& edges) const {
    std::vector<std::vector<std::size_t>> into(ring_.members.size());
    for (std::size_t i = 0; i < into.size(); ++i) {
      const auto& member = ring_.members[i];
      into[i] = existing_sources(*member.dc);
      const auto more = member.dc == &self ? edges : edges_to(*member.dc, member.kind);
      for (const auto& edge : more) into[i].push_back(edge.from);
    }
    return into;
  }

  /// `from` is one hop away: what reaches it in two more is within three.
  static void cover(const std::vector<std::vector<std::size_t>>& into, std::size_t from, std::vector<bool>& wanted) {
    std::vector<std::size_t> frontier{from};
    for (std::size_t hop = 1; hop <= kHopsMax; ++hop) {
      std::vector<std::size_t> further;
      for (const auto i : frontier) {
        wanted[i] = false;
        if (hop < kHopsMax) further.insert(further.end(), into[i].begin(), into[i].end());
      }
      std::ranges::sort(further);
      further.erase(std::ranges::unique(further).begin(), further.end());
      frontier = std::move(further);
    }
  }

  std::optional<std::size_t> best_source(const std::vector<std::vector<std::size_t>>& into, const PlacedDsa& self, ReplicaKind kind,
                                         const std::vector<bool>& wanted) const {
    std::optional<std::size_t> best;
    std::ptrdiff_t best_left = std::ranges::count(wanted, true);
    for (std::size_t i = 0; i < ring_.members.size(); ++i) {
      if (ring_.members[i].dc == &self || (is_full(kind) && !is_full(ring_.members[i].kind))) continue;
      auto left = wanted;
      cover(into, i, left);
      const auto count = std::ranges::count(left, true);
      if (count < best_left) best = i, best_left = count;
    }
    return best;
  }

  Run& run_;
  const Ring& ring_;
  bool fill_;
};

/// The replicas of 6.2.2.2's R; the local one only when others could have an edge from it.
std::vector<Member> members_of(const Run& run, const Nc& nc, ReplicaKind mine, bool only_gcs, bool detect_failed) {
  const bool detect = detect_failed && !run.site_option(NTDSSETTINGS_OPT_IS_TOPL_DETECT_STALE_DISABLED);
  std::vector<Member> members;
  for (const auto* dc : run.model.dsas_in(run.site())) {
    if (dc->dsa->is_rodc || (only_gcs && !is_gc(*dc))) continue;
    if (dc == run.self) {
      members.push_back({dc, mine});
      continue;
    }
    const auto kind = run.model.present(*dc->dsa, nc.guid());
    if (kind != ReplicaKind::kWritable && (kind != ReplicaKind::kPartial || mine != ReplicaKind::kPartial)) continue;
    if (mine == ReplicaKind::kReadOnlyFull && nc.is_domain && dc->dsa->behavior_version < DS_BEHAVIOR_WIN2008) continue;
    if (detect && run.failures.is_stale(dc->dsa->guid, 0, run.in.now)) continue;
    members.push_back({dc, kind});
  }
  return members;
}

std::optional<std::size_t> find_connection(const Run& run, DsaGuid from) {
  for (const auto index : run.connections.of(run.dsa().guid)) {
    const auto& one = run.connections.at(index);
    if (!one.is_deleted && one.now.from_server == from && !one.has(NTDSCONN_OPT_RODC_TOPOLOGY)) return index;
  }
  return std::nullopt;
}

Schedule site_schedule(const Run& run) {
  const auto& settings = run.site().settings;
  return settings && settings->schedule ? *settings->schedule : hourly_schedule();
}

/// There is a connection for the edge afterwards.
void imply(Run& run, const Nc& nc, DsaGuid from, std::uint32_t reason, const char* why) {
  auto index = find_connection(run, from);
  if (!index) {
    index = run.create_connection(run.dsa().guid, from, {}, NTDSCONN_OPT_IS_GENERATED, site_schedule(run), why);
  }
  // An administrator's information only: it is written with the connection and never again.
  auto& one = run.connections.at(*index);
  if (one.before == nullptr && reason != 0) one.give_reason(nc.guid(), reason);
}

void connect(Run& run, const Nc& nc, bool only_gcs, bool detect_failed) {
  const auto mine = run.model.should(run.dsa(), nc);
  if (mine == ReplicaKind::kNone) return;
  const Ring ring{.nc = nc, .only_gcs = only_gcs, .detect_failed = detect_failed,
                  .members = members_of(run, nc, mine, only_gcs, detect_failed)};
  const Graph graph(run, ring);
  auto edges = graph.edges_to(*run.self, mine);
  graph.shorten(*run.self, mine, edges);
  for (const auto& edge : edges) {
    const bool is_ring_of_gcs = only_gcs && edge.reason == NTDSCONN_KCC_RING_TOPOLOGY;
    imply(run, nc, ring.members[edge.from].dc->dsa->guid, edge.reason, is_ring_of_gcs ? kOfGcs : edge.why);
  }
}

/// [MS-ADTS] 6.1.1.2.2.1.1: the site's schedule is that of the generated connections inside it.
void follow_site_schedule(Run& run) {
  for (const auto index : run.connections.of(run.dsa().guid)) {
    auto& one = run.connections.at(index);
    if (!one.has(NTDSCONN_OPT_IS_GENERATED) || one.has(NTDSCONN_OPT_USER_OWNED_SCHEDULE) || one.has(NTDSCONN_OPT_RODC_TOPOLOGY)) continue;
    if (run.model.site_of(one.now.from_server) != &run.site() || one.now.schedule == site_schedule(run)) continue;
    one.now.schedule = site_schedule(run);
    one.because("6.1.1.2.2.1.1: schedule of the site");
  }
}

}  // namespace

void create_intrasite_connections(Run& run) {
  if (run.site_option(NTDSSETTINGS_OPT_IS_AUTO_TOPOLOGY_DISABLED)) return;
  // First routing around the DCs that fail, then as if none did.
  for (const bool detect_failed : {true, false}) {
    for (const auto& nc : run.model.ncs()) connect(run, nc, false, detect_failed);
    const auto* config = run.model.find_nc(run.in.view.config_nc);
    if (config != nullptr && is_gc(*run.self)) connect(run, *config, true, detect_failed);
  }
  follow_site_schedule(run);
}

}  // namespace tributary::topology
