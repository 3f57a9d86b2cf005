// SPDX-License-Identifier: Apache-2.0
// Subordinate references and the places of NC roots. [MS-ADTS] 3.1.1.5.2.6; [MS-DRSR] 5.6, 5.32. Declared in nc.hpp, nc_bookkeeping.hpp.
#include "repl/updates/nc_bookkeeping.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/nc.hpp"

namespace tributary::repl {
namespace {

using store::ObjectDraft;
using store::ObjectFlags;

Result<void> write_locally(WriteTransaction& tx, const ObjectDraft& draft) {
  const auto written = tx.put(draft);
  if (!written) return std::unexpected(written.error());
  return settle(tx);
}

/// A root below kRootDnt whose parent's name is that of an object here.
Result<Place> better_place(const Snapshot& snapshot, const schema::Schema& schema, Dnt root) {
  const auto object = find_object(snapshot, root, win32::kErrorDsCantFindExpectedNc);
  if (!object) return std::unexpected(object.error());
  if (object->parent() != store::kRootDnt) return Place{object->parent(), std::string(object->rdn())};
  const auto dn = parse_dn(schema, object->rdn());
  if (!dn) return std::unexpected(dn.error());
  return place_of_nc_root(snapshot, schema, *dn);
}

/// A subordinate reference of that name gives way to the root that it stood for: it had its GUID, so it is the same record.
Result<void> move_root(WriteTransaction& tx, Dnt root, const Place& place) {
  const auto object = find_object(tx, root, win32::kErrorDsCantFindExpectedNc);
  if (!object) return std::unexpected(object.error());
  ObjectDraft draft(*object);
  draft.keep_all();
  draft.head.parent = place.parent;
  draft.rdn = place.rdn;
  if (auto good = write_locally(tx, draft); !good) return good;
  if (auto good = change_instance_type(tx, root, drsuapi::IT_NC_ABOVE, 0); !good) return good;
  return list_in_subrefs(tx, root, true);
}

}  // namespace

Result<void> change_instance_type(WriteTransaction& tx, Dnt dnt, std::uint32_t set, std::uint32_t clear) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  const auto before = instance_type(*object);
  const auto after = (before | set) & ~clear;
  if (before == after) return {};
  ObjectDraft draft(*object);
  draft.keep_all();
  auto& attribute = draft.attribute(attid::kInstanceType);
  attribute.values = {draft.keep_u32(after)};
  return write_locally(tx, draft);
}

Result<void> list_in_subrefs(WriteTransaction& tx, Dnt nc, bool is_listed) {
  const auto object = find_object(tx, nc, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (object->parent() == store::kRootDnt) return {};
  const auto parent = find_object(tx, object->parent(), win32::kErrorDsNoParentObject);
  if (!parent) return std::unexpected(parent.error());
  const auto above = find_object(tx, parent->nc(), win32::kErrorDsCantFindExpectedNc);
  if (!above) return std::unexpected(above.error());
  ObjectDraft draft(*above);
  draft.keep_all();
  auto& attribute = draft.attribute(attid::kSubRefs);
  attribute.references = true;
  const auto at = std::ranges::find(attribute.values, nc, [](ByteView value) { return store::reference_target(value); });
  if ((at != attribute.values.end()) == is_listed) return {};
  if (is_listed) {
    attribute.values.push_back(draft.keep_reference(nc));
  } else {
    attribute.values.erase(at);
    if (attribute.values.empty()) draft.remove(attid::kSubRefs);
  }
  return write_locally(tx, draft);
}

Result<void> adopt_nc_roots(WriteTransaction& tx, const Context& context) {
  const auto roots = tx.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    const auto place = better_place(tx, *context.schema, root);
    if (!place) return std::unexpected(place.error());
    const auto object = find_object(tx, root, win32::kErrorDsCantFindExpectedNc);
    if (!object) return std::unexpected(object.error());
    if (place->parent == object->parent()) continue;
    if (auto good = move_root(tx, root, *place); !good) return good;
  }
  return {};
}

Result<Updates> add_subref(WriteTransaction& tx, const Context& context, const ObjectGuid& guid, const std::optional<Sid>& sid,
                           std::string_view dn) {
  const auto& schema = *context.schema;
  const auto rdns = parse_dn(schema, dn);
  if (!rdns) return std::unexpected(rdns.error());
  const auto there = resolve_guid(tx, guid);
  if (!there) return std::unexpected(there.error());
  if (*there != kNoDnt) {
    if (auto good = list_in_subrefs(tx, *there, true); !good) return std::unexpected(good.error());
    return Updates{};
  }
  const auto place = place_of_nc_root(tx, schema, *rdns);
  if (!place) return std::unexpected(place.error());
  if (place->parent == store::kRootDnt) return Updates{};
  const auto parent = find_object(tx, place->parent, win32::kErrorDsNoParentObject);
  if (!parent) return std::unexpected(parent.error());
  const Dnt nc = parent->nc();
  ObjectEditor editor(tx, context);
  auto& head = editor.draft().head;
  head.flags = ObjectFlags::kSubref;
  head.parent = place->parent;
  head.nc = nc;
  head.guid = guid;
  head.sid = sid;
  head.usn_created = editor.by().usn;
  head.when_created = context.ds_now();
  editor.set_name(rdns->front().type, rdns->front().value);
  editor.set(attid::kObjectClass, u32_value(static_cast<std::uint32_t>(class_id::kTop)));
  editor.set(attid::kInstanceType, u32_value(drsuapi::IT_NC_HEAD | drsuapi::IT_UNINSTANT | drsuapi::IT_NC_ABOVE));
  editor.set(attid::kObjectGuid, octets_value(guid.value.octets));
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  if (auto good = list_in_subrefs(tx, written->dnt, true); !good) return std::unexpected(good.error());
  return Updates{{*written}, false, false};
}

Result<void> remove_subref(WriteTransaction& tx, const Context& context, Dnt subref) {
  const auto object = find_object(tx, subref, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  const bool is_held = is_nc_root(*object);
  if (!is_held && !is_subref(*object)) return fail(win32::kErrorDsDraBadNc, "neither an NC nor a subordinate reference");
  if (auto good = list_in_subrefs(tx, subref, false); !good) return good;
  if (is_held) return {};
  const auto dn = dn_of(tx, *context.schema, subref);
  if (!dn) return std::unexpected(dn.error());
  tx.erase(subref, *dn);
  return settle(tx);
}

}  // namespace tributary::repl
