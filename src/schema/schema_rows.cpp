// SPDX-License-Identifier: Apache-2.0
// See schema_rows.hpp.
#include "schema/schema_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::schema {
namespace {

/// Typed access to the values of a row. The first fault sticks; an absent attribute is no fault.
class RowReader {
 public:
  RowReader(const SchemaRow& row, const PrefixTable& table) : row_(row), table_(table) {}

  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
  void fault(std::string_view attribute, std::string_view what) {
    if (!error_) error_ = Error{win32::kErrorInvalidData, Phase::kNone, fmt::format("schema object {}: {} {}", row_.rdn, attribute, what)};
  }

  void read(Attid attid, std::string_view name, std::uint32_t& value) {
    if (const auto* const octets = single(attid, name, 4)) value = load_le<std::uint32_t>(octets->data());
  }
  void read(Attid attid, std::string_view name, bool& value) {
    std::uint32_t number = value ? 1 : 0;
    read(attid, name, number);
    value = number != 0;
  }
  void read(Attid attid, std::string_view name, Guid& value) {
    if (const auto* const octets = single(attid, name, 16)) std::ranges::copy(*octets, value.octets.begin());
  }
  template <class T>
  void read(Attid attid, std::string_view name, std::optional<T>& value) {
    if (row_.find(attid) == nullptr) return;
    if constexpr (std::is_enum_v<T> || std::is_same_v<T, std::int32_t>) {
      std::uint32_t number = 0;
      read(attid, name, number);
      value = static_cast<T>(number);
    } else {
      T inner{};
      read(attid, name, inner);
      value = inner;
    }
  }
  void read(Attid attid, std::string_view name, std::string& value) {
    const auto* const values = row_.find(attid);
    if (values == nullptr) return;
    const auto& octets = values->front();
    std::u16string units(octets.size() / 2, u'\0');
    for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<char16_t>(load_le<std::uint16_t>(octets.data() + 2 * i));
    auto text = to_utf8(units);
    if (values->size() != 1 || octets.size() % 2 != 0 || !text) return fault(name, "is no string");
    value = *std::move(text);
  }
  void read(Attid attid, std::string_view name, std::vector<Attid>& list) {
    const auto* const values = row_.find(attid);
    if (values == nullptr) return;
    for (const auto& octets : *values) {
      if (octets.size() != 4) return fault(name, "has a value that is no OID");
      list.push_back(static_cast<Attid>(load_le<std::uint32_t>(octets.data())));
    }
  }
  /// The OID of a number under the prefix table.
  [[nodiscard]] std::string oid(Attid attid, std::string_view name) {
    std::uint32_t number = 0;
    if (row_.find(attid) == nullptr) fault(name, "is missing");
    read(attid, name, number);
    auto oid = table_.oid_from_attid(number);
    if (oid.empty()) fault(name, fmt::format("is {:#010x}, which our prefix table does not explain", number));
    return oid;
  }

  /// What both kinds have.
  template <class Object>
  void read_common(Object& object, Attid id, std::string_view id_name) {
    object.object_guid = row_.guid;
    object.cn = row_.rdn;
    object.oid = oid(id, id_name);
    std::uint32_t number = 0;
    read(id, id_name, number);
    object.attid = static_cast<Attid>(number);
    read(attid::kMsDsIntId, "msDS-IntId", object.int_id);
    if (object.int_id) {
      if (!is_int_id(static_cast<std::uint32_t>(*object.int_id))) fault("msDS-IntId", "is outside its range");
      object.attid = *object.int_id;
    }
    read(attid::kLdapDisplayName, "lDAPDisplayName", object.ldap_display_name);
    if (object.ldap_display_name.empty()) fault("lDAPDisplayName", "is missing");
    read(attid::kSchemaIdGuid, "schemaIDGUID", object.schema_id_guid);
    read(attid::kSystemFlags, "systemFlags", object.system_flags);
    read(attid::kSystemOnly, "systemOnly", object.system_only);
    read(attid::kIsDefunct, "isDefunct", object.is_defunct);
    read(attid::kShowInAdvancedViewOnly, "showInAdvancedViewOnly", object.show_in_advanced_view_only);
  }

