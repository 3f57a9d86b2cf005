// SPDX-License-Identifier: Apache-2.0
// The Modify operation. [MS-ADTS] 3.1.1.5.3; [MS-DRSR] 5.199. Declared in modify.hpp.
#include "repl/updates/modify.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/modify_values.hpp"

namespace tributary::repl {
namespace {

auto illegal(const char* why) { return fail(win32::kErrorDsIllegalModOperation, why); }

/// 3.1.1.5.3.2: which objects take modifications. A deleted object takes a new security descriptor only; the Deleted Objects container
/// counts as deleted and is open.
Result<void> check_object(const Snapshot& snapshot, const Context& context, const ObjectView& object, std::span<const Modification> modifications,
                          CheckLevel level) {
  if (is_subref(object)) return fail(win32::kErrorDsReferral, "the object's NC is not here");
  const bool only_descriptor = std::ranges::all_of(modifications, [](const Modification& each) { return each.attid == attid::kNtSecurityDescriptor; });
  if (is_deleted(object) && !only_descriptor) {
    const auto container = well_known_object(snapshot, object.nc(), kGuidDeletedObjectsContainer);
    if (!container) return std::unexpected(container.error());
    if (*container != object.dnt()) return illegal("the object is deleted");
  }
  if (level == CheckLevel::kReplica) return {};
  const auto& schema = *context.schema;
  if (is_instance_of(schema, object, class_id::kLostAndFound)) return illegal("a LostAndFound container is not modified");
  if (is_instance_of(schema, object, class_id::kSecret) || is_instance_of(schema, object, class_id::kTrustedDomain))
    return illegal("objects of the LSA are not modified");
  const auto* structural = structural_class(schema, object);
  if (structural != nullptr && structural->is_defunct) return fail(win32::kErrorDsObjectClassRequired, "the object's class is defunct");
  const bool is_sub_schema = structural != nullptr && structural->ldap_display_name == "subSchema";
  if (is_sub_schema && !only_descriptor) return illegal("the subSchema object is not modified");
  for (const auto& each : modifications)
    if (each.attid == attid::kWellKnownObjects) return illegal("well-known objects are redirected otherwise");
  return {};
}

/// A change of link values alone does not touch the record: they are found by their own USNs.
Result<ObjectUpdate> write(WriteTransaction& tx, const Context& context, const ObjectView& object, const ModifyPlan& plan, CheckLevel level) {
  ObjectUpdate update{object.dnt(), object.nc(), {}};
  ObjectEditor editor(tx, context, object);
  const bool is_judged = level == CheckLevel::kClient && !has(editor.draft().head.flags, store::ObjectFlags::kDeleted);
  update.usn = editor.by().usn;
  apply_to_draft(editor, plan);
  if (is_judged)
    if (auto good = check_changed_content(tx, *context.schema, editor, plan); !good) return std::unexpected(good.error());
  if (!plan.attributes.empty() || !plan.legacy_links.empty()) {
    const auto written = editor.put();
    if (!written) return std::unexpected(written.error());
  }
  apply_to_links(tx, context, editor.by(), plan);
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return update;
}

}  // namespace

Result<Updates> modify(WriteTransaction& tx, const Context& context, Dnt dnt, std::span<const Modification> modifications,
                       const ModifyOptions& options) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (auto good = check_object(tx, context, *object, modifications, options.level); !good) return std::unexpected(good.error());
  if (auto good = check_writable(tx, context, object->nc()); !good) return std::unexpected(good.error());
  const auto plan = plan_modifications(tx, context, *object, modifications, options);
  if (!plan) return std::unexpected(plan.error());
  if (plan->empty()) return Updates{};

  const auto classes = object_classes(*object);
  const auto written = write(tx, context, *object, *plan, options.level);
  if (!written) return std::unexpected(written.error());
  Updates updates;
  updates.objects.push_back(*written);
  updates.urgent = plan->urgent || is_urgent(*context.schema, classes, UpdateKind::kModify);
  updates.schema_changed = std::ranges::any_of(classes, [](Attid each) { return each == class_id::kAttributeSchema || each == class_id::kClassSchema; });
  return updates;
}

Result<Updates> raise_stamps(WriteTransaction& tx, const Context& context, Dnt dnt, std::span<const Attid> attids) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (auto good = check_writable(tx, context, object->nc()); !good) return std::unexpected(good.error());
  const bool has_any = std::ranges::any_of(attids, [&](Attid attid) { return object->stamp(attid).has_value(); });
  if (!has_any) return Updates{};
  const auto classes = object_classes(*object);
  ObjectEditor editor(tx, context, *object);
  for (const Attid attid : attids)
    if (const auto* attribute = editor.draft().find(attid); attribute != nullptr && attribute->stamp) editor.touch(attid);
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  return Updates{{*written}, is_urgent(*context.schema, classes, UpdateKind::kModify), false};
}

}  // namespace tributary::repl
