// SPDX-License-Identifier: Apache-2.0
// Making naming contexts. [MS-ADTS] 3.1.1.5.2.6, 3.1.1.5.2.8, 6.1.1.4.1, 6.1.1.4.2. Declared in nc.hpp.
#include "repl/updates/nc.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/nc_bookkeeping.hpp"
#include "repl/updates/new_object.hpp"

namespace tributary::repl {
namespace {

using store::ObjectFlags;

constexpr std::uint32_t kFixed = schema::kSystemDisallowDelete | schema::kSystemDomainDisallowRename | schema::kSystemDomainDisallowMove;

struct Container {
  std::string_view rdn;
  Attid object_class{};
  const WellKnownGuid* guid = nullptr;
  std::uint32_t system_flags = kFixed;
};
constexpr std::array kOfDirectories = {
    Container{"Deleted Objects", class_id::kContainer, &kGuidDeletedObjectsContainer, kFixed},
    Container{"LostAndFound", class_id::kLostAndFound, &kGuidLostAndFoundContainer, kFixed},
    Container{"NTDS Quotas", class_id::kMsDsQuotaContainer, &kGuidNtdsQuotasContainer, kFixed},
    Container{"Infrastructure", class_id::kInfrastructureUpdate, &kGuidInfrastructureContainer, kFixed},
};
constexpr std::array kOfConfiguration = {
    Container{"Deleted Objects", class_id::kContainer, &kGuidDeletedObjectsContainer, kFixed},
    Container{"LostAndFoundConfig", class_id::kLostAndFound, &kGuidLostAndFoundContainer, schema::kSystemDisallowDelete},
    Container{"NTDS Quotas", class_id::kMsDsQuotaContainer, &kGuidNtdsQuotasContainer, kFixed},
};

std::span<const Container> containers_of(NcKind kind) {
  switch (kind) {
    case NcKind::kSchema: return {};
    case NcKind::kConfiguration: return kOfConfiguration;
    default: return kOfDirectories;
  }
}

Attid class_of(NcKind kind) {
  switch (kind) {
    case NcKind::kSchema: return class_id::kDmd;
    case NcKind::kConfiguration: return class_id::kConfiguration;
    default: return class_id::kDomainDns;
  }
}

/// A label of a host name (RFC 1035): letters, digits, hyphens not at the ends, at most 63.
bool is_dns_label(std::string_view value) {
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !value.empty() && value.size() <= 63 && value.front() != '-' && value.back() != '-' && std::ranges::all_of(value, is_good);
}

/// 3.1.1.5.2.6: names of NCs, and the place among other NCs.
Result<void> check_nc_name(const Snapshot& snapshot, const schema::Schema& schema, const Dn& dn, const Place& place, NcKind kind) {
  const bool is_named_by_dns = kind == NcKind::kDomain || kind == NcKind::kApplication;
  const auto is_component = [](const Rdn& rdn) { return rdn.type == attid::kDc && is_dns_label(rdn.value); };
  if (is_named_by_dns && !std::ranges::all_of(dn, is_component)) return fail(win32::kErrorDsNamingViolation, "the NC's name is no DNS name");
  if (place.parent == store::kRootDnt) {
    const auto above = nc_of_dn(snapshot, schema, std::span(dn).subspan(1));
    if (!above) return std::unexpected(above.error());
    return *above == kNoDnt ? Result<void>() : fail(win32::kErrorDsNamingViolation, "an NC is missing between it and one above");
  }
  const auto parent = find_object(snapshot, place.parent, win32::kErrorDsNoParentObject);
  if (!parent) return std::unexpected(parent.error());
  return is_nc_root(*parent) ? Result<void>() : fail(win32::kErrorDsNamingViolation, "an NC stands below the root of another");
}

AddRequest root_request(const NcRequest& request, const Dn& dn) {
  AddRequest add;
  add.rdn = dn.front().value;
  add.rdn_type = dn.front().type;
  add.attributes = request.attributes;
  add.attributes.push_back({attid::kObjectClass, {u32_value(static_cast<std::uint32_t>(class_of(request.kind)))}});
  add.guid = request.guid;
  add.sid = request.sid;
  return add;
}

AddRequest container_request(const NcRequest& request, const Container& container, Dnt root) {
  AddRequest add;
  add.parent = root;
  add.rdn = container.rdn;
  add.attributes = {{attid::kObjectClass, {u32_value(static_cast<std::uint32_t>(container.object_class))}},
                    {attid::kSystemFlags, {u32_value(container.system_flags)}},
                    {attid::kIsCriticalSystemObject, {bool_value(true)}}};
  if (!request.container_descriptor.empty())
    add.attributes.push_back({attid::kNtSecurityDescriptor, {octets_value(request.container_descriptor)}});
  return add;
}

Result<AddResult> make_root(WriteTransaction& tx, const Context& context, const NcRequest& request, CheckLevel level) {
  const auto& schema = *context.schema;
  if (context.rules.read_only) return fail(win32::kErrorDsReferral, "this DSA is read-only");
  if (level == CheckLevel::kClient && request.kind != NcKind::kApplication)
    return fail(win32::kErrorDsUnwillingToPerform, "clients make application NCs only");
  const auto dn = parse_dn(schema, request.dn);
  if (!dn) return std::unexpected(dn.error());
  const auto place = place_of_nc_root(tx, schema, *dn);
  if (!place) return std::unexpected(place.error());
  if (auto good = check_nc_name(tx, schema, *dn, *place, request.kind); !good) return std::unexpected(good.error());

  auto add = root_request(request, *dn);
  auto plan = plan_new_object(tx, context, add, CheckLevel::kReplica);
  if (!plan) return std::unexpected(plan.error());
  const auto there = resolve_dn(tx, schema, *dn);
  if (!there) return std::unexpected(there.error());
  if (*there != kNoDnt) {
    const auto object = find_object(tx, *there, win32::kErrorDsObjNotFound);
    if (!object) return std::unexpected(object.error());
    if (!is_subref(*object)) return fail(win32::kErrorDsObjStringNameExists, request.dn);
    plan->dnt = *there;
    add.guid = object->guid();
  }
  plan->parent = place->parent;
  plan->record_rdn = place->rdn;
  plan->flags = ObjectFlags::kNcRoot;
  plan->instance_type = drsuapi::IT_NC_HEAD | drsuapi::IT_WRITE | (place->parent == store::kRootDnt ? 0u : std::uint32_t{drsuapi::IT_NC_ABOVE});
  if (auto good = check_new_attributes(tx, context, *plan, add, level); !good) return std::unexpected(good.error());
  return make_new_object(tx, context, *plan, add, level);
}

Result<Updates> write_well_known(WriteTransaction& tx, const Context& context, Dnt root, std::span<const NewValue> values) {
  const auto object = find_object(tx, root, win32::kErrorDsInternalFailure);
  if (!object) return std::unexpected(object.error());
  ObjectEditor editor(tx, context, *object);
  editor.set(attid::kWellKnownObjects, values);
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  return Updates{{*written}, false, false};
}

}  // namespace

Result<NcCreation> create_nc(WriteTransaction& tx, const Context& context, const NcRequest& request, CheckLevel level) {
  const auto root = make_root(tx, context, request, level);
  if (!root) return std::unexpected(root.error());
  NcCreation creation{root->dnt, kNoDnt, kNoDnt, root->updates};
  store::NcReplica replica;
  replica.root = root->dnt;
  tx.put_nc_replica(replica);
  std::vector<NewValue> well_known;
  for (const auto& container : containers_of(request.kind)) {
    const auto made = add(tx, context, container_request(request, container, root->dnt), CheckLevel::kReplica);
    if (!made) return std::unexpected(made.error());
    creation.updates.append(made->updates);
    well_known.push_back(reference_value(made->dnt, *container.guid));
    if (container.guid == &kGuidDeletedObjectsContainer) creation.deleted_objects = made->dnt;
    if (container.guid == &kGuidLostAndFoundContainer) creation.lost_and_found = made->dnt;
  }
  if (creation.deleted_objects != kNoDnt) {
    const auto marked = mark_deleted_objects(tx, context, creation.deleted_objects);
    if (!marked) return std::unexpected(marked.error());
    creation.updates.append(*marked);
  }
  if (!well_known.empty()) {
    const auto written = write_well_known(tx, context, root->dnt, well_known);
    if (!written) return std::unexpected(written.error());
    creation.updates.append(*written);
  }
  if (auto good = list_in_subrefs(tx, root->dnt, true); !good) return std::unexpected(good.error());
  if (auto good = adopt_nc_roots(tx, context); !good) return std::unexpected(good.error());
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return creation;
}

Result<Updates> mark_deleted_objects(WriteTransaction& tx, const Context& context, Dnt deleted_objects) {
  const auto object = find_object(tx, deleted_objects, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  ObjectEditor editor(tx, context, *object);
  editor.set(attid::kIsDeleted, bool_value(true));
  if (auto* attribute = editor.draft().find(attid::kIsDeleted); attribute->stamp) attribute->stamp->time_changed = kDeletedObjectsTime;
  auto& head = editor.draft().head;
  head.flags = head.flags | ObjectFlags::kDeleted;
  head.when_deleted = kDeletedObjectsTime;
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  return Updates{{*written}, false, false};
}

}  // namespace tributary::repl
