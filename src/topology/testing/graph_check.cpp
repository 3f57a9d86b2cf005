// SPDX-License-Identifier: Apache-2.0
// See graph_check.hpp.
#include "topology/testing/graph_check.hpp"

#include <algorithm>
#include <queue>

#include "drsuapi/constants.hpp"

namespace tributary::topology::testing {
namespace {

struct NcGraph {
  std::map<DsaGuid, ReplicaKind> holders;
  std::map<DsaGuid, std::vector<DsaGuid>> readers;  ///< source -> destinations
};

NcGraph graph_of(Forest& forest, const Model& model, const Nc& nc, Edges edges) {
  NcGraph graph;
  if (edges == Edges::kConnections) {
    for (const auto& one : forest.view.connections)
      if (one.enabled && model.implies(one, nc)) graph.readers[one.from_server].push_back(one.parent);
  }
  for (const auto& dsa : forest.view.dsas) {
    const auto kind = model.present(dsa, nc.guid());
    if (kind == ReplicaKind::kNone) continue;
    graph.holders.emplace(dsa.guid, kind);
    if (edges == Edges::kConnections) continue;
    for (const auto& replica : forest.state(forest.name_of(dsa.guid)).replicas) {
      if (replica.nc != nc.guid()) continue;
      for (const auto& value : replica.reps_from) {
        DsaGuid source{value.uuid_dsa};
        if ((value.replica_flags & drsuapi::DRS_MAIL_REP) != 0) {
          for (const auto& other : forest.view.dsas)
            if (other.server.value == value.uuid_dsa) source = other.guid;
        }
        if ((value.replica_flags & drsuapi::DRS_DISABLE_AUTO_SYNC) == 0) graph.readers[source].push_back(dsa.guid);
      }
    }
  }
  return graph;
}

std::map<DsaGuid, std::size_t> distances(const NcGraph& graph, DsaGuid from, const Model* inside) {
  std::map<DsaGuid, std::size_t> out{{from, 0}};
  std::queue<DsaGuid> queue;
  for (queue.push(from); !queue.empty(); queue.pop()) {
    const auto readers = graph.readers.find(queue.front());
    if (readers == graph.readers.end()) continue;
    for (const auto reader : readers->second) {
      if (inside != nullptr && inside->site_of(reader) != inside->site_of(from)) continue;
      if (out.emplace(reader, out.at(queue.front()) + 1).second) queue.push(reader);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> violations(Forest& forest, Edges edges) {
  std::vector<std::string> out;
  const Model model(forest.view);
  for (const auto& nc : model.ncs()) {
    const auto graph = graph_of(forest, model, nc, edges);
    const auto& name = nc.cross_ref->nc_name;
    for (const auto& [from, kind] : graph.holders) {
      if (kind != ReplicaKind::kWritable) continue;
      const auto reached = distances(graph, from, nullptr);
      for (const auto& [to, ignored] : graph.holders)
        if (!reached.contains(to)) out.push_back(name + ": updates of " + forest.name_of(from) + " never reach " + forest.name_of(to));
    }
    for (const auto& [source, readers] : graph.readers) {
      const auto kind = graph.holders.find(source);
      for (const auto reader : readers)
        if (kind == graph.holders.end() || (kind->second != ReplicaKind::kWritable && is_full(graph.holders.at(reader))))
          out.push_back(name + ": " + forest.name_of(reader) + " reads from " + forest.name_of(source) + ", whose replica cannot serve it");
    }
  }
  return out;
}

std::size_t hops_in_sites_max(Forest& forest) {
  std::size_t max = 0;
  const Model model(forest.view);
  for (const auto& nc : model.ncs()) {
    const auto graph = graph_of(forest, model, nc, Edges::kRepsFrom);
    for (const auto& [from, kind] : graph.holders) {
      if (kind != ReplicaKind::kWritable) continue;
      const auto reached = distances(graph, from, &model);
      for (const auto& [to, other] : graph.holders) {
        if (other != ReplicaKind::kWritable || model.site_of(to) != model.site_of(from)) continue;
        const auto found = reached.find(to);
        max = std::max(max, found == reached.end() ? SIZE_MAX : found->second);
      }
    }
  }
  return max;
}

}  // namespace tributary::topology::testing
