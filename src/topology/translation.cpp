// SPDX-License-Identifier: Apache-2.0
// Connection translation, [MS-ADTS] 6.2.2.5: the tuples of repsFrom ([MS-DRSR] 5.172) that the connections of the local DSA imply,
// what becomes of those that are there, and what has to be added. Must never touch the bits of replicaFlags that replication
// itself keeps (DRS_NEVER_SYNCED, DRS_FULL_SYNC_IN_PROGRESS and the like).
#include <algorithm>
#include <tuple>

#include "drsuapi/constants.hpp"
#include "topology/run.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

using drsuapi::DRS_OPTIONS;

constexpr std::uint32_t kTranslatedFlags = drsuapi::DRS_PER_SYNC | drsuapi::DRS_INIT_SYNC | drsuapi::DRS_NEVER_NOTIFY |
                                           drsuapi::DRS_USE_COMPRESSION | drsuapi::DRS_TWOWAY_SYNC | drsuapi::DRS_DISABLE_AUTO_SYNC |
                                           drsuapi::DRS_DISABLE_PERIODIC_SYNC | drsuapi::DRS_MAIL_REP;

struct Source {
  const PlacedDsa* dc = nullptr;
  const NtdsConnection* connection = nullptr;
};

bool has_role(const Run& run, DsaGuid dsa, ObjectGuid nc) {
  return std::ranges::any_of(run.in.view.fsmo_owners, [&](const FsmoOwner& role) { return role.nc == nc && role.owner == dsa; });
}

/// The value that a connection asks for, in place of `value`: flags, schedule, transport and address.
RepsFromState translate(const Run& run, const Source& source, ObjectGuid nc, RepsFromState value) {
  const auto& connection = *source.connection;
  const bool same_site = source.dc->site == &run.site();
  const auto has = [&](std::uint32_t option) { return (connection.options & option) != 0; };
  const bool notify = has(NTDSCONN_OPT_OVERRIDE_NOTIFY_DEFAULT) ? has(NTDSCONN_OPT_USE_NOTIFY) : same_site;
  value.schedule = connection.schedule.value_or(Schedule{});
  std::uint32_t flags = value.replica_flags & ~kTranslatedFlags;
  if (!value.schedule.is_empty()) flags |= drsuapi::DRS_PER_SYNC;
  if (same_site || has_role(run, source.dc->dsa->guid, nc)) flags |= drsuapi::DRS_INIT_SYNC;
  if (!notify) flags |= drsuapi::DRS_NEVER_NOTIFY;
  if (!same_site && !has(NTDSCONN_OPT_DISABLE_INTERSITE_COMPRESSION)) flags |= drsuapi::DRS_USE_COMPRESSION;
  if (has(NTDSCONN_OPT_TWOWAY_SYNC)) flags |= drsuapi::DRS_TWOWAY_SYNC;
  if (!connection.enabled) flags |= drsuapi::DRS_DISABLE_AUTO_SYNC | drsuapi::DRS_DISABLE_PERIODIC_SYNC;
  value.uuid_dsa = source.dc->dsa->guid.value;
  value.uuid_transport = {};
  if (!same_site && !run.model.is_rpc(connection)) {
    flags |= drsuapi::DRS_MAIL_REP;
    value.uuid_transport = connection.transport.value;
    const auto* transport = run.model.find_transport(connection.transport);
    if (transport != nullptr && transport->address != Transport::Address::kDnsHostName) value.uuid_dsa = source.dc->server->guid.value;
  }
  value.replica_flags = flags;
  return value;
}

/// The flags of a new tuple that say which kind of replica it feeds ([MS-DRSR] 4.1.19.2).
std::uint32_t replica_flags(ReplicaKind kind) {
  switch (kind) {
    case ReplicaKind::kWritable: return drsuapi::DRS_WRIT_REP;
    case ReplicaKind::kReadOnlyFull: return drsuapi::DRS_NONGC_RO_REP | drsuapi::DRS_SPECIAL_SECRET_PROCESSING;
    case ReplicaKind::kPartial:
    case ReplicaKind::kNone: break;
  }
  return 0;
}

/// The local DSA's connections that translate, one for each source: an enabled one before a disabled one, a hand-made one
/// before a generated one, then by objectGUID.
std::map<DsaGuid, Source> sources_of(const Run& run) {
  std::map<DsaGuid, Source> out;
  const auto rank = [](const NtdsConnection& c) { return std::tuple(!c.enabled, (c.options & NTDSCONN_OPT_IS_GENERATED) != 0, c.guid); };
  for (const auto index : run.connections.of(run.dsa().guid)) {
    const auto& one = run.connections.at(index);
    const auto* dc = run.model.find(one.now.from_server);
    if (one.is_deleted || one.has(NTDSCONN_OPT_RODC_TOPOLOGY) || dc == nullptr || dc == run.self) continue;
    auto& mine = out.try_emplace(one.now.from_server, Source{dc, &one.now}).first->second;
    if (rank(one.now) < rank(*mine.connection)) mine.connection = &one.now;
  }
  return out;
}

