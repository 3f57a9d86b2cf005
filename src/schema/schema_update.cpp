// SPDX-License-Identifier: Apache-2.0
// check_schema_update: safety checks ([MS-ADTS] 3.1.1.2.5.1.2), the defunct state (3.1.1.2.5.3) and system-only attributes (3.1.1.2.5).
// Declared in consistency.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "schema/consistency.hpp"

namespace tributary::schema {
namespace {

/// Whose property set no one changes while they are base objects.
constexpr auto kFixedPropertySets = std::to_array<std::string_view>(
    {"accountExpires", "badPwdCount", "codePage", "countryCode", "description", "displayName", "domainReplica", "forceLogoff",
     "homeDirectory", "homeDrive", "memberOf", "lastLogoff", "lastLogon", "lockOutObservationWindow", "lockoutDuration", "lockoutThreshold",
     "logonCount", "logonHours", "logonWorkstation", "maxPwdAge", "member", "minPwdAge", "minPwdLength", "modifiedCount", "objectSid",
     "oEMInformation", "profilePath", "primaryGroupID", "pwdHistoryLength", "pwdProperties", "sAMAccountName", "scriptPath", "serverState",
     "serverRole", "uASCompat", "comment", "pwdLastSet", "userAccountControl", "userParameters"});
/// Classes that make up the schema itself.
constexpr std::array<std::string_view, 4> kSchemaClasses = {"attributeSchema", "classSchema", "subSchema", "dMD"};

template <class List>
bool is_one_of(const List& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

/// Everything of `b` that is not in `a`; both sorted.
std::vector<Attid> added(const std::vector<Attid>& a, const std::vector<Attid>& b) {
  std::vector<Attid> more;
  std::ranges::set_difference(b, a, std::back_inserter(more));
  return more;
}

auto refused(const std::string& name, std::string_view what) { return fail(win32::kErrorDsUnwillingToPerform, fmt::format("{}: {}", name, what)); }
auto illegal_on_base(const std::string& name, std::string_view what) {
  return fail(win32::kErrorDsIllegalBaseSchemaMod, fmt::format("{}: {}", name, what));
}
auto system_only(const std::string& name, std::string_view attribute) {
  return fail(win32::kErrorDsCantModSystemOnly, fmt::format("{} of {}", attribute, name));
}

template <class Object>
Result<void> check_common(const Object& before, const Object& after) {
  const auto& name = before.ldap_display_name;
  if (before.oid != after.oid) return system_only(name, "the OID");
  if (before.schema_id_guid != after.schema_id_guid) return system_only(name, "schemaIDGUID");
  if (before.system_flags != after.system_flags) return system_only(name, "systemFlags");
  if (before.system_only != after.system_only) return system_only(name, "systemOnly");
  if (before.is_base_object() && (before.ldap_display_name != after.ldap_display_name || before.cn != after.cn))
    return illegal_on_base(name, "its names stay");
  return {};
}

Result<void> check_attribute_change(const AttributeSchema& before, const AttributeSchema& after) {
  if (auto good = check_common(before, after); !good) return good;
  const auto& name = before.ldap_display_name;
  if (before.syntax != after.syntax) return system_only(name, "the syntax");
  if (before.is_single_valued != after.is_single_valued) return system_only(name, "isSingleValued");
  if (before.link_id != after.link_id) return system_only(name, "linkID");
  if (before.mapi_id != after.mapi_id && before.is_base_object()) return system_only(name, "mAPIID");
  if (before.is_constructed()) return refused(name, "a constructed attribute stays as it is");
  const auto changed = before.search_flags ^ after.search_flags;
  if ((changed & kSearchRodcFiltered) != 0) {
    auto filtered = after;
    filtered.search_flags |= kSearchRodcFiltered;
    if (!filtered.is_in_filtered_set()) return refused(name, "it cannot be in the filtered attribute set");
  }
  if (!before.is_base_object()) return {};
  if ((changed & kSearchConfidential) != 0) return illegal_on_base(name, "fCONFIDENTIAL stays as it is");
  if (before.attribute_security_guid != after.attribute_security_guid && is_one_of(kFixedPropertySets, name)) return illegal_on_base(name, "its property set stays");
  return {};
}

/// Top may only gain back links.
Result<void> check_change_of_top(const Schema& schema, const ClassSchema& before, const ClassSchema& after) {
  auto otherwise = after;
  otherwise.may_contain = before.may_contain;
  otherwise.auxiliary_class = before.auxiliary_class;
  otherwise.effective = before.effective;
  const auto more = added(before.effective.attributes, after.effective.attributes);
  const bool are_back_links = std::ranges::all_of(more, [&](Attid each) {
    const auto* const attribute = schema.find_attribute(each);
    return attribute != nullptr && attribute->is_back_link();
  });
  const bool loses = !added(after.may_contain, before.may_contain).empty() || !added(after.auxiliary_class, before.auxiliary_class).empty();
  if (otherwise != before || !are_back_links || loses) return refused(before.ldap_display_name, "it only gains back links");
  return {};
}

Result<void> check_class_change(const Schema& schema, const ClassSchema& before, const ClassSchema& after) {
  if (auto good = check_common(before, after); !good) return good;
  const auto& name = before.ldap_display_name;
  if (before.rdn_att_id != after.rdn_att_id) return system_only(name, "rDNAttID");
  if (before.sub_class_of != after.sub_class_of) return system_only(name, "subClassOf");
  if (before.system_may_contain != after.system_may_contain) return system_only(name, "systemMayContain");
  if (before.system_poss_superiors != after.system_poss_superiors) return system_only(name, "systemPossSuperiors");
  if (before.category != after.category) return refused(name, "objectClassCategory stays as it is");
  if (!added(before.must_contain, after.must_contain).empty() || before.system_must_contain != after.system_must_contain)
    return refused(name, "nothing more becomes mandatory");
  if (before.system_auxiliary_class != after.system_auxiliary_class) return system_only(name, "systemAuxiliaryClass");
  if (!added(before.effective.must_contain, after.effective.must_contain).empty())
    return refused(name, "an auxiliary class would make something mandatory");
  if (name == "subSchema") return refused(name, "it stays as it is");
  if (before.attid == before.sub_class_of) return check_change_of_top(schema, before, after);
  if (!before.is_base_object()) return {};
  if (is_one_of(kSchemaClasses, name)) return illegal_on_base(name, "it makes up the schema");
  if (before.default_object_category != after.default_object_category) return illegal_on_base(name, "defaultObjectCategory stays");
  return {};
}

/// Who uses an attribute that is to become defunct; nothing when nobody does.
std::optional<Error> use_of(const Schema& schema, const AttributeSchema& attribute) {
  const auto in = [&](Win32 code, const ClassSchema& user) { return Error{code, Phase::kNone, fmt::format("{} of {}", attribute.ldap_display_name, user.ldap_display_name)}; };
  for (const auto& each : schema.classes()) {
    if (each.is_defunct) continue;
    if (contains(each.must_contain, attribute.attid) || contains(each.system_must_contain, attribute.attid)) return in(win32::kErrorDsExistsInMustHave, each);
    if (contains(each.may_contain, attribute.attid) || contains(each.system_may_contain, attribute.attid)) return in(win32::kErrorDsExistsInMayHave, each);
    if (each.rdn_att_id == attribute.attid) return in(win32::kErrorDsExistsInRdnattid, each);
  }
  return std::nullopt;
}
std::optional<Error> use_of(const Schema& schema, const ClassSchema& object_class) {
  const auto in = [&](Win32 code, const ClassSchema& user) { return Error{code, Phase::kNone, fmt::format("{} of {}", object_class.ldap_display_name, user.ldap_display_name)}; };
  for (const auto& each : schema.classes()) {
    if (each.is_defunct || each.attid == object_class.attid) continue;
    if (each.sub_class_of == object_class.attid) return in(win32::kErrorDsExistsInSubCls, each);
    if (contains(each.auxiliary_class, object_class.attid) || contains(each.system_auxiliary_class, object_class.attid)) return in(win32::kErrorDsExistsInAuxCls, each);
    if (contains(each.poss_superiors, object_class.attid) || contains(each.system_poss_superiors, object_class.attid)) return in(win32::kErrorDsExistsInPossSup, each);
  }
  return std::nullopt;
}

template <class Object>
Result<void> check_defunct(const Schema& schema, const Object& before, const Object& after) {
  auto otherwise = after;
  otherwise.is_defunct = before.is_defunct;
  if constexpr (requires { otherwise.effective; }) otherwise.effective = before.effective;
  if (otherwise != before) return fail(win32::kErrorDsIllegalModOperation, before.ldap_display_name + ": isDefunct changes alone");
  if (!after.is_defunct) return check_consistency(schema, after);
  if (before.is_base_object()) return illegal_on_base(before.ldap_display_name, "it cannot become defunct");
  if (auto used = use_of(schema, after)) return std::unexpected(*std::move(used));
  return {};
}

template <class Object, class CheckChange>
Result<void> check_update(const Schema& schema, const Object* before, const Object& after, CheckChange check_change) {
  if (before != nullptr && before->is_defunct != after.is_defunct) return check_defunct(schema, *before, after);
  if (before != nullptr && *before != after)
    if (auto good = check_change(*before, after); !good) return good;
  return check_consistency(schema, after);
}

}  // namespace

Result<void> check_schema_update(const Schema& before, const Schema& after, Attid changed) {
  if (const auto* const attribute = after.find_attribute(changed))
    return check_update(after, before.find_attribute(changed), *attribute, check_attribute_change);
  if (const auto* const object_class = after.find_class(changed))
    return check_update(after, before.find_class(changed), *object_class,
                        [&](const ClassSchema& old, const ClassSchema& fresh) { return check_class_change(after, old, fresh); });
  return fail(win32::kErrorInvalidParameter, "no such schema object");
}

}  // namespace tributary::schema
