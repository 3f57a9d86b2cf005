// SPDX-License-Identifier: Apache-2.0
// NDR64, where it differs from NDR: [MS-RPCE] 2.2.5.2 to 2.2.5.3.5.
#include <gtest/gtest.h>

#include "ndr/test_types.hpp"

namespace tributary::ndr::test {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

template <class T>
void expect_octets(const T& value, std::string_view octets) {
  EXPECT_EQ(to_hex(encode(value, Syntax::kNdr64)), to_hex(hex(octets)));
  std::size_t consumed = 0;
  const auto read = decode<T>(hex(octets), {.syntax = Syntax::kNdr64}, &consumed);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_TRUE(*read == value);
  EXPECT_EQ(consumed, hex(octets).size());
}

TEST(Ndr64, AnEnumerationHas32Bits_2_2_5_2) { expect_octets(Paint{.layers = 3, .colour = Colour::kBlue}, "03 000000 02000000"); }

TEST(Ndr64, CountsAndPointersHave64Bits_2_2_5_3_2_1_And_2_2_5_3_5) {
  expect_octets(Gaps{.items = {Gap{1, 2}}}, "01000000 00000000 0000020000000000 0100000000000000 01000000 02 000000");
}

TEST(Ndr64, AStructureIsPaddedToItsAlignment_2_2_5_3_4_1) {
  expect_octets(Gap{1, 2}, "01000000 02 000000");
  expect_octets(Gaps{.items = {Gap{1, 2}, Gap{3, 4}}},
                "02000000 00000000 0000020000000000 0200000000000000 01000000 02 000000 03000000 04 000000");
}

TEST(Ndr64, TheHoistedCountHas64Bits_2_2_5_3_4_2) {
  expect_octets(Conformant{.head = 1, .tail = {2, 3}}, "0200000000000000 0100 0000 02000000 0200 0300");
}

TEST(Ndr64, StringsHaveThreeCountsOf64Bits_2_2_5_3_3_2) {
  expect_octets(Strings{.wide = u"A", .narrow = std::nullopt, .always = "b", .counted = u"q", .many = {}},
                "0000020000000000 0000000000000000 0400020000000000"
                "0200 0200 00000000 0800020000000000"  // Length and MaximumLength, then the pointer on its boundary
                "00000000 00000000 0000000000000000"
                "0200000000000000 0000000000000000 0200000000000000 4100 0000 00000000"
                "0200000000000000 0000000000000000 0200000000000000 6200 000000000000"
                "0100000000000000 0000000000000000 0100000000000000 7100");
}

TEST(Ndr64, AUnionAndItsArmAreAlignedToTheLargestArm_2_2_5_3_4_4) {
  expect_octets(Chosen{Gap{5, 6}}, "01000000 00000000 01000000 00000000 05000000 06 000000");
  expect_octets(Chosen{Nothing{}}, "07000000 00000000 07000000 00000000");
}

TEST(Ndr64, ListsKeepTheirOrder) {
  expect_octets(List{.nodes = {Node{1, 0x11u}, Node{2, 0x22u}}, .after = 9},
                "0000020000000000 09000000 00000000"
                "0400020000000000 0100 000000000000 0800020000000000"
                "0000000000000000 0200 000000000000 0C00020000000000"
                "22000000 11000000");
}

TEST(Ndr64, BigEndianIsReadToo) {
  const auto read = decode<Gap>(hex("00000001 02 000000"), {.syntax = Syntax::kNdr64, .order = std::endian::big});
  ASSERT_TRUE(read);
  EXPECT_TRUE((*read == Gap{1, 2}));
}

TEST(Ndr64, ACountThatOnlyFits64BitsIsALie) {
  const auto read = decode<Gaps>(hex("01000000 00000000 0000020000000000 0100000001000000 01000000 02 000000"), {.syntax = Syntax::kNdr64});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().detail, "items: array size and count disagree at octet 24");
}

}  // namespace
}  // namespace tributary::ndr::test
