// SPDX-License-Identifier: Apache-2.0
// See deleted_objects.hpp.
#include "repl/destination/deleted_objects.hpp"

#include "base/rdn.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/state/mangled_rdn.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/links.hpp"
#include "repl/updates/placement.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {
namespace {

using store::ObjectFlags;
using store::WriteTransaction;

std::vector<Attid> surplus(const schema::Schema& schema, const ObjectView& object) {
  std::vector<Attid> all;
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (attribute.size() != 0 && !is_kept_when_deleted(schema, attribute.attid(), object.rdn_type(), is_recycled(object))) all.push_back(attribute.attid());
  }
  return all;
}

bool is_mangled_for_deletion(const ObjectView& object) {
  const auto mangling = mangling_of(object.rdn());
  return mangling && mangling->reason == MangledFor::kDeletion && mangling->object_guid == object.guid().value;
}

}  // namespace

ObjectFlags deletion_flags(bool is_deleted, bool is_recycled_attribute, bool was_recycled, const DirectoryRules& rules) noexcept {
  if (!is_deleted) return ObjectFlags::kNone;
  const bool recycled = is_recycled_attribute || !rules.recycle_bin || was_recycled;
  return recycled ? ObjectFlags::kDeleted | ObjectFlags::kRecycled : ObjectFlags::kDeleted;
}

Result<void> follow_deletion(WriteTransaction& transaction, Dnt dnt, ObjectFlags before, ObjectFlags now) {
  const auto is = [](ObjectFlags flags, ObjectFlags flag) { return store::has(flags, flag); };
  if (is(now, ObjectFlags::kRecycled))
    return is(before, ObjectFlags::kRecycled) ? Result<void>() : begin_link_work(transaction, dnt, LinkFate::kRemove);
  if (is(now, ObjectFlags::kDeleted) == is(before, ObjectFlags::kDeleted)) return {};
  return begin_link_work(transaction, dnt, is(now, ObjectFlags::kDeleted) ? LinkFate::kDeactivate : LinkFate::kActivate);
}

std::optional<DsTime> undeletion_time(const ObjectView& object, const DirectoryRules& rules) noexcept {
  if (rules.recycle_bin) return std::nullopt;
  const auto attribute = object.find(attid::kIsDeleted);
  if (!attribute || attribute->size() != 0 || !attribute->has_stamp()) return std::nullopt;
  return attribute->stamp().time_changed;
}
std::optional<DsTime> undeletion_time(store::ObjectDraft& object, const DirectoryRules& rules) noexcept {
  const auto* const attribute = object.find(attid::kIsDeleted);
  if (rules.recycle_bin || attribute == nullptr || !attribute->values.empty() || !attribute->stamp) return std::nullopt;
  return attribute->stamp->time_changed;
}

Result<void> forget_links_before(WriteTransaction& transaction, Dnt dnt, DsTime time) {
  std::vector<store::LinkKey> keys;
  const auto forward = transaction.links(dnt, Attid{}, [&](const store::LinkValue& link) {
    if (link.stamp.stamp.time_changed < time) keys.push_back(link.key);
    return true;
  });
  if (!forward) return forward;
  std::vector<store::LinkKey> backward;
  const auto walked = transaction.backlinks(dnt, Attid{}, [&](const store::LinkKey& key) {
    if (key.source != dnt) backward.push_back(key);
    return true;
  });
  if (!walked) return walked;
  for (const auto& key : backward) {
    const auto link = transaction.find_link(key);
    if (!link) return std::unexpected(link.error());
    if (*link && (*link)->stamp.stamp.time_changed < time) keys.push_back(key);
  }
  for (const auto& key : keys) transaction.erase_link(key);
  return settle(transaction);
}

Result<bool> conform_deleted_object(WriteTransaction& transaction, const Context& context, Dnt dnt) {
  const auto object = find_object(transaction, dnt, win32::kErrorDsDatabaseError);
  if (!object) return std::unexpected(object.error());
  if (!is_deleted(*object) || is_nc_root(*object)) return false;
  const auto container = well_known_object(transaction, object->nc(), kGuidDeletedObjectsContainer);
  if (!container) return std::unexpected(container.error());
  if (*container == dnt) return false;
  const auto lost = surplus(*context.schema, *object);
  const bool stays = (system_flags(*object) & schema::kSystemDisallowMoveOnDelete) != 0 || *container == kNoDnt;
  const Dnt parent = stays ? object->parent() : *container;
  const bool is_misnamed = !is_mangled_for_deletion(*object) || object->parent() != parent;
  if (lost.empty() && !is_misnamed) return false;

  const bool is_mangled = is_mangled_for_deletion(*object);
  const Dnt last_parent = object->parent();
  ObjectEditor editor(transaction, context, *object);
  auto& draft = editor.draft();
  for (const Attid attid : lost) editor.clear(attid);
  if (is_misnamed) {
    const auto rdn = is_mangled ? draft.rdn : deleted_rdn(draft.rdn, draft.head.guid);
    if (last_parent != parent) editor.set(attid::kLastKnownParent, reference_value(last_parent));
    draft.head.parent = parent;
    editor.set_name(draft.rdn_type, rdn);
    draft.head.flags = object_flags_with_mangling(draft);
  }
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  if (auto settled = settle(transaction); !settled) return std::unexpected(std::move(settled.error()));
  return true;
}

}  // namespace tributary::repl
