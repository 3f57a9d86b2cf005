// SPDX-License-Identifier: Apache-2.0
// Schema objects as the attribute values that a replica of the Schema NC holds ([MS-ADTS] 3.1.1.2.3, 3.1.1.2.4.8), read into definitions and made
// from them. Values are in the concrete representation of [MS-DRSR] 5.16.1, OIDs as local numbers (four octets): of attributeID and
// governsID under the prefix table, elsewhere that or a msDS-IntId. DN values are not read: the caller says which class defaultObjectCategory names.
// Whatever the octets are, the result is a definition or an error. Knows no store and no message.
#pragma once

#include <variant>
#include <vector>

#include "schema/schema_builder.hpp"

namespace tributary::schema {

/// The attributes of schema objects, under the default prefix table.
namespace attid {
inline constexpr Attid kObjectClass{0x00000000};
inline constexpr Attid kCn{0x00000003};
inline constexpr Attid kPossSuperiors{0x00020008};
inline constexpr Attid kSubClassOf{0x00020015};
inline constexpr Attid kGovernsId{0x00020016};
inline constexpr Attid kMustContain{0x00020018};
inline constexpr Attid kMayContain{0x00020019};
inline constexpr Attid kRdnAttId{0x0002001A};
inline constexpr Attid kAttributeId{0x0002001E};
inline constexpr Attid kAttributeSyntax{0x00020020};
inline constexpr Attid kIsSingleValued{0x00020021};
inline constexpr Attid kRangeLower{0x00020022};
inline constexpr Attid kRangeUpper{0x00020023};
inline constexpr Attid kMapiId{0x00020031};
inline constexpr Attid kLinkId{0x00020032};
inline constexpr Attid kShowInAdvancedViewOnly{0x000200A9};
inline constexpr Attid kOmObjectClass{0x000200DA};
inline constexpr Attid kOmSyntax{0x000200E7};
inline constexpr Attid kSearchFlags{0x0002014E};
inline constexpr Attid kAuxiliaryClass{0x0002015F};
inline constexpr Attid kObjectClassCategory{0x00020172};
inline constexpr Attid kExtendedCharsAllowed{0x0002017C};
inline constexpr Attid kLdapDisplayName{0x000201CC};
inline constexpr Attid kSchemaFlagsEx{0x00090078};
inline constexpr Attid kSchemaIdGuid{0x00090094};
inline constexpr Attid kAttributeSecurityGuid{0x00090095};
inline constexpr Attid kSystemOnly{0x000900AA};
inline constexpr Attid kSystemPossSuperiors{0x000900C3};
inline constexpr Attid kSystemMayContain{0x000900C4};
inline constexpr Attid kSystemMustContain{0x000900C5};
inline constexpr Attid kSystemAuxiliaryClass{0x000900C6};
inline constexpr Attid kDefaultSecurityDescriptor{0x000900E0};
inline constexpr Attid kSystemFlags{0x00090177};
inline constexpr Attid kDefaultHidingValue{0x00090206};
inline constexpr Attid kIsMemberOfPartialAttributeSet{0x0009027F};
inline constexpr Attid kIsDefunct{0x00090295};
inline constexpr Attid kDefaultObjectCategory{0x0009030F};
inline constexpr Attid kMsDsIntId{0x000906B4};
}  // namespace attid
inline constexpr Attid kClassTop{0x00010000};
inline constexpr Attid kClassClassSchema{0x0003000D};
inline constexpr Attid kClassAttributeSchema{0x0003000E};

/// A schema object as its replica has it.
struct SchemaRow {
  struct Attribute {
    Attid attid{};
    std::vector<Bytes> values;
    friend bool operator==(const Attribute&, const Attribute&) = default;
  };
  ObjectGuid guid;
  std::string rdn;                      ///< the value of the RDN, which is the cn; UTF-8
  std::string default_object_category;  ///< the RDN's value of the object that defaultObjectCategory refers to; empty: unknown
  std::vector<Attribute> attributes;    ///< in any order, each once; those that say nothing here are passed over

  [[nodiscard]] const std::vector<Bytes>* find(Attid attid) const noexcept;  ///< null when it is absent or has no value
};

/// monostate: neither an attributeSchema nor a classSchema object (the NC's root, cn=Aggregate).
using SchemaObject = std::variant<std::monostate, AttributeSchema, ClassSchema>;
/// kErrorInvalidData naming the object and the attribute: no OID under this table, no name, no known syntax, a value of another form.
[[nodiscard]] Result<SchemaObject> read_schema_row(const SchemaRow& row, const PrefixTable& table);
/// Reads it into the builder; false when it is no schema object.
[[nodiscard]] Result<bool> put_schema_row(SchemaBuilder& builder, const SchemaRow& row);

/// The values of a definition, ascending by Attid; nothing for what has its default. kErrorInvalidData when the table lacks a prefix.
[[nodiscard]] Result<SchemaRow> make_schema_row(const AttributeSchema& attribute, const PrefixTable& table);
[[nodiscard]] Result<SchemaRow> make_schema_row(const ClassSchema& object_class, const PrefixTable& table);

}  // namespace tributary::schema