 private:
  [[nodiscard]] const Bytes* single(Attid attid, std::string_view name, std::size_t size) {
    const auto* const values = row_.find(attid);
    if (values == nullptr) return nullptr;
    if (values->size() == 1 && values->front().size() == size) return &values->front();
    fault(name, fmt::format("is not one value of {} octets", size));
    return nullptr;
  }

  const SchemaRow& row_;
  const PrefixTable& table_;
  std::optional<Error> error_;
};

void read_syntax(RowReader& reader, const SchemaRow& row, AttributeSchema& made) {
  const auto syntax_oid = reader.oid(attid::kAttributeSyntax, "attributeSyntax");
  std::uint32_t om_syntax = 0;
  reader.read(attid::kOmSyntax, "oMSyntax", om_syntax);
  const auto* const om_object_class = row.find(attid::kOmObjectClass);
  const auto syntax = find_syntax(syntax_oid, om_syntax, om_object_class != nullptr ? ByteView(om_object_class->front()) : ByteView());
  if (!syntax) return reader.fault("attributeSyntax", fmt::format("{} with oMSyntax {} is no syntax", syntax_oid, om_syntax));
  made.syntax = *syntax;
}

Result<AttributeSchema> read_attribute(const SchemaRow& row, const PrefixTable& table) {
  RowReader reader(row, table);
  AttributeSchema made;
  reader.read_common(made, attid::kAttributeId, "attributeID");
  read_syntax(reader, row, made);
  reader.read(attid::kIsSingleValued, "isSingleValued", made.is_single_valued);
  reader.read(attid::kSearchFlags, "searchFlags", made.search_flags);
  reader.read(attid::kSchemaFlagsEx, "schemaFlagsEx", made.schema_flags_ex);
  reader.read(attid::kLinkId, "linkID", made.link_id);
  reader.read(attid::kMapiId, "mAPIID", made.mapi_id);
  reader.read(attid::kRangeLower, "rangeLower", made.range_lower);
  reader.read(attid::kRangeUpper, "rangeUpper", made.range_upper);
  reader.read(attid::kAttributeSecurityGuid, "attributeSecurityGUID", made.attribute_security_guid);
  reader.read(attid::kIsMemberOfPartialAttributeSet, "isMemberOfPartialAttributeSet", made.is_member_of_partial_attribute_set);
  reader.read(attid::kExtendedCharsAllowed, "extendedCharsAllowed", made.extended_chars_allowed);
  if (reader.error()) return std::unexpected(*reader.error());
  return made;
}

struct ListAttribute {
  Attid attid;
  std::string_view name;
  std::vector<Attid> ClassSchema::* list;
};
constexpr ListAttribute kListAttributes[] = {
    {attid::kPossSuperiors, "possSuperiors", &ClassSchema::poss_superiors},
    {attid::kMustContain, "mustContain", &ClassSchema::must_contain},
    {attid::kMayContain, "mayContain", &ClassSchema::may_contain},
    {attid::kAuxiliaryClass, "auxiliaryClass", &ClassSchema::auxiliary_class},
    {attid::kSystemPossSuperiors, "systemPossSuperiors", &ClassSchema::system_poss_superiors},
    {attid::kSystemMayContain, "systemMayContain", &ClassSchema::system_may_contain},
    {attid::kSystemMustContain, "systemMustContain", &ClassSchema::system_must_contain},
    {attid::kSystemAuxiliaryClass, "systemAuxiliaryClass", &ClassSchema::system_auxiliary_class},
};

Result<ClassSchema> read_class(const SchemaRow& row, const PrefixTable& table) {
  RowReader reader(row, table);
  ClassSchema made;
  reader.read_common(made, attid::kGovernsId, "governsID");
  for (const auto& [attid, name, list] : kListAttributes) reader.read(attid, name, made.*list);
  std::uint32_t category = static_cast<std::uint32_t>(ClassCategory::kStructural);
  reader.read(attid::kObjectClassCategory, "objectClassCategory", category);
  if (category > static_cast<std::uint32_t>(ClassCategory::kAuxiliary)) reader.fault("objectClassCategory", "is none of the four");
  made.category = static_cast<ClassCategory>(category & 3);
  made.sub_class_of = kClassTop;  // [MS-ADTS] 3.1.1.2.5.2
  if (row.find(attid::kSubClassOf) != nullptr) {
    std::uint32_t above = 0;
    reader.read(attid::kSubClassOf, "subClassOf", above);
    made.sub_class_of = static_cast<Attid>(above);
  }
  reader.read(attid::kRdnAttId, "rDNAttID", made.rdn_att_id);
  reader.read(attid::kDefaultSecurityDescriptor, "defaultSecurityDescriptor", made.default_security_descriptor);
  reader.read(attid::kDefaultHidingValue, "defaultHidingValue", made.default_hiding_value);
  made.default_object_category = row.default_object_category.empty() ? row.rdn : row.default_object_category;
  if (reader.error()) return std::unexpected(*reader.error());
  return made;
}

/// Builds a row; ascending in the end.
class RowMaker {
 public:
  explicit RowMaker(const PrefixTable& table) : table_(table) {}

