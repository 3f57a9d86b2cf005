// SPDX-License-Identifier: Apache-2.0
// The walkers against C706 chapter 14: octets written down by hand from the rules, little-endian and big-endian.
#include "ndr/ndr.hpp"

#include <gtest/gtest.h>

#include "ndr/test_types.hpp"

namespace tributary::ndr::test {
namespace {

constexpr ReadOptions kBig{.order = std::endian::big};

Bytes hex(std::string_view text) { return from_hex(text).value(); }

/// `value` is `little` when written; both `little` and `big` read as `value`.
template <class T>
void expect_octets(const T& value, std::string_view little, std::string_view big) {
  EXPECT_EQ(to_hex(encode(value)), to_hex(hex(little)));
  std::size_t consumed = 0;
  const auto from_little = decode<T>(hex(little), {}, &consumed);
  ASSERT_TRUE(from_little) << from_little.error().detail;
  EXPECT_TRUE(*from_little == value);
  EXPECT_EQ(consumed, hex(little).size());
  const auto from_big = decode<T>(hex(big), kBig);
  ASSERT_TRUE(from_big) << from_big.error().detail;
  EXPECT_TRUE(*from_big == value);
}

TEST(Ndr, IntegersAreAlignedToTheirSize_C706_14_2_2) {
  const Mixed value{.a = 0x11, .b = 0x2233, .c = 0x44, .d = 0x55667788, .e = 0x99, .f = 0xAABBCCDDEEFF0102};
  expect_octets(value, "1100 3322 44 000000 88776655 99 000000 0201FFEEDDCCBBAA", "1100 2233 44 000000 55667788 99 000000 AABBCCDDEEFF0102");
}

TEST(Ndr, PaddingIsIgnoredOnReceive) {
  const auto read = decode<Mixed>(hex("11EE 3322 44 EEEEEE 88776655 99 EEEEEE 0201FFEEDDCCBBAA"));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->b, 0x2233);
  EXPECT_EQ(read->f, 0xAABBCCDDEEFF0102);
}

TEST(Ndr, ElementsOfAnArrayAreAlignedButNotPaddedAtTheEnd_C706_14_3_3) {
  const Gaps value{.items = {Gap{1, 2}, Gap{3, 4}}};
  expect_octets(value, "02000000 00000200 02000000 01000000 02 000000 03000000 04", "00000002 00020000 00000002 00000001 02 000000 00000003 04");
}

TEST(Ndr, ANullArrayIsNotAnEmptyOne_C706_14_3_10) {
  Gaps value;
  expect_octets(value, "00000000 00000000", "00000000 00000000");
  value.items.mark_present();
  expect_octets(value, "00000000 00000200 00000000", "00000000 00020000 00000000");
  const auto read = decode<Gaps>(hex("00000000 00000200 00000000"));
  EXPECT_TRUE(read->items.is_present());
  EXPECT_TRUE(read->items.empty());
}

TEST(Ndr, TheCountOfAConformantStructureComesFirst_C706_14_3_7_1) {
  const Conformant value{.head = 0x0102, .tail = {0x0A0B, 0x0C0D, 0x0E0F}};
  expect_octets(value, "03000000 0201 0000 03000000 0B0A 0D0C 0F0E", "00000003 0102 0000 00000003 0A0B 0C0D 0E0F");
}

TEST(Ndr, TheCountIsHoistedOutOfEveryStructureAround_C706_14_3_7_1) {
  const Outer value{.first = 9, .last = {.head = 1, .tail = {7}}};
  expect_octets(value, "01000000 09 000000 0100 0000 01000000 0700", "00000001 09 000000 0001 0000 00000001 0007");
}

TEST(Ndr, ReferentsFollowTheStructureInTheOrderOfItsPointers_C706_14_3_12_3) {
  const Pointers value{.left = Conformant{.head = 1, .tail = {2}}, .middle = 3, .right = {.head = 4, .tail = {5, 6}}};
  expect_octets(value,
                "00000200 03000000 04000200"                 // left, middle, right
                "01000000 0100 0000 01000000 0200 0000"      // *left
                "02000000 0400 0000 02000000 0500 0600",     // *right
                "00000001 00000003 00000002"
                "00000001 0001 0000 00000001 0002 0000"
                "00000002 0004 0000 00000002 0005 0006");
}

TEST(Ndr, ANullPointerHasNoReferent_C706_14_3_10) {
  const Pointers value{.left = nullptr, .middle = 3, .right = {}};
  expect_octets(value, "00000000 03000000 00000200 00000000 0000 0000 00000000", "00000000 00000003 00020000 00000000 0000 0000 00000000");
}

TEST(Ndr, StringsAreConformantVaryingAndTerminated_C706_14_3_4) {
  const Strings value{.wide = u"A\u00e9", .narrow = "xyz", .always = "", .counted = u"q", .many = {u"m", std::nullopt}};
  expect_octets(value,
                "00000200 04000200 08000200"           // wide, narrow, always
                "0200 0200 0C000200"                   // counted: Length, MaximumLength, Buffer
                "02000000 10000200"                    // cMany, many
                "03000000 00000000 03000000 4100 E900 0000 0000"
                "04000000 00000000 04000000 78797A00"
                "01000000 00000000 01000000 00 000000"
                "01000000 00000000 01000000 7100 0000"
                "02000000 14000200 00000000"           // the array: two pointers, the second null
                "02000000 00000000 02000000 6D00 0000",
                "00000200 04000200 08000200"
                "0002 0002 0C000200"
                "00000002 10000200"
                "00000003 00000000 00000003 0041 00E9 0000 0000"
                "00000004 00000000 00000004 78797A00"
                "00000001 00000000 00000001 00 000000"
                "00000001 00000000 00000001 0071 0000"
                "00000002 14000200 00000000"
                "00000002 00000000 00000002 006D 0000");
}

TEST(Ndr, NullStringsTravelAsNullPointers) {
  const Strings value{.wide = std::nullopt, .narrow = std::nullopt, .always = "a", .counted = std::nullopt, .many = {}};
  expect_octets(value, "00000000 00000000 00000200 0000 0000 00000000 00000000 00000000 02000000 00000000 02000000 6100",
                "00000000 00000000 00000200 0000 0000 00000000 00000000 00000000 00000002 00000000 00000002 6100");
}

TEST(Ndr, ADerivedMemberIsWrittenAndNotRead) {
  const Name value{.tag = {0xAA, 0xBB}, .text = {u'h', u'i'}};
  expect_octets(value, "03000000 66000000 AABB 0000 02000000 6800 6900 0000", "00000003 00000066 AABB 0000 00000002 0068 0069 0000");
  const auto lying = decode<Name>(hex("03000000 FFFFFFFF AABB 0000 02000000 6800 6900 0000"));
  ASSERT_TRUE(lying);
  EXPECT_TRUE(*lying == value);
}

TEST(Ndr, TheNodesOfAListComeInOrderAndTheirOtherReferentsInTheOppositeOne_C706_14_3_12_3) {
  // What deferral makes of a next pointer that is the first member: it nests.
  const List value{.nodes = {Node{1, 0x11u}, Node{2, 0x22u}, Node{3, nullptr}}, .after = 9};
  expect_octets(value,
                "00000200 09000000"
                "04000200 0100 0000 08000200"
                "0C000200 0200 0000 10000200"
                "00000000 0300 0000 00000000"
                "22000000 11000000",
                "00000001 00000009 00000001 0001 0000 00000001 00000001 0002 0000 00000001 00000000 0003 0000 00000000 00000022 00000011");
  expect_octets(List{.nodes = {}, .after = 1}, "00000000 01000000", "00000000 00000001");
}

TEST(Ndr, AListMayBeginInsideTheStructure) {
  const Headed value{.before = 5, .nodes = {Node{1, 0x11u}, Node{2, nullptr}}};
  expect_octets(value, "05 000000 00000200 0100 0000 04000200 00000000 0200 0000 00000000 11000000",
                "05 000000 00000001 0001 0000 00000001 00000000 0002 0000 00000000 00000011");
  const Headed one{.before = 5, .nodes = {Node{1, 0x11u}}};
  expect_octets(one, "05 000000 00000000 0100 0000 00000200 11000000", "05 000000 00000000 0001 0000 00000001 00000011");
  // There is always a first node: an empty Seq is written as one node of zeros.
  EXPECT_EQ(to_hex(encode(Headed{.before = 5, .nodes = {}})), "050000000000000000000000" "00000000");
}

TEST(Ndr, AnEnumerationHasSixteenBits_C706_14_2_5) {
  expect_octets(Paint{.layers = 3, .colour = Colour::kBlue}, "03 00 0200", "03 00 0002");
}

TEST(Ndr, AUnionRepeatsItsDiscriminantAndAlignsItsArm_C706_14_3_8) {
  expect_octets(Chosen{Gap{5, 6}}, "01000000 01000000 05000000 06", "00000001 00000001 00000005 06");
  expect_octets(Chosen{Wide{7}}, "02000000 02000000 0700000000000000", "00000002 00000002 0000000000000007");
  expect_octets(Chosen{Nothing{}}, "07000000 07000000", "00000007 00000007");
  Chosen pointer;
  pointer.choice.emplace<9>() = Gap{1, 2};
  expect_octets(pointer, "09000000 09000000 00000200 01000000 02", "00000009 00000009 00000001 00000001 02");
}

TEST(Ndr, AUnionBehindAPointerFollowsItsSwitch) {
  expect_octets(Perhaps{.which = 2, .choice = Choice(Wide{7}), .after = 9}, "02000000 00000200 0900 0000 02000000 0700000000000000",
                "00000002 00000001 0009 0000 00000002 0000000000000007");
  // While the pointer is null, the switch may be anything and is kept.
  expect_octets(Perhaps{.which = 77, .choice = nullptr, .after = 9}, "4D000000 00000000 0900", "0000004D 00000000 0009");
}

TEST(Ndr, TwoArraysCanShareACount) {
  const Guid guid = "00112233-4455-6677-8899-aabbccddeeff"_guid;
  expect_octets(Parallel{.guids = {Unique<Guid>(guid), Unique<Guid>()}, .numbers = {8, 9}},
                "02000000 00000200 04000200 02000000 08000200 00000000 33221100 5544 7766 8899AABBCCDDEEFF 02000000 08000000 09000000",
                "00000002 00000001 00000001 00000002 00000001 00000000 00112233 4455 6677 8899AABBCCDDEEFF 00000002 00000008 00000009");
  expect_octets(Parallel{.guids = {Unique<Guid>()}, .numbers = {}}, "01000000 00000200 00000000 01000000 00000000",
                "00000001 00000001 00000000 00000001 00000000");
}

TEST(Ndr, TheReferentOfAParameterFollowsItAtOnce_C706_14_3_12_2) {
  const Operation value{.data = {.head = 1, .tail = {2}},
                        .id = "00112233-4455-6677-8899-aabbccddeeff"_guid,
                        .handle = {.attributes = 0, .uuid = "01020304-0506-0708-090a-0b0c0d0e0f10"_guid},
                        .last = 0x55};
  const auto little = hex(
      "01000000 0100 0000 01000000 0200 0000"             // a [ref] parameter has no pointer
      "00000200 33221100 5544 7766 8899AABBCCDDEEFF"      // a [unique] one has
      "00000000 04030201 0605 0807 090A0B0C0D0E0F10 55");
  EXPECT_EQ(to_hex(encode_parameters(value)), to_hex(little));
  const auto read = decode_parameters<Operation>(little);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_TRUE(*read == value);
  const auto big = decode_parameters<Operation>(
      hex("00000001 0001 0000 00000001 0002 0000 00000001 00112233 4455 6677 8899AABBCCDDEEFF"
          "00000000 01020304 0506 0708 090A0B0C0D0E0F10 55"),
      kBig);
  ASSERT_TRUE(big) << big.error().detail;
  EXPECT_TRUE(*big == value);
}

TEST(Ndr, OctetsAfterTheLastParameterAreAllowed) {
  Bytes stub = encode_parameters(Chosen{Wide{7}});
  stub.resize(stub.size() + 16);
  EXPECT_TRUE(decode_parameters<Chosen>(stub));
}

TEST(Ndr, AContextHandleIsNullWhenAllOfItIs) {
  EXPECT_TRUE(ContextHandle{}.is_null());
  EXPECT_FALSE((ContextHandle{1, {}}.is_null()));
}

TEST(Union, KnowsItsArmsByTheirSwitch) {
  Choice choice;
  EXPECT_EQ(choice.tag(), 1u);
  EXPECT_EQ(choice.tags().size(), 5u);
  EXPECT_TRUE(choice.select(9));
  EXPECT_EQ(choice.tag(), 9u);
  EXPECT_NE(choice.get_if<9>(), nullptr);
  EXPECT_EQ(choice.get_if<8>(), nullptr) << "the same type, another arm";
  EXPECT_FALSE(choice.select(3));
  EXPECT_EQ(choice.tag(), 9u);
  const Choice wide(Wide{4});
  EXPECT_EQ(wide.get_if<2>()->w64, 4u);
  EXPECT_EQ(wide.get_if<1>(), nullptr);
  EXPECT_FALSE(choice == wide);
  EXPECT_TRUE(wide.visit([](const auto& arm) { return std::is_same_v<std::remove_cvref_t<decltype(arm)>, Wide>; }));
}

template <class T>
void expect_shape(std::uint32_t align, std::uint32_t align64, bool conformant, std::uint32_t octets_min) {
  T value{};
  Shape shape;
  describe(shape, value);
  EXPECT_EQ(shape.align, align);
  EXPECT_EQ(shape.align64, align64);
  EXPECT_EQ(shape.conformant, conformant);
  EXPECT_EQ(shape.octets_min, octets_min);
  EXPECT_EQ(kShape<T>.octets_min, octets_min) << "at compile time as well";
}

TEST(Shape, IsReadOffTheDescription) {
  expect_shape<Mixed>(8, 8, false, 17);
  expect_shape<Gap>(4, 4, false, 5);
  expect_shape<Gaps>(4, 8, false, 8);
  expect_shape<Outer>(4, 4, true, 7);
  expect_shape<Pointers>(4, 8, false, 12);
  expect_shape<Strings>(4, 8, false, 28);
  expect_shape<Name>(4, 4, true, 10);
  expect_shape<Node>(4, 8, false, 6);
  expect_shape<List>(4, 8, false, 8);
  expect_shape<Headed>(4, 8, false, 11);
  expect_shape<Paint>(2, 4, false, 3);
  expect_shape<Chosen>(8, 8, false, 8);
  expect_shape<Perhaps>(4, 8, false, 10);
  expect_shape<Parallel>(4, 8, false, 12);
  expect_shape<Deep>(4, 8, false, 4);
  expect_shape<ContextHandle>(4, 4, false, 20);
}

TEST(Fault, EveryKindHasItsWords) {
  for (int kind = 0; kind <= static_cast<int>(FaultKind::kDepth); ++kind) EXPECT_FALSE(fault_name(static_cast<FaultKind>(kind)).empty());
  EXPECT_EQ(fault_name(FaultKind::kNone), "none");
  EXPECT_EQ(fault_name(static_cast<FaultKind>(200)), "");
  EXPECT_EQ(to_error(Fault{}).detail, "message: none at octet 0");
}

}  // namespace
}  // namespace tributary::ndr::test
