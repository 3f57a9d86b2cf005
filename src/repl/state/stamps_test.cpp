// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.11, 5.118, 5.119, 4.1.10.3.1, 4.1.10.3.5; [MS-ADTS] 3.1.1.1.9: the order of stamps, proved on small domains.
#include "repl/state/stamps.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "repl/state/test_laws.hpp"

namespace tributary::repl {
namespace {

using laws::filled;

/// The versions around every seam of the circle.
const std::vector<std::uint32_t> kSeams = {0,          1,          2,          3,          0x3FFFFFFF, 0x40000000, 0x7FFFFFFD,
                                           0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001, 0x80000002, 0xBFFFFFFF, 0xC0000000,
                                           0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF};

/// [MS-DRSR] 5.11, CompareVersions, by the cases in which the section tells it.
int by_cases(std::uint32_t x, std::uint32_t y) {
  if (x == y) return 0;
  if (x > 0x7FFFFFFF) {
    if (y == x - 0x80000000u) return 1;
    return y < x - 0x7FFFFFFFu || x < y ? -1 : 1;
  }
  if (x < 0x7FFFFFFF) {
    if (y == x + 0x80000000u) return -1;
    return x < y && y < x - 0x7FFFFFFFu ? -1 : 1;
  }
  return x < y ? -1 : 1;
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

TEST(CompareVersions, AgreesWithTheCasesOfSection5_11AtEverySeam) {
  for (const auto x : kSeams)
    for (const auto y : kSeams) EXPECT_EQ(sign(compare_versions(x, y)), by_cases(x, y)) << x << ' ' << y;
}

TEST(CompareVersions, AgreesWithTheCasesOfSection5_11EverywhereElse) {
  std::uint32_t x = 12345;
  std::uint32_t y = 987654321;
  for (int i = 0; i < 200'000; ++i) {
    x = x * 1664525u + 1013904223u;
    y = y * 22695477u + 1u;
    ASSERT_EQ(sign(compare_versions(x, y)), by_cases(x, y)) << x << ' ' << y;
  }
}

TEST(CompareVersions, IsTotalAndAntisymmetric) {
  laws::expect_antisymmetric(kSeams, compare_versions);
  for (const auto x : kSeams)
    for (const auto y : kSeams) EXPECT_EQ(compare_versions(x, y) == 0, x == y);
}

// The circle has no greatest number, so no such order is transitive all around it; within each half it is.
TEST(CompareVersions, IsTransitiveWithinEveryHalfOfTheCircle) {
  for (const auto begin : kSeams) {
    std::vector<std::uint32_t> half;
    for (const std::uint32_t step : {0u, 1u, 2u, 0x1FFFFFFFu, 0x3FFFFFFFu, 0x40000000u, 0x7FFFFFFEu, 0x7FFFFFFFu}) half.push_back(begin + step);
    laws::expect_total_order(half, compare_versions);
  }
  EXPECT_TRUE(compare_versions(0, 0x60000000) < 0);
  EXPECT_TRUE(compare_versions(0x60000000, 0xC0000000) < 0);
  EXPECT_TRUE(compare_versions(0xC0000000, 0) < 0);
}

// 5.11, dwVersion: one more each time, and 0 after the last.
TEST(NextVersion, IsAlwaysGreaterThanTheOneBefore) {
  for (const auto version : kSeams) EXPECT_TRUE(compare_versions(next_version(version), version) > 0) << version;
  EXPECT_EQ(next_version(0xFFFFFFFF), 0u);
}

std::vector<AttributeStamp> attribute_stamps() {
  std::vector<AttributeStamp> stamps;
  for (const std::uint32_t version : {0u, 1u, 2u, 0x7FFFFFFFu})
    for (const std::int64_t time : {-1, 0, 7})
      for (const int guid : {0, 1, 0x80})
        for (const std::int64_t usn : {5, 6}) stamps.push_back({version, {time}, filled<InvocationId>(guid), {usn}});
  return stamps;
}

const auto kCompareStamps = [](const AttributeStamp& x, const AttributeStamp& y) { return compare_attribute_stamps(x, y); };
const auto kCompareLinkStamps = [](const LinkValueStamp& x, const LinkValueStamp& y) { return compare_link_value_stamps(x, y); };

// 5.11: a total order of updates, on every pair and triple.
TEST(CompareAttributeStamps, IsATotalOrder) { laws::expect_total_order(attribute_stamps(), kCompareStamps); }

// 5.11: equal are those of one update, whatever USN they tell.
TEST(CompareAttributeStamps, DoesNotLookAtTheUsn) {
  for (const auto& x : attribute_stamps())
    for (const auto& y : attribute_stamps()) {
      const bool same = x.version == y.version && x.time_changed == y.time_changed && x.uuid_originating == y.uuid_originating;
      EXPECT_EQ(compare_attribute_stamps(x, y) == 0, same);
    }
}

// 5.11: the version decides before the time, the time before the originator.
TEST(CompareAttributeStamps, LooksAtVersionThenTimeThenOriginator) {
  const AttributeStamp base{2, {100}, filled<InvocationId>(5), {1}};
  EXPECT_TRUE(compare_attribute_stamps(AttributeStamp{3, {1}, filled<InvocationId>(0), {1}}, base) > 0);
  EXPECT_TRUE(compare_attribute_stamps(AttributeStamp{2, {101}, filled<InvocationId>(0), {1}}, base) > 0);
  EXPECT_TRUE(compare_attribute_stamps(AttributeStamp{2, {100}, filled<InvocationId>(6), {1}}, base) > 0);
  EXPECT_TRUE(compare_attribute_stamps(AttributeStamp{0, {1}, filled<InvocationId>(0), {1}}, AttributeStamp{0xFFFFFFFF, {2}, {}, {}}) > 0);
}

// 5.87: GUIDs compare octet by octet as they stand in memory, not by their fields.
TEST(CompareAttributeStamps, ComparesGuidsOctetByOctet) {
  const InvocationId low{"00000001-0000-0000-0000-000000000000"_guid};   // octets 01 00 00 00 ...
  const InvocationId high{"00000100-0000-0000-0000-000000000000"_guid};  // octets 00 01 00 00 ...
  EXPECT_TRUE(compare_attribute_stamps(AttributeStamp{1, {1}, low, {}}, AttributeStamp{1, {1}, high, {}}) > 0);
}

// 5.11: null equals null and is less than every stamp.
TEST(CompareAttributeStamps, TakesNullForTheLeast) {
  const std::optional<AttributeStamp> null;
  EXPECT_TRUE(compare_attribute_stamps(null, null) == 0);
  for (const auto& stamp : attribute_stamps()) {
    EXPECT_TRUE(compare_attribute_stamps(null, std::optional(stamp)) < 0);
    EXPECT_TRUE(compare_attribute_stamps(std::optional(stamp), null) > 0);
    EXPECT_TRUE(compare_attribute_stamps(std::optional(stamp), std::optional(stamp)) == 0);
  }
}

std::vector<LinkValueStamp> link_stamps(std::initializer_list<std::uint32_t> versions) {
  std::vector<LinkValueStamp> stamps;
  for (const std::int64_t created : {1, 2})
    for (const auto version : versions)
      for (const std::int64_t time : {3, 4})
        for (const int guid : {1, 2}) stamps.push_back({{created}, {version, {time}, filled<InvocationId>(guid), {9}}});
  return stamps;
}

// 5.118, 5.119 on every pair and triple, versions of one half of the circle and the version 0 of values without stamps.
TEST(CompareLinkValueStamps, IsATotalOrder) {
  laws::expect_total_order(link_stamps({0, 1, 2, 3}), kCompareLinkStamps);
  laws::expect_total_order(link_stamps({0xFFFFFFFE, 0xFFFFFFFF, 1, 2}), kCompareLinkStamps);
}

/// [MS-DRSR] 5.119 as an integer, for versions that do not lie opposite each other.
int by_section_5_119(const LinkValueStamp& a, const LinkValueStamp& b) {
  if ((a.stamp.version != 0) != (b.stamp.version != 0)) return a.stamp.version != 0 ? 1 : -1;
  if (a.time_created != b.time_created) return a.time_created > b.time_created ? 1 : -1;
  if (const auto d = static_cast<std::int32_t>(a.stamp.version - b.stamp.version); d != 0) return d > 0 ? 1 : -1;
  if (a.stamp.time_changed != b.stamp.time_changed) return a.stamp.time_changed > b.stamp.time_changed ? 1 : -1;
  return a.stamp.uuid_originating == b.stamp.uuid_originating ? 0 : a.stamp.uuid_originating > b.stamp.uuid_originating ? 1 : -1;
}

TEST(CompareLinkValueStamps, AgreesWithSection5_119) {
  const auto stamps = link_stamps({0, 1, 3, 5, 0x40000000, 0xFFFFFFFA});
  for (const auto& a : stamps)
    for (const auto& b : stamps) {
      const auto order = compare_link_value_stamps(a, b);
      EXPECT_EQ(order < 0 ? -1 : order > 0 ? 1 : 0, by_section_5_119(a, b));
    }
  // The two examples that the section gives for its subtraction: 1 against 3, and 5 against 0xFFFFFFFA.
  EXPECT_TRUE(compare_link_value_stamps({{1}, {1, {1}, {}, {}}}, {{1}, {3, {1}, {}, {}}}) < 0);
  EXPECT_TRUE(compare_link_value_stamps({{1}, {5, {1}, {}, {}}}, {{1}, {0xFFFFFFFA, {1}, {}, {}}}) > 0);
}

// The deviation: of two opposite versions exactly one wins, so that two replicas that have one each come to agree.
TEST(CompareLinkValueStamps, DecidesAlsoBetweenOppositeVersions) {
  laws::expect_antisymmetric(link_stamps({1, 0x80000001, 0x7FFFFFFF, 0xFFFFFFFF}), kCompareLinkStamps);
}

// 5.118: a value that was made anew after its tombstone was forgotten is greater than the old one at any version.
TEST(CompareLinkValueStamps, LooksAtTheTimeOfCreationFirst) {
  const LinkValueStamp old{{10}, {7, {50}, filled<InvocationId>(9), {1}}};
  const LinkValueStamp anew{{11}, {1, {11}, filled<InvocationId>(1), {1}}};
  EXPECT_TRUE(compare_link_value_stamps(anew, old) > 0);
}

TEST(CompareLinkValueStamps, TakesNullForTheLeast) {
  const std::optional<LinkValueStamp> null;
  EXPECT_TRUE(compare_link_value_stamps(null, null) == 0);
  for (const auto& stamp : link_stamps({0, 1})) EXPECT_TRUE(compare_link_value_stamps(null, std::optional(stamp)) < 0);
}

constexpr InvocationId kInvocation{"6bb1b7a5-6a3b-4b3f-9b64-bf6b7b0f6a67"_guid};

// [MS-ADTS] 3.1.1.1.9: the first write has version 1, each further one the next, with the time and USN of the writer.
TEST(OriginatingStamp, CountsFromOne) {
  const auto first = originating_stamp(std::nullopt, {kInvocation, {502}, {0x2FA9A74EB}});
  EXPECT_EQ(first, (AttributeStamp{1, {0x2FA9A74EB}, kInvocation, {502}}));
  const auto second = originating_stamp(first, {kInvocation, {503}, {0x2FA9A74EC}});
  EXPECT_EQ(second, (AttributeStamp{2, {0x2FA9A74EC}, kInvocation, {503}}));
}
// Also when the writer's clock is behind that of the one before: the version decides.
TEST(OriginatingStamp, IsGreaterThanWhatItReplaces) {
  for (const auto& previous : attribute_stamps())
    EXPECT_TRUE(compare_attribute_stamps(originating_stamp(previous, {kInvocation, {1}, {-5}}), previous) > 0);
}

// [MS-ADTS] 3.1.1.1.9: created, deleted, made anew: version 1, 2, 3, and the time of creation stays.
TEST(OriginatingLinkStamp, KeepsTheTimeOfCreation) {
  const auto created = originating_link_stamp(std::nullopt, {kInvocation, {501}, {0x2FA9A74EB}});
  EXPECT_EQ(created, (LinkValueStamp{{0x2FA9A74EB}, {1, {0x2FA9A74EB}, kInvocation, {501}}}));
  const auto deleted = originating_link_stamp(created, {kInvocation, {503}, {0x2FA9A74EC}});
  const auto anew = originating_link_stamp(deleted, {kInvocation, {504}, {0x2FA9A74ED}});
  EXPECT_EQ(anew, (LinkValueStamp{{0x2FA9A74EB}, {3, {0x2FA9A74ED}, kInvocation, {504}}}));
}
TEST(OriginatingLinkStamp, IsGreaterThanWhatItReplaces) {
  for (const auto& previous : link_stamps({0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF})) {
    const auto next = originating_link_stamp(previous, {kInvocation, {1}, {2}});
    EXPECT_TRUE(compare_link_value_stamps(next, previous) > 0) << previous.stamp.version;
    EXPECT_NE(next.stamp.version, 0u);
  }
}

// 5.11, 5.118, 4.1.10.3.1: like-named fields, both ways.
TEST(StampConversions, KeepEveryField) {
  for (const auto& stamp : attribute_stamps()) {
    const auto wire = stamp_to_wire(stamp);
    EXPECT_EQ(wire.dwVersion, stamp.version);
    EXPECT_EQ(wire.timeChanged, stamp.time_changed.seconds);
    EXPECT_EQ(wire.uuidDsaOriginating, stamp.uuid_originating.value);
    EXPECT_EQ(wire.usnOriginating, stamp.usn_originating.value);
    EXPECT_EQ(stamp_from_wire(wire), stamp);
  }
  for (const auto& stamp : link_stamps({0, 1})) {
    const LinkValueMetaData value{stamp, {777}};
    EXPECT_EQ(link_stamp_from_wire(link_stamp_to_wire_v3(value)), value);
    EXPECT_EQ(link_stamp_to_wire_v3(value).timeCreated, stamp.time_created.seconds);
    // The first form has no room for the time of expiry.
    EXPECT_EQ(link_stamp_from_wire(link_stamp_to_wire_v1(value)), (LinkValueMetaData{stamp, {}}));
  }
}

}  // namespace
}  // namespace tributary::repl
