// SPDX-License-Identifier: Apache-2.0
// See consistency.hpp: the consistency checks ([MS-ADTS] 3.1.1.2.5.1.1) and what a DC makes up.
#include "schema/consistency.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::schema {
namespace {

constexpr std::uint32_t kFirstFreeLinkId = 0x40000000;  // far above those that vendors have registered
constexpr std::uint32_t kFirstFreeMapiId = 0x00F00000;

/// Takes part in the uniqueness of 3.1.1.2.3 ("Unique"): active, or a defunct attribute that RDNs have.
bool counts(const Schema& schema, const AttributeSchema& attribute) {
  if (!attribute.is_defunct || (attribute.system_flags & kSystemAttrIsRdn) != 0) return true;
  return std::ranges::any_of(schema.classes(), [&](const ClassSchema& each) { return each.rdn_att_id == attribute.attid; });
}
bool counts(const Schema&, const ClassSchema& object_class) { return !object_class.is_defunct; }

/// Whether another object of the schema that counts has what `is_same` looks for.
template <class Same>
bool is_taken(const Schema& schema, Attid self, Same is_same) {
  const auto other = [&](const auto& each) { return each.attid != self && is_same(each) && counts(schema, each); };
  return std::ranges::any_of(schema.attributes(), other) || std::ranges::any_of(schema.classes(), other);
}

template <class Object>
Result<void> check_identity(const Schema& schema, const Object& object) {
  const auto& name = object.ldap_display_name;
  if (!is_ldap_display_name(name)) return fail(win32::kErrorDsInvalidLdapDisplayName, name);
  if (is_taken(schema, object.attid, [&](const auto& each) { return each.oid == object.oid; }))
    return fail(win32::kErrorDsDupOid, fmt::format("{}: {}", name, object.oid));
  if (is_taken(schema, object.attid, [&](const auto& each) { return equals_ignoring_case(each.ldap_display_name, name); }))
    return fail(win32::kErrorDsDupLdapDisplayName, name);
  if (!object.schema_id_guid.is_null() && is_taken(schema, object.attid, [&](const auto& each) { return each.schema_id_guid == object.schema_id_guid; }))
    return fail(win32::kErrorDsDupSchemaIdGuid, fmt::format("{}: {}", name, to_string(object.schema_id_guid)));
  return {};
}

Result<void> check_link_id(const Schema& schema, const AttributeSchema& attribute) {
  if (!attribute.is_linked()) return {};
  const auto has = [&](std::uint32_t link_id, Attid except) {
    return std::ranges::any_of(schema.attributes(), [&](const AttributeSchema& each) { return each.link_id == link_id && each.attid != except; });
  };
  if (has(attribute.link_id, attribute.attid)) return fail(win32::kErrorDsDupLinkId, fmt::format("{}: {}", attribute.ldap_display_name, attribute.link_id));
  if (attribute.is_back_link() && (attribute.link_id == 1 || !has(attribute.link_id - 1, attribute.attid)))
    return fail(win32::kErrorDsUnwillingToPerform, attribute.ldap_display_name + " is a back link without its forward link");
  return {};
}

bool may_be_anr(Syntax syntax) {
  return syntax == Syntax::kUnicodeString || syntax == Syntax::kIa5String || syntax == Syntax::kPrintableString ||
         syntax == Syntax::kTeletexString || syntax == Syntax::kCaseString;
}

/// Every attribute of the list is there and active.
const std::string* missing_attribute(const Schema& schema, std::span<const Attid> list) {
  static const std::string unknown = "an unknown attribute";
  for (const auto attid : list) {
    const auto* const found = schema.find_attribute(attid);
    if (found == nullptr) return &unknown;
    if (found->is_defunct) return &found->ldap_display_name;
  }
  return nullptr;
}

/// The first class of the list that is not there, not active, or not of a category that `fits`.
template <class Fits>
const std::string* unfit_class(const Schema& schema, std::span<const Attid> list, Fits fits) {
  static const std::string unknown = "an unknown class";
  for (const auto attid : list) {
    const auto* const found = schema.find_class(attid);
    if (found == nullptr) return &unknown;
    if (found->is_defunct || !fits(*found)) return &found->ldap_display_name;
  }
  return nullptr;
}

/// 3.1.1.2.4.2.
bool may_inherit(ClassCategory from, ClassCategory by) {
  switch (by) {
    case ClassCategory::kAbstract: return from == ClassCategory::kAbstract;
    case ClassCategory::kAuxiliary: return from != ClassCategory::kStructural;
    case ClassCategory::kStructural: return from != ClassCategory::kAuxiliary;
    case ClassCategory::k88: return true;
  }
  return false;
}

Result<void> check_superclass(const Schema& schema, const ClassSchema& object_class) {
  const auto wrong = [&](std::string_view what) { return fail(win32::kErrorDsSubClsTestFail, fmt::format("{}: {}", object_class.ldap_display_name, what)); };
  if (object_class.attid == object_class.sub_class_of) {
    if (object_class.oid != "2.5.6.0") return wrong("it inherits from itself");
    return {};
  }
  const auto* const above = schema.find_class(object_class.sub_class_of);
  if (above == nullptr || above->is_defunct) return wrong("there is no such superclass");
  if (above->oid == "1.3.6.1.4.1.1466.101.119.2") return wrong("nothing inherits from dynamicObject");
  if (!may_inherit(above->category, object_class.category)) return wrong("its category may not inherit from that of " + above->ldap_display_name);
  const auto& chain = object_class.effective.superclasses;
  const auto* const last = chain.empty() ? nullptr : schema.find_class(chain.back());
  if (last == nullptr || last->sub_class_of != last->attid) return wrong("its superclasses do not end in top");
  return {};
}

}  // namespace

