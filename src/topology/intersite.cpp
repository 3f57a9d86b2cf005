// SPDX-License-Identifier: Apache-2.0
// Connections between sites, [MS-ADTS] 6.2.2.3.3, 6.2.2.3.4.2, 6.2.2.3.4.3 (ColorVertices) and 6.2.2.3.4.5: for each NC the colors
// of the sites, their spanning tree, and a connection for each edge of it that ends in the local site. Must never make a
// connection that ends in another site.
#include <algorithm>

#include "topology/bridgehead.hpp"
#include "topology/site_graph.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

/// What one call of CreateConnections is about.
struct Task {
  SiteGraph& graph;
  std::size_t local = 0;  ///< the vertex of the local site
  const Nc& nc;
  bool detect_failed = false;
  bool partial_replica_okay = false;  ///< of the local site
  bool found_failed = false;
};

/// One edge of the tree as the local site's business.
struct Path {
  const Site* remote_site = nullptr;
  const Transport* transport = nullptr;
  const ReplInfo* repl = nullptr;
  Schedule schedule;
};

/// Which notification, two-way and compression bits a connection has to have.
std::uint32_t connection_options(std::uint32_t link_options) {
  std::uint32_t options = 0;
  if ((link_options & NTDSSITELINK_OPT_USE_NOTIFY) != 0) options |= NTDSCONN_OPT_OVERRIDE_NOTIFY_DEFAULT | NTDSCONN_OPT_USE_NOTIFY;
  if ((link_options & NTDSSITELINK_OPT_TWOWAY_SYNC) != 0) options |= NTDSCONN_OPT_TWOWAY_SYNC;
  if ((link_options & NTDSSITELINK_OPT_DISABLE_COMPRESSION) != 0) options |= NTDSCONN_OPT_DISABLE_INTERSITE_COMPRESSION;
  return options;
}

constexpr std::uint32_t kNotifyBits = NTDSCONN_OPT_OVERRIDE_NOTIFY_DEFAULT | NTDSCONN_OPT_USE_NOTIFY;
constexpr std::uint32_t kOtherLinkBits = NTDSCONN_OPT_TWOWAY_SYNC | NTDSCONN_OPT_DISABLE_INTERSITE_COMPRESSION;

/// The best replica of a site, among its writable DCs or among those of them that have not failed. A site whose only replicas are
/// on RODCs has none: nothing may pass through it (6.2.2.3.3 speaks of writable replicas), and each RODC sees to itself.
ReplicaKind best_replica(const Run& run, const Site& site, const Nc& nc, bool without_failed) {
  auto best = ReplicaKind::kNone;
  for (const auto* dc : run.model.dsas_in(site)) {
    if (dc->dsa->is_rodc || run.bridgehead_failed(dc->dsa->guid, without_failed)) continue;
    best = std::max(best, run.model.present(*dc->dsa, nc.guid()));
    if (&site == &run.site()) best = std::max(best, run.model.should(*dc->dsa, nc));
  }
  return best;
}

// DEVIATION: ColorVertices takes a site for red although all its full replicas have failed; its partial ones, which can do with
// partial bridgeheads, would starve. Of its own site the generator knows it, and only what comes into that site depends on it.
Color color_of(const Run& run, const Site& site, const Nc& nc, bool detect_failed) {
  auto best = best_replica(run, site, nc, detect_failed && &site == &run.site());
  if (best == ReplicaKind::kNone) best = best_replica(run, site, nc, false);
  if (best == ReplicaKind::kNone) return Color::kWhite;
  return is_full(best) ? Color::kRed : Color::kBlack;
}

/// The site as an RODC sees it: it needs an edge to its own site unless a writable DC here has what it needs, and nothing ever
/// comes back from it, so its site is a leaf, a black vertex.
// DEVIATION: 6.2.2.3.1 makes an RODC its own generator and leaves the color of its site to pseudocode that does not know RODCs.
Color color_for_rodc(const Run& run, const Nc& nc, bool detect_failed) {
  const auto mine = run.model.should(run.dsa(), nc);
  if (mine == ReplicaKind::kNone) return Color::kWhite;
  for (const auto* dc : run.model.dsas_in(run.site())) {
    const auto theirs = dc->dsa->is_rodc ? ReplicaKind::kNone : run.model.present(*dc->dsa, nc.guid());
    if (theirs == ReplicaKind::kNone || (is_full(mine) && theirs != ReplicaKind::kWritable)) continue;
    if (!run.bridgehead_failed(dc->dsa->guid, detect_failed)) return Color::kWhite;
  }
  return Color::kBlack;
}

/// Whether a vertex takes part in edges of a type; sets found_failed when it lacks a bridgehead for it.
bool can_bridge(Run& run, Task& task, const Vertex& vertex, const Transport& transport) {
  if (run.dsa().is_rodc && vertex.site == &run.site()) return true;
  const bool found = has_bridgehead(run, {.site = vertex.site, .nc = &task.nc, .transport = &transport,
                                          .partial_replica_okay = vertex.color == Color::kBlack, .detect_failed = task.detect_failed});
  if (!found) task.found_failed = true;
  return found;
}

