// SPDX-License-Identifier: Apache-2.0
// Numbers to OIDs to names and back: [MS-DRSR] 5.16.4, [MS-ADTS] 3.1.1.2.3 for msDS-IntId.
#include "client/schema_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/blobs/attids.hpp"

namespace tributary::client {
namespace {

using drsuapi::Seq;

ldap_client::Entry entry_with(std::initializer_list<std::pair<const char*, const char*>> values) {
  ldap_client::Entry entry;
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
  EXPECT_EQ(schema::PrefixTable::from_concrete(set->prefix_table)->oid_from_attid(set->attids[1]), "1.3.6.1.4.1.99.302");
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
  schema::PrefixTable table;
  const auto attid = static_cast<std::uint32_t>(*table.make_attid("2.5.4.4"));
  names.use(table.to_concrete());
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
  other.pPrefixEntry.push_back({attid >> 16, {Seq<std::uint8_t>{0x55, 0x04}}});
  names.use(other);
  EXPECT_EQ(names.find(attid & 0xFFFF0000).oid, "") << "two prefixes under one index";
}

}  // namespace
}  // namespace tributary::client