/// The source of a tuple; mail addresses it by the server object.
std::map<DsaGuid, Source>::const_iterator find_source(const std::map<DsaGuid, Source>& sources, const RepsFromState& value) {
  const auto found = sources.find(DsaGuid{value.uuid_dsa});
  if (found != sources.end() || (value.replica_flags & drsuapi::DRS_MAIL_REP) == 0) return found;
  return std::ranges::find_if(sources, [&](const auto& entry) { return entry.second.dc->server->guid.value == value.uuid_dsa; });
}

/// Why a tuple has to go; empty when it stays.
std::string_view reason_to_remove(const Run& run, const Nc& nc, const Source& source) {
  const auto from = run.model.present(*source.dc->dsa, nc.guid());
  const auto mine = run.model.should(run.dsa(), nc);
  if (from == ReplicaKind::kNone) return "6.2.2.5: the source has no replica of the NC";
  if (is_full(mine) && from == ReplicaKind::kPartial) return "6.2.2.5: the source has a partial replica only";
  // Not among the section's reasons to remove a tuple, but to have none: a read-only source, or mail for a domain.
  if (!run.model.implies(*source.connection, nc)) return "6.2.2.5: the connection does not imply the NC";
  return {};
}

void reconcile(Run& run, const Nc& nc, const LocalReplica* replica, const std::map<DsaGuid, Source>& sources) {
  std::set<DsaGuid> served;
  for (const auto& value : replica == nullptr ? std::vector<RepsFromState>{} : replica->reps_from) {
    const auto source = find_source(sources, value);
    const auto why = source == sources.end()           ? std::string_view("6.2.2.5: no connection from the source")
                     : served.contains(source->first) ? std::string_view("6.2.2.5: a second tuple of the same source")
                                                       : reason_to_remove(run, nc, source->second);
    if (!why.empty()) {
      run.plan.reps_removes.push_back({nc.guid(), value, std::string(why)});
      continue;
    }
    served.insert(source->first);
    const auto wanted = translate(run, source->second, nc.guid(), value);
    std::uint32_t fields = 0;
    if (wanted.replica_flags != value.replica_flags) fields |= drsuapi::DRS_UPDATE_FLAGS;
    if (wanted.schedule != value.schedule) fields |= drsuapi::DRS_UPDATE_SCHEDULE;
    if (wanted.uuid_dsa != value.uuid_dsa || wanted.uuid_transport != value.uuid_transport) fields |= drsuapi::DRS_UPDATE_ADDRESS;
    if (fields != 0) run.plan.reps_modifies.push_back({nc.guid(), source->first, value, wanted, fields});
  }
  RepsFromState fresh;
  fresh.replica_flags = replica_flags(run.model.should(run.dsa(), nc));
  for (const auto& [dsa, source] : sources)
    if (!served.contains(dsa) && source.connection->enabled && run.model.implies(*source.connection, nc))
      run.plan.reps_adds.push_back({nc.guid(), dsa, translate(run, source, nc.guid(), fresh)});
}

}  // namespace

void translate_connections(Run& run) {
  if ((run.dsa().options & drsuapi::kNtdsdsaOptDisableNtdsconnXlate) != 0) return;
  const auto sources = sources_of(run);
  std::map<ObjectGuid, const LocalReplica*> replicas;
  for (const auto& replica : run.in.local.replicas) replicas.emplace(replica.nc, &replica);
  for (const auto& [guid, replica] : replicas) {
    // Without its crossRef an NC should not be present; these three are not for the KCC to take away.
    if (guid == run.in.view.config_nc || guid == run.in.view.schema_nc || guid == run.dsa().default_nc) continue;
    const auto* nc = run.model.find_nc(guid);
    if (nc == nullptr || run.model.should(run.dsa(), *nc) == ReplicaKind::kNone) run.plan.replica_removes.push_back(guid);
  }
  for (const auto& nc : run.model.ncs()) {
    if (run.model.should(run.dsa(), nc) == ReplicaKind::kNone) continue;
    const auto replica = replicas.find(nc.guid());
    reconcile(run, nc, replica == replicas.end() ? nullptr : replica->second, sources);
  }
}

}  // namespace tributary::topology
