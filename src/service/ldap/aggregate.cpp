// SPDX-License-Identifier: Apache-2.0
// See aggregate.hpp. Names stand where the grammar has "oids": Active Directory writes them so, and clients look classes up by them.
#include "service/ldap/aggregate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "base/utf.hpp"

namespace tributary::service::ldap_face {
namespace {

using schema::AttributeSchema;
using schema::ClassCategory;
using schema::ClassSchema;
using schema::Schema;
using schema::Syntax;
using drsuapi::Attid;

std::string_view syntax_oid(Syntax syntax) {
  switch (syntax) {
    case Syntax::kBoolean: return "1.3.6.1.4.1.1466.115.121.1.7";
    case Syntax::kEnumeration:
    case Syntax::kInteger: return "1.3.6.1.4.1.1466.115.121.1.27";
    case Syntax::kLargeInteger: return "1.2.840.113556.1.4.906";
    case Syntax::kAccessPoint: return "1.3.6.1.4.1.1466.115.121.1.2";
    case Syntax::kDnString: return "1.2.840.113556.1.4.904";
    case Syntax::kOrName: return "1.2.840.113556.1.4.1221";
    case Syntax::kDnBinary: return "1.2.840.113556.1.4.903";
    case Syntax::kDn: return "1.3.6.1.4.1.1466.115.121.1.12";
    case Syntax::kPresentationAddress: return "1.3.6.1.4.1.1466.115.121.1.43";
    case Syntax::kReplicaLink: return "OctetString";
    case Syntax::kCaseString: return "1.2.840.113556.1.4.1362";
    case Syntax::kIa5String: return "1.3.6.1.4.1.1466.115.121.1.26";
    case Syntax::kSecurityDescriptor: return "1.2.840.113556.1.4.907";
    case Syntax::kNumericString: return "1.3.6.1.4.1.1466.115.121.1.36";
    case Syntax::kOid: return "1.3.6.1.4.1.1466.115.121.1.38";
    case Syntax::kOctetString:
    case Syntax::kSid: return "1.3.6.1.4.1.1466.115.121.1.40";
    case Syntax::kPrintableString: return "1.3.6.1.4.1.1466.115.121.1.44";
    case Syntax::kTeletexString: return "1.2.840.113556.1.4.905";
    case Syntax::kUnicodeString: return "1.3.6.1.4.1.1466.115.121.1.15";
    case Syntax::kUtcTime: return "1.3.6.1.4.1.1466.115.121.1.53";
    case Syntax::kGeneralizedTime: return "1.3.6.1.4.1.1466.115.121.1.24";
  }
  return "OctetString";
}

std::string_view category_word(ClassCategory category) {
  switch (category) {
    case ClassCategory::kAbstract: return "ABSTRACT";
    case ClassCategory::kAuxiliary: return "AUXILIARY";
    default: return "STRUCTURAL";
  }
}

/// " MUST (a $ b )", sorted by name; nothing for an empty list.
class NameList {
 public:
  explicit NameList(const Schema& schema) : schema_(schema) {}
  NameList& attributes(std::span<const Attid> list) {
    for (const Attid attid : list)
      if (const auto* const attribute = schema_.find_attribute(attid); attribute != nullptr && !attribute->is_defunct) names_.insert(attribute->ldap_display_name);
    return *this;
  }
  NameList& classes(std::span<const Attid> list) {
    for (const Attid attid : list)
      if (const auto* const object_class = schema_.find_class(attid); object_class != nullptr && !object_class->is_defunct)
        names_.insert(object_class->ldap_display_name);
    return *this;
  }
  void erase(const NameList& others) {
    for (const auto name : others.names_) names_.erase(name);
  }
  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }
  [[nodiscard]] std::string text(std::string_view word) const { return names_.empty() ? std::string() : fmt::format(" {} ({} )", word, fmt::join(names_, " $ ")); }

