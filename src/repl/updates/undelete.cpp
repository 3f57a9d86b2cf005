// SPDX-License-Identifier: Apache-2.0
// Undeletion. [MS-ADTS] 3.1.1.5.3.7. Declared in undelete.hpp.
#include "repl/updates/undelete.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/modify_values.hpp"
#include "repl/updates/new_object.hpp"
#include "repl/updates/placement.hpp"

namespace tributary::repl {
namespace {

using store::ObjectFlags;

auto illegal(const char* why) { return fail(win32::kErrorDsIllegalModOperation, why); }

Result<void> check_undeletable(const Snapshot& snapshot, const Context& context, const ObjectView& object) {
  if (!is_deleted(object)) return fail(win32::kErrorDsAttIsNotOnObj, "the object is not deleted");
  if (context.rules.recycle_bin && is_recycled(object)) return fail(win32::kErrorDsAttIsNotOnObj, "the object is recycled");
  const auto container = well_known_object(snapshot, object.nc(), kGuidDeletedObjectsContainer);
  if (!container) return std::unexpected(container.error());
  if (*container == object.dnt()) return illegal("the Deleted Objects container stays");
  return check_no_link_work(snapshot, object.dnt());
}

/// The constraints of the move that is part of it, without that of the System container.
Result<void> check_new_place(const Snapshot& snapshot, const Context& context, const ObjectView& object, const UndeleteRequest& request,
                             CheckLevel level) {
  const auto& schema = *context.schema;
  if (request.rdn_type && *request.rdn_type != object.rdn_type())
    return fail(win32::kErrorDsRdnDoesntMatchSchema, "the type of an RDN stays");
  if (auto good = check_rdn(schema, object.rdn_type(), request.new_rdn, level); !good) return good;
  if (auto good = check_new_parent(snapshot, object, request.new_parent); !good) return good;
  if (level == CheckLevel::kReplica) return {};
  const auto* structural = structural_class(schema, object);
  const auto parent = find_object(snapshot, request.new_parent, win32::kErrorDsNoParentObject);
  if (!parent) return std::unexpected(parent.error());
  if (structural == nullptr || !schema.allows_parent(*structural, object_classes(*parent)))
    return fail(win32::kErrorDsIllegalSuperior, "the object does not belong there");
  const bool names_category = std::ranges::any_of(request.modifications, [](const Modification& each) { return each.attid == attid::kObjectCategory; });
  return names_category && structural->is_base_object() ? illegal("objectCategory is the class's") : Result<void>();
}

Result<void> restore_category(ObjectEditor& editor, const WriteTransaction& tx, const schema::ClassSchema* structural) {
  if (structural == nullptr || editor.has_values(attid::kObjectCategory)) return {};
  const auto category = default_object_category(tx, editor.schema(), *structural);
  if (!category) return std::unexpected(category.error());
  if (*category != kNoDnt) editor.set(attid::kObjectCategory, reference_value(*category));
  return {};
}

}  // namespace

Result<Updates> undelete(WriteTransaction& tx, const Context& context, const UndeleteRequest& request, CheckLevel level) {
  const auto object = find_object(tx, request.object, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (auto good = check_writable(tx, context, object->nc()); !good) return std::unexpected(good.error());
  if (auto good = check_undeletable(tx, context, *object); !good) return std::unexpected(good.error());
  if (auto good = check_new_place(tx, context, *object, request, level); !good) return std::unexpected(good.error());
  const ModifyOptions options{level, false, true};
  const auto plan = plan_modifications(tx, context, *object, request.modifications, options);
  if (!plan) return std::unexpected(plan.error());

  const auto classes = object_classes(*object);
  const auto* structural = structural_class(*context.schema, *object);
  ObjectEditor editor(tx, context, *object);
  auto& head = editor.draft().head;
  head.parent = request.new_parent;
  head.flags = head.flags & ~(ObjectFlags::kDeleted | ObjectFlags::kRecycled | ObjectFlags::kRdnMangled);
  head.when_deleted = {};
  editor.clear(attid::kIsDeleted);
  editor.clear(attid::kIsRecycled);
  editor.set_name(editor.draft().rdn_type, request.new_rdn);
  apply_to_draft(editor, *plan);
  if (auto good = restore_category(editor, tx, structural); !good) return std::unexpected(good.error());
  if (level == CheckLevel::kClient)
    if (auto good = check_whole_content(tx, *context.schema, editor, *plan); !good) return std::unexpected(good.error());
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  apply_to_links(tx, context, editor.by(), *plan);
  if (auto good = begin_link_work(tx, written->dnt, LinkFate::kActivate); !good) return std::unexpected(good.error());
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return Updates{{*written}, plan->urgent || is_urgent(*context.schema, classes, UpdateKind::kModify), false};
}

}  // namespace tributary::repl
