// SPDX-License-Identifier: Apache-2.0
// Numbers to OIDs to names and back: [MS-DRSR] 5.16.4 with its examples, [MS-ADTS] 3.1.1.2.3 for msDS-IntId.
#include "client/schema_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/blobs/attids.hpp"

namespace tributary::client {
namespace {

using drsuapi::Seq;

ldap::Entry entry_with(std::initializer_list<std::pair<const char*, const char*>> values) {
  ldap::Entry entry;
  for (const auto& [name, value] : values) entry.attributes[name] = {to_bytes(as_bytes(value))};
  return entry;
}

std::shared_ptr<const SchemaNames> small_schema() {
  return SchemaNames::from_entries({
      entry_with({{"lDAPDisplayName", "sn"}, {"attributeID", "2.5.4.4"}, {"attributeSyntax", "2.5.5.12"}, {"searchFlags", "5"}}),
      entry_with({{"lDAPDisplayName", "member"}, {"attributeID", "2.5.4.31"}, {"attributeSyntax", "2.5.5.1"}, {"linkID", "2"}}),
      entry_with({{"lDAPDisplayName", "country"}, {"governsID", "2.5.6.2"}}),
      entry_with({{"lDAPDisplayName", "lab-Own"}, {"attributeID", "1.3.6.1.4.1.99.300"}, {"attributeSyntax", "2.5.5.99"}, {"msDS-IntId", "-1234567"}}),
      entry_with({{"lDAPDisplayName", "lab-Odd"}, {"attributeID", "1.3.6.1.4.1.99.20000"}, {"attributeSyntax", "1.2.3"}}),
      entry_with({{"attributeID", "1.3.6.1.4.1.99.301"}}),
      entry_with({{"lDAPDisplayName", "lab-Real"}, {"attributeID", "1.3.6.1.4.1.99.302"}, {"attributeSyntax", "2.5.5.9"}}),
      entry_with({{"lDAPDisplayName", "lab-Wrong"}, {"attributeID", "nonsense"}, {"attributeSyntax", "2.5.5.9"}}),
  });
}

// The examples at the end of 5.16.4.
TEST(PrefixTable, ExamplesOfTheSpecification) {
  auto table = default_prefix_table();
  const std::size_t size = table.pPrefixEntry.size();
  EXPECT_EQ(size, 19u);
  const std::pair<std::string_view, std::uint32_t> examples[] = {
      {"2.5.4.6", 0x00000006}, {"2.5.6.2", 0x00010002}, {"1.2.840.113556.1.2.1", 0x00020001}, {"1.2.840.113556.1.3.23", 0x00030017}};
  for (const auto& [oid, attid] : examples) {
    EXPECT_EQ(make_attid(table, oid).value_or(0), attid) << oid;
    EXPECT_EQ(oid_from_attid(table, attid), oid);
  }
  EXPECT_EQ(table.pPrefixEntry.size(), size);
}

// A last arc of 128 and more takes two octets of the prefix's place; of 16,384 and more, the lower word is marked.
TEST(PrefixTable, LongLastArcs) {
  auto table = default_prefix_table();
  for (const auto* oid : {"1.2.840.113556.1.4.127", "1.2.840.113556.1.4.128", "1.2.840.113556.1.4.16383", "1.2.840.113556.1.4.16384",
                          "1.2.840.113556.1.4.20000", "1.3.6.1.4.1.311.25.1", "2.16.840.1.113730.3.1.216", "0.9.2342.19200300.100.1.25"}) {
    const auto attid = make_attid(table, oid);
    ASSERT_TRUE(attid) << oid;
    EXPECT_EQ(oid_from_attid(table, *attid), oid);
    EXPECT_EQ(*make_attid(table, oid), *attid) << "a second time it is the same number";
  }
  EXPECT_EQ(make_attid(table, "1.2.840.113556.1.4.16383").value(), 0x0009'3FFFu);
  EXPECT_EQ(make_attid(table, "1.2.840.113556.1.4.16384").value() & 0xFFFF, 0x8000u);
}

// All names of the base schema are numbered by the default table.
TEST(PrefixTable, AgreesWithTheBaseSchema) {
  const auto table = default_prefix_table();
  for (const auto& [name, oid] : {std::pair{"objectClass", "2.5.4.0"}, {"sAMAccountName", "1.2.840.113556.1.4.221"}, {"uid", "0.9.2342.19200300.100.1.1"},
                                  {"isDeleted", "1.2.840.113556.1.2.48"}}) {
    const auto attid = drsuapi::blobs::attid_of(name);
    ASSERT_TRUE(attid) << name;
    EXPECT_EQ(oid_from_attid(table, static_cast<std::uint32_t>(*attid)), oid);
  }
}

TEST(PrefixTable, WhatItCannotExplain) {
  auto table = default_prefix_table();
  EXPECT_EQ(oid_from_attid(table, 0x00550001), "");
  EXPECT_EQ(oid_from_attid(table, 0x80000001), "");
  for (const auto* text : {"", "nonsense", "2", "2.5.4.x", "2.5.4.99999999999999999999"}) EXPECT_FALSE(make_attid(table, text)) << text;
  EXPECT_EQ(oid_from_attid(drsuapi::SCHEMA_PREFIX_TABLE{}, 3), "");
}

TEST(PrefixTable, FullIsAnError) {
  drsuapi::SCHEMA_PREFIX_TABLE table;
  for (std::uint32_t ndx = 100; ndx < 0x8000; ++ndx) table.pPrefixEntry.push_back({ndx, {}});
  EXPECT_EQ(make_attid(table, "1.2.3.4").error().code, win32::kErrorInvalidData);
}

TEST(SchemaNames, FromLdap) {
  const auto schema = small_schema();
  EXPECT_EQ(schema->size(), 7u);
  const auto* const sn = schema->find_oid("2.5.4.4");
  ASSERT_NE(sn, nullptr);
  EXPECT_EQ(sn->name, "sn");
  EXPECT_EQ(sn->syntax, AttributeSyntax::kUnicode);
  EXPECT_EQ(sn->search_flags, 5u);
  EXPECT_FALSE(sn->secret);
  EXPECT_EQ(schema->find_name("MEMBER")->link_id, 2u);
  EXPECT_EQ(schema->find_int_id(static_cast<std::uint32_t>(-1234567))->name, "lab-Own");
  EXPECT_EQ(schema->find_name("lab-Own")->syntax, AttributeSyntax::kUnknown);
  EXPECT_EQ(schema->find_name("lab-Odd")->syntax, AttributeSyntax::kUnknown);
  EXPECT_EQ(schema->find_name("country")->oid, "2.5.6.2");
  EXPECT_EQ(schema->find_oid("1.3.6.1.4.1.99.301"), nullptr);
  EXPECT_EQ(schema->find_name("nobody"), nullptr);
  EXPECT_EQ(schema->find_int_id(5), nullptr);
}

TEST(SchemaNames, AttributeSetsByName) {
  const auto schema = small_schema();
  const auto set = schema->attribute_set({"SN", "lab-Real"});
  ASSERT_TRUE(set) << set.error().detail;
  ASSERT_EQ(set->attids.size(), 2u);
  EXPECT_EQ(set->attids[0], 4u);
  EXPECT_EQ(oid_from_attid(set->prefix_table, set->attids[1]), "1.3.6.1.4.1.99.302");
  for (const auto* name : {"nobody", "country", "lab-Wrong"}) EXPECT_FALSE(schema->attribute_set({name})) << name;
  EXPECT_EQ(schema->attribute_set({"nobody"}).error().code, win32::kErrorNotFound);
  const auto base = SchemaNames::base()->attribute_set({"cn"});
  ASSERT_TRUE(base);
  EXPECT_THAT(base->attids, testing::ElementsAre(3u));
  EXPECT_FALSE(SchemaNames::base()->attribute_set({"nobody"}));
}

// A DC numbers what it has learnt as it likes: the page's table decides, and the next page may have another one.
TEST(PageNames, FollowThePrefixTableOfThePage) {
  PageNames names(small_schema());
  drsuapi::SCHEMA_PREFIX_TABLE table;
  const auto attid = *make_attid(table, "2.5.4.4");
  names.use(table);
  EXPECT_EQ(names.find(attid).name, "sn");
  EXPECT_EQ(names.find(attid).name, "sn");
  EXPECT_EQ(names.find(static_cast<std::uint32_t>(-1234567)).name, "lab-Own");
  EXPECT_EQ(names.find(0x00550001).name, "attid 0x00550001");
  drsuapi::SCHEMA_PREFIX_TABLE other;
  other.pPrefixEntry.push_back({attid >> 16, {Seq<std::uint8_t>{0x55, 0x06}}});
  names.use(other);
  EXPECT_EQ(names.find((attid & 0xFFFF0000) | 2).name, "country");
  EXPECT_EQ(names.find((attid & 0xFFFF0000) | 77).name, "2.5.6.77");
  EXPECT_TRUE(names.find((attid & 0xFFFF0000) | 77).secret) << "nobody knows what it is";
}

}  // namespace
}  // namespace tributary::client
