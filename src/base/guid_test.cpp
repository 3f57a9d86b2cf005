// SPDX-License-Identifier: Apache-2.0
// GUIDs, [MS-DTYP] 2.3.4.
#include "base/guid.hpp"

#include <type_traits>
#include <unordered_set>

#include <gtest/gtest.h>

#include "base/win32.hpp"

using namespace tributary;

namespace {
constexpr Guid kDrsuapi = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid;
}

// [MS-DTYP] 2.3.4.2: Data1 to Data3 stand little-endian in the packet, Data4 as written.
TEST(Guid, TextOrderDiffersFromPacketOrder) {
  EXPECT_EQ(to_hex(kDrsuapi.octets), "354251e3064bd111ab0400c04fc2dcd2");
  EXPECT_EQ(to_string(kDrsuapi), "e3514235-4b06-11d1-ab04-00c04fc2dcd2");
}

// [MS-DTYP] 2.3.4.3: braces belong to the curly form; hex digits come in either case.
TEST(Guid, ParsesEitherCaseWithOrWithoutBraces) {
  EXPECT_EQ(parse_guid("e3514235-4b06-11d1-ab04-00c04fc2dcd2"), kDrsuapi);
  EXPECT_EQ(parse_guid("E3514235-4B06-11D1-AB04-00C04FC2DCD2"), kDrsuapi);
  EXPECT_EQ(parse_guid("{E3514235-4B06-11d1-AB04-00c04fc2dcd2}"), kDrsuapi);
  EXPECT_EQ("E3514235-4B06-11D1-AB04-00C04FC2DCD2"_guid, kDrsuapi);
  EXPECT_EQ("0123aBcD-ef01-2345-6789-abcdefABCDEF"_guid, parse_guid("0123abcd-ef01-2345-6789-abcdefabcdef"));
}

TEST(Guid, RejectsEverythingElse) {
  for (const std::string_view text :
       {"", "{}", "e3514235", "e35142354b0611d1ab0400c04fc2dcd2", "e3514235-4b06-11d1-ab04-00c04fc2dcd", "e3514235-4b06-11d1-ab04-00c04fc2dcd23",
        "{e3514235-4b06-11d1-ab04-00c04fc2dcd2", "e3514235-4b06-11d1-ab04-00c04fc2dcd2}", "(e3514235-4b06-11d1-ab04-00c04fc2dcd2)",
        "{e3514235-4b06-11d1-ab04-00c04fc2dcd2)", " e3514235-4b06-11d1-ab04-00c04fc2dcd2 ", "e3514235-4b06-11d1-ab04-00c04fc2dcdg",
        "e3514235-4b06-11d1-ab04-00c04fc2dc  ", "e3514235-4b06-11d1-ab04-00c04fc2d d2", "e351423-54b06-11d1-ab04-00c04fc2dcd2",
        "e3514235+4b06-11d1-ab04-00c04fc2dcd2", "e3514235-4b06-11d1-ab04-00c04fc2dc-2"}) {
    const auto guid = parse_guid(text);
    ASSERT_FALSE(guid) << text;
    EXPECT_EQ(guid.error().code, win32::kErrorInvalidParameter) << text;
  }
  EXPECT_EQ(parse_guid("x\x1b[2J").error().detail, "not a GUID: x\\x1b[2J");
  EXPECT_LT(parse_guid(std::string(100'000, 'a')).error().detail.size(), 200u);
}

TEST(Guid, EveryOctetKeepsItsPlaceInTheText) {
  for (std::size_t i = 0; i < 16; ++i) {
    Guid guid;
    guid.octets[i] = 0xA5;
    EXPECT_EQ(parse_guid(to_string(guid)), guid) << i;
  }
}

TEST(Guid, ComesFromExactlySixteenOctets) {
  EXPECT_EQ(guid_from_bytes(kDrsuapi.octets), kDrsuapi);
  for (const std::size_t length : {0u, 15u, 17u}) EXPECT_EQ(guid_from_bytes(Bytes(length)).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(guid_from_bytes(Bytes(15)).error().detail, "a GUID has 16 octets, not 15");
}

TEST(Guid, OrdersAndHashesByOctets) {
  EXPECT_TRUE(Guid{}.is_null());
  EXPECT_FALSE(kDrsuapi.is_null());
  EXPECT_LT(Guid{}, kDrsuapi);
  std::unordered_set<Guid> set;
  for (unsigned i = 0; i < 1000; ++i) {
    Guid guid = kDrsuapi;
    store_le<std::uint32_t>(guid.octets.data() + 12, i);
    set.insert(guid);
    set.insert(guid);
  }
  EXPECT_EQ(set.size(), 1000u);
}

TEST(StrongGuid, KindsDoNotMix) {
  static_assert(!std::is_convertible_v<DsaGuid, InvocationId>);
  static_assert(!std::is_convertible_v<Guid, DsaGuid>);
  static_assert(!std::is_constructible_v<ObjectGuid, DsaGuid>);
  const DsaGuid dsa{kDrsuapi};
  EXPECT_FALSE(dsa.is_null());
  EXPECT_TRUE(InvocationId{}.is_null());
  EXPECT_EQ(to_string(dsa), to_string(kDrsuapi));
  EXPECT_GT(dsa, DsaGuid{});
  EXPECT_EQ(std::hash<DsaGuid>{}(dsa), std::hash<Guid>{}(kDrsuapi));
}
