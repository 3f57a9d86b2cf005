// SPDX-License-Identifier: Apache-2.0
// See forest.hpp.
#include "topology/testing/forest.hpp"

#include <algorithm>
#include <stdexcept>

#include "drsuapi/constants.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology::testing {
namespace {

enum Kind : std::uint8_t { kNc = 1, kTransport, kSite, kSettings, kServer, kDsa, kInvocation, kLink, kBridge, kConnection };

template <class T, class P>
T& find_or_throw(std::vector<T>& all, P is_it, const std::string& what) {
  const auto found = std::ranges::find_if(all, is_it);
  if (found == all.end()) throw std::out_of_range("the forest has no " + what);
  return *found;
}

}  // namespace

Forest::Forest() {
  for (const auto* name : {"IP", "SMTP"}) {
    auto& one = view.transports.emplace_back();
    one.guid = ObjectGuid{next_guid(kTransport)};
    one.name = name;
    if (one.name == "SMTP") {
      one.options = NTDSTRANSPORT_OPT_IGNORE_SCHEDULES;
      one.address = Transport::Address::kMailAddress;
    }
  }
  for (const auto* name : {"config", "schema"}) {
    auto& one = view.cross_refs.emplace_back();
    one.guid = ObjectGuid{next_guid(kNc)};
    one.nc = ObjectGuid{next_guid(kNc)};
    one.nc_name = name;
    one.system_flags = kFlagCrNtdsNc;
  }
  view.config_nc = view.cross_refs[0].nc;
  view.schema_nc = view.cross_refs[1].nc;
}

/// In the order of their making within a kind.
Guid Forest::next_guid(std::uint8_t kind) {
  Guid guid;
  guid.octets[0] = kind;
  store_be<std::uint32_t>(guid.octets.data() + 1, ++counter_);
  return guid;
}

Site& Forest::site(const std::string& name) {
  const auto found = std::ranges::find(view.sites, name, &Site::name);
  if (found != view.sites.end()) return *found;
  auto& one = view.sites.emplace_back();
  one.guid = ObjectGuid{next_guid(kSite)};
  one.name = name;
  one.settings = SiteSettings{};
  one.settings->guid = ObjectGuid{next_guid(kSettings)};
  return one;
}

void Forest::add_domain(const std::string& name) {
  view.cross_refs.push_back({.guid = ObjectGuid{next_guid(kNc)}, .nc = ObjectGuid{next_guid(kNc)}, .nc_name = name,
                             .system_flags = kFlagCrNtdsNc | kFlagCrNtdsDomain, .enabled = true, .replica_locations = {}, .ro_replica_locations = {}});
  for (auto& one : view.dsas)
    if ((one.options & NTDSDSA_OPT_IS_GC) != 0) one.has_partial_replica_ncs.push_back(view.cross_refs.back().nc);
}

void Forest::add_application_nc(const std::string& name) {
  view.cross_refs.push_back({.guid = ObjectGuid{next_guid(kNc)}, .nc = ObjectGuid{next_guid(kNc)}, .nc_name = name,
                             .system_flags = kFlagCrNtdsNc | kFlagCrNtdsNotGcReplicated, .enabled = true, .replica_locations = {}, .ro_replica_locations = {}});
}

NtdsDsa& Forest::add_dc(const DcSpec& spec) {
  const auto site_guid = site(spec.site).guid;
  const auto domain = nc(spec.domain).nc;
  view.servers.push_back({.guid = ObjectGuid{next_guid(kServer)}, .site = site_guid, .name = spec.name,
                          .dns_host_name = spec.name + ".example", .mail_address = spec.mail});
  auto& one = view.dsas.emplace_back();
  one.guid = DsaGuid{next_guid(kDsa)};
  one.invocation_id = InvocationId{next_guid(kInvocation)};
  one.server = view.servers.back().guid;
  one.behavior_version = spec.version;
  one.is_rodc = spec.rodc;
  one.default_nc = domain;
  const std::vector<ObjectGuid> full{view.config_nc, view.schema_nc, domain};
  if (spec.rodc) {
    one.ms_ds_has_full_replica_ncs = full;
  } else {
    one.has_master_ncs = one.ms_ds_has_master_ncs = full;
  }
  if (spec.gc) {
    one.options |= NTDSDSA_OPT_IS_GC;
    for (const auto& cross_ref : view.cross_refs)
      if ((cross_ref.system_flags & kFlagCrNtdsDomain) != 0 && cross_ref.nc != domain) one.has_partial_replica_ncs.push_back(cross_ref.nc);
  }
  auto& local = states_[one.guid];
  local.dsa = one.guid;
  for (const auto& guid : full) local.replicas.push_back({guid, {}});
  for (const auto& guid : one.has_partial_replica_ncs) local.replicas.push_back({guid, {}});
  return one;
}

