// SPDX-License-Identifier: Apache-2.0
// Judging what comes in. [MS-ADTS] 3.1.1.1.6, 3.1.1.2.3, 3.1.1.5.1.1, 3.1.1.5.1.2, 3.1.1.5.1.10.
#include "repl/updates/checks.hpp"

#include <algorithm>
#include <set>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "repl/state/mangled_rdn.hpp"
#include "repl/updates/editor.hpp"
#include "schema/check_value.hpp"
#include "schema/value_compare.hpp"

namespace tributary::repl {
namespace {

auto malformed(const schema::AttributeSchema& attribute) {
  return fail(win32::kErrorDsInvalidAttributeSyntax, "a value of " + attribute.ldap_display_name);
}

bool is_known_number(const schema::Schema& schema, ByteView octets) {
  const auto number = static_cast<Attid>(load_le<std::uint32_t>(octets.data()));
  return schema.resolve(number).has_value() || !schema.prefix_table().oid_from_attid(number).empty();
}

/// What is the same for two values that are the same: the object that a reference names goes in front, as in the store.
Bytes comparable(const schema::AttributeSchema& attribute, const NewValue& value) {
  Bytes stored;
  if (schema::is_reference(attribute.syntax)) {
    stored.resize(schema::kReferenceOctets);
    store_le(stored.data(), static_cast<std::uint64_t>(value.target));
  }
  stored.insert(stored.end(), value.octets.begin(), value.octets.end());
  return schema::normal_form(attribute.syntax, stored);
}

}  // namespace

bool is_same_value(const schema::AttributeSchema& attribute, const NewValue& a, const NewValue& b) {
  return a == b || comparable(attribute, a) == comparable(attribute, b);
}

NewValue stored_value(const store::AttributeView& attribute, std::size_t i) {
  const auto octets = attribute.value(i);
  if (!attribute.references()) return octets_value(octets);
  return reference_value(store::reference_target(octets), store::reference_rest(octets));
}

Result<const schema::AttributeSchema*> check_attribute(const schema::Schema& schema, Attid attid) {
  const auto* attribute = schema.find_attribute(attid);
  if (attribute == nullptr) return fail(win32::kErrorInvalidParameter, "an unknown attribute");
  if (attribute->is_defunct) return fail(win32::kErrorInvalidParameter, attribute->ldap_display_name + " is defunct");
  if (attribute->is_back_link()) return fail(win32::kErrorDsCantModSystemOnly, attribute->ldap_display_name + " is a back link");
  return attribute;
}

Result<void> check_form(const schema::Schema& schema, const schema::AttributeSchema& attribute, const NewValue& value) {
  const bool names_one = value.target != kNoDnt;
  const bool is_formed = names_one == schema::is_reference(attribute.syntax) && schema::has_value_form(attribute.syntax, value.octets) &&
                         schema::has_allowed_characters(attribute, value.octets);
  const bool is_unknown = is_formed && attribute.syntax == schema::Syntax::kOid && !is_known_number(schema, value.octets);
  return is_formed && !is_unknown ? Result<void>() : malformed(attribute);
}

Result<void> check_target(const Snapshot& snapshot, const schema::AttributeSchema& attribute, Dnt target) {
  if (!schema::is_reference(attribute.syntax)) return {};
  const auto object = find_object(snapshot, target, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (is_deleted(*object)) return fail(win32::kErrorDsObjNotFound, "what " + attribute.ldap_display_name + " is to name is deleted");
  return {};
}

namespace {

/// 3.1.1.2.2.3: the schema, the configuration and the roots of application NCs may be named from anywhere, objects of a domain from
/// anywhere but application NCs, all else from the same NC only.
Result<void> check_reach(const Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute, Dnt nc, Dnt target) {
  if (nc == kNoDnt || !schema::is_reference(attribute.syntax)) return {};
  const auto object = find_object(snapshot, target, win32::kErrorDsObjNotFound);
  if (!object) return std::unexpected(object.error());
  if (object->nc() == nc || is_subref(*object)) return {};
  const auto there = nc_kind(snapshot, schema, object->nc());
  const auto here = nc_kind(snapshot, schema, nc);
  if (!there || !here) return std::unexpected(there ? here.error() : there.error());
  const bool is_far = (*there == NcKind::kApplication && !is_nc_root(*object)) || (*there == NcKind::kDomain && *here == NcKind::kApplication);
  return is_far ? fail(win32::kErrorDsNameReferenceInvalid, attribute.ldap_display_name + " may not name an object of that NC") : Result<void>();
}

}  // namespace

Result<void> check_values(const Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute, Dnt nc,
                          std::span<const NewValue> values, CheckLevel level) {
  if (auto good = schema::check_value_count(attribute, values.size()); !good) return good;
  std::set<Bytes> seen;
  for (const auto& value : values) {
    if (auto good = check_form(schema, attribute, value); !good) return good;
    if (auto good = check_target(snapshot, attribute, value.target); !good) return good;
    if (level == CheckLevel::kClient && !schema::is_in_range(attribute, value.octets))
      return fail(win32::kErrorDsRangeConstraint, "a value of " + attribute.ldap_display_name);
    if (level == CheckLevel::kClient)
      if (auto good = check_reach(snapshot, schema, attribute, nc, value.target); !good) return good;
    if (!seen.insert(comparable(attribute, value)).second) return fail(win32::kErrorDsAttValAlreadyExists, attribute.ldap_display_name);
  }
  return {};
}

Result<void> check_rdn(const schema::Schema& schema, Attid type, std::string_view value, CheckLevel level) {
  const auto* attribute = schema.find_attribute(type);
  if (attribute == nullptr) return fail(win32::kErrorDsRdnDoesntMatchSchema, "the attribute of the RDN is unknown");
  if (value.empty()) return fail(win32::kErrorDsNameUnparseable, "the RDN is empty");
  if (value.contains('\0')) return fail(win32::kErrorDsInvalidDnSyntax, "the RDN contains a null character");
  if (value.contains('\n')) return fail(win32::kErrorDsNamingViolation, "the RDN contains a line feed");
  const auto units = to_utf16(value);
  if (!units) return fail(win32::kErrorDsInvalidDnSyntax, "the RDN is not UTF-8");
  if (units->size() > kRdnUnitsMax) return fail(win32::kErrorDsNamingViolation, "the RDN is too long");
  if (level == CheckLevel::kReplica || schema::is_in_range(*attribute, text_value(value).octets)) return {};
  return fail(win32::kErrorDsRangeConstraint, "the RDN");
}

Result<void> check_content(const schema::Schema& schema, std::span<const Attid> object_class, std::span<const Attid> present) {
  const auto rules = schema.content_rules(object_class);
  const auto name = [&](Attid attid) {
    const auto* attribute = schema.find_attribute(attid);
    return attribute == nullptr ? std::string("an unknown attribute") : attribute->ldap_display_name;
  };
  for (const Attid wanted : rules.must_contain)
    if (!std::ranges::binary_search(present, wanted)) return fail(win32::kErrorDsMissingRequiredAtt, name(wanted));
  for (const Attid attid : present)
    if (!rules.allows(attid)) return fail(win32::kErrorDsAttNotDefForClass, name(attid));
  return {};
}

Result<void> check_writable(const Snapshot& snapshot, const Context& context, Dnt nc) {
  if (context.rules.read_only) return fail(win32::kErrorDsReferral, "this DSA is read-only");
  const auto replica = snapshot.nc_replica(nc);
  if (!replica) return std::unexpected(replica.error());
  if (!*replica || !(*replica)->writable || (*replica)->going) return fail(win32::kErrorDsReferral, "no writable replica of the NC is here");
  return {};
}

Result<NcKind> nc_kind(const Snapshot& snapshot, const schema::Schema& schema, Dnt nc) {
  const auto root = find_object(snapshot, nc, win32::kErrorDsCantFindExpectedNc);
  if (!root) return std::unexpected(root.error());
  if (is_instance_of(schema, *root, class_id::kDmd)) return NcKind::kSchema;
  if (is_instance_of(schema, *root, class_id::kConfiguration)) return NcKind::kConfiguration;
  return root->head().sid ? NcKind::kDomain : NcKind::kApplication;
}

}  // namespace tributary::repl
