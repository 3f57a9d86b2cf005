// SPDX-License-Identifier: Apache-2.0
// See configuration_reader.hpp. [MS-ADTS] 6.1.1.2.1, 6.1.1.2.2.
#include "service/kcc/configuration_reader.hpp"

#include <algorithm>
#include <map>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/stored_schema.hpp"
#include "repl/source/local_state.hpp"
#include "repl/state/reps.hpp"
#include "repl/updates/checks.hpp"
#include "service/kcc/kcc_values.hpp"
#include "service/kcc/object_reader.hpp"

namespace tributary::service {
namespace {

using store::Dnt;
using store::kNoDnt;
using store::ObjectView;
using topology::ConfigurationView;

/// site/Servers/server/NTDS Settings/connection, and nothing of interest is deeper.
constexpr int kDepthMax = 5;

DsaGuid dsa_guid(const ObjectGuid& guid) { return DsaGuid{guid.value}; }

std::optional<topology::Schedule> schedule_of(const ObjectReader& reader, const ObjectView& object) {
  const auto octets = reader.octets(object, "schedule");
  if (!octets) return std::nullopt;
  const auto blob = drsuapi::blobs::decode_schedule(*octets);
  return blob ? topology::from_blob(*blob) : std::nullopt;
}

/// The binary part of a DN-Binary that is a number: big-endian ([MS-ADTS] 6.2.2).
std::uint32_t number_of(ByteView rest) { return rest.size() == 4 ? load_be<std::uint32_t>(rest.data()) : 0; }

class ConfigurationReader {
 public:
  ConfigurationReader(const store::Snapshot& snapshot, const schema::Schema& schema) : reader_(snapshot, schema), snapshot_(snapshot), schema_(schema) {}

  Result<ConfigurationView> read() {
    if (auto done = roots(); !done) return std::unexpected(done.error());
    if (auto done = cross_refs(); !done) return std::unexpected(done.error());
    if (auto done = sites(); !done) return std::unexpected(done.error());
    if (auto done = roles(); !done) return std::unexpected(done.error());
    for (auto& transport : view_.transports) transport.bridgehead_servers = bridgeheads_[transport.guid];
    return std::move(view_);
  }

 private:
  Result<void> roots() {
    const auto all = snapshot_.nc_roots();
    if (!all) return std::unexpected(all.error());
    for (const Dnt root : *all) {
      const auto kind = repl::nc_kind(snapshot_, schema_, root);
      if (!kind) return std::unexpected(kind.error());
      const auto object = snapshot_.find(root);
      if (!object) return std::unexpected(object.error());
      if (*kind == repl::NcKind::kConfiguration) {
        view_.config_nc = (*object)->guid();
        configuration_ = root;
      }
      if (*kind == repl::NcKind::kSchema) view_.schema_nc = (*object)->guid();
      if (auto done = role((*object)->guid(), **object); !done) return done;
    }
    return configuration_ == kNoDnt ? fail(win32::kErrorDsCantFindExpectedNc, "no replica of the Configuration NC is here") : Result<void>();
  }

  /// A role that an object of an NC stands for.
  Result<void> role(const ObjectGuid& nc, const ObjectView& object) {
    const auto owners = reader_.references(object, "fSMORoleOwner");
    if (!owners) return std::unexpected(owners.error());
    for (const auto& owner : *owners)
      if (owner.is_alive) view_.fsmo_owners.push_back({nc, dsa_guid(owner.guid)});
    return {};
  }
  Result<void> role_below(Dnt nc, const ObjectGuid& guid, std::initializer_list<std::string_view> rdns) {
    Dnt at = nc;
    for (const auto rdn : rdns) {
      const auto next = at == kNoDnt ? Result<Dnt>(kNoDnt) : snapshot_.find_child(at, rdn);
      if (!next) return std::unexpected(next.error());
      at = *next;
    }
    const auto object = at == kNoDnt ? Result<std::optional<ObjectView>>(std::nullopt) : snapshot_.find(at);
    if (!object) return std::unexpected(object.error());
    return *object ? role(guid, **object) : Result<void>();
  }
  /// [MS-ADTS] 6.1.5: those that are not the root's.
  Result<void> roles() {
    const auto all = snapshot_.nc_roots();
    if (!all) return std::unexpected(all.error());
    for (const Dnt root : *all) {
      const auto object = snapshot_.find(root);
      if (!object) return std::unexpected(object.error());
      const auto guid = (*object)->guid();
      if (auto done = role_below(root, guid, {"Partitions"}); !done) return done;
      if (auto done = role_below(root, guid, {"Infrastructure"}); !done) return done;
      if (auto done = role_below(root, guid, {"System", "RID Manager$"}); !done) return done;
    }
    return {};
  }

