// SPDX-License-Identifier: Apache-2.0
// Schema extension while running. [MS-ADTS] 3.1.1.2.1, 3.1.1.2.3, 3.1.1.2.5. Declared in schema_update.hpp.
#include "repl/updates/schema_update.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/objects/stored_schema.hpp"
#include "repl/updates/checks.hpp"
#include "repl/updates/modify_values.hpp"
#include "repl/updates/new_object.hpp"
#include "schema/consistency.hpp"
#include "schema/schema_info.hpp"

namespace tributary::repl {
namespace {

NewAttribute* find_in(AddRequest& request, Attid attid) {
  const auto at = std::ranges::find(request.attributes, attid, &NewAttribute::attid);
  return at == request.attributes.end() ? nullptr : &*at;
}
void set_default(AddRequest& request, Attid attid, NewValue value) {
  if (find_in(request, attid) == nullptr) request.attributes.push_back({attid, {std::move(value)}});
}

std::uint32_t first_u32(AddRequest& request, Attid attid) {
  const auto* given = find_in(request, attid);
  const bool is_number = given != nullptr && !given->values.empty() && given->values[0].octets.size() == 4;
  return is_number ? load_le<std::uint32_t>(given->values[0].octets.data()) : 0;
}

std::uint32_t chance(const Context& context) { return load_le<std::uint32_t>(context.new_guid().value.octets.data()); }

/// What an attributeSchema or classSchema object has although nobody said it.
Result<void> complete(const Context& context, AddRequest& request, bool is_attribute, Attid number, CheckLevel level) {
  const auto& schema = *context.schema;
  if (is_attribute && level == CheckLevel::kClient && find_in(request, attid::kMsDsIntId) != nullptr)
    return fail(win32::kErrorDsUnwillingToPerform, "msDS-IntId is the system's to choose");
  set_default(request, is_attribute ? attid::kAttributeId : attid::kGovernsId, u32_value(static_cast<std::uint32_t>(number)));
  set_default(request, attid::kLdapDisplayName, text_value(schema::generate_ldap_display_name(request.rdn)));
  set_default(request, attid::kShowInAdvancedViewOnly, bool_value(true));
  if (auto* flags = find_in(request, attid::kSystemFlags); flags != nullptr && level == CheckLevel::kClient)
    flags->values = {u32_value(client_system_flags(first_u32(request, attid::kSystemFlags), is_attribute))};
  set_default(request, attid::kSchemaIdGuid, octets_value(context.new_guid().value.octets));
  if (!is_attribute) {
    set_default(request, attid::kSubClassOf, u32_value(static_cast<std::uint32_t>(class_id::kTop)));
  } else if ((first_u32(request, attid::kSystemFlags) & schema::kSystemSchemaBaseObject) == 0) {
    set_default(request, attid::kMsDsIntId, u32_value(static_cast<std::uint32_t>(schema::free_int_id(schema, chance(context)))));
  }
  return {};
}

/// The schema master is the DSA that fSMORoleOwner of the NC's root names.
Result<void> check_schema_master(const Snapshot& snapshot, const Context& context, const ObjectView& root, CheckLevel level) {
  if (level == CheckLevel::kReplica) return {};
  const auto own = resolve_guid(snapshot, ObjectGuid{context.dsa.value});
  if (!own) return std::unexpected(own.error());
  const auto owner = root.first(attid::kFsmoRoleOwner);
  const bool is_owner = owner && *own != kNoDnt && store::reference_target(*owner) == *own;
  return is_owner ? Result<void>() : fail(win32::kErrorDsReferral, "this DSA is not the schema master");
}

/// 3.1.1.2.1: with every original change, in the same transaction.
Result<ObjectUpdate> raise_schema_info(WriteTransaction& tx, const Context& context, Dnt root) {
  const auto object = find_object(tx, root, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  schema::SchemaInfo current;
  if (const auto value = object->first(attid::kSchemaInfo)) {
    const auto decoded = schema::decode_schema_info(*value);
    if (!decoded) return std::unexpected(decoded.error());
    current = *decoded;
  }
  ObjectEditor editor(tx, context, *object);
  editor.set(attid::kSchemaInfo, octets_value(schema::encode_schema_info(schema::next_schema_info(current, context.invocation_id))));
  return editor.put();
}

/// The schema with this object, judged as a change of `before`.
Result<std::shared_ptr<const schema::Schema>> schema_with(const schema::Schema& before, const schema::PrefixTable& table,
                                                          const schema::SchemaRow& row, CheckLevel level) {
  const auto read = schema::read_schema_row(row, table);
  if (!read) return std::unexpected(read.error());
  const auto* attribute = std::get_if<schema::AttributeSchema>(&*read);
  const auto* object_class = std::get_if<schema::ClassSchema>(&*read);
  if (attribute == nullptr && object_class == nullptr) return fail(win32::kErrorDsCantCreateUnderSchema, "no object of the schema");
  schema::SchemaBuilder builder(before);
  builder.prefix_table() = table;
  if (const auto put = schema::put_schema_row(builder, row); !put) return std::unexpected(put.error());
  auto after = builder.build();
  if (level == CheckLevel::kClient)
    if (auto good = schema::check_schema_update(before, *after, attribute != nullptr ? attribute->attid : object_class->attid); !good)
      return std::unexpected(good.error());
  return after;
}

void put_in_row(schema::SchemaRow& row, const schema::Schema& schema, Attid attid, std::span<const NewValue> values) {
  std::erase_if(row.attributes, [&](const schema::SchemaRow::Attribute& each) { return each.attid == attid; });
  const auto* attribute = schema.find_attribute(attid);
  if (attribute == nullptr || schema::is_reference(attribute->syntax) || values.empty()) return;
  auto& to = row.attributes.emplace_back();
  to.attid = attid;
  for (const auto& value : values) to.values.push_back(value.octets);
}

/// What the object will be as a row.
Result<schema::SchemaRow> row_of_request(const Snapshot& snapshot, const schema::Schema& schema, const AddRequest& request) {
  schema::SchemaRow row;
  row.guid = *request.guid;
  row.rdn = row.default_object_category = request.rdn;
  for (const auto& given : request.attributes) {
    put_in_row(row, schema, given.attid, given.values);
    if (given.attid != attid::kDefaultObjectCategory || given.values.empty()) continue;
    const auto category = find_object(snapshot, given.values[0].target, win32::kErrorDsObjNotFound);
    if (!category) return std::unexpected(category.error());
    row.default_object_category = category->rdn();
  }
  return row;
}

/// 3.1.1.2.5.2: a class is its own category unless somebody says otherwise.
Result<void> set_own_category(WriteTransaction& tx, const Context& context, Dnt dnt, Updates& updates) {
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (object->first(attid::kDefaultObjectCategory)) return {};
  ObjectEditor editor(tx, context, *object);
  editor.set(attid::kDefaultObjectCategory, reference_value(dnt));
  const auto written = editor.put();
  if (!written) return std::unexpected(written.error());
  updates.objects.push_back(*written);
  return {};
}

/// The root of the Schema NC, when this DSA may change what is below it.
Result<Dnt> writable_schema_nc(const Snapshot& snapshot, const Context& context, CheckLevel level) {
  const auto root = schema_nc(snapshot, *context.schema);
  if (!root) return std::unexpected(root.error());
  if (*root == kNoDnt) return fail(win32::kErrorDsObjNotFound, "no replica of the Schema NC is here");
  const auto object = find_object(snapshot, *root, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (auto good = check_schema_master(snapshot, context, *object, level); !good) return std::unexpected(good.error());
  return *root;
}

}  // namespace

Result<SchemaChange> add_schema_object(WriteTransaction& tx, const Context& context, const AddRequest& request, std::string_view oid,
                                       CheckLevel level) {
  const auto root = writable_schema_nc(tx, context, level);
  if (!root) return std::unexpected(root.error());
  auto table = context.schema->prefix_table();
  const auto known_prefixes = table.entries().size();
  const auto number = table.make_attid(oid);
  if (!number) return std::unexpected(number.error());

  AddRequest whole = request;
  whole.parent = *root;
  if (!whole.guid) whole.guid = context.new_guid();
  const auto* classes = find_in(whole, attid::kObjectClass);
  const auto names = [&](Attid wanted) {
    return classes != nullptr && std::ranges::find(classes->values, u32_value(static_cast<std::uint32_t>(wanted))) != classes->values.end();
  };
  const bool is_attribute = names(class_id::kAttributeSchema);
  if (!is_attribute && !names(class_id::kClassSchema)) return fail(win32::kErrorDsCantCreateUnderSchema, "no object of the schema");
  if (auto good = complete(context, whole, is_attribute, *number, level); !good) return std::unexpected(good.error());
  const auto row = row_of_request(tx, *context.schema, whole);
  if (!row) return std::unexpected(row.error());
  Context wider = context;
  const auto after = schema_with(*context.schema, table, *row, level);
  if (!after) return std::unexpected(after.error());
  wider.schema = *after;
  const auto made = add(tx, wider, whole, level);
  if (!made) return std::unexpected(made.error());
  SchemaChange change{made->dnt, made->updates, *after};
  if (!is_attribute)
    if (auto good = set_own_category(tx, wider, made->dnt, change.updates); !good) return std::unexpected(good.error());
  if (table.entries().size() != known_prefixes)
    if (auto good = store_prefix_table(tx, table); !good) return std::unexpected(good.error());
  const auto raised = raise_schema_info(tx, wider, *root);
  if (!raised) return std::unexpected(raised.error());
  change.updates.objects.push_back(*raised);
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return change;
}

Result<SchemaChange> modify_schema_object(WriteTransaction& tx, const Context& context, Dnt dnt, std::span<const Modification> modifications,
                                          const ModifyOptions& options) {
  const auto root = writable_schema_nc(tx, context, options.level);
  if (!root) return std::unexpected(root.error());
  const bool is_defunct_change = std::ranges::any_of(modifications, [](const Modification& each) { return each.attid == attid::kIsDefunct; });
  if (is_defunct_change && modifications.size() > 1)
    return fail(win32::kErrorDsIllegalModOperation, "isDefunct changes alone");
  const auto object = find_object(tx, dnt, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  const auto plan = plan_modifications(tx, context, *object, modifications, options);
  if (!plan) return std::unexpected(plan.error());
  auto row = schema_row_of(tx, *object);
  if (!row) return std::unexpected(row.error());
  for (const auto& [attid, values] : plan->attributes) put_in_row(*row, *context.schema, attid, values);
  const auto after = schema_with(*context.schema, context.schema->prefix_table(), *row, options.level);
  if (!after) return std::unexpected(after.error());
  auto updates = modify(tx, context, dnt, modifications, options);
  if (!updates) return std::unexpected(updates.error());
  SchemaChange change{dnt, std::move(*updates), context.schema};
  if (change.updates.empty()) return change;
  change.schema = *after;
  const auto raised = raise_schema_info(tx, context, *root);
  if (!raised) return std::unexpected(raised.error());
  change.updates.objects.push_back(*raised);
  if (auto good = settle(tx); !good) return std::unexpected(good.error());
  return change;
}

}  // namespace tributary::repl
