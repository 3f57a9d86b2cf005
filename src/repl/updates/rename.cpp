// SPDX-License-Identifier: Apache-2.0
// Moves and renames. [MS-ADTS] 3.1.1.5.4.1. Declared in rename.hpp.
#include "repl/updates/rename.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/editor.hpp"
#include "repl/updates/placement.hpp"

namespace tributary::repl {
namespace {

struct Plan {
  Dnt parent = kNoDnt;
  std::string rdn;
  bool is_move = false;
  bool is_rename = false;
};

auto illegal(const char* why) { return fail(win32::kErrorDsIllegalModOperation, why); }
auto forbidden_by_flag() { return fail(win32::kErrorDsModifydnDisallowedByFlag, "systemFlags of the object"); }

Result<Dnt> grandparent_of(const Snapshot& snapshot, Dnt parent) {
  const auto object = find_object(snapshot, parent, win32::kErrorDsNoParentObject);
  if (!object) return std::unexpected(object.error());
  return object->parent();
}

/// The bits of systemFlags that fix an object's name or place; which ones count depends on the NC.
Result<void> check_flags(const Snapshot& snapshot, const ObjectView& object, const Plan& plan, NcKind kind) {
  const auto flags = system_flags(object);
  if (kind == NcKind::kConfiguration) {
    if (plan.is_rename && (flags & schema::kSystemConfigAllowRename) == 0) return forbidden_by_flag();
    if (!plan.is_move || (flags & schema::kSystemConfigAllowMove) != 0) return {};
    if ((flags & schema::kSystemConfigAllowLimitedMove) == 0) return forbidden_by_flag();
    const auto before = grandparent_of(snapshot, object.parent());
    const auto after = grandparent_of(snapshot, plan.parent);
    if (!before || !after) return std::unexpected(before ? after.error() : before.error());
    return *before == *after ? Result<void>() : forbidden_by_flag();
  }
  if (plan.is_move && kind == NcKind::kSchema) return fail(win32::kErrorDsNoObjectMoveInSchemaNc);
  if (plan.is_rename && (flags & schema::kSystemDomainDisallowRename) != 0) return forbidden_by_flag();
  if (plan.is_move && (flags & schema::kSystemDomainDisallowMove) != 0) return forbidden_by_flag();
  return {};
}

/// What only clients are held to.
Result<void> check_client(const Snapshot& snapshot, const Context& context, const ObjectView& object, const Plan& plan) {
  const auto& schema = *context.schema;
  const auto* structural = structural_class(schema, object);
  if (structural == nullptr) return fail(win32::kErrorDsObjClassNotDefined, "the object's class is unknown");
  if (is_instance_of(schema, object, class_id::kSecret) || is_instance_of(schema, object, class_id::kTrustedDomain))
    return illegal("objects of the LSA are not renamed");
  const bool is_schema_object = structural->attid == class_id::kAttributeSchema || structural->attid == class_id::kClassSchema;
  if (is_schema_object && (system_flags(object) & schema::kSystemSchemaBaseObject) != 0) return fail(win32::kErrorDsIllegalBaseSchemaMod);
  if (!plan.is_move) return {};
  if (auto good = check_system_container(snapshot, object, plan.parent); !good) return good;
  const auto parent = find_object(snapshot, plan.parent, win32::kErrorDsNoParentObject);
  if (!parent) return std::unexpected(parent.error());
  if (!schema.allows_parent(*structural, object_classes(*parent)))
    return fail(win32::kErrorDsIllegalSuperior, structural->ldap_display_name + " does not belong there");
  return {};
}

}  // namespace

Result<Updates> modify_dn(WriteTransaction& tx, const Context& context, const RenameRequest& request, CheckLevel level) {
  const auto object = find_object(tx, request.object, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (is_nc_root(*object) || is_subref(*object)) return fail(win32::kErrorDsModifydnDisallowedByInstanceType, "the root of an NC");
  if (is_deleted(*object)) return illegal("the object is deleted");
  if (auto good = check_writable(tx, context, object->nc()); !good) return std::unexpected(good.error());
  Plan plan{request.new_parent.value_or(object->parent()), request.new_rdn.value_or(std::string(object->rdn())), false, false};
  plan.is_move = plan.parent != object->parent();
  plan.is_rename = plan.rdn != object->rdn();
  if (request.rdn_type && *request.rdn_type != object->rdn_type()) return fail(win32::kErrorDsRdnDoesntMatchSchema, "the type of an RDN stays");
  if (plan.is_rename)
    if (auto good = check_rdn(*context.schema, object->rdn_type(), plan.rdn, level); !good) return std::unexpected(good.error());
  if (plan.is_move)
    if (auto good = check_new_parent(tx, *object, plan.parent); !good) return std::unexpected(good.error());
  if (!plan.is_move && !plan.is_rename) return Updates{};
  const auto kind = nc_kind(tx, *context.schema, object->nc());
  if (!kind) return std::unexpected(kind.error());
  if (auto good = check_flags(tx, *object, plan, *kind); !good) return std::unexpected(good.error());
  if (level == CheckLevel::kClient)
    if (auto good = check_client(tx, context, *object, plan); !good) return std::unexpected(good.error());

  const auto classes = object_classes(*object);
  ObjectEditor editor(tx, context, *object);
  editor.draft().head.parent = plan.parent;
  editor.set_name(editor.draft().rdn_type, plan.rdn);
  editor.draft().head.flags = object_flags_with_mangling(editor.draft());
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  const bool is_schema = *kind == NcKind::kSchema;
  return Updates{{*written}, is_urgent(*context.schema, classes, UpdateKind::kRename), is_schema};
}

}  // namespace tributary::repl