  void number(Attid attid, std::uint32_t value) {
    Bytes octets(4);
    store_le(octets.data(), value);
    octets_of(attid, std::move(octets));
  }
  void number_unless_zero(Attid attid, std::uint32_t value) {
    if (value != 0) number(attid, value);
  }
  template <class T>
  void optional(Attid attid, const std::optional<T>& value) {
    if (value) number(attid, static_cast<std::uint32_t>(*value));
  }
  void guid(Attid attid, const Guid& value) {
    if (!value.is_null()) octets_of(attid, to_bytes(value.octets));
  }
  void text(Attid attid, std::string_view utf8) {
    if (utf8.empty()) return;
    Bytes octets;
    for (const char16_t unit : to_utf16_lossy(utf8)) octets.insert(octets.end(), {static_cast<std::uint8_t>(unit), static_cast<std::uint8_t>(unit >> 8)});
    octets_of(attid, std::move(octets));
  }
  void oid(Attid attid, std::string_view dotted) {
    const auto number_of = table_.find_attid(dotted);
    if (!number_of && !error_) error_ = Error{win32::kErrorInvalidData, Phase::kNone, fmt::format("the prefix table has no prefix of {}", dotted)};
    number(attid, static_cast<std::uint32_t>(number_of.value_or(Attid{})));
  }
  void list(Attid attid, std::span<const Attid> attids) {
    for (const auto each : attids) number(attid, static_cast<std::uint32_t>(each));
  }
  void octets_of(Attid attid, Bytes octets) {
    auto& attributes = row_.attributes;
    if (attributes.empty() || attributes.back().attid != attid) attributes.push_back({attid, {}});
    attributes.back().values.push_back(std::move(octets));
  }

  template <class Object>
  void common(const Object& object, Attid id, Attid object_class) {
    row_.guid = object.object_guid;
    row_.rdn = object.cn;
    const Attid classes[] = {kClassTop, object_class};
    list(attid::kObjectClass, classes);
    text(attid::kCn, object.cn);
    oid(id, object.oid);
    optional(attid::kMsDsIntId, object.int_id);
    text(attid::kLdapDisplayName, object.ldap_display_name);
    guid(attid::kSchemaIdGuid, object.schema_id_guid);
    number_unless_zero(attid::kSystemFlags, object.system_flags);
    number_unless_zero(attid::kSystemOnly, object.system_only ? 1 : 0);
    number_unless_zero(attid::kIsDefunct, object.is_defunct ? 1 : 0);
    optional(attid::kShowInAdvancedViewOnly, object.show_in_advanced_view_only);
  }
  [[nodiscard]] Result<SchemaRow> take() {
    if (error_) return std::unexpected(*error_);
    std::ranges::sort(row_.attributes, {}, &SchemaRow::Attribute::attid);
    return std::move(row_);
  }
  [[nodiscard]] SchemaRow& row() noexcept { return row_; }

 private:
  const PrefixTable& table_;
  SchemaRow row_;
  std::optional<Error> error_;
};

}  // namespace