  template <class F>
  Result<void> each_child(Dnt parent, F&& visit) {
    std::vector<Dnt> children;
    const auto scan = snapshot_.children(parent, [&](const Dnt& child) { return children.push_back(child), true; });
    if (!scan) return scan;
    for (const Dnt child : children) {
      const auto object = snapshot_.find(child);
      if (!object) return std::unexpected(object.error());
      if (!*object || repl::is_deleted(**object) || repl::is_nc_root(**object) || repl::is_subref(**object)) continue;
      if (auto done = visit(**object); !done) return done;
    }
    return {};
  }
  [[nodiscard]] bool is(const ObjectView& object, repl::Attid object_class) const { return repl::is_instance_of(schema_, object, object_class); }
  [[nodiscard]] bool is(const ObjectView& object, std::string_view object_class) const {
    const auto* wanted = schema_.find_class(object_class);
    return wanted != nullptr && is(object, wanted->attid);
  }

  Result<void> cross_refs() {
    const auto partitions = snapshot_.find_child(configuration_, "Partitions");
    if (!partitions) return std::unexpected(partitions.error());
    if (*partitions == kNoDnt) return {};
    return each_child(*partitions, [&](const ObjectView& object) { return is(object, repl::class_id::kCrossRef) ? cross_ref(object) : Result<void>(); });
  }
  Result<void> cross_ref(const ObjectView& object) {
    topology::CrossRef made;
    made.guid = object.guid();
    const auto names = reader_.references(object, "nCName");
    if (!names) return std::unexpected(names.error());
    if (!names->empty()) {
      made.nc = names->front().guid;
      made.nc_name = repl::dn_of(snapshot_, schema_, names->front().dnt).value_or("");
    }
    made.system_flags = repl::system_flags(object);
    made.enabled = reader_.boolean(object, "Enabled").value_or(true);
    if (auto done = dsas_of(object, "msDS-NC-Replica-Locations", made.replica_locations); !done) return done;
    if (auto done = dsas_of(object, "msDS-NC-RO-Replica-Locations", made.ro_replica_locations); !done) return done;
    view_.cross_refs.push_back(std::move(made));
    return {};
  }
  Result<void> dsas_of(const ObjectView& object, std::string_view attribute, std::vector<DsaGuid>& to) {
    const auto all = reader_.references(object, attribute);
    if (!all) return std::unexpected(all.error());
    for (const auto& each : *all)
      if (each.is_alive) to.push_back(dsa_guid(each.guid));
    return {};
  }
  /// NC roots that are not held here count: they are phantoms or subordinate references.
  Result<void> objects_of(const ObjectView& object, std::string_view attribute, std::vector<ObjectGuid>& to) {
    const auto all = reader_.references(object, attribute);
    if (!all) return std::unexpected(all.error());
    for (const auto& each : *all) to.push_back(each.guid);
    return {};
  }

  Result<void> sites() {
    const auto container = snapshot_.find_child(configuration_, "Sites");
    if (!container) return std::unexpected(container.error());
    return *container == kNoDnt ? Result<void>() : below(*container, ObjectGuid{}, 0);
  }
  /// `above`: the GUID of the site, server, DSA or transport that the children belong to.
  Result<void> below(Dnt parent, ObjectGuid above, int depth) {
    return each_child(parent, [&, above, depth](const ObjectView& object) -> Result<void> {
      const Dnt dnt = object.dnt();
      const auto inner = take(object, above);
      if (!inner) return std::unexpected(inner.error());
      return depth < kDepthMax ? below(dnt, *inner, depth + 1) : Result<void>();
    });
  }
  /// Reads the object; what is below belongs to the GUID that it gives.
  Result<ObjectGuid> take(const ObjectView& object, const ObjectGuid& above) {
    if (is(object, repl::class_id::kSite)) {
      view_.sites.push_back({object.guid(), std::string(object.rdn()), std::nullopt});
      return object.guid();
    }
    if (is(object, "nTDSSiteSettings")) return then(above, site_settings(object, above));
    if (is(object, repl::class_id::kServer)) return then(object.guid(), server(object, above));
    if (is(object, repl::class_id::kNtdsDsa) || is(object, repl::class_id::kNtdsDsaRo)) return then(object.guid(), dsa(object, above));
    if (is(object, repl::class_id::kNtdsConnection)) return then(above, connection(object, above));
    if (is(object, "interSiteTransport")) return then(object.guid(), transport(object));
    if (is(object, repl::class_id::kSiteLink)) return then(above, site_link(object, above));
    if (is(object, repl::class_id::kSiteLinkBridge)) return then(above, bridge(object, above));
    return above;
  }
  static Result<ObjectGuid> then(const ObjectGuid& inner, Result<void> done) { return done ? Result<ObjectGuid>(inner) : std::unexpected(done.error()); }

