// SPDX-License-Identifier: Apache-2.0
// See model.hpp. [MS-ADTS] 6.2.2 (the concepts), 6.1.1.2.1.1 and 6.1.1.2.2.1 (the objects).
#include "topology/model.hpp"

#include "drsuapi/constants.hpp"

namespace tributary::topology {
namespace {

template <class T>
bool contains(const std::vector<T>& all, const T& one) noexcept {
  return std::find(all.begin(), all.end(), one) != all.end();
}

template <class T>
std::vector<T> sorted(std::vector<T> all) {
  std::sort(all.begin(), all.end());
  return all;
}

bool same_text(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x >= 'a' && x <= 'z' ? x - 32 : x) == (y >= 'a' && y <= 'z' ? y - 32 : y); });
}

/// [MS-ADTS] 6.2.2: an NC is there although msDS-HasInstantiatedNCs is silent (it is on its way), but not when it is going.
bool is_going(const NtdsDsa& dsa, ObjectGuid nc) noexcept {
  for (const auto& value : dsa.ms_ds_has_instantiated_ncs)
    if (value.nc == nc) return (value.instance_type & drsuapi::IT_NC_GOING) != 0;
  return false;
}

}  // namespace

bool is_ip(const Transport& transport) noexcept { return same_text(transport.name, "IP"); }

Model::Model(const ConfigurationView& view)
    : view_(&view), sites_(sorted_by_guid(view.sites)), transports_(sorted_by_guid(view.transports)) {
  place_dsas();
  add_ncs();
}

void Model::place_dsas() {
  std::map<ObjectGuid, const Server*> servers;
  for (const auto& server : view_->servers) servers.emplace(server.guid, &server);
  std::map<ObjectGuid, const Site*> sites;
  for (const auto* site : sites_) sites.emplace(site->guid, site);
  for (const auto* dsa : sorted_by_guid(view_->dsas)) {
    const auto server = servers.find(dsa->server);
    if (server == servers.end() || dsa->guid.is_null()) continue;  // null stands for "no DSA" in every reference
    const auto site = sites.find(server->second->site);
    if (site == sites.end()) continue;
    const auto& placed = dsas_.emplace(dsa->guid, PlacedDsa{dsa, server->second, site->second}).first->second;
    by_site_[site->first].push_back(&placed);
  }
}

void Model::add_ncs() {
  for (const auto* cross_ref : sorted_by_guid(view_->cross_refs)) {
    if (!cross_ref->enabled || (cross_ref->system_flags & kFlagCrNtdsNc) == 0 || cross_ref->nc.is_null()) continue;
    ncs_.push_back({.cross_ref = cross_ref,
                    .is_domain = (cross_ref->system_flags & kFlagCrNtdsDomain) != 0,
                    .is_config_or_schema = cross_ref->nc == view_->config_nc || cross_ref->nc == view_->schema_nc,
                    .replica_locations = sorted(cross_ref->replica_locations),
                    .ro_replica_locations = sorted(cross_ref->ro_replica_locations)});
  }
  std::sort(ncs_.begin(), ncs_.end(), [](const Nc& a, const Nc& b) {
    return std::pair(a.guid(), a.cross_ref->guid) < std::pair(b.guid(), b.cross_ref->guid);
  });
  ncs_.erase(std::unique(ncs_.begin(), ncs_.end(), [](const Nc& a, const Nc& b) { return a.guid() == b.guid(); }), ncs_.end());
  for (std::size_t i = 0; i < ncs_.size(); ++i) nc_index_.emplace(ncs_[i].guid(), i);
}

const PlacedDsa* Model::find(DsaGuid guid) const noexcept {
  const auto found = dsas_.find(guid);
  return found == dsas_.end() ? nullptr : &found->second;
}

const Site* Model::site_of(DsaGuid guid) const noexcept {
  const auto* placed = find(guid);
  return placed == nullptr ? nullptr : placed->site;
}

std::span<const PlacedDsa* const> Model::dsas_in(const Site& site) const noexcept {
  const auto found = by_site_.find(site.guid);
  if (found == by_site_.end()) return {};
  return found->second;
}

const Transport* Model::find_transport(ObjectGuid guid) const noexcept {
  for (const auto* transport : transports_)
    if (transport->guid == guid) return transport;
  return nullptr;
}

const Nc* Model::find_nc(ObjectGuid nc) const noexcept {
  const auto found = nc_index_.find(nc);
  return found == nc_index_.end() ? nullptr : &ncs_[found->second];
}

ReplicaKind Model::present(const NtdsDsa& dsa, ObjectGuid nc) const noexcept {
  // DEVIATION: 6.2.2 asks hasMasterNCs only, which never has application NCs (6.1.1.2.2.1.2.1.1): the writable replicas of
  // those stand in msDS-hasMasterNCs, and without it no application NC would ever be replicated.
  auto kind = ReplicaKind::kNone;
  if (!dsa.is_rodc && (contains(dsa.ms_ds_has_master_ncs, nc) || contains(dsa.has_master_ncs, nc)))
    kind = ReplicaKind::kWritable;
  else if (contains(dsa.ms_ds_has_full_replica_ncs, nc))
    kind = ReplicaKind::kReadOnlyFull;
  else if (contains(dsa.has_partial_replica_ncs, nc))
    kind = ReplicaKind::kPartial;
  return kind != ReplicaKind::kNone && is_going(dsa, nc) ? ReplicaKind::kNone : kind;
}

ReplicaKind Model::should(const NtdsDsa& dsa, const Nc& nc) const noexcept {
  const auto full = dsa.is_rodc ? ReplicaKind::kReadOnlyFull : ReplicaKind::kWritable;
  if (nc.is_config_or_schema || nc.guid() == dsa.default_nc) return full;
  const auto& locations = dsa.is_rodc ? nc.ro_replica_locations : nc.replica_locations;
  if (std::binary_search(locations.begin(), locations.end(), dsa.guid)) return full;
  const bool is_gc = (dsa.options & drsuapi::kNtdsdsaOptIsGc) != 0;
  const bool for_gcs = nc.is_domain && (nc.cross_ref->system_flags & kFlagCrNtdsNotGcReplicated) == 0;
  return is_gc && for_gcs ? ReplicaKind::kPartial : ReplicaKind::kNone;
}

bool Model::is_rpc(const NtdsConnection& connection) const noexcept {
  if (connection.transport.is_null()) return true;
  const auto* transport = find_transport(connection.transport);
  return transport != nullptr && is_ip(*transport);
}

bool Model::implies(const NtdsConnection& connection, const Nc& nc) const noexcept {
  const auto* source = find(connection.from_server);
  const auto* destination = find(connection.parent);
  if (source == nullptr || destination == nullptr || source == destination) return false;
  const auto from = present(*source->dsa, nc.guid());
  const auto to = should(*destination->dsa, nc);
  if (from == ReplicaKind::kNone || to == ReplicaKind::kNone) return false;
  if (from != ReplicaKind::kWritable && to != ReplicaKind::kPartial) return false;
  return !nc.is_domain || to == ReplicaKind::kPartial || is_rpc(connection);
}

}  // namespace tributary::topology
