// SPDX-License-Identifier: Apache-2.0
// Deletion. [MS-ADTS] 3.1.1.5.5; [MS-DRSR] 5.160, 5.161. Declared in remove.hpp.
#include "repl/updates/remove.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/state/mangled_rdn.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/links.hpp"
#include "repl/updates/placement.hpp"
#include "repl/updates/protected_objects.hpp"

namespace tributary::repl {
namespace {

using store::ObjectFlags;

/// 3.1.1.5.5.6.1 and .3: what a tombstone and a recycled-object do not keep. Linked attributes have no values in the record.
void strip(ObjectEditor& editor) {
  std::vector<Attid> lost;
  for (const auto& attribute : editor.draft().attributes())
    if (!is_kept_when_deleted(editor.schema(), attribute.attid, editor.draft().rdn_type, true)) lost.push_back(attribute.attid);
  for (const Attid attid : lost) editor.clear(attid);
}

/// Where the object goes when it is deleted: the Deleted Objects container of its NC, unless it has to stay.
Result<Dnt> parent_when_deleted(const Snapshot& snapshot, const ObjectView& object) {
  if ((system_flags(object) & schema::kSystemDisallowMoveOnDelete) != 0) return object.parent();
  const auto container = well_known_object(snapshot, object.nc(), kGuidDeletedObjectsContainer);
  if (!container) return container;
  return *container == kNoDnt ? object.parent() : *container;
}

/// An existing-object becomes a tombstone or a deleted-object.
Result<Updates> bury(WriteTransaction& tx, const Context& context, const ObjectView& object) {
  const auto parent = parent_when_deleted(tx, object);
  if (!parent) return std::unexpected(parent.error());
  const auto classes = object_classes(object);
  const Dnt dnt = object.dnt();
  const bool keeps_values = context.rules.recycle_bin;
  ObjectEditor editor(tx, context, object);
  auto& draft = editor.draft();
  const Dnt last_parent = draft.head.parent;
  const std::string last_rdn = draft.rdn;
  draft.head.parent = *parent;
  draft.head.flags = draft.head.flags | ObjectFlags::kDeleted | ObjectFlags::kRdnMangled;
  if (!keeps_values) draft.head.flags = draft.head.flags | ObjectFlags::kRecycled;
  draft.head.when_deleted = context.ds_now();
  if (keeps_values) {
    editor.clear(attid::kObjectCategory);
    editor.clear(attid::kSamAccountType);
    editor.ensure(attid::kMsDsLastKnownRdn, text_value(last_rdn));
  } else {
    strip(editor);
  }
  editor.ensure(attid::kLastKnownParent, reference_value(last_parent));
  editor.set(attid::kIsDeleted, bool_value(true));
  editor.set_name(draft.rdn_type, deleted_rdn(last_rdn, draft.head.guid));
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  if (auto good = begin_link_work(tx, dnt, keeps_values ? LinkFate::kDeactivate : LinkFate::kRemove); !good) return std::unexpected(good.error());
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return Updates{{*written}, is_urgent(*context.schema, classes, UpdateKind::kDelete), false};
}

/// 3.1.1.5.2.3
bool is_sam_object(const schema::Schema& schema, const ObjectView& object) {
  for (const auto* name : {"group", "samDomain", "samServer", "user"}) {
    const auto* sam = schema.find_class(name);
    if (sam != nullptr && is_instance_of(schema, object, sam->attid)) return true;
  }
  return false;
}

/// 3.1.1.5.5.5, in its order.
Result<void> check_deletable(const Snapshot& snapshot, const Context& context, const ObjectView& object, CheckLevel level) {
  const auto refuse = [](const char* why) { return fail(win32::kErrorDsCantDelete, why); };
  if (is_subref(object)) return fail(win32::kErrorDsReferral, "the object's NC is not here");
  if (auto good = check_writable(snapshot, context, object.nc()); !good) return good;
  if ((system_flags(object) & schema::kSystemDisallowDelete) != 0) return refuse("systemFlags of the object");
  if (is_deleted(object) && !context.rules.recycle_bin && is_sam_object(*context.schema, object))
    return fail(win32::kErrorDsObjNotFound, "a tombstone of an object of SAM");
  if (is_recycled(object) || (is_deleted(object) && !context.rules.recycle_bin)) return refuse("the object is deleted already");
  if (is_nc_root(object)) return refuse("the root of an NC");
  if (auto good = check_no_link_work(snapshot, object.dnt()); !good) return good;
  if (level == CheckLevel::kClient) {
    const auto kind = nc_kind(snapshot, *context.schema, object.nc());
    if (!kind) return std::unexpected(kind.error());
    if (*kind == NcKind::kSchema) return refuse("objects of the schema stay");
  }
  return check_not_protected(snapshot, context, object);
}

Result<void> check_leaf(const Snapshot& snapshot, Dnt dnt) {
  const auto has_children = has_living_children(snapshot, dnt);
  if (!has_children) return std::unexpected(has_children.error());
  return *has_children ? fail(win32::kErrorDsChildrenExist) : Result<void>();
}

Result<Updates> recycle(WriteTransaction& tx, const Context& context, const ObjectView& object) {
  const auto classes = object_classes(object);
  const Dnt dnt = object.dnt();
  ObjectEditor editor(tx, context, object);
  strip(editor);
  editor.ensure(attid::kIsDeleted, bool_value(true));
  editor.set(attid::kIsRecycled, bool_value(true));
  auto& head = editor.draft().head;
  head.flags = head.flags | ObjectFlags::kDeleted | ObjectFlags::kRecycled;
  head.when_deleted = context.ds_now();
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  if (auto good = begin_link_work(tx, dnt, LinkFate::kRemove); !good) return std::unexpected(good.error());
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return Updates{{*written}, is_urgent(*context.schema, classes, UpdateKind::kModify), false};
}

Result<Updates> remove_checked(WriteTransaction& tx, const Context& context, const ObjectView& object, CheckLevel level) {
  if (auto good = check_deletable(tx, context, object, level); !good) return std::unexpected(good.error());
  if (auto good = check_leaf(tx, object.dnt()); !good) return std::unexpected(good.error());
  return is_deleted(object) ? recycle(tx, context, object) : bury(tx, context, object);
}

/// The first object at or below `dnt`, going down by first children, that has no living child.
Result<Dnt> deepest_first(const Snapshot& snapshot, Dnt dnt) {
  for (std::size_t depth = 0; depth < kDnRdnsMax; ++depth) {
    Dnt next = kNoDnt;
    std::optional<Error> error;
    const auto scan = snapshot.children(dnt, [&](const Dnt& child) {
      const auto object = snapshot.find(child);
      if (!object) error = object.error();
      if (!error && *object && !is_deleted(**object)) next = child;
      return !error && next == kNoDnt;
    });
    if (!scan) return std::unexpected(scan.error());
    if (error) return std::unexpected(*error);
    if (next == kNoDnt) return dnt;
    dnt = next;
  }
  return fail(win32::kErrorDsDatabaseError, "the tree is too deep");
}

Result<Updates> remove_in_tree(WriteTransaction& tx, const Context& context, Dnt dnt, CheckLevel level, const TreeJudge& judge) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (is_critical_system_object(*object) && !is_sam_object(*context.schema, *object))
    return fail(win32::kErrorDsCantDelete, "a critical system object");
  if (judge)
    if (auto good = judge(*object); !good) return std::unexpected(std::move(good.error()));
  return remove_checked(tx, context, *object, level);
}

}  // namespace

