// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.16.4 (MakeAttid, OidFromAttid, NewPrefixTable, with its examples), 5.120 (LocalAttidFromRemoteAttid), 5.1 and 5.28 (the
// concrete table), [MS-ADTS] 3.1.1.2.6 (ranges of ATTRTYP); [MS-DRSR] 5.14, 5.153, 5.154.
#include "schema/prefix_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/blobs/attids.hpp"
#include "drsuapi/blobs/prefix_map.hpp"

namespace tributary::schema {
namespace {

constexpr std::uint32_t number(Attid attid) { return static_cast<std::uint32_t>(attid); }

// [MS-DRSR] 5.16.4: the examples at its end.
TEST(PrefixTable, ExamplesOfTheSpecification) {
  auto table = PrefixTable::with_defaults();
  EXPECT_EQ(table.entries().size(), 19u);
  const std::pair<std::string_view, std::uint32_t> examples[] = {
      {"2.5.4.6", 0x00000006}, {"2.5.6.2", 0x00010002}, {"1.2.840.113556.1.2.1", 0x00020001}, {"1.2.840.113556.1.3.23", 0x00030017}};
  for (const auto& [oid, attid] : examples) {
    EXPECT_EQ(number(table.make_attid(oid).value_or(Attid{})), attid) << oid;
    EXPECT_EQ(table.find_attid(oid), Attid{attid}) << oid;
    EXPECT_EQ(table.oid_from_attid(attid), oid);
  }
  EXPECT_EQ(table.entries().size(), 19u) << "all of them are under prefixes of the default table";
}

// [MS-DRSR] 5.16.4: a last arc of 128 and more takes two octets of the OID; of 16,384 and more, the lower word is marked.
TEST(PrefixTable, LongLastArcs) {
  auto table = PrefixTable::with_defaults();
  for (const auto* oid : {"1.2.840.113556.1.4.0", "1.2.840.113556.1.4.127", "1.2.840.113556.1.4.128", "1.2.840.113556.1.4.16383",
                          "1.2.840.113556.1.4.16384", "1.2.840.113556.1.4.20000", "1.2.840.113556.1.4.2097152", "1.2.840.113556.1.4.4294967295",
                          "1.3.6.1.4.1.311.25.1", "2.16.840.1.113730.3.1.216", "0.9.2342.19200300.100.1.25", "2.999.3"}) {
    const auto attid = table.make_attid(oid);
    ASSERT_TRUE(attid) << oid;
    EXPECT_EQ(table.oid_from_attid(*attid), oid);
    EXPECT_EQ(table.make_attid(oid).value(), *attid) << "a second time it is the same number";
    EXPECT_LT(number(*attid), kIntIdFirst);
  }
  EXPECT_EQ(number(table.make_attid("1.2.840.113556.1.4.16383").value()), 0x0009'3FFFu);
  EXPECT_EQ(number(table.make_attid("1.2.840.113556.1.4.16384").value()) & 0xFFFF, 0x8000u);
}

// [MS-DRSR] 5.16.4: each prefix and each index occurs once; new ones take an index that is free.
TEST(PrefixTable, NewPrefixesTakeFreeIndexes) {
  auto table = PrefixTable::with_defaults();
  EXPECT_EQ(number(table.make_attid("1.3.6.1.4.1.99.1").value()) >> 16, PrefixTable::kFirstNewIndex);
  EXPECT_EQ(number(table.make_attid("1.3.6.1.4.1.99.2").value()) >> 16, PrefixTable::kFirstNewIndex);
  EXPECT_EQ(number(table.make_attid("1.3.6.1.4.1.98.2").value()) >> 16, PrefixTable::kFirstNewIndex + 1);
  EXPECT_FALSE(table.find_attid("1.3.6.1.4.1.97.1"));
  EXPECT_EQ(table.entries().size(), 21u);
  auto other = PrefixTable::with_defaults(0x7FFF);
  EXPECT_EQ(number(other.make_attid("1.3.6.1.4.1.99.1").value()) >> 16, 0x7FFFu);
  EXPECT_EQ(number(other.make_attid("1.3.6.1.4.1.98.1").value()) >> 16, 11u) << "after the last comes the first that is free";
}

// The names of the base schema are numbered by the default table.
TEST(PrefixTable, AgreesWithTheBaseSchema) {
  const auto table = PrefixTable::with_defaults();
  for (const auto& [name, oid] : {std::pair{"objectClass", "2.5.4.0"}, {"sAMAccountName", "1.2.840.113556.1.4.221"}, {"uid", "0.9.2342.19200300.100.1.1"},
                                  {"isDeleted", "1.2.840.113556.1.2.48"}}) {
    const auto attid = drsuapi::blobs::attid_of(name);
    ASSERT_TRUE(attid) << name;
    EXPECT_EQ(table.oid_from_attid(*attid), oid);
  }
}

TEST(PrefixTable, WhatIsNoOid) {
  auto table = PrefixTable::with_defaults();
  for (const auto* text : {"", "nonsense", "2", "2.5", "2.5.4.x", "2.5.4.", ".2.5", "2..5", "3.1.1", "1.40.1", "2.5.4.99999999999999999999", " 2.5.4.3", "2.5.4.-1"}) {
    const auto made = table.make_attid(text);
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, win32::kErrorInvalidData) << text;
  }
  std::string long_one = "1.2";
  for (int i = 0; i < 300; ++i) long_one += ".1";
  EXPECT_FALSE(table.make_attid(long_one)) << "a prefix of 300 octets";
  EXPECT_EQ(table.entries().size(), 19u);
}

// OidFromAttid: only what MakeAttid can have made is explained, so that a number and an OID always are a pair.
TEST(PrefixTable, NumbersItCannotExplain) {
  auto table = PrefixTable::with_defaults();
  for (const std::uint32_t attrtyp : {0x00550001u, 0x80000001u, 0xC0000000u, 0xFFFFFFFFu, 0x00004000u, 0x00008000u, 0x0000C005u})
    EXPECT_EQ(table.oid_from_attid(attrtyp), "") << std::hex << attrtyp;
  EXPECT_EQ(PrefixTable().oid_from_attid(3u), "");
  ASSERT_TRUE(table.make_attid("1.2.840.113556.1.4.16384"));
  const auto ndx = table.entries().back().ndx;
  EXPECT_EQ(table.oid_from_attid((std::uint32_t{ndx} << 16) | 3u), "") << "this prefix ends within an arc: its numbers are marked";
}

TEST(PrefixTable, FullIsAnError) {
  PrefixTable table;
  for (std::uint32_t ndx = 0; ndx < 0x8000; ++ndx) {
    const std::uint8_t prefix[] = {0x2A, static_cast<std::uint8_t>(0x81 + ndx / 0x2000), static_cast<std::uint8_t>(0x80 | (ndx / 64 % 128)),
                                   static_cast<std::uint8_t>(ndx % 64)};
    ASSERT_TRUE(table.add(ndx, prefix)) << ndx;
  }
  EXPECT_EQ(table.make_attid("1.3.6.1.4").error().code, win32::kErrorInvalidData);
  PrefixTable more;
  ASSERT_TRUE(more.make_attid("1.3.6.1.4"));
  EXPECT_EQ(table.add_prefixes_of(more).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(table.entries().size(), 0x8000u);
}

// 5.1 AbstractPTFromConcretePT and 5.28 ConcretePTFromAbstractPT are inverse; a table that says a thing twice is none.
TEST(PrefixTable, ConcreteForm) {
  auto table = PrefixTable::with_defaults();
  ASSERT_TRUE(table.make_attid("1.3.6.1.4.1.99.20000"));
  const auto concrete = table.to_concrete();
  const auto back = PrefixTable::from_concrete(concrete);
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, table);
  EXPECT_EQ(back->to_concrete(), concrete);
  auto twice = concrete;
  twice.pPrefixEntry.push_back({0, {drsuapi::Seq<std::uint8_t>{0x55, 0x7F}}});
  EXPECT_FALSE(PrefixTable::from_concrete(twice)) << "index 0 twice";
  twice = concrete;
  twice.pPrefixEntry.push_back({77, {drsuapi::Seq<std::uint8_t>{0x55, 0x04}}});
  EXPECT_FALSE(PrefixTable::from_concrete(twice)) << "2.5.4 twice";
  twice = concrete;
  twice.pPrefixEntry.push_back({0x8000, {drsuapi::Seq<std::uint8_t>{0x55, 0x7F}}});
  EXPECT_FALSE(PrefixTable::from_concrete(twice)) << "such numbers belong to msDS-IntId";
  twice = concrete;
  twice.pPrefixEntry.push_back({77, {drsuapi::Seq<std::uint8_t>(Bytes(kPrefixOctetsMax + 1, 1))}});
  EXPECT_FALSE(PrefixTable::from_concrete(twice));
}

TEST(PrefixTable, PrefixMapForm) {
  auto table = PrefixTable::with_defaults();
  ASSERT_TRUE(table.make_attid("1.3.6.1.4.1.99.1"));
  const auto back = PrefixTable::from_prefix_map(table.to_prefix_map());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, table);
  // What Windows stores: only what came after the default prefixes.
  drsuapi::blobs::PrefixMap map;
  map.entries.push_back({0x1234, Bytes{0x2B, 0x06}, 0});
  const auto grown = PrefixTable::from_prefix_map(map);
  ASSERT_TRUE(grown);
  EXPECT_EQ(grown->entries().size(), 20u);
  EXPECT_EQ(grown->oid_from_attid(0x12340001u), "1.3.6.1");
  map.entries.push_back({3, Bytes{0x2B, 0x07}, 0});
  EXPECT_FALSE(PrefixTable::from_prefix_map(map)) << "index 3 is another prefix's";
}

// 5.120: a number of the peer becomes the number that MakeAttid(OidFromAttid(number)) would give here, for every possible lower word.
TEST(AttidTranslator, IsMakeAttidOfOidFromAttid) {
  auto remote = PrefixTable::with_defaults(5000);
  auto local = PrefixTable::with_defaults(77);
  for (const auto* oid : {"1.3.6.1.4.1.99.20000", "1.3.6.1.4.1.99.1", "1.3.6.1.4.1.98.1"}) {
    ASSERT_TRUE(remote.make_attid(oid));
  }
  for (const auto* oid : {"1.3.6.1.4.1.99.1", "1.3.6.1.4.1.97.1", "1.3.6.1.4.1.99.20000"}) ASSERT_TRUE(local.make_attid(oid));
  const AttidTranslator translator(local, remote);
  EXPECT_FALSE(translator.is_identity());
  for (const auto& entry : remote.entries()) {
    for (std::uint32_t lower = 0; lower <= 0xFFFF; lower += lower < 0x200 || lower > 0x7F00 ? 1 : 37) {
      const std::uint32_t attrtyp = (std::uint32_t{entry.ndx} << 16) | lower;
      const auto oid = remote.oid_from_attid(attrtyp);
      ASSERT_EQ(translator.local_attid_from_remote_attid(attrtyp), oid.empty() ? std::nullopt : local.find_attid(oid)) << std::hex << attrtyp;
    }
  }
}

// [MS-ADTS] 3.1.1.2.6: msDS-IntId numbers are the same on every DC of the forest; what is reserved is no attribute.
TEST(AttidTranslator, IntIdsPassAndReservedOnesDoNot) {
  for (const auto& translator : {AttidTranslator(), AttidTranslator(PrefixTable::with_defaults(), PrefixTable::with_defaults(3000))}) {
    EXPECT_TRUE(translator.is_identity());
    EXPECT_EQ(translator.local_attid_from_remote_attid(0x80000000), Attid{0x80000000});
    EXPECT_EQ(translator.local_attid_from_remote_attid(0xBFFFFFFF), Attid{0xBFFFFFFF});
    for (const std::uint32_t reserved : {0xC0000000u, 0xFFFEFFFFu, 0xFFFF0000u, 0xFFFFFFFFu})
      EXPECT_EQ(translator.local_attid_from_remote_attid(reserved), std::nullopt);
  }
  EXPECT_EQ(AttidTranslator().local_attid_from_remote_attid(3), std::nullopt);
}

// A replica of the schema NC may bring OIDs whose prefixes nobody here had.
TEST(PrefixTable, AddPrefixesOfAPeer) {
  auto local = PrefixTable::with_defaults();
  auto remote = PrefixTable::with_defaults(900);
  const auto theirs = remote.make_attid("1.3.6.1.4.1.99.7");
  ASSERT_TRUE(theirs);
  EXPECT_EQ(AttidTranslator(local, remote).local_attid_from_remote_attid(number(*theirs)), std::nullopt);
  ASSERT_TRUE(local.add_prefixes_of(remote));
  EXPECT_EQ(AttidTranslator(local, remote).local_attid_from_remote_attid(number(*theirs)), local.find_attid("1.3.6.1.4.1.99.7"));
  const auto size = local.entries().size();
  ASSERT_TRUE(local.add_prefixes_of(remote));
  EXPECT_EQ(local.entries().size(), size);
}

}  // namespace
}  // namespace tributary::schema