  Result<void> site_settings(const ObjectView& object, const ObjectGuid& site) {
    topology::SiteSettings made;
    made.guid = object.guid();
    made.options = reader_.number(object, "options").value_or(0);
    made.schedule = schedule_of(reader_, object);
    std::vector<DsaGuid> generators;
    if (auto done = dsas_of(object, "interSiteTopologyGenerator", generators); !done) return done;
    if (!generators.empty()) made.inter_site_topology_generator = generators.front();
    made.inter_site_topology_failover = reader_.number(object, "interSiteTopologyFailover").value_or(0);
    const auto at = std::ranges::find(view_.sites, site, &topology::Site::guid);
    if (at != view_.sites.end()) at->settings = std::move(made);
    return {};
  }
  Result<void> server(const ObjectView& object, const ObjectGuid& site) {
    view_.servers.push_back({object.guid(), site, std::string(object.rdn()), reader_.text(object, "dNSHostName"), reader_.text(object, "mailAddress")});
    const auto transports = reader_.references(object, "bridgeheadTransportList");
    if (!transports) return std::unexpected(transports.error());
    for (const auto& each : *transports) bridgeheads_[each.guid].push_back(object.guid());
    return {};
  }
  Result<void> dsa(const ObjectView& object, const ObjectGuid& server) {
    topology::NtdsDsa made;
    made.guid = dsa_guid(object.guid());
    if (const auto octets = reader_.octets(object, "invocationId"))
      if (const auto guid = guid_from_bytes(*octets)) made.invocation_id = InvocationId{*guid};
    made.server = server;
    made.options = reader_.number(object, "options").value_or(0);
    made.behavior_version = reader_.number(object, "msDS-Behavior-Version").value_or(0);
    made.is_rodc = is(object, repl::class_id::kNtdsDsaRo);
    for (const auto& [attribute, list] : {std::pair("hasMasterNCs", &made.has_master_ncs), std::pair("msDS-hasMasterNCs", &made.ms_ds_has_master_ncs),
                                          std::pair("msDS-hasFullReplicaNCs", &made.ms_ds_has_full_replica_ncs),
                                          std::pair("hasPartialReplicaNCs", &made.has_partial_replica_ncs)})
      if (auto done = objects_of(object, attribute, *list); !done) return done;
    const auto instantiated = reader_.references(object, "msDS-HasInstantiatedNCs");
    if (!instantiated) return std::unexpected(instantiated.error());
    for (const auto& each : *instantiated) made.ms_ds_has_instantiated_ncs.push_back({each.guid, number_of(each.rest)});
    const auto domain = reader_.reference(object, "msDS-HasDomainNCs");
    if (!domain) return std::unexpected(domain.error());
    made.default_nc = *domain;
    view_.dsas.push_back(std::move(made));
    return {};
  }
  Result<void> connection(const ObjectView& object, const ObjectGuid& parent) {
    topology::NtdsConnection made;
    made.guid = object.guid();
    made.parent = dsa_guid(parent);
    std::vector<DsaGuid> sources;
    if (auto done = dsas_of(object, "fromServer", sources); !done) return done;
    if (!sources.empty()) made.from_server = sources.front();
    made.options = reader_.number(object, "options").value_or(0);
    made.schedule = schedule_of(reader_, object);
    const auto transport = reader_.reference(object, "transportType");
    if (!transport) return std::unexpected(transport.error());
    made.transport = *transport;
    made.enabled = reader_.boolean(object, "enabledConnection").value_or(false);
    made.when_created = object.head().when_created;
    const auto reasons = reader_.references(object, "mS-DS-ReplicatesNCReason");
    if (!reasons) return std::unexpected(reasons.error());
    for (const auto& each : *reasons) made.reasons.push_back({each.guid, number_of(each.rest)});
    std::ranges::sort(made.reasons);
    view_.connections.push_back(std::move(made));
    return {};
  }
  Result<void> transport(const ObjectView& object) {
    using Address = topology::Transport::Address;
    const auto attribute = reader_.number(object, "transportAddressAttribute").value_or(0);
    const auto named = [&](std::string_view name) { return store::Attid{attribute} == reader_.attid(name); };
    view_.transports.push_back({object.guid(), std::string(object.rdn()), reader_.number(object, "options").value_or(0),
                                named("dNSHostName") ? Address::kDnsHostName : named("mailAddress") ? Address::kMailAddress : Address::kOther, {}});
    return {};
  }
  Result<void> site_link(const ObjectView& object, const ObjectGuid& transport) {
    topology::SiteLink made;
    made.guid = object.guid();
    made.name = object.rdn();
    made.transport = transport;
    made.cost = reader_.number(object, "cost").value_or(0);
    made.interval_minutes = reader_.number(object, "replInterval").value_or(0);
    made.options = reader_.number(object, "options").value_or(0);
    made.schedule = schedule_of(reader_, object);
    if (auto done = objects_of(object, "siteList", made.sites); !done) return done;
    view_.site_links.push_back(std::move(made));
    return {};
  }
  Result<void> bridge(const ObjectView& object, const ObjectGuid& transport) {
    topology::SiteLinkBridge made{object.guid(), transport, {}};
    if (auto done = objects_of(object, "siteLinkList", made.site_links); !done) return done;
    view_.site_link_bridges.push_back(std::move(made));
    return {};
  }