void Forest::host(const std::string& name, const std::string& dc_name, bool is_there) {
  auto& cross_ref = nc(name);
  const auto& one = dc(dc_name);
  (one.is_rodc ? cross_ref.ro_replica_locations : cross_ref.replica_locations).push_back(one.guid);
  if (is_there || (cross_ref.replica_locations.size() == 1 && !one.is_rodc)) instantiate(one, true);
}

SiteLink& Forest::add_link(const LinkSpec& spec) {
  SiteLink one{.guid = ObjectGuid{next_guid(kLink)}, .name = spec.name, .transport = transport(spec.transport).guid, .cost = spec.cost,
               .interval_minutes = spec.interval_minutes, .options = spec.options, .schedule = spec.schedule, .sites = {}};
  for (const auto& name : spec.sites) one.sites.push_back(site(name).guid);
  return view.site_links.emplace_back(std::move(one));
}

void Forest::add_bridge(const std::vector<std::string>& links) {
  SiteLinkBridge one{.guid = ObjectGuid{next_guid(kBridge)}, .transport = {}, .site_links = {}};
  for (const auto& name : links) {
    one.site_links.push_back(link(name).guid);
    one.transport = link(name).transport;
  }
  view.site_link_bridges.push_back(std::move(one));
}

NtdsConnection& Forest::connect(const std::string& to, const std::string& from, std::uint32_t options) {
  auto& one = view.connections.emplace_back();
  one.guid = ObjectGuid{next_guid(kConnection)};
  one.parent = dc(to).guid;
  one.from_server = dc(from).guid;
  one.options = options;
  one.schedule = hourly_schedule();
  one.when_created = now;
  return one;
}

Transport& Forest::transport(const std::string& name) {
  return find_or_throw(view.transports, [&](const Transport& t) { return t.name == name; }, "transport " + name);
}
CrossRef& Forest::nc(const std::string& name) {
  return find_or_throw(view.cross_refs, [&](const CrossRef& c) { return c.nc_name == name; }, "NC " + name);
}
Server& Forest::server(const std::string& name) {
  return find_or_throw(view.servers, [&](const Server& s) { return s.name == name; }, "server " + name);
}
SiteLink& Forest::link(const std::string& name) {
  return find_or_throw(view.site_links, [&](const SiteLink& l) { return l.name == name; }, "site link " + name);
}
NtdsDsa& Forest::dc(const std::string& name) {
  const auto guid = server(name).guid;
  return find_or_throw(view.dsas, [&](const NtdsDsa& d) { return d.server == guid; }, "DC " + name);
}
LocalState& Forest::state(const std::string& name) { return states_.at(dc(name).guid); }

std::string Forest::name_of(DsaGuid guid) const {
  for (const auto& one : view.dsas)
    if (one.guid == guid)
      for (const auto& server : view.servers)
        if (server.guid == one.server) return server.name;
  return to_string(guid);
}

void Forest::remove_dc(const std::string& name) {
  const auto server_guid = server(name).guid;
  const auto guid = dc(name).guid;
  std::erase_if(view.servers, [&](const Server& s) { return s.guid == server_guid; });
  std::erase_if(view.dsas, [&](const NtdsDsa& d) { return d.guid == guid; });
  std::erase_if(view.connections, [&](const NtdsConnection& c) { return c.parent == guid; });
  for (auto& one : view.connections)
    if (one.from_server == guid) one.from_server = {};
  for (auto& cross_ref : view.cross_refs) {
    std::erase(cross_ref.replica_locations, guid);
    std::erase(cross_ref.ro_replica_locations, guid);
  }
  for (auto& one : view.sites)
    if (one.settings && one.settings->inter_site_topology_generator == guid) one.settings->inter_site_topology_generator = {};
  states_.erase(guid);
}