Result<void> check_consistency(const Schema& schema, const AttributeSchema& attribute) {
  if (auto good = check_identity(schema, attribute); !good) return good;
  const auto same_mapi = [&](const AttributeSchema& each) {
    return each.attid != attribute.attid && each.mapi_id == attribute.mapi_id && counts(schema, each);
  };
  if (attribute.mapi_id && std::ranges::any_of(schema.attributes(), same_mapi)) return fail(win32::kErrorDsDupMapiId, attribute.ldap_display_name);
  if (auto good = check_link_id(schema, attribute); !good) return good;
  if (attribute.is_anr() && !may_be_anr(attribute.syntax))
    return fail(win32::kErrorDsUnwillingToPerform, attribute.ldap_display_name + ": its syntax cannot be in the ANR set");
  // An upper limit of -1 is 32 bits, all set (check_value.hpp).
  const bool has_both = attribute.range_lower && attribute.range_upper && *attribute.range_upper != -1;
  if (has_both && *attribute.range_lower > *attribute.range_upper)
    return fail(win32::kErrorDsSemanticAttTest, attribute.ldap_display_name + ": rangeLower is above rangeUpper");
  return {};
}

Result<void> check_consistency(const Schema& schema, const ClassSchema& object_class) {
  if (auto good = check_identity(schema, object_class); !good) return good;
  const auto wrong = [&](Win32 code, const std::string& what) { return fail(code, fmt::format("{}: {}", object_class.ldap_display_name, what)); };
  for (const auto list : {&ClassSchema::system_must_contain, &ClassSchema::must_contain})
    if (const auto* const missing = missing_attribute(schema, object_class.*list)) return wrong(win32::kErrorDsNonexistentMustHave, *missing);
  for (const auto list : {&ClassSchema::system_may_contain, &ClassSchema::may_contain})
    if (const auto* const missing = missing_attribute(schema, object_class.*list)) return wrong(win32::kErrorDsNonexistentMayHave, *missing);
  for (const auto list : {&ClassSchema::system_auxiliary_class, &ClassSchema::auxiliary_class})
    if (const auto* const unfit = unfit_class(schema, object_class.*list, [](const ClassSchema& each) { return each.may_be_auxiliary(); }))
      return wrong(win32::kErrorDsAuxClsTestFail, *unfit);
  for (const auto list : {&ClassSchema::system_poss_superiors, &ClassSchema::poss_superiors})
    if (const auto* const unfit = unfit_class(schema, object_class.*list, [](const ClassSchema& each) { return each.may_be_structural(); }))
      return wrong(win32::kErrorDsNonexistentPossSup, *unfit);
  if (auto good = check_superclass(schema, object_class); !good) return good;
  if (object_class.rdn_att_id) {
    const auto* const rdn = schema.find_attribute(*object_class.rdn_att_id);
    if (rdn == nullptr || rdn->syntax != Syntax::kUnicodeString) return wrong(win32::kErrorDsBadRdnAttIdSyntax, "rDNAttID");
  }
  if (!object_class.default_security_descriptor.empty() && !is_sddl(object_class.default_security_descriptor))
    return wrong(win32::kErrorDsUnwillingToPerform, "its defaultSecurityDescriptor is no SDDL");
  return {};
}

std::vector<Error> find_inconsistencies(const Schema& schema) {
  std::vector<Error> found;
  const auto check = [&](const auto& objects) {
    for (const auto& object : objects) {
      if (object.is_defunct) continue;
      if (auto good = check_consistency(schema, object); !good) found.push_back(std::move(good.error()));
    }
  };
  check(schema.attributes());
  check(schema.classes());
  return found;
}

bool is_ldap_display_name(std::string_view name) noexcept {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || !is_letter(name.front())) return false;
  return std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::string generate_ldap_display_name(std::string_view cn) {
  std::string name;
  bool begins_word = true;
  for (const char c : cn) {
    if (c == ' ' || c == '-' || c == '_') {
      begins_word = true;
      continue;
    }
    const bool is_small = c >= 'a' && c <= 'z';
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (begins_word && name.empty() && is_capital) name += static_cast<char>(c + ('a' - 'A'));
    else if (begins_word && !name.empty() && is_small) name += static_cast<char>(c - ('a' - 'A'));
    else name += c;
    begins_word = false;
  }
  return name;
}

std::uint32_t free_link_id(const Schema& schema) {
  std::uint32_t link_id = kFirstFreeLinkId;
  while (schema.find_link(link_id) != nullptr || schema.find_link(link_id + 1) != nullptr) link_id += 2;
  return link_id;
}

std::uint32_t free_mapi_id(const Schema& schema) {
  std::uint32_t highest = kFirstFreeMapiId - 1;
  for (const auto& attribute : schema.attributes())
    if (attribute.mapi_id && *attribute.mapi_id < std::uint32_t{0x7FFFFFFF}) highest = std::max(highest, *attribute.mapi_id);
  return highest + 1;
}

Attid free_int_id(const Schema& schema, std::uint32_t random) {
  constexpr std::uint32_t kCount = kIntIdLast - kIntIdFirst + 1;
  for (std::uint32_t tried = 0;; ++tried) {  // a schema has far fewer objects than there are numbers
    const auto attid = static_cast<Attid>(kIntIdFirst + (random % kCount + tried) % kCount);
    if (schema.find_attribute(attid) == nullptr && schema.find_class(attid) == nullptr) return attid;
  }
}

}  // namespace tributary::schema
