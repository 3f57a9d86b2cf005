// SPDX-License-Identifier: Apache-2.0
// See forest.hpp.
#include "sim/forest.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "repl/updates/nc.hpp"
#include "sim/dsa.hpp"

namespace tributary::sim {

using namespace repl;

Forest::Forest(World& world)
    : world_(world), chance_(world.chance.split("forest")), shape_(static_cast<Shape>(chance_.below(4))) {
  choose_terms();
}

void Forest::choose_terms() {
  auto& terms = world_.terms;
  terms.rules.recycle_bin = chance_.per_mille(500);
  terms.rules.strict_consistency = chance_.per_mille(700);
  terms.rules.tombstone_lifetime_s = 3 * 86'400;
  terms.rules.deleted_object_lifetime_s = 2 * 86'400;
  terms.page_objects_max = chance_.per_mille(500) ? static_cast<std::uint32_t>(chance_.between(1, 12)) : 100;
  terms.uses_compression = chance_.per_mille(250);
  terms.has_v9 = chance_.per_mille(600);
  terms.is_hourly = chance_.per_mille(300);
  terms.notify_first_s = chance_.between(0, 30);
  terms.notify_subsequent_s = chance_.between(0, 10);
  world_.log("terms: shape {}, recycle bin {}, strict {}, pages of {}, compression {}, V9 {}", static_cast<int>(shape_), terms.rules.recycle_bin,
             terms.rules.strict_consistency, terms.page_objects_max, terms.uses_compression, terms.has_v9);
}

bool Forest::make_nc(int dsa, const std::string& dn, bool is_schema, bool is_configuration) {
  auto& maker = *world_.dsas[static_cast<std::size_t>(dsa)];
  WantedNc nc{ObjectGuid{chance_.guid()}, dn, is_schema, is_configuration, {}};
  const auto made = maker.update([&](store::WriteTransaction& tx, const Context& context) -> Result<Updates> {
    NcRequest request;
    request.dn = dn;
    request.kind = is_schema ? repl::NcKind::kSchema : is_configuration ? repl::NcKind::kConfiguration : repl::NcKind::kApplication;
    request.guid = nc.guid;
    auto creation = create_nc(tx, context, request, CheckLevel::kReplica);
    if (!creation) return std::unexpected(creation.error());
    return creation->updates;
  });
  if (!made) {
    world_.log("{} cannot make {}: {} {}", maker.name(), dn, win32_name(made.error().code), made.error().detail);
    return false;
  }
  if (!maker.is_up()) return false;
  nc.replicas[dsa] = {};
  world_.log("{} makes {}", maker.name(), dn);
  world_.ncs.push_back(std::move(nc));
  maker.replicas_changed();
  return true;
}

/// Full replicas replicate from each other in the forest's shape, partial ones from one or two full ones.
void Forest::wire(WantedNc& nc) {
  std::vector<int> full;
  for (const auto& [dsa, replica] : nc.replicas)
    if (!replica.is_partial) full.push_back(dsa);
  const auto count = full.size();
  const auto at = [&](std::size_t i) { return full[i % count]; };
  for (auto& [dsa, replica] : nc.replicas) {
    replica.sources.clear();
    if (count == 0) continue;
    if (replica.is_partial) {
      replica.sources.push_back(at(static_cast<std::size_t>(dsa)));
      if (count > 1) replica.sources.push_back(at(static_cast<std::size_t>(dsa) + 1));
      continue;
    }
    const auto own = static_cast<std::size_t>(std::ranges::find(full, dsa) - full.begin());
    switch (shape_) {
      case Shape::kRing: replica.sources = {at(own + 1), at(own + count - 1)}; break;
      case Shape::kMesh: replica.sources = full; break;
      case Shape::kStar: replica.sources = own == 0 ? full : std::vector<int>{full[0]}; break;
      case Shape::kChain:
        if (own > 0) replica.sources.push_back(full[own - 1]);
        if (own + 1 < count) replica.sources.push_back(full[own + 1]);
        break;
    }
    std::ranges::sort(replica.sources);
    replica.sources.erase(std::ranges::unique(replica.sources).begin(), replica.sources.end());
    std::erase(replica.sources, dsa);
  }
}

bool Forest::build() {
  const int count = world_.options.dsas;
  for (int i = 0; i < count; ++i) world_.dsas.push_back(std::make_unique<SimDsa>(world_, i));
  for (auto& dsa : world_.dsas) dsa->create();
  const bool made = !world_.has_failed() && make_nc(0, "DC=forest", false, false) && make_nc(0, "CN=Configuration,DC=forest", false, true) &&
                    make_nc(0, "CN=Schema,CN=Configuration,DC=forest", true, false);
  if (!made) return world_.blame("the forest cannot be made"), false;
  const int partial = count >= 4 && chance_.per_mille(500) ? count - 1 : -1;
  for (auto& nc : world_.ncs) {
    for (int i = 1; i < count; ++i) nc.replicas[i].is_partial = i == partial && nc.dn == "DC=forest";
    wire(nc);
  }
  return true;
}

void Forest::add_nc(int dsa) {
  constexpr std::size_t kNcsMax = 7;
  if (world_.ncs.size() >= kNcsMax || world_.find_nc(world_.ncs.front().guid) == nullptr) return;
  if (!make_nc(dsa, fmt::format("DC=app{},DC=forest", made_++), false, false)) return;
  auto& nc = world_.ncs.back();
  for (int i = 0; i < world_.options.dsas; ++i)
    if (i != dsa && chance_.per_mille(600)) nc.replicas[i].is_partial = chance_.per_mille(200);
  wire(nc);
}

void Forest::remove_nc(WantedNc& nc) {
  world_.log("{} is to go everywhere", nc.dn);
  world_.model.forget_nc(nc.guid);
  nc.replicas.clear();
}

void Forest::change_replica(WantedNc& nc, int dsa) {
  const auto full = std::ranges::count_if(nc.replicas, [](const auto& entry) { return !entry.second.is_partial; });
  const auto at = nc.replicas.find(dsa);
  if (at == nc.replicas.end()) {
    if (full == 0) return;
    nc.replicas[dsa].is_partial = chance_.per_mille(300);
  } else {
    if (!at->second.is_partial && (full < 3 || !is_held(nc, dsa))) return;
    nc.replicas.erase(at);
  }
  world_.log("{}: {} {}", nc.dn, world_.dsas[static_cast<std::size_t>(dsa)]->name(), nc.replicas.contains(dsa) ? "is to hold it" : "is to give it back");
  wire(nc);
}

void Forest::forget_lost(const ObjectGuid& nc) {
  ReplUpToDateVector known;
  for (auto& dsa : world_.dsas) {
    const auto* wanted = world_.find_nc(nc);
    const bool counts = dsa->is_up() && wanted != nullptr && wanted->replicas.contains(dsa->index()) && !wanted->replicas.at(dsa->index()).is_partial;
    const auto root = counts ? dsa->root_of(nc) : store::kNoDnt;
    if (root == store::kNoDnt) continue;
    const auto snapshot = dsa->store().read();
    const auto replica = snapshot->nc_replica(root);
    if (!replica || !*replica || (*replica)->going) continue;
    auto vector = (*replica)->up_to_dateness_vector.empty() ? Result<ReplUpToDateVector>() : decode_utd((*replica)->up_to_dateness_vector);
    if (!vector) continue;
    const auto own = with_local(std::move(*vector), snapshot->identity().invocation_id, snapshot->highest_committed_usn(), DsTime{});
    for (const auto& cursor : own.cursors()) known.advance(cursor);
  }
  world_.model.lose_beyond(nc, known);
}

void Forest::forget_lost() {
  for (const auto& nc : world_.ncs) forget_lost(nc.guid);
}

bool Forest::is_held(const WantedNc& nc, int but) {
  return std::ranges::any_of(world_.dsas, [&](const auto& dsa) {
    const auto root = dsa->is_up() && dsa->index() != but ? dsa->root_of(nc.guid) : store::kNoDnt;
    if (root == store::kNoDnt) return false;
    const auto replica = dsa->store().read()->nc_replica(root);
    return replica && *replica && (*replica)->writable && !(*replica)->coming && !(*replica)->going;
  });
}

void Forest::forget_orphans() {
  for (auto& nc : world_.ncs)
    if (!nc.replicas.empty() && !is_held(nc, -1)) remove_nc(nc);
}

}  // namespace tributary::sim
