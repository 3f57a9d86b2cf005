// SPDX-License-Identifier: Apache-2.0
// See requested_nc.hpp.
#include "service/drs/requested_nc.hpp"

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/names.hpp"
#include "service/drs/rights.hpp"

namespace tributary::service {

using namespace repl;
using drsuapi::DSNAME;
using store::Dnt;
using store::kNoDnt;
using store::Snapshot;

namespace {

/// What a name that is none comes to: no object, and not a fault of the store.
bool is_bad_name(Win32 code) {
  return code == win32::kErrorDsNameUnparseable || code == win32::kErrorDsNameTooLong || code == win32::kErrorNoUnicodeTranslation;
}

/// The DN of a name in the form that names in the store have; empty when there is none.
std::string dn_text_of(const schema::Schema& schema, const DSNAME& name) {
  const auto dn = drsuapi::dsname_dn(name);
  if (!dn || dn->empty()) return {};
  const auto parsed = parse_dn(schema, *dn);
  return parsed ? format_dn(schema, *parsed) : std::string();
}

/// The NC that some crossRef below Partitions names: by its object, by its GUID, or by its DN when it is not here.
Result<Dnt> find_cross_ref_nc(const Context& context, const Snapshot& snapshot, const DsaIdentity& dsa, const DSNAME& name, Dnt object) {
  const auto configuration = snapshot.find_guid(dsa.configuration_nc);
  if (!configuration || *configuration == kNoDnt) return configuration;
  const auto partitions = snapshot.find_child(*configuration, "Partitions");
  if (!partitions || *partitions == kNoDnt) return partitions;
  const std::string dn = object == kNoDnt ? dn_text_of(*context.schema, name) : std::string();
  Dnt found = kNoDnt;
  std::optional<Error> error;
  const auto look = [&](Dnt child) -> Result<Dnt> {
    const auto cross_ref = snapshot.find(child);
    if (!cross_ref) return std::unexpected(cross_ref.error());
    if (!*cross_ref || is_deleted(**cross_ref)) return kNoDnt;
    const auto value = (*cross_ref)->first(attid::kNcName);
    if (!value) return kNoDnt;
    const Dnt nc = store::reference_target(*value);
    if (object != kNoDnt) return nc == object ? nc : kNoDnt;
    const auto target = snapshot.find(nc);
    if (!target) return std::unexpected(target.error());
    if (!*target) return kNoDnt;
    if (!name.Guid.is_null()) return (*target)->guid().value == name.Guid ? nc : kNoDnt;
    const auto its_dn = dn_of(snapshot, *context.schema, nc);
    if (!its_dn) return std::unexpected(its_dn.error());
    return !dn.empty() && equals_ignoring_case(*its_dn, dn) ? nc : kNoDnt;
  };
  const auto scanned = snapshot.children(*partitions, [&](Dnt child) {
    const auto nc = look(child);
    if (!nc) error = nc.error();
    if (nc) found = *nc;
    return nc && found == kNoDnt;
  });
  if (!scanned) return std::unexpected(scanned.error());
  if (error) return std::unexpected(std::move(*error));
  return found;
}

Result<void> look_at_object(const Context& context, const Snapshot& snapshot, const DsaIdentity& dsa, RequestedNc& nc) {
  const auto object = snapshot.find(nc.object);
  if (!object) return std::unexpected(object.error());
  if (!*object) return fail(win32::kErrorDsDatabaseError, "a name leads to an object that is not there");
  nc.guid = (*object)->guid();
  nc.facts.instance_type = instance_type(**object);
  nc.facts.is_essential = nc.guid == dsa.domain_nc || nc.guid == dsa.configuration_nc || nc.guid == dsa.schema_nc;
  auto dn = dn_of(snapshot, *context.schema, nc.object);
  if (!dn) return std::unexpected(std::move(dn.error()));
  nc.dn = std::move(*dn);
  const auto replica = snapshot.nc_replica(nc.object);
  if (!replica) return std::unexpected(replica.error());
  if (*replica && !(*replica)->going) {
    nc.is_replica = true;
    nc.reps_from = (*replica)->reps_from.size();
    nc.reps_to = (*replica)->reps_to.size();
  }
  return {};
}

}  // namespace

bool is_empty(const DSNAME& name) noexcept { return name.Guid.is_null() && name.StringName.empty() && name.SidLen == 0; }

Result<Dnt> resolve_or_none(const Context& context, const Snapshot& snapshot, const DSNAME& name) {
  const auto found = resolve(snapshot, *context.schema, name);
  if (!found && is_bad_name(found.error().code)) return kNoDnt;
  return found;
}

Result<RequestedNc> requested_nc(Dsa& dsa, const Context& context, const Snapshot& snapshot, const CallContext& call, const DSNAME& name,
                                 const Guid& right) {
  RequestedNc nc;
  nc.facts.is_named = !is_empty(name);
  if (!nc.facts.is_named) return nc;
  const auto object = resolve_or_none(context, snapshot, name);
  if (!object) return std::unexpected(object.error());
  nc.object = *object;
  nc.facts.exists = *object != kNoDnt;
  nc.guid = ObjectGuid{name.Guid};
  nc.dn = dn_text_of(*context.schema, name);
  if (nc.facts.exists)
    if (auto looked = look_at_object(context, snapshot, dsa.identity(), nc); !looked) return std::unexpected(std::move(looked.error()));
  const auto cross_ref_nc = find_cross_ref_nc(context, snapshot, dsa.identity(), name, *object);
  if (!cross_ref_nc) return std::unexpected(cross_ref_nc.error());
  nc.facts.has_cross_ref = *cross_ref_nc != kNoDnt;
  if (nc.facts.has_cross_ref && !nc.facts.exists) {
    const auto phantom = snapshot.find(*cross_ref_nc);
    if (phantom && *phantom) nc.guid = (*phantom)->guid();
    if (auto dn = dn_of(snapshot, *context.schema, *cross_ref_nc)) nc.dn = std::move(*dn);
  }
  const auto granted = has_right(context, snapshot, call, dsa.identity(), *object, right);
  if (!granted) return std::unexpected(granted.error());
  nc.facts.access_granted = *granted;
  return nc;
}

Result<NamedObject> named_object(const Context& context, const Snapshot& snapshot, const drsuapi::Unique<DSNAME>& name) {
  if (!name) return NamedObject{};
  const auto dnt = resolve_or_none(context, snapshot, *name);
  if (!dnt) return std::unexpected(dnt.error());
  if (*dnt == kNoDnt) return NamedObject{true, {}};
  const auto object = snapshot.find(*dnt);
  if (!object) return std::unexpected(object.error());
  if (!*object) return NamedObject{true, {}};
  return NamedObject{true, (*object)->guid().value};
}

Result<DsaPlace> place_of_dsa(const Context& context, const Snapshot& snapshot, const DsaIdentity& dsa, const Guid& guid) {
  const auto dnt = resolve_guid(snapshot, ObjectGuid{guid});
  if (!dnt) return std::unexpected(dnt.error());
  if (*dnt == kNoDnt) return DsaPlace{};
  auto dn = dn_of(snapshot, *context.schema, *dnt);
  if (!dn) return std::unexpected(std::move(dn.error()));
  DsaPlace place{std::move(*dn), false};
  const auto site = snapshot.find_guid(dsa.site);
  if (!site) return std::unexpected(site.error());
  if (*site == kNoDnt) return place;
  const auto below = is_self_or_descendant(snapshot, *dnt, *site);
  if (!below) return std::unexpected(below.error());
  place.is_intrasite = *below;
  return place;
}

bool knows_correlation_id(const Dsa& dsa) { return dsa.extensions().has(drsuapi::DRS_EXT_RPC_CORRELATIONID_1); }

}  // namespace tributary::service
