// SPDX-License-Identifier: Apache-2.0
// The reader against octets that lie: every fault with the path of its field, and memory bounded by what is there.
#include <gtest/gtest.h>

#include "ndr/test_types.hpp"

namespace tributary::ndr::test {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

template <class T>
std::string fault_of(std::string_view octets, ReadOptions options = {}) {
  const auto read = decode<T>(hex(octets), options);
  if (read) return "no fault";
  EXPECT_EQ(static_cast<std::uint32_t>(read.error().code), 1783u) << "RPC_X_BAD_STUB_DATA";
  return read.error().detail;
}

TEST(Hostile, OctetsThatEndTooEarly) {
  EXPECT_EQ(fault_of<Gap>("010000"), "l: ends too early at octet 0");
  EXPECT_EQ(fault_of<Gap>("01000000"), "s: ends too early at octet 4");
  EXPECT_EQ(fault_of<Mixed>("1100"), "b: ends too early at octet 2");
  EXPECT_EQ(fault_of<Strings>("00000200 00000000 04000200 0000 0000 00000000 00000000 00000000 08000000 00000000 08000000 6100"),
            "wide: ends too early at octet 40");
  EXPECT_EQ(fault_of<Strings>("00000000 00000000 04000200 0400 0400 00000200 00000000 00000000"
                              "01000000 00000000 01000000 00000000 02000000 00000000 02000000 6100"),
            "counted: ends too early at octet 56");
}

TEST(Hostile, EveryPrefixOfEveryShapeIsRefused) {
  const auto all_prefixes = [](const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    const Bytes octets = encode(value);
    for (std::size_t n = 0; n < octets.size(); ++n)
      EXPECT_FALSE(decode<T>(Bytes(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(n)))) << n;
  };
  all_prefixes(Mixed{});
  all_prefixes(Gaps{.items = {Gap{1, 2}, Gap{3, 4}}});
  all_prefixes(Outer{.last = {.tail = {7}}});
  all_prefixes(Pointers{.left = Conformant{.tail = {2}}, .right = {.tail = {5, 6}}});
  all_prefixes(Strings{.wide = u"A", .narrow = "x", .always = "y", .counted = u"q", .many = {u"m", std::nullopt}});
  all_prefixes(Name{.text = {u'h'}});
  all_prefixes(List{.nodes = {Node{1, 0x11u}, Node{2, 0x22u}}});
  all_prefixes(Headed{.nodes = {Node{1, 0x11u}, Node{2, 0x22u}}});
  all_prefixes(Paint{});
  all_prefixes(Chosen{Wide{7}});
  all_prefixes(Perhaps{.choice = Choice(Wide{7})});
  all_prefixes(Parallel{.guids = {Unique<Guid>(Guid{})}, .numbers = {8}});
}

TEST(Hostile, CountsThatPromiseMoreThanThereIs) {
  EXPECT_EQ(fault_of<Conformant>("FFFFFFFF 0100 0000 FFFFFFFF 0000"), "n: ends too early at octet 12");
  EXPECT_EQ(fault_of<Blobs>("10000000 00000200 10000000 00000000"), "n: ends too early at octet 4");
  EXPECT_EQ(fault_of<Parallel>("08000000 00000200 00000000"), "n: ends too early at octet 4");
}

TEST(Hostile, AllCountsTogetherCannotPromiseMoreThanThereIs) {
  // Two blobs that each claim most of the message: the second claim is refused before anything is allocated for it.
  std::string octets = "02000000 00000200 02000000 3C000000 04000200 3C000000 08000200";
  for (int i = 0; i < 60; ++i) octets += " 00";
  EXPECT_EQ(fault_of<Blobs>(octets), "blobs[1].n: ends too early at octet 24");
}

TEST(Hostile, CountedStringsTogetherCannotPromiseMoreThanThereIs) {
  std::string octets = "02000000 00000200 02000000 30003000 04000200 30003000 08000200";
  for (int i = 0; i < 50; ++i) octets += " 00";
  EXPECT_EQ(fault_of<CountedOnes>(octets), "items[1].text: ends too early at octet 28");
}

TEST(Hostile, CountsAndArraysThatDisagree) {
  EXPECT_EQ(fault_of<Conformant>("02000000 0100 0000 03000000 0000 0000 0000"), "tail: array size and count disagree at octet 12");
  EXPECT_EQ(fault_of<Gaps>("01000000 00000200 02000000 01000000 02 000000"), "items: array size and count disagree at octet 12");
  EXPECT_EQ(fault_of<Gaps>("01000000 00000000 00000000"), "items: array size and count disagree at octet 8");
  EXPECT_EQ(fault_of<Name>("02000000 00000000 AABB 0000 02000000 6800 6900 0000"), "text: array size and count disagree at octet 16");
  EXPECT_EQ(fault_of<Strings>("00000000 00000000 00000200 0000 0000 00000000 02000000 04000200"
                              "01000000 00000000 01000000 00 000000 01000000 00000000 00000000"),
            "many: array size and count disagree at octet 48");
  EXPECT_EQ(fault_of<Parallel>("01000000 00000200 04000200 01000000 00000000 02000000 00000000"),
            "numbers: array size and count disagree at octet 24");
}

TEST(Hostile, ValuesOutsideTheirRange) {
  EXPECT_EQ(fault_of<Gaps>("E9030000 00000200"), "n: out of range at octet 4");
  EXPECT_EQ(fault_of<Paint>("01 00 0300"), "colour: out of range at octet 4");
  EXPECT_EQ(fault_of<Paint>("01 00 0000"), "colour: out of range at octet 4");
  EXPECT_EQ(fault_of<Name>("07000000 00000000 AABB 0000 06000000 6800 6900 6800 6900 6800 6900 0000"), "text: out of range at octet 16");
}

TEST(Hostile, StringsThatAreNone) {
  const auto wide = [](std::string_view referent) {
    return fault_of<Strings>("00000200 00000000 04000200 0000 0000 00000000 00000000 00000000 " + std::string(referent));
  };
  EXPECT_EQ(wide("02000000 00000000 02000000 6100 6100"), "wide: malformed string at octet 44") << "not terminated";
  EXPECT_EQ(wide("02000000 01000000 02000000 6100 0000"), "wide: malformed string at octet 40") << "an offset";
  EXPECT_EQ(wide("01000000 00000000 02000000 6100 0000"), "wide: malformed string at octet 40") << "more than its maximum";
  EXPECT_EQ(wide("00000000 00000000 00000000"), "wide: malformed string at octet 40") << "no room for the terminator";
  EXPECT_EQ(wide("02000000 00000000"), "wide: ends too early at octet 36") << "the count is cut off";
  EXPECT_EQ(fault_of<Name>("02000000 00000000 AABB 0000 01000000 6800 6900"), "text: malformed string at octet 20");
}

TEST(Hostile, CountedStringsThatAreNone) {
  const auto counted = [](std::string_view fields, std::string_view referent) {
    return fault_of<Strings>("00000000 00000000 00000200 " + std::string(fields) + " 00000000 00000000 01000000 00000000 01000000 00 000000 " +
                             std::string(referent));
  };
  EXPECT_EQ(counted("0300 0400 04000200", ""), "counted: malformed string at octet 16") << "half a character";
  EXPECT_EQ(counted("0400 0200 04000200", ""), "counted: malformed string at octet 16") << "longer than its maximum";
  EXPECT_EQ(counted("0200 0200 00000000", ""), "counted: array size and count disagree at octet 20") << "a length without a buffer";
  EXPECT_EQ(counted("0200 0200 04000200", "01000000 01000000 01000000 6100"), "counted: malformed string at octet 56") << "an offset";
  EXPECT_EQ(counted("0200 0200 04000200", "02000000 00000000 02000000 61006100"), "counted: malformed string at octet 56")
      << "another length than Length";
  EXPECT_EQ(counted("0200 0200 04000200", "00000000 00000000 01000000 6100"), "counted: malformed string at octet 56") << "maximum below count";
  EXPECT_EQ(counted("0200 0400 04000200", "02000000 00000000 01000000 6100"), "no fault") << "a buffer larger than the string";
}

TEST(Hostile, ReferencePointersThatAreNull) {
  EXPECT_EQ(fault_of<Pointers>("00000000 03000000 00000000"), "right: null reference pointer at octet 12");
  EXPECT_EQ(fault_of<Strings>("00000000 00000000 00000000 0000 0000 00000000 00000000 00000000"), "always: null reference pointer at octet 12");
}

TEST(Hostile, UnionsWithoutSuchAnArm) {
  EXPECT_EQ(fault_of<Chosen>("03000000 03000000 00000000"), "which: unknown union arm at octet 4");
  EXPECT_EQ(fault_of<Chosen>("01000000 02000000 0000000000000000"), "choice: unknown union arm at octet 8") << "not the one of the switch";
  EXPECT_EQ(fault_of<Perhaps>("03000000 00000200 0900 0000 03000000"), "choice: unknown union arm at octet 8");
  EXPECT_EQ(fault_of<Perhaps>("01000000 00000200 0900 0000 02000000 00000000 0000000000000000"), "choice: unknown union arm at octet 16");
}

TEST(Hostile, NestingIsLimited) {
  std::string octets;
  for (int i = 0; i < kDepthMax - 1; ++i) octets += "00000200";
  EXPECT_EQ(fault_of<Deep>(octets + "00000000"), "no fault");
  const std::string fault = fault_of<Deep>(octets + "00000200 00000200");
  EXPECT_TRUE(fault.ends_with("inner: nested too deeply at octet 128")) << fault;
}

TEST(Hostile, TheFirstFaultSticks) {
  // The count is out of range and the octets end as well.
  EXPECT_EQ(fault_of<Gaps>("FFFFFFFF"), "n: out of range at octet 4");
  Reader reader(hex("FFFF"));
  Gap gap;
  reader.construct(gap);
  EXPECT_EQ(reader.fault().kind, FaultKind::kTruncated);
  const auto fault = reader.fault().path;
  reader.construct(gap);
  EXPECT_EQ(reader.fault().path, fault);
}

TEST(Hostile, AnEmptyMessage) {
  EXPECT_EQ(fault_of<Gap>(""), "l: ends too early at octet 0");
  EXPECT_EQ(fault_of<Conformant>(""), "message: ends too early at octet 0");
  EXPECT_EQ(fault_of<Blobs>(""), "n: ends too early at octet 0");
}

TEST(Hostile, AListOf300000NodesTakesNoStack) {
  List list;
  for (std::uint32_t i = 0; i < 300'000; ++i) list.nodes.push_back(Node{static_cast<std::uint16_t>(i), i});
  const Bytes octets = encode(list);
  const auto read = decode<List>(octets);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_TRUE(*read == list);
  Arena arena;
  const auto viewed = decode<List>(octets, {.arena = &arena});
  ASSERT_TRUE(viewed) << viewed.error().detail;
  EXPECT_TRUE(*viewed == list);
  // A list that never ends costs no more than the octets that there are.
  EXPECT_EQ(fault_of<List>("00000200 00000000 00000200 0100 0000 00000000"), "nodes[1]: ends too early at octet 20");
}

TEST(Hostile, AFaultDeepInAListNamesTheNode) {
  EXPECT_EQ(fault_of<List>("00000200 09000000 04000200 0100 0000 00000000 00000000 0200 0000 10000200"),
            "nodes[1].extra: ends too early at octet 32");
}

}  // namespace
}  // namespace tributary::ndr::test
