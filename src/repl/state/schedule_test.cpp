// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.165, [MS-ADTS] 6.1.4.5.2: which quarter is which bit, and when a cycle is due.
#include "repl/state/schedule.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::repl {
namespace {

DsTime at(const char* text) { return parse_ds_time(text).value(); }

// 5.165: Sunday 0 h UTC is the first quarter, and the most significant bit of the first octet.
TEST(Schedule, BeginsOnSundayAtMidnight) {
  EXPECT_EQ(slot_of(at("2026-11-22T00:00:00Z")), 0u);  // a Sunday
  EXPECT_EQ(slot_of(at("2026-11-22T00:14:59Z")), 0u);
  EXPECT_EQ(slot_of(at("2026-11-22T00:15:00Z")), 1u);
  EXPECT_EQ(slot_of(at("2026-11-22T02:00:00Z")), 8u);
  EXPECT_EQ(slot_of(at("2026-11-21T23:59:59Z")), kSlotsPerWeek - 1);
  EXPECT_EQ(slot_of(at("1601-01-01T00:15:00Z")), 97u);  // a Monday
  drsuapi::REPLTIMES times;
  times.rgTimes[0] = 0x80;
  times.rgTimes[83] = 0x01;
  const Schedule schedule(times);
  for (std::size_t slot = 0; slot < kSlotsPerWeek; ++slot) EXPECT_EQ(schedule.is_set(slot), slot == 0 || slot == kSlotsPerWeek - 1) << slot;
}

TEST(Schedule, SetsWhatItReads) {
  for (std::size_t slot = 0; slot < kSlotsPerWeek; ++slot) {
    Schedule schedule;
    schedule.set(slot);
    for (std::size_t other = 0; other < kSlotsPerWeek; ++other) ASSERT_EQ(schedule.is_set(other), other == slot);
    schedule.set(slot, false);
    ASSERT_TRUE(schedule.is_never());
  }
}

/// The definition: some quarter of the schedule begins in the span (after, until], looked for second by second of quarters.
bool begins_within(const Schedule& schedule, DsTime after, DsTime until) {
  for (std::int64_t t = after.seconds + 1; t <= until.seconds; ++t)
    if ((t + 86'400) % kSlotSeconds == 0 && schedule.is_set(slot_of({t}))) return true;
  return false;
}

TEST(Schedule, IsDueWhenAQuarterBeganInBetween) {
  Schedule schedule;
  for (const std::size_t slot : {0u, 3u, 4u, 100u, 671u}) schedule.set(slot);
  const auto sunday = at("2026-11-22T00:00:00Z").seconds;
  for (const std::int64_t from : {-901, -900, -899, -1, 0, 1, 2699, 2700, 3599, 3600, 4500, 89'000, 90'000})
    for (const std::int64_t length : {0, 1, 899, 900, 901, 2700, 90'000})
      EXPECT_EQ(schedule.is_due({sunday + from}, {sunday + from + length}), begins_within(schedule, {sunday + from}, {sunday + from + length}))
          << from << ' ' << length;
}

// A machine that slept for a month owes one cycle, not a hundred; one that slept through no quarter owes none.
TEST(Schedule, KnowsALongSleep) {
  Schedule weekly;
  weekly.set(500);
  const auto begin = at("2026-11-22T00:00:00Z");
  EXPECT_TRUE(weekly.is_due(begin, {begin.seconds + 31 * 86'400}));
  EXPECT_TRUE(weekly.is_due(begin, {begin.seconds + kWeekSeconds}));
  EXPECT_FALSE(weekly.is_due(begin, {begin.seconds + 500 * kSlotSeconds - 1}));
  EXPECT_FALSE(Schedule().is_due(begin, {begin.seconds + 31 * 86'400}));
  EXPECT_TRUE(Schedule::always().is_due({0}, begin));
}

TEST(Schedule, OwesNothingWhenTheClockWentBack) {
  const auto now = at("2026-11-22T12:00:00Z");
  EXPECT_FALSE(Schedule::always().is_due(now, {now.seconds - 86'400}));
  EXPECT_FALSE(Schedule::always().is_due(now, now));
}

TEST(Schedule, FindsTheNextQuarterAroundTheWeek) {
  Schedule schedule;
  schedule.set(0);
  schedule.set(671);
  EXPECT_EQ(schedule.next_due(at("2026-11-22T00:00:00Z")), at("2026-11-28T23:45:00Z"));
  EXPECT_EQ(schedule.next_due(at("2026-11-28T23:45:00Z")), at("2026-11-29T00:00:00Z"));
  EXPECT_EQ(schedule.next_due(at("2026-11-28T23:44:59Z")), at("2026-11-28T23:45:00Z"));
  EXPECT_EQ(Schedule().next_due(at("2026-11-22T00:00:00Z")), std::nullopt);
  // Times that no clock tells are survived.
  EXPECT_FALSE(Schedule().next_due({INT64_MAX}).has_value());
  EXPECT_TRUE(Schedule::always().next_due({INT64_MIN}).has_value());
}

TEST(Schedule, IsOpenForAQuarter) {
  Schedule schedule;
  schedule.set(4);
  EXPECT_FALSE(schedule.is_open(at("2026-11-22T00:59:59Z")));
  EXPECT_TRUE(schedule.is_open(at("2026-11-22T01:00:00Z")));
  EXPECT_TRUE(schedule.is_open(at("2026-11-22T01:14:59Z")));
  EXPECT_FALSE(schedule.is_open(at("2026-11-22T01:15:00Z")));
}

// [MS-ADTS] 6.1.4.5.2: an octet an hour; of its low four bits the fourth is the first quarter.
TEST(ScheduleConversions, ComeFromTheScheduleOfAConnection) {
  drsuapi::blobs::SCHEDULE connection;
  connection.Schedules.emplace_back();
  connection.Data.emplace_back();
  connection.Data[0].octets[0] = 0x08;
  connection.Data[0].octets[1] = 0xF1;  // the high bits mean nothing here
  connection.Data[0].octets[167] = 0x04;
  const auto schedule = schedule_from_connection(connection);
  ASSERT_TRUE(schedule.has_value());
  for (std::size_t slot = 0; slot < kSlotsPerWeek; ++slot) EXPECT_EQ(schedule->is_set(slot), slot == 0 || slot == 7 || slot == 669) << slot;
}
TEST(ScheduleConversions, GoThereAndBack) {
  for (std::size_t slot = 0; slot < kSlotsPerWeek; ++slot) {
    Schedule schedule;
    schedule.set(slot);
    const auto connection = schedule_to_connection(schedule);
    ASSERT_EQ(schedule_from_connection(connection).value(), schedule);
    const auto octets = drsuapi::blobs::encode_schedule(connection);
    ASSERT_TRUE(octets.has_value());
    ASSERT_EQ(octets->size(), 188u);
    ASSERT_EQ((*octets)[16], 20);  // the offset that [MS-ADTS] 6.2.2.3.3 writes
  }
}
TEST(ScheduleConversions, RefuseAScheduleWithoutIntervals) {
  drsuapi::blobs::SCHEDULE connection;
  EXPECT_EQ(schedule_from_connection(connection).error().code, win32::kErrorInvalidData);
  connection.Schedules.emplace_back().Type = {1};
  connection.Data.emplace_back();
  EXPECT_FALSE(schedule_from_connection(connection).has_value());
}

}  // namespace
}  // namespace tributary::repl
