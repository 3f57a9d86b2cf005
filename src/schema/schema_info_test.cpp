// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.2.1 with its example, [MS-DRSR] 5.181, 4.1.10.4.1 and 4.1.10.6.1.
#include "schema/schema_info.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::schema {
namespace {

constexpr InvocationId kHere{"10000000-0000-0000-0000-000000000001"_guid};
constexpr InvocationId kThere{"20000000-0000-0000-0000-000000000002"_guid};

// [MS-ADTS] 3.1.1.2.1: the value before and after a change on the schema master.
TEST(SchemaInfo, ExampleOfTheSpecification) {
  const auto before = from_hex("FF000007C7207992E684B6F6409947218BC9E0F1F3").value();
  const auto after = from_hex("FF000007C8207992E684B6F6409947218BC9E0F1F3").value();
  const auto info = decode_schema_info(before);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->version, 0x7C7u);
  EXPECT_EQ(encode_schema_info(*info), before);
  EXPECT_EQ(encode_schema_info(next_schema_info(*info, info->invocation_id)), after);
}

// 5.181: a schema without a value counts as 21 octets, FF and zeros; the first change makes version 1.
TEST(SchemaInfo, OfASchemaThatNeverChanged) {
  Bytes expected(21, 0);
  expected[0] = 0xFF;
  EXPECT_EQ(encode_schema_info(SchemaInfo{}), expected);
  EXPECT_EQ(next_schema_info(SchemaInfo{}, kHere), (SchemaInfo{1, kHere}));
  EXPECT_EQ(next_schema_info({0xFFFFFFFF, kThere}, kHere), (SchemaInfo{0xFFFFFFFF, kHere}));
}

TEST(SchemaInfo, WhatIsNone) {
  for (const auto* text : {"", "FF", "FE000007C8207992E684B6F6409947218BC9E0F1F3", "FF000007C8207992E684B6F6409947218BC9E0F1F300"})
    EXPECT_EQ(decode_schema_info(from_hex(text).value()).error().code, win32::kErrorInvalidData) << text;
}

// The higher version is newer, whoever made it; one version of two DCs means that there were two schema masters.
TEST(SchemaInfo, WhichSideIsNewer) {
  for (std::uint32_t ours = 0; ours < 4; ++ours)
    for (std::uint32_t theirs = 0; theirs < 4; ++theirs)
      for (const auto& maker : {kHere, kThere}) {
        const auto order = compare_schema_info({ours, kHere}, {theirs, maker});
        if (ours != theirs) EXPECT_EQ(order, ours < theirs ? SchemaOrder::kOlder : SchemaOrder::kNewer);
        else EXPECT_EQ(order, maker == kHere ? SchemaOrder::kSame : SchemaOrder::kDivergent);
      }
}

// 4.1.10.6.1: another schema than ours stops every NC but the schema NC, which is how the schema gets here.
TEST(SchemaInfo, MismatchStopsAllButTheSchemaNc) {
  EXPECT_TRUE(check_schema_signature({3, kHere}, {3, kHere}, false));
  EXPECT_TRUE(check_schema_signature({3, kHere}, {4, kHere}, true));
  for (const auto& theirs : {SchemaInfo{4, kHere}, SchemaInfo{2, kHere}, SchemaInfo{3, kThere}})
    EXPECT_EQ(check_schema_signature({3, kHere}, theirs, false).error().code, win32::kErrorDsDraSchemaMismatch);
}

// 4.1.10.4.1: the last entry of a table that travels is the signature, under index 0 although that is a prefix's as well.
TEST(MessagePrefixTable, SignatureComesLast) {
  const auto table = PrefixTable::with_defaults();
  const SchemaInfo info{7, kThere};
  const auto message = make_message_prefix_table(table, info);
  ASSERT_EQ(message.pPrefixEntry.size(), 20u);
  EXPECT_EQ(message.pPrefixEntry.back().ndx, 0u);
  const auto read = read_message_prefix_table(message);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->table, table);
  EXPECT_EQ(read->schema_info, info);
  const auto without = read_message_prefix_table(table.to_concrete());
  ASSERT_TRUE(without);
  EXPECT_EQ(without->table, table);
  EXPECT_FALSE(without->schema_info);
  EXPECT_TRUE(read_message_prefix_table({})->table.entries().empty());
  auto twice = message;
  append_schema_signature(twice, info);
  EXPECT_TRUE(!read_message_prefix_table(twice)) << "a signature is a prefix of nobody: index 0 twice";
}

}  // namespace
}  // namespace tributary::schema
