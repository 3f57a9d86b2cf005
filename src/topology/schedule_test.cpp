// SPDX-License-Identifier: Apache-2.0
// Weeks of quarters: [MS-ADTS] 6.1.4.5.2, [MS-DRSR] 5.165, and how [MS-ADTS] 6.2.2.3.4.5 makes times of replication from them.
#include <gtest/gtest.h>

#include "topology/schedule.hpp"

namespace tributary::topology {
namespace {

Schedule of(std::initializer_list<std::uint32_t> quarters) {
  Schedule out;
  for (const auto quarter : quarters) out.set(quarter);
  return out;
}

// [MS-ADTS] 6.1.4.5.2: bit 3 of an hour's octet is its first quarter; [MS-DRSR] 5.165: bit 7 of an octet is the first of two hours.
TEST(TopologySchedule, FirstQuarterIsTheHighestBit) {
  drsuapi::blobs::SCHEDULE blob;
  blob.Schedules.resize(1);
  blob.Data.resize(1);
  blob.Data[0].octets[0] = 0x08;  // Sunday 00:00
  blob.Data[0].octets[1] = 0x01;  // Sunday 01:45
  blob.Data[0].octets[167] = 0xF1;  // Saturday 23:45; the high bits mean nothing
  const auto schedule = from_blob(blob);
  ASSERT_TRUE(schedule);
  EXPECT_EQ(*schedule, of({0, 7, 671}));
  const auto times = to_repltimes(*schedule);
  EXPECT_EQ(times.rgTimes[0], 0x81);
  EXPECT_EQ(times.rgTimes[83], 0x01);
  EXPECT_EQ(from_repltimes(times), *schedule);
}

TEST(TopologySchedule, BlobKeepsEveryQuarter) {
  for (std::uint32_t quarter = 0; quarter < kQuartersPerWeek; ++quarter) ASSERT_EQ(from_blob(to_blob(of({quarter}))), of({quarter}));
  // 6.2.2.2: the blob of a new connection inside a site.
  const auto encoded = drsuapi::blobs::encode_schedule(to_blob(hourly_schedule()));
  ASSERT_TRUE(encoded);
  ASSERT_EQ(encoded->size(), 188u);
  EXPECT_EQ(load_le<std::uint32_t>(encoded->data()), 188u);
  EXPECT_EQ(load_le<std::uint32_t>(encoded->data() + 8), 1u);
  EXPECT_EQ(load_le<std::uint32_t>(encoded->data() + 16), 20u);
  for (std::size_t i = 20; i < 188; ++i) ASSERT_EQ((*encoded)[i], 0x01);
}

TEST(TopologySchedule, OtherTypesAreNoSchedule) {
  auto blob = to_blob(hourly_schedule());
  blob.Schedules[0].Type.value = 1;
  EXPECT_EQ(from_blob(blob), std::nullopt);
  EXPECT_EQ(from_blob({}), std::nullopt);
}

TEST(TopologySchedule, IntersectionIsWhatBothHave) {
  EXPECT_EQ(intersect(of({1, 2, 3}), of({2, 3, 4})), of({2, 3}));
  EXPECT_EQ(intersect(std::nullopt, of({5})), of({5}));
  EXPECT_EQ(intersect(of({5}), std::nullopt), of({5}));
  EXPECT_EQ(intersect(std::nullopt, std::nullopt), std::nullopt);
  EXPECT_EQ(available_quarters(std::nullopt), 672u);
  EXPECT_EQ(available_quarters(of({5, 6})), 2u);
}

// 6.2.2.3.4.5: the first available time, then each time the interval later that is available.
TEST(TopologySchedule, ReplicationTimes) {
  EXPECT_EQ(replication_times(std::nullopt, 15), always_schedule());
  EXPECT_EQ(replication_times(std::nullopt, 0), always_schedule());
  EXPECT_EQ(replication_times(std::nullopt, 180).count(), 56u);
  EXPECT_TRUE(replication_times(std::nullopt, 180).at(12));
  EXPECT_EQ(replication_times(std::nullopt, 16), replication_times(std::nullopt, 30));
  EXPECT_EQ(replication_times(of({10, 11, 12, 13, 40}), 30), of({10, 12, 40}));
  EXPECT_EQ(replication_times(of({10, 13, 14, 15}), 30), of({10, 13, 15}));
  EXPECT_EQ(replication_times(Schedule{}, 15), Schedule{});
  EXPECT_EQ(replication_times(std::nullopt, UINT32_MAX), of({0}));
}

TEST(TopologySchedule, TextComesBack) {
  for (const auto& schedule : {Schedule{}, always_schedule(), hourly_schedule(), of({3}), of({0, 1, 671}), replication_times(std::nullopt, 45)}) {
    const auto parsed = parse_schedule(to_string(schedule));
    ASSERT_TRUE(parsed) << to_string(schedule);
    EXPECT_EQ(*parsed, schedule) << to_string(schedule);
  }
  EXPECT_EQ(to_string(replication_times(std::nullopt, 45)), "every 45 min");
  EXPECT_EQ(to_string(of({0, 1})), "c0 00*83");
  for (const auto* wrong : {"", "every min", "every x min", "ff", "ff*85", "zz*84", "ff*84 00", "every 99999999999 min", "100*84", "ff*-1"})
    EXPECT_FALSE(parse_schedule(wrong)) << wrong;
}

}  // namespace
}  // namespace tributary::topology
