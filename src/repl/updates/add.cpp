// SPDX-License-Identifier: Apache-2.0
// The Add operation. [MS-ADTS] 3.1.1.5.2. Declared in add.hpp.
#include "repl/updates/add.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/new_object.hpp"

namespace tributary::repl {
namespace {

/// 3.1.1.2.5: in the Schema NC there are only its own objects.
bool is_schema_object(const NewObject& plan) {
  return plan.object_class->attid == class_id::kAttributeSchema || plan.object_class->attid == class_id::kClassSchema ||
         plan.object_class->ldap_display_name == "subSchema";
}

}  // namespace

Result<AddResult> add(WriteTransaction& tx, const Context& context, const AddRequest& request, CheckLevel level) {
  const auto parent = find_object(tx, request.parent, win32::kErrorDsObjNotFound);
  if (!parent) return std::unexpected(parent.error());
  if (is_deleted(*parent)) return fail(win32::kErrorDsObjNotFound, "the parent is deleted");
  if (is_subref(*parent)) return fail(win32::kErrorDsReferral, "the parent's NC is not here");
  const Dnt nc = parent->nc();
  const auto parent_classes = object_classes(*parent);
  if (auto good = check_writable(tx, context, nc); !good) return std::unexpected(good.error());

  auto plan = plan_new_object(tx, context, request, level);
  if (!plan) return std::unexpected(plan.error());
  plan->parent = request.parent;
  plan->nc = nc;
  plan->instance_type = drsuapi::IT_WRITE;
  if (level == CheckLevel::kClient) {
    if (!context.schema->allows_parent(*plan->object_class, parent_classes))
      return fail(win32::kErrorDsIllegalSuperior, plan->object_class->ldap_display_name + " does not belong there");
    const auto kind = nc_kind(tx, *context.schema, nc);
    if (!kind) return std::unexpected(kind.error());
    if (*kind == NcKind::kSchema && !is_schema_object(*plan)) return fail(win32::kErrorDsCantCreateUnderSchema);
  }
  if (auto good = check_new_attributes(tx, context, *plan, request, level); !good) return std::unexpected(good.error());
  auto result = make_new_object(tx, context, *plan, request, level);
  if (result) {
    const bool is_schema = plan->object_class->attid == class_id::kAttributeSchema || plan->object_class->attid == class_id::kClassSchema;
    result->updates.schema_changed = is_schema;
  }
  return result;
}

}  // namespace tributary::repl