  ObjectReader reader_;
  const store::Snapshot& snapshot_;
  const schema::Schema& schema_;
  Dnt configuration_ = kNoDnt;
  std::map<ObjectGuid, std::vector<ObjectGuid>> bridgeheads_;
  ConfigurationView view_;
};

/// repsFrom as far as the KCC looks at it. A value of a later version is not known to it.
std::vector<topology::RepsFromState> reps_from_of(const store::NcReplica& replica) {
  std::vector<topology::RepsFromState> states;
  for (const auto& octets : replica.reps_from) {
    const auto value = repl::decode_reps_from(octets);
    if (!value) continue;
    states.push_back({value->uuid_dsa.value, value->options, topology::from_repltimes(value->schedule.times()), value->uuid_transport,
                      value->consecutive_failures, value->time_last_success, value->result_last_attempt});
  }
  return states;
}

Result<std::vector<topology::ConfigCursor>> cursors_of(const store::NcReplica& replica) {
  std::vector<topology::ConfigCursor> cursors;
  if (replica.up_to_dateness_vector.empty()) return cursors;
  const auto vector = repl::decode_utd(replica.up_to_dateness_vector);
  if (!vector) return std::unexpected(vector.error());
  for (const auto& cursor : vector->cursors()) cursors.push_back({cursor.uuid_dsa, cursor.time_last_sync_success});
  return cursors;
}

}  // namespace

Result<ConfigurationView> read_configuration(const store::Snapshot& snapshot, const schema::Schema& schema) {
  return ConfigurationReader(snapshot, schema).read();
}

Result<topology::LocalState> read_local_state(const store::Snapshot& snapshot, const schema::Schema& schema) {
  topology::LocalState local;
  local.dsa = snapshot.identity().dsa;
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    const auto replica = snapshot.nc_replica(root);
    if (!replica) return std::unexpected(replica.error());
    const auto object = snapshot.find(root);
    if (!object) return std::unexpected(object.error());
    if (!*replica || !*object || (*replica)->going) continue;
    local.replicas.push_back({(*object)->guid(), reps_from_of(**replica)});
    if (!repl::is_instance_of(schema, **object, repl::class_id::kConfiguration)) continue;
    auto cursors = cursors_of(**replica);
    if (!cursors) return std::unexpected(cursors.error());
    local.config_cursors = std::move(*cursors);
  }
  auto values = read_kcc_values(snapshot);
  if (!values) return std::unexpected(values.error());
  local.failed_links = std::move(values->failed_links);
  local.failed_connections = std::move(values->failed_connections);
  local.deleted_connections = std::move(values->deleted_connections);
  return local;
}

}  // namespace tributary::service