// DEVIATION: ColorVertices as printed asks for the color and the bridgeheads of the local site when it decides what another
// site accepts; then each site would compute another tree. Every vertex is asked for its own. A domain's full replica refuses
// transports other than RPC for edges between full replicas only (6.2.2.3.3), not altogether.
void color_vertices(Run& run, Task& task) {
  const auto& transports = run.model.transports();
  std::vector<TypeSet> linked(task.graph.vertices.size());
  for (const auto& edge : task.graph.edges)
    for (const auto v : edge.vertices) linked[v] |= TypeSet{1} << edge.type;
  const bool rodc_full = run.dsa().is_rodc && is_full(run.model.should(run.dsa(), task.nc));
  for (std::size_t i = 0; i < task.graph.vertices.size(); ++i) {
    auto& vertex = task.graph.vertices[i];
    const bool as_rodc = run.dsa().is_rodc && i == task.local;
    vertex.color = as_rodc ? color_for_rodc(run, task.nc, task.detect_failed) : color_of(run, *vertex.site, task.nc, task.detect_failed);
    // What is to become a full replica on an RODC cannot be read from a partial one.
    if (rodc_full && !as_rodc && vertex.color == Color::kBlack) vertex.color = Color::kWhite;
    vertex.accept_red_red = vertex.accept_black = 0;
    if (vertex.color == Color::kWhite) continue;
    for (EdgeType type = 0; type < transports.size(); ++type) {
      if (!contains(linked[i], type)) continue;
      const bool rpc_only = task.nc.is_domain && !is_ip(*transports[type]);
      if (rpc_only && as_rodc && rodc_full) continue;
      if (!can_bridge(run, task, vertex, *transports[type])) continue;
      vertex.accept_black |= TypeSet{1} << type;
      if (!rpc_only || vertex.color == Color::kBlack) vertex.accept_red_red |= TypeSet{1} << type;
    }
  }
  task.partial_replica_okay = task.graph.vertices[task.local].color == Color::kBlack && !rodc_full;
}

std::vector<const PlacedDsa*> bridgeheads(Run& run, const Task& task, const Path& path, const Site& site, bool detect_failed) {
  if (run.dsa().is_rodc && &site == &run.site()) return {run.self};
  return all_bridgeheads(run, {.site = &site, .nc = &task.nc, .transport = path.transport,
                               .partial_replica_okay = task.partial_replica_okay, .detect_failed = detect_failed});
}

/// The connections between any two DCs of the two sites that could be bridgeheads for the NC, failed or not.
std::vector<std::size_t> connections_between(Run& run, const Task& task, const Path& path) {
  std::vector<DsaGuid> remote;
  for (const auto* dc : bridgeheads(run, task, path, *path.remote_site, false)) remote.push_back(dc->dsa->guid);
  std::ranges::sort(remote);
  std::vector<std::size_t> out;
  for (const auto* dc : bridgeheads(run, task, path, run.site(), false)) {
    for (const auto index : run.connections.of(dc->dsa->guid)) {
      const auto& one = run.connections.at(index);
      if (!one.is_deleted && !one.has(NTDSCONN_OPT_RODC_TOPOLOGY) && std::ranges::binary_search(remote, one.now.from_server)) out.push_back(index);
    }
  }
  std::ranges::sort(out);
  return out;
}

/// Schedule and options of a generated connection follow the path's.
void follow_path(WorkConnection& one, const Path& path) {
  if (!one.has(NTDSCONN_OPT_IS_GENERATED) || one.now.transport != path.transport->guid) return;
  const auto wanted = connection_options(path.repl->options);
  auto options = (one.now.options & ~kOtherLinkBits) | (wanted & kOtherLinkBits);
  const bool notifies = (options & kNotifyBits) == kNotifyBits;
  const bool should_notify = (wanted & kNotifyBits) != 0;
  if (notifies && !should_notify) options &= ~kNotifyBits;
  if (!notifies && should_notify) options |= kNotifyBits;
  if (options != one.now.options) one.because("6.2.2.3.4.5: options of the site link");
  one.now.options = options;
  if (one.has(NTDSCONN_OPT_USER_OWNED_SCHEDULE) || one.now.schedule == path.schedule) return;
  one.now.schedule = path.schedule;
  one.because("6.2.2.3.4.5: schedule of the site link");
}

std::uint32_t reason_of(const Task& task) {
  return task.partial_replica_okay ? NTDSCONN_KCC_INTERSITE_GC_TOPOLOGY : NTDSCONN_KCC_INTERSITE_TOPOLOGY;
}

void create(Run& run, const Task& task, const Path& path, const PlacedDsa& local, const PlacedDsa& remote, std::uint32_t reason, std::string why) {
  const auto options = NTDSCONN_OPT_IS_GENERATED | connection_options(path.repl->options);
  const auto index = run.create_connection(local.dsa->guid, remote.dsa->guid, path.transport->guid, options, path.schedule, std::move(why));
  run.connections.at(index).give_reason(task.nc.guid(), reason);
  run.keep.insert(index);
}

