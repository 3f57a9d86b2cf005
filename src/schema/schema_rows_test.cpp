// SPDX-License-Identifier: Apache-2.0
// Schema objects as values and back: [MS-ADTS] 3.1.1.2.3, 3.1.1.2.4.8, 3.1.1.2.5.2 and 3.1.1.2.6; [MS-DRSR] 5.15.
#include "schema/schema_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "base/win32.hpp"
#include "schema/schema_info.hpp"

namespace tributary::schema {
namespace {

const Schema& embedded() { return *Schema::embedded(); }
Bytes u32(std::uint32_t value) {
  Bytes octets(4);
  store_le(octets.data(), value);
  return octets;
}
void set(SchemaRow& row, Attid attid, std::vector<Bytes> values) {
  const auto at = std::ranges::find(row.attributes, attid, &SchemaRow::Attribute::attid);
  if (at == row.attributes.end()) row.attributes.push_back({attid, std::move(values)});
  else at->values = std::move(values);
}

// The whole schema goes into rows and comes back, in whatever order the rows are.
TEST(SchemaRows, TheWholeSchemaComesBack) {
  std::vector<SchemaRow> rows;
  for (const auto& each : embedded().attributes()) rows.push_back(make_schema_row(each, embedded().prefix_table()).value());
  for (const auto& each : embedded().classes()) rows.push_back(make_schema_row(each, embedded().prefix_table()).value());
  std::ranges::shuffle(rows, std::mt19937(7));
  SchemaBuilder builder(embedded().prefix_table());
  for (const auto& row : rows) {
    EXPECT_TRUE(std::ranges::is_sorted(row.attributes, {}, &SchemaRow::Attribute::attid));
    const auto put = put_schema_row(builder, row);
    ASSERT_TRUE(put) << put.error().detail;
    EXPECT_TRUE(*put);
  }
  const auto schema = builder.build();
  EXPECT_TRUE(std::ranges::equal(schema->attributes(), embedded().attributes()));
  EXPECT_TRUE(std::ranges::equal(schema->classes(), embedded().classes()));
}

// The constants are the numbers of the attributes that they are called after.
TEST(SchemaRows, NumbersOfTheAttributes) {
  const std::pair<Attid, const char*> names[] = {
      {attid::kObjectClass, "objectClass"}, {attid::kCn, "cn"}, {attid::kPossSuperiors, "possSuperiors"}, {attid::kSubClassOf, "subClassOf"},
      {attid::kGovernsId, "governsID"}, {attid::kMustContain, "mustContain"}, {attid::kMayContain, "mayContain"}, {attid::kRdnAttId, "rDNAttID"},
      {attid::kAttributeId, "attributeID"}, {attid::kAttributeSyntax, "attributeSyntax"}, {attid::kIsSingleValued, "isSingleValued"},
      {attid::kRangeLower, "rangeLower"}, {attid::kRangeUpper, "rangeUpper"}, {attid::kMapiId, "mAPIID"}, {attid::kLinkId, "linkID"},
      {attid::kShowInAdvancedViewOnly, "showInAdvancedViewOnly"}, {attid::kOmObjectClass, "oMObjectClass"}, {attid::kOmSyntax, "oMSyntax"},
      {attid::kSearchFlags, "searchFlags"}, {attid::kAuxiliaryClass, "auxiliaryClass"}, {attid::kObjectClassCategory, "objectClassCategory"},
      {attid::kExtendedCharsAllowed, "extendedCharsAllowed"}, {attid::kLdapDisplayName, "lDAPDisplayName"}, {attid::kSchemaFlagsEx, "schemaFlagsEx"},
      {attid::kSchemaIdGuid, "schemaIDGUID"}, {attid::kAttributeSecurityGuid, "attributeSecurityGUID"}, {attid::kSystemOnly, "systemOnly"},
      {attid::kSystemPossSuperiors, "systemPossSuperiors"}, {attid::kSystemMayContain, "systemMayContain"},
      {attid::kSystemMustContain, "systemMustContain"}, {attid::kSystemAuxiliaryClass, "systemAuxiliaryClass"},
      {attid::kDefaultSecurityDescriptor, "defaultSecurityDescriptor"}, {attid::kSystemFlags, "systemFlags"},
      {attid::kDefaultHidingValue, "defaultHidingValue"}, {attid::kIsMemberOfPartialAttributeSet, "isMemberOfPartialAttributeSet"},
      {attid::kIsDefunct, "isDefunct"}, {attid::kDefaultObjectCategory, "defaultObjectCategory"}, {attid::kMsDsIntId, "msDS-IntId"}};
  for (const auto& [attid, name] : names) EXPECT_EQ(embedded().find_attribute(std::string_view(name))->attid, attid) << name;
  EXPECT_EQ(embedded().find_class("top")->attid, kClassTop);
  EXPECT_EQ(embedded().find_class("classSchema")->attid, kClassClassSchema);
  EXPECT_EQ(embedded().find_class("attributeSchema")->attid, kClassAttributeSchema);
}

/// The objects of testdata/samba_schema_nc.txt, with the numbers that its sender used.
struct Sent {
  drsuapi::SCHEMA_PREFIX_TABLE table;
  std::vector<SchemaRow> rows;
};
Sent read_sent(const std::string& path) {
  Sent sent;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string kind, first, word;
    words >> kind >> first;
    if (kind == "prefix") {
      words >> word;
      sent.table.pPrefixEntry.push_back({static_cast<std::uint32_t>(std::stoul(first)), {drsuapi::Seq<std::uint8_t>(from_hex(word).value())}});
    } else if (kind == "object") {
      words >> word;
      sent.rows.emplace_back().rdn = word;
      sent.rows.back().guid.value = parse_guid(first).value();
    } else if (kind == "category") {
      sent.rows.back().default_object_category = first;
    } else if (kind == "attr") {
      sent.rows.back().attributes.push_back({static_cast<Attid>(std::stoul(first, nullptr, 16)), {}});
      while (words >> word) sent.rows.back().attributes.back().values.push_back(from_hex(word).value());
    }
  }
  return sent;
}

/// Numbers of the sender become ours, in types and in values of an OID syntax: what a destination does with every object.
void translate(SchemaRow& row, const AttidTranslator& translator) {
  for (auto& attribute : row.attributes) {
    const auto local = translator.local_attid_from_remote_attid(static_cast<std::uint32_t>(attribute.attid));
    ASSERT_TRUE(local) << static_cast<std::uint32_t>(attribute.attid);
    attribute.attid = *local;
    if (const auto* const known = embedded().find_attribute(*local); known == nullptr || known->syntax != Syntax::kOid) continue;
    for (auto& value : attribute.values) {
      const auto number = translator.local_attid_from_remote_attid(load_le<std::uint32_t>(value.data()));
      ASSERT_TRUE(number) << row.rdn;
      value = u32(static_cast<std::uint32_t>(*number));
    }
  }
}

// Golden: what a Samba DC sent of its Schema NC gives the definitions of the embedded schema, with Samba's objectGUIDs, although Samba numbers
// prefixes otherwise and sends objectClass with the most specific class first. (docs/schema-differences.md has where they differ.)
TEST(SchemaRows, OfASambaDc) {
  auto sent = read_sent(TRIBUTARY_SOURCE_DIR "/src/schema/testdata/samba_schema_nc.txt");
  ASSERT_GT(sent.rows.size(), 15u);
  const auto message = read_message_prefix_table(sent.table);
  ASSERT_TRUE(message) << message.error().detail;
  SchemaBuilder builder(embedded().prefix_table());
  ASSERT_TRUE(builder.prefix_table().add_prefixes_of(message->table));
  const AttidTranslator translator(builder.prefix_table(), message->table);
  EXPECT_FALSE(translator.is_identity());
  std::size_t others = 0;
  for (auto& row : sent.rows) {
    translate(row, translator);
    const auto put = put_schema_row(builder, row);
    ASSERT_TRUE(put) << put.error().detail;
    others += !*put;
  }
  EXPECT_EQ(others, 2u) << "the NC's root and cn=Aggregate";
  const auto schema = builder.build();
  EXPECT_EQ(schema->attributes().size() + schema->classes().size() + others, sent.rows.size());
  for (auto attribute : schema->attributes()) {
    const auto* const known = embedded().find_attribute(attribute.attid);
    ASSERT_NE(known, nullptr) << attribute.ldap_display_name;
    EXPECT_FALSE(attribute.object_guid.is_null());
    attribute.object_guid = {};
    attribute.show_in_advanced_view_only = known->show_in_advanced_view_only;
    EXPECT_EQ(attribute, *known) << attribute.ldap_display_name;
  }
  for (const auto& each : schema->classes()) {
    const auto* const known = embedded().find_class(each.attid);
    ASSERT_NE(known, nullptr) << each.ldap_display_name;
    EXPECT_EQ(each.oid, known->oid);
    EXPECT_EQ(each.category, known->category);
    EXPECT_EQ(each.sub_class_of, known->sub_class_of);
    EXPECT_EQ(each.rdn_att_id, known->rdn_att_id);
    EXPECT_EQ(each.system_must_contain, known->system_must_contain) << each.ldap_display_name;
    EXPECT_EQ(each.auxiliary_class, known->auxiliary_class);
    EXPECT_EQ(each.system_auxiliary_class, known->system_auxiliary_class);
    EXPECT_TRUE(std::ranges::includes(known->system_may_contain, each.system_may_contain)) << each.ldap_display_name;
    EXPECT_EQ(each.default_object_category, known->default_object_category);
    EXPECT_EQ(each.default_hiding_value, known->default_hiding_value);
    EXPECT_EQ(each.schema_id_guid, known->schema_id_guid);
  }
}

// [MS-DRSR] 5.15 AttrtypFromSchemaObj: msDS-IntId when there is one, else the number of the OID.
TEST(SchemaRows, AttrtypFromSchemaObj) {
  auto row = make_schema_row(*embedded().find_attribute("sn"), embedded().prefix_table()).value();
  set(row, attid::kMsDsIntId, {u32(0x87654321)});
  const auto read = read_schema_row(row, embedded().prefix_table());
  ASSERT_TRUE(read);
  const auto& attribute = std::get<AttributeSchema>(*read);
  EXPECT_EQ(attribute.attid, Attid{0x87654321});
  EXPECT_EQ(attribute.oid, "2.5.4.4");
  set(row, attid::kMsDsIntId, {u32(0xC0000000)});
  EXPECT_FALSE(read_schema_row(row, embedded().prefix_table())) << "outside its range";
}

// [MS-ADTS] 3.1.1.2.5.2: what a class has that does not say it.
TEST(SchemaRows, DefaultsOfAClass) {
  SchemaRow row;
  row.rdn = "Lab-Thing";
  set(row, attid::kObjectClass, {u32(0x10000), u32(0x3000D)});
  set(row, attid::kGovernsId, {u32(0x000A7777 & 0xFFFF3FFF)});
  set(row, attid::kLdapDisplayName, {Bytes{'t', 0}});
  const auto read = read_schema_row(row, embedded().prefix_table());
  ASSERT_TRUE(read) << read.error().detail;
  const auto& made = std::get<ClassSchema>(*read);
  EXPECT_EQ(made.sub_class_of, kClassTop);
  EXPECT_EQ(made.default_object_category, "Lab-Thing");
  EXPECT_EQ(made.category, ClassCategory::kStructural);
  EXPECT_EQ(made.rdn_att_id, std::nullopt);
}

TEST(SchemaRows, WhatIsNoSchemaObject) {
  SchemaRow row;
  SchemaBuilder builder;
  EXPECT_EQ(put_schema_row(builder, row).value(), false);
  set(row, attid::kObjectClass, {u32(0x10000), u32(0x30009), Bytes{1, 2}});
  EXPECT_EQ(put_schema_row(builder, row).value(), false) << "the root of the NC";
}

// Values of another form, from a peer or a damaged store: an error that names the object and the attribute.
TEST(SchemaRows, MalformedValues) {
  const auto good = make_schema_row(*embedded().find_attribute("member"), embedded().prefix_table()).value();
  const std::pair<Attid, std::vector<Bytes>> wrong[] = {
      {attid::kAttributeId, {}}, {attid::kAttributeId, {Bytes{1}}}, {attid::kAttributeId, {u32(0x7FFF0001)}}, {attid::kAttributeId, {u32(1), u32(2)}},
      {attid::kLdapDisplayName, {}}, {attid::kLdapDisplayName, {Bytes{'a'}}}, {attid::kLdapDisplayName, {Bytes{0x01, 0xD8}}},
      {attid::kLdapDisplayName, {Bytes{'a', 0}, Bytes{'b', 0}}}, {attid::kSchemaIdGuid, {Bytes(15)}}, {attid::kLinkId, {Bytes(8)}},
      {attid::kAttributeSyntax, {u32(0x00080063)}}, {attid::kOmSyntax, {u32(3)}}, {attid::kOmObjectClass, {Bytes{1, 2, 3}}}, {attid::kSystemFlags, {Bytes{}}}};
  for (const auto& [attid, values] : wrong) {
    auto row = good;
    set(row, attid, values);
    const auto read = read_schema_row(row, embedded().prefix_table());
    ASSERT_FALSE(read) << static_cast<std::uint32_t>(attid);
    EXPECT_EQ(read.error().code, win32::kErrorInvalidData);
    EXPECT_THAT(read.error().detail, testing::HasSubstr("Member"));
  }
  auto a_class = make_schema_row(*embedded().find_class("user"), embedded().prefix_table()).value();
  for (const auto& [attid, values] : std::initializer_list<std::pair<Attid, std::vector<Bytes>>>{
           {attid::kObjectClassCategory, {u32(4)}}, {attid::kMayContain, {Bytes(3)}}, {attid::kSubClassOf, {Bytes(3)}}}) {
    auto row = a_class;
    set(row, attid, values);
    EXPECT_FALSE(read_schema_row(row, embedded().prefix_table()));
  }
  EXPECT_EQ(make_schema_row(*embedded().find_attribute("uidNumber"), PrefixTable::with_defaults()).error().code, win32::kErrorInvalidData)
      << "under a prefix that this table lacks";
}

}  // namespace
}  // namespace tributary::schema