Result<Updates> remove_object(WriteTransaction& tx, const Context& context, Dnt dnt, CheckLevel level) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  return remove_checked(tx, context, *object, level);
}

Result<TreeRemoval> remove_tree(WriteTransaction& tx, const Context& context, Dnt dnt, std::size_t objects_max, CheckLevel level,
                                const TreeJudge& judge) {
  const auto top = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!top) return std::unexpected(top.error());
  if (is_nc_root(*top) || is_subref(*top)) return fail(win32::kErrorDsCantDelete, "the root of an NC");
  TreeRemoval removal;
  for (std::size_t count = 0; count < objects_max && !removal.finished; ++count) {
    const auto next = deepest_first(tx, dnt);
    if (!next) return std::unexpected(next.error());
    auto updates = remove_in_tree(tx, context, *next, level, judge);
    if (!updates) {
      if (removal.updates.empty() || tx.failure()) return std::unexpected(updates.error());
      removal.stopped = updates.error();
      break;
    }
    removal.updates.append(*updates);
    removal.finished = *next == dnt;
  }
  return removal;
}

Result<Updates> recycle_object(WriteTransaction& tx, const Context& context, Dnt dnt) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (!is_deleted(*object)) return fail(win32::kErrorDsIllegalModOperation, "the object is not deleted");
  if (is_true(*object, attid::kIsRecycled)) return Updates{};
  const auto container = well_known_object(tx, object->nc(), kGuidDeletedObjectsContainer);
  if (!container) return std::unexpected(container.error());
  if (*container == dnt) return fail(win32::kErrorDsIllegalModOperation, "the Deleted Objects container is never recycled");
  if (auto good = check_writable(tx, context, object->nc()); !good) return std::unexpected(good.error());
  if (auto good = check_no_link_work(tx, dnt); !good) return std::unexpected(good.error());
  return recycle(tx, context, *object);
}

}  // namespace tributary::repl