 private:
  const Schema& schema_;
  std::set<std::string_view> names_;
};

std::string attribute_type(const AttributeSchema& attribute) {
  return fmt::format("( {} NAME '{}' SYNTAX '{}'{}{} )", attribute.oid, attribute.ldap_display_name, syntax_oid(attribute.syntax),
                     attribute.is_single_valued ? " SINGLE-VALUE" : "", attribute.system_only ? " NO-USER-MODIFICATION" : "");
}

std::string extended_attribute(const AttributeSchema& attribute) {
  std::string text = fmt::format("( {} NAME '{}'", attribute.oid, attribute.ldap_display_name);
  if (attribute.range_lower) text += fmt::format(" RANGE-LOWER '{}'", *attribute.range_lower);
  if (attribute.range_upper) text += fmt::format(" RANGE-UPPER '{}'", *attribute.range_upper);
  text += fmt::format(" PROPERTY-GUID '{}' PROPERTY-SET-GUID '{}'", to_hex(attribute.schema_id_guid.octets), to_hex(attribute.attribute_security_guid.octets));
  if (attribute.is_indexed()) text += " INDEXED";
  if (attribute.system_only) text += " SYSTEM-ONLY";
  return text + " )";
}

std::string object_class(const Schema& schema, const ClassSchema& object) {
  std::string text = fmt::format("( {} NAME '{}'", object.oid, object.ldap_display_name);
  const auto* const superclass = schema.find_class(object.sub_class_of);
  if (superclass != nullptr && superclass != &object) text += " SUP " + superclass->ldap_display_name;
  text += fmt::format(" {}", category_word(object.category));
  NameList must(schema), may(schema);
  must.attributes(object.system_must_contain).attributes(object.must_contain);
  may.attributes(object.system_may_contain).attributes(object.may_contain);
  may.erase(must);
  return text + must.text("MUST") + may.text("MAY") + " )";
}

/// What auxiliary classes add to a structural one.
std::optional<std::string> content_rule(const Schema& schema, const ClassSchema& object) {
  NameList auxiliary(schema), must(schema), may(schema);
  for (const auto* const list : {&object.system_auxiliary_class, &object.auxiliary_class}) {
    auxiliary.classes(*list);
    for (const Attid attid : *list)
      if (const auto* const added = schema.find_class(attid)) {
        must.attributes(added->effective.must_contain);
        may.attributes(added->effective.attributes);
      }
  }
  if (!object.may_be_structural() || auxiliary.empty()) return std::nullopt;
  may.erase(must);
  return fmt::format("( {} NAME '{}'{}{}{} )", object.oid, object.ldap_display_name, auxiliary.text("AUX"), must.text("MUST"), may.text("MAY"));
}

std::shared_ptr<const Aggregate> make(const Schema& schema) {
  auto made = std::make_shared<Aggregate>();
  for (const auto& attribute : schema.attributes()) {
    if (attribute.is_defunct) continue;
    made->attribute_types.push_back(attribute_type(attribute));
    made->extended_attribute_info.push_back(extended_attribute(attribute));
  }
  for (const auto& object : schema.classes()) {
    if (object.is_defunct) continue;
    made->object_classes.push_back(object_class(schema, object));
    made->extended_class_info.push_back(fmt::format("( {} NAME '{}' CLASS-GUID '{}' )", object.oid, object.ldap_display_name, to_hex(object.schema_id_guid.octets)));
    if (auto rule = content_rule(schema, object)) made->dit_content_rules.push_back(std::move(*rule));
  }
  return made;
}

}  // namespace

const std::vector<std::string>* Aggregate::find(std::string_view attribute) const noexcept {
  if (equals_ignoring_case(attribute, "attributeTypes")) return &attribute_types;
  if (equals_ignoring_case(attribute, "objectClasses")) return &object_classes;
  if (equals_ignoring_case(attribute, "dITContentRules")) return &dit_content_rules;
  if (equals_ignoring_case(attribute, "extendedAttributeInfo")) return &extended_attribute_info;
  if (equals_ignoring_case(attribute, "extendedClassInfo")) return &extended_class_info;
  return nullptr;
}

std::shared_ptr<const Aggregate> aggregate_of(const std::shared_ptr<const schema::Schema>& schema) {
  static std::mutex mutex;
  static std::weak_ptr<const schema::Schema> made_of;
  static std::shared_ptr<const Aggregate> kept;
  {
    const std::lock_guard lock(mutex);
    if (kept && made_of.lock() == schema) return kept;
  }
  auto made = make(*schema);
  const std::lock_guard lock(mutex);
  made_of = schema;
  kept = made;
  return made;
}

}  // namespace tributary::service::ldap_face