const std::vector<Bytes>* SchemaRow::find(Attid attid) const noexcept {
  const auto at = std::ranges::find(attributes, attid, &Attribute::attid);
  return at != attributes.end() && !at->values.empty() ? &at->values : nullptr;
}

Result<SchemaObject> read_schema_row(const SchemaRow& row, const PrefixTable& table) {
  const auto* const classes = row.find(attid::kObjectClass);
  const auto has_class = [classes](Attid wanted) {
    return classes != nullptr && std::ranges::any_of(*classes, [wanted](const Bytes& octets) {
             return octets.size() == 4 && load_le<std::uint32_t>(octets.data()) == static_cast<std::uint32_t>(wanted);
           });
  };
  if (has_class(kClassAttributeSchema)) {
    auto attribute = read_attribute(row, table);
    if (!attribute) return std::unexpected(std::move(attribute.error()));
    return SchemaObject(*std::move(attribute));
  }
  if (has_class(kClassClassSchema)) {
    auto object_class = read_class(row, table);
    if (!object_class) return std::unexpected(std::move(object_class.error()));
    return SchemaObject(*std::move(object_class));
  }
  return SchemaObject();
}

Result<bool> put_schema_row(SchemaBuilder& builder, const SchemaRow& row) {
  auto object = read_schema_row(row, builder.prefix_table());
  if (!object) return std::unexpected(std::move(object.error()));
  if (std::holds_alternative<std::monostate>(*object)) return false;
  auto* const attribute = std::get_if<AttributeSchema>(&*object);
  auto put = attribute != nullptr ? builder.put(std::move(*attribute)) : builder.put(std::get<ClassSchema>(std::move(*object)));
  if (!put) return std::unexpected(std::move(put.error()));
  return true;
}

Result<SchemaRow> make_schema_row(const AttributeSchema& attribute, const PrefixTable& table) {
  RowMaker maker(table);
  maker.common(attribute, attid::kAttributeId, kClassAttributeSchema);
  const auto& syntax = syntax_info(attribute.syntax);
  maker.oid(attid::kAttributeSyntax, fmt::format("2.5.5.{}", syntax.attribute_syntax));
  maker.number(attid::kOmSyntax, syntax.om_syntax);
  if (!syntax.om_object_class_ber.empty()) maker.octets_of(attid::kOmObjectClass, to_bytes(as_bytes(syntax.om_object_class_ber)));
  maker.number(attid::kIsSingleValued, attribute.is_single_valued ? 1 : 0);
  maker.number_unless_zero(attid::kSearchFlags, attribute.search_flags);
  maker.number_unless_zero(attid::kSchemaFlagsEx, attribute.schema_flags_ex);
  maker.number_unless_zero(attid::kLinkId, attribute.link_id);
  maker.optional(attid::kMapiId, attribute.mapi_id);
  maker.optional(attid::kRangeLower, attribute.range_lower);
  maker.optional(attid::kRangeUpper, attribute.range_upper);
  maker.guid(attid::kAttributeSecurityGuid, attribute.attribute_security_guid);
  maker.number_unless_zero(attid::kIsMemberOfPartialAttributeSet, attribute.is_member_of_partial_attribute_set ? 1 : 0);
  maker.number_unless_zero(attid::kExtendedCharsAllowed, attribute.extended_chars_allowed ? 1 : 0);
  return maker.take();
}

Result<SchemaRow> make_schema_row(const ClassSchema& object_class, const PrefixTable& table) {
  RowMaker maker(table);
  maker.common(object_class, attid::kGovernsId, kClassClassSchema);
  for (const auto& [attid, name, list] : kListAttributes) maker.list(attid, object_class.*list);
  maker.number(attid::kObjectClassCategory, static_cast<std::uint32_t>(object_class.category));
  maker.number(attid::kSubClassOf, static_cast<std::uint32_t>(object_class.sub_class_of));
  maker.optional(attid::kRdnAttId, object_class.rdn_att_id);
  maker.text(attid::kDefaultSecurityDescriptor, object_class.default_security_descriptor);
  maker.optional(attid::kDefaultHidingValue, object_class.default_hiding_value);
  maker.row().default_object_category = object_class.default_object_category;
  return maker.take();
}

}  // namespace tributary::schema