void Forest::remove_link(const std::string& name) {
  const auto guid = link(name).guid;
  std::erase_if(view.site_links, [&](const SiteLink& l) { return l.guid == guid; });
  for (auto& bridge : view.site_link_bridges) std::erase(bridge.site_links, guid);
}

KccPlan Forest::run(DsaGuid dsa) const {
  auto local = states_.at(dsa);
  if (local.config_cursors.empty())
    for (const auto& one : view.dsas) local.config_cursors.push_back({one.invocation_id, now});
  auto plan = run_kcc({.view = view, .local = local, .now = now, .seed = seed});
  if (!plan) throw std::runtime_error(plan.error().detail);
  return std::move(*plan);
}

void Forest::apply(const KccPlan& plan) {
  for (const auto& step : plan.creates) view.connections.push_back(step.connection);
  for (const auto& step : plan.modifies)
    for (auto& one : view.connections)
      if (one.guid == step.before.guid) one = step.after;
  for (const auto& step : plan.deletes)
    std::erase_if(view.connections, [&](const NtdsConnection& c) { return c.guid == step.connection.guid; });
  auto& local = states_.at(plan.dsa);
  const auto& dsa = find_or_throw(view.dsas, [&](const NtdsDsa& d) { return d.guid == plan.dsa; }, "DSA");
  if (plan.claims_istg) {
    const auto site_guid = find_or_throw(view.servers, [&](const Server& s) { return s.guid == dsa.server; }, "server").site;
    for (auto& one : view.sites)
      if (one.guid == site_guid) one.settings->inter_site_topology_generator = plan.dsa;
  }
  const auto replica = [&](ObjectGuid guid) -> LocalReplica& {
    const auto found = std::ranges::find(local.replicas, guid, &LocalReplica::nc);
    return found != local.replicas.end() ? *found : local.replicas.emplace_back(LocalReplica{guid, {}});
  };
  for (const auto& guid : plan.replica_removes) std::erase_if(local.replicas, [&](const LocalReplica& r) { return r.nc == guid; });
  for (const auto& step : plan.reps_removes) std::erase(replica(step.nc).reps_from, step.value);
  for (const auto& step : plan.reps_modifies) std::ranges::replace(replica(step.nc).reps_from, step.before, step.after);
  for (const auto& step : plan.reps_adds) replica(step.nc).reps_from.push_back(step.value);
  local.failed_links = plan.failed_links;
  local.failed_connections = plan.failed_connections;
  instantiate(dsa, false);
}

/// What replication does once there is a source: the NC replica is there.
void Forest::instantiate(const NtdsDsa& dsa, bool from_nothing) {
  const Model model(view);
  auto& mine = find_or_throw(view.dsas, [&](const NtdsDsa& d) { return d.guid == dsa.guid; }, "DSA");
  for (const auto& nc : model.ncs()) {
    const auto kind = model.should(mine, nc);
    if (kind == ReplicaKind::kNone || model.present(mine, nc.guid()) != ReplicaKind::kNone) continue;
    auto& replicas = states_.at(mine.guid).replicas;
    const auto found = std::ranges::find(replicas, nc.guid(), &LocalReplica::nc);
    if (!from_nothing && (found == replicas.end() || found->reps_from.empty())) continue;
    if (found == replicas.end()) replicas.push_back({nc.guid(), {}});
    auto& list = kind == ReplicaKind::kWritable ? mine.ms_ds_has_master_ncs
                 : kind == ReplicaKind::kPartial ? mine.has_partial_replica_ncs
                                                 : mine.ms_ds_has_full_replica_ncs;
    list.push_back(nc.guid());
  }
}

std::size_t Forest::round() {
  std::vector<KccPlan> plans;
  for (const auto& one : view.dsas)
    if (!offline.contains(one.guid)) plans.push_back(run(one.guid));
  std::size_t changed = 0;
  for (const auto& plan : plans) {
    if (!plan.changes_nothing()) ++changed;
    apply(plan);
  }
  return changed;
}

std::size_t Forest::settle(std::size_t rounds_max) {
  for (std::size_t rounds = 1; rounds <= rounds_max; ++rounds) {
    if (round() == 0) return rounds;
    now.seconds += kRunIntervalSeconds;
  }
  return rounds_max + 1;
}

}  // namespace tributary::topology::testing
