// SPDX-License-Identifier: Apache-2.0
// Constructed attributes that the schema says of an object's classes, and what of it the caller may do: [MS-ADTS] 3.1.1.4.5.1, 3.1.1.4.5.3 to
// 3.1.1.4.5.7, 3.1.1.4.5.18, 3.1.1.4.5.21, 3.1.1.4.5.44. Declared in makers.hpp. Knows no object but the one that is read.
#include "repl/objects/stored_schema.hpp"
#include "security/access/rights.hpp"
#include "service/access/object_access.hpp"
#include "service/ldap/aggregate.hpp"
#include "service/ldap/constructed/makers.hpp"

namespace tributary::service::ldap_face::constructed {

namespace {

ObjectAccess access_of(const Subject& s) {
  return must(ObjectAccess::of(s.view.context, s.view.snapshot, s.view.caller.token, s.object.dnt()));
}

/// The classes whose instances may stand below an object of `parents`: 3.1.1.4.5.3.
std::vector<const schema::ClassSchema*> child_classes(const schema::Schema& schema, std::span<const Attid> parents) {
  std::vector<const schema::ClassSchema*> children;
  for (const auto& each : schema.classes())
    if (!each.is_defunct && !each.system_only && each.may_be_structural() && schema.allows_parent(each, parents)) children.push_back(&each);
  return children;
}

Values names_of(std::span<const schema::ClassSchema* const> classes) {
  Values names;
  for (const auto* each : classes) names.push_back(each->ldap_display_name);
  return names;
}

std::vector<const schema::AttributeSchema*> attributes_of(const Subject& s) {
  std::vector<const schema::AttributeSchema*> allowed;
  for (const Attid each : s.schema().content_rules(repl::object_classes(s.object)).attributes)
    if (const auto* attribute = s.schema().find_attribute(each); attribute != nullptr && !attribute->is_defunct) allowed.push_back(attribute);
  return allowed;
}

}  // namespace

Values sub_schema_sub_entry(const Subject& s) {
  const Dnt schema_nc = s.reader().schema_nc();
  if (schema_nc == kNoDnt) return {};
  const Dnt aggregate = must(s.view.snapshot.find_child(schema_nc, "Aggregate"));
  if (aggregate != kNoDnt) return one(s.dn(aggregate));
  return one("CN=Aggregate," + must(repl::dn_of(s.view.snapshot, s.schema(), schema_nc)));
}

Values of_aggregate(const Subject& s) {
  const auto* const sub_schema = s.schema().find_class("subSchema");
  if (sub_schema == nullptr || !s.is_instance(sub_schema->attid)) return {};
  const auto* const values = aggregate_of(s.view.context.schema)->find(s.attribute.ldap_display_name);
  return values != nullptr ? *values : Values{};
}

Values allowed_child_classes(const Subject& s) { return names_of(child_classes(s.schema(), repl::object_classes(s.object))); }

Values allowed_child_classes_effective(const Subject& s) {
  const auto access = access_of(s);
  auto classes = child_classes(s.schema(), repl::object_classes(s.object));
  std::erase_if(classes, [&](const auto* each) { return !access.object(security::kRightDsCreateChild, each->schema_id_guid); });
  return names_of(classes);
}

Values rights_effective(const Subject& s) {
  constexpr std::uint32_t kOwnerAndGroup = 0x3, kDacl = 0x4, kSacl = 0x8;
  const auto access = access_of(s);
  std::uint32_t rights = 0;
  if (access.object(security::kRightWriteOwner)) rights |= kOwnerAndGroup;
  if (access.object(security::kRightWriteDac)) rights |= kDacl;
  if (access.object(security::kAccessSystemSecurity)) rights |= kSacl;
  return integer(rights);
}

Values allowed_attributes(const Subject& s) {
  Values names;
  for (const auto* each : attributes_of(s)) names.push_back(each->ldap_display_name);
  return names;
}

Values allowed_attributes_effective(const Subject& s) {
  const auto access = access_of(s);
  Values names;
  for (const auto* each : attributes_of(s)) {
    const bool is_made = each->is_back_link() || (each->is_constructed() && each->ldap_display_name != "entryTTL");
    if (!is_made && access.attribute(security::kRightDsWriteProperty, each->attid)) names.push_back(each->ldap_display_name);
  }
  return names;
}

Values auxiliary_classes(const Subject& s) {
  const auto* const structural = repl::structural_class(s.schema(), s.object);
  if (structural == nullptr) return {};
  Values names;
  for (const Attid each : repl::object_classes(s.object)) {
    const auto* const object_class = s.schema().find_class(each);
    if (object_class != nullptr && each != structural->attid && !schema::contains(structural->effective.superclasses, each))
      names.push_back(object_class->ldap_display_name);
  }
  return names;
}

Values possible_inferiors(const Subject& s) {
  const auto governs_id = s.object.first_u32(repl::attid::kGovernsId);
  const auto number = governs_id ? s.schema().resolve(Attid{*governs_id}) : std::nullopt;
  if (!number) return {};
  return names_of(child_classes(s.schema(), std::span(&*number, 1)));
}

Values structural_object_class(const Subject& s) {
  const auto* const structural = repl::structural_class(s.schema(), s.object);
  if (structural == nullptr) return {};
  Values names{structural->ldap_display_name};
  for (const Attid each : structural->effective.superclasses)
    if (const auto* above = s.schema().find_class(each)) names.insert(names.begin(), above->ldap_display_name);
  return names;
}

}  // namespace tributary::service::ldap_face::constructed