/// NTDSSETTINGS_OPT_IS_REDUNDANT_SERVER_TOPOLOGY_ENABLED (6.1.1.2.2.1.1): a second connection that shares no DC with the first,
/// or at least not both. The section has the option and no procedure for it.
void create_redundant(Run& run, const Task& task, const Path& path, const std::vector<std::size_t>& valid) {
  const auto uses = [&](const PlacedDsa& local, const PlacedDsa& remote) {
    int shared = 0;
    for (const auto index : valid) {
      const auto& now = run.connections.at(index).now;
      shared = std::max(shared, (now.parent == local.dsa->guid ? 1 : 0) + (now.from_server == remote.dsa->guid ? 1 : 0));
    }
    return shared;
  };
  const PlacedDsa* best_local = nullptr;
  const PlacedDsa* best_remote = nullptr;
  int best = 2;
  const auto remotes = bridgeheads(run, task, path, *path.remote_site, task.detect_failed);
  for (const auto* local : bridgeheads(run, task, path, run.site(), task.detect_failed)) {
    for (const auto* remote : remotes) {
      if (const auto shared = uses(*local, *remote); shared < best) best = shared, best_local = local, best_remote = remote;
    }
  }
  if (best_local == nullptr) return;
  create(run, task, path, *best_local, *best_remote, reason_of(task) | NTDSCONN_KCC_REDUNDANT_SERVER_TOPOLOGY,
         "6.1.1.2.2.1.1: redundant connection between the sites");
}

/// CreateConnection.
void create_connection(Run& run, const Task& task, const Path& path) {
  std::vector<std::size_t> valid;
  bool failover = false;  // there are connections for the edge, but none that works
  for (const auto index : connections_between(run, task, path)) {
    auto& one = run.connections.at(index);
    follow_path(one, path);
    if (one.has(NTDSCONN_OPT_IS_GENERATED) && one.now.transport != path.transport->guid) continue;
    if (one.before == nullptr) one.give_reason(task.nc.guid(), reason_of(task));
    if (!run.bridgehead_failed(one.now.from_server, task.detect_failed) && !run.bridgehead_failed(one.now.parent, task.detect_failed))
      valid.push_back(index);
    run.keep.insert(index);
    failover = true;
  }
  if (valid.empty()) {
    const auto remotes = bridgeheads(run, task, path, *path.remote_site, task.detect_failed);
    const auto locals = bridgeheads(run, task, path, run.site(), task.detect_failed);
    if (remotes.empty() || locals.empty()) return;
    create(run, task, path, *locals.front(), *remotes.front(), reason_of(task) | (failover ? NTDSCONN_KCC_SERVER_FAILOVER_TOPOLOGY : 0),
           failover ? "6.2.2.3.4.5: bridgeheads of the edge have failed" : "6.2.2.3.4.5: edge of the spanning tree");
    valid.push_back(run.connections.size() - 1);
  }
  if (run.site_option(NTDSSETTINGS_OPT_IS_REDUNDANT_SERVER_TOPOLOGY_ENABLED) && valid.size() < NTDSSETTINGS_DEFAULT_SERVER_REDUNDANCY)
    create_redundant(run, task, path, valid);
}

/// CreateConnections. The result: whether all sites that have the NC are connected.
Result<bool> create_connections(Run& run, Task& task) {
  color_vertices(run, task);
  if (task.graph.vertices[task.local].color == Color::kWhite) return true;
  const auto left = run.in.limits.path_relaxations_max - std::min(run.in.limits.path_relaxations_max, run.plan.work.path_relaxations);
  const auto tree = spanning_tree(task.graph, run.plan.work, left);
  if (!tree) return std::unexpected(tree.error());
  for (const auto& edge : tree->edges) {
    if (edge.to != task.local && (edge.directed || edge.from != task.local)) continue;
    const auto other = edge.from == task.local ? edge.to : edge.from;
    create_connection(run, task, {.remote_site = task.graph.vertices[other].site,
                                  .transport = run.model.transports()[edge.type],
                                  .repl = &edge.repl,
                                  .schedule = replication_times(edge.repl.schedule, edge.repl.interval_minutes)});
  }
  return tree->component_count <= 1;
}

}  // namespace

Result<> create_intersite_connections(Run& run) {
  run.intersite_ran = true;
  auto graph = setup_graph(run.model, run.site());
  const auto local = graph.find(run.site());
  for (const auto& nc : run.model.ncs()) {
    Task task{.graph = graph, .local = *local, .nc = nc, .detect_failed = true};
    const auto connected = create_connections(run, task);
    if (!connected) return std::unexpected(connected.error());
    if (*connected) continue;
    run.plan.all_connected = false;
    if (!task.found_failed) continue;
    task.detect_failed = false;
    if (const auto ideal = create_connections(run, task); !ideal) return std::unexpected(ideal.error());
  }
  return {};
}

}  // namespace tributary::topology
