// SPDX-License-Identifier: Apache-2.0
// The constructed attributes that are served ([MS-ADTS] 3.1.1.4.5), by name; declared in view.hpp. Not served: msDS-ManagedPassword (secret),
// aNR (only a filter has it), what AD LDS alone has, and msDS-JetGetRecordSize3.
#include <algorithm>
#include <array>

#include "query/ldap_values.hpp"
#include "service/ldap/constructed/head_values.hpp"
#include "service/ldap/constructed/makers.hpp"

namespace tributary::service::ldap_face {

namespace constructed {

namespace {

struct Row {
  std::string_view name;
  Maker make = nullptr;
  bool judges_access = false;  ///< 3.1.1.4.4 has rights of its own for it
};
constexpr std::array kRows = std::to_array<Row>({
    {"allowedAttributes", allowed_attributes},
    {"allowedAttributesEffective", allowed_attributes_effective},
    {"allowedChildClasses", allowed_child_classes},
    {"allowedChildClassesEffective", allowed_child_classes_effective},
    {"attributeTypes", of_aggregate},
    {"canonicalName", canonical_name_of},
    {"createTimeStamp", create_time_stamp},
    {"dITContentRules", of_aggregate},
    {"entryTTL", entry_ttl},
    {"extendedAttributeInfo", of_aggregate},
    {"extendedClassInfo", of_aggregate},
    {"fromEntry", from_entry},
    {"modifyTimeStamp", modify_time_stamp},
    {"msDS-Approx-Immed-Subordinates", approximate_subordinates},
    {"msDS-Auxiliary-Classes", auxiliary_classes},
    {"msDS-IsUserCachableAtRodc", is_user_cachable, true},
    {"msDS-KeyVersionNumber", key_version_number},
    {"msDS-LocalEffectiveDeletionTime", local_deletion_time},
    {"msDS-LocalEffectiveRecycleTime", local_recycle_time},
    {"msDS-NCReplCursors", replication_cursors, true},
    {"msDS-NCReplInboundNeighbors", inbound_neighbors, true},
    {"msDS-NCReplOutboundNeighbors", outbound_neighbors, true},
    {"msDS-PrincipalName", principal_name},
    {"msDS-ReplAttributeMetaData", attribute_metadata, true},
    {"msDS-ReplValueMetaData", value_metadata, true},
    {"msDS-ResultantPSO", resultant_pso},
    {"msDS-RevealedList", revealed_list},
    {"msDS-RevealedListBL", revealed_list_bl},
    {"msDS-SiteName", site_name},
    {"msDS-User-Account-Control-Computed", account_control_computed},
    {"msDS-UserPasswordExpiryTimeComputed", password_expiry_time},
    {"msDS-isGC", is_gc},
    {"msDS-isRODC", is_rodc},
    {"msDS-parentdistname", parent_name},
    {"msds-memberOfTransitive", member_of_transitive},
    {"msds-memberTransitive", member_transitive},
    {"msds-tokenGroupNames", token_group_names},
    {"msds-tokenGroupNamesGlobalAndUniversal", token_group_names_global_and_universal},
    {"msds-tokenGroupNamesNoGCAcceptable", token_group_names},
    {"objectClasses", of_aggregate},
    {"parentGUID", parent_guid},
    {"possibleInferiors", possible_inferiors},
    {"primaryGroupToken", primary_group_token},
    {"sDRightsEffective", rights_effective},
    {"structuralObjectClass", structural_object_class},
    {"subSchemaSubEntry", sub_schema_sub_entry},
    {"tokenGroups", token_groups},
    {"tokenGroupsGlobalAndUniversal", token_groups_global_and_universal},
    {"tokenGroupsNoGCAcceptable", token_groups},
});
static_assert(std::ranges::is_sorted(kRows, {}, &Row::name));

/// The spelling is the schema's, in which everybody has these.
const Row* find_row(const schema::AttributeSchema& attribute) noexcept {
  if (!attribute.is_constructed()) return nullptr;
  const auto at = std::ranges::lower_bound(kRows, std::string_view(attribute.ldap_display_name), {}, &Row::name);
  return at != kRows.end() && at->name == attribute.ldap_display_name ? &*at : nullptr;
}

}  // namespace

bool Subject::is_instance(Attid object_class) const { return repl::is_instance_of(schema(), object, object_class); }

std::string Subject::dn(Dnt dnt) const { return must(dn_for_client(view, dnt)); }

std::optional<std::int64_t> large_integer(const ObjectView& object, Attid attid) {
  const auto value = object.first(attid);
  if (!value || value->size() != 8) return std::nullopt;
  return static_cast<std::int64_t>(load_le<std::uint64_t>(value->data()));
}

Attid attribute_called(const schema::Schema& schema, std::string_view name) {
  const auto* const attribute = schema.find_attribute(name);
  return attribute != nullptr ? attribute->attid : Attid{};
}

}  // namespace constructed

bool is_served_constructed(const schema::AttributeSchema& attribute) noexcept { return constructed::find_row(attribute) != nullptr; }

bool judges_own_access(const schema::AttributeSchema& attribute) noexcept {
  const auto* const row = constructed::find_row(attribute);
  return row != nullptr && row->judges_access;
}

Result<std::vector<std::string>> constructed_values(const View& view, const store::ObjectView& object, const schema::AttributeSchema& attribute,
                                                    bool binary) {
  const auto* const row = constructed::find_row(attribute);
  if (row == nullptr) return std::vector<std::string>{};
  return directory::guarded([&] { return row->make({view, object, attribute, binary}); });
}

}  // namespace tributary::service::ldap_face
