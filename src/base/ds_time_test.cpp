// SPDX-License-Identifier: Apache-2.0
// DSTIME ([MS-DRSR] 5.51) and FILETIME ([MS-DTYP] 2.3.3) and their texts.
#include "base/ds_time.hpp"

#include <random>

#include <gtest/gtest.h>

#include "base/win32.hpp"

using namespace tributary;

namespace {

constexpr std::int64_t kTick = 10'000'000;
constexpr std::int64_t kEnd = 265'046'774'400;  // 10000-01-01, from: date -u -d 9999-12-31T23:59:59 +%s, plus 1 and 1601

template <class Parse>
void expect_not_a_time(Parse parse, std::string_view text) {
  const auto time = parse(text);
  ASSERT_FALSE(time) << text;
  EXPECT_EQ(time.error().code, win32::kErrorInvalidParameter) << text;
}

}  // namespace

// [MS-DRSR] 5.51: DSTIME counts seconds from 1601-01-01; the Unix epoch lies 369 years later.
TEST(DsTime, CountsFrom1601) {
  EXPECT_EQ(to_string(DsTime{1}), "1601-01-01T00:00:01Z");
  EXPECT_EQ(to_string(ds_time_from_unix(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(unix_from_ds_time(ds_time_from_unix(1'790'000'000)), 1'790'000'000);
  EXPECT_EQ(to_string(ds_time_from_unix(951'825'600)), "2000-02-29T12:00:00Z");  // date -u -d @951825600
  EXPECT_EQ(to_string(ds_time_from_unix(4'107'542'399)), "2100-02-28T23:59:59Z");  // 2100 has no leap day
  EXPECT_EQ(to_string(ds_time_from_unix(4'107'542'400)), "2100-03-01T00:00:00Z");
}

TEST(DsTime, ZeroIsNeverAndOtherYearsAreNumbers) {
  EXPECT_EQ(to_string(DsTime{}), "never");
  EXPECT_EQ(to_string(DsTime{-1}), "[-1]");
  EXPECT_EQ(to_string(DsTime{kEnd - 1}), "9999-12-31T23:59:59Z");
  EXPECT_EQ(to_string(DsTime{kEnd}), "[265046774400]");
  EXPECT_EQ(to_string(DsTime{INT64_MIN}), "[-9223372036854775808]");
  EXPECT_EQ(to_string(DsTime{INT64_MAX}), "[9223372036854775807]");
}

TEST(DsTime, EveryTextParsesBackToItsValue) {
  std::mt19937_64 random(1601);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = static_cast<std::int64_t>(random());
    for (const std::int64_t seconds : {bits, bits >> (i % 64), (bits & INT64_MAX) % kEnd})
      ASSERT_EQ(parse_ds_time(to_string(DsTime{seconds})), DsTime{seconds}) << seconds;
  }
  for (const std::int64_t seconds : {INT64_MIN, INT64_MAX, std::int64_t{0}, std::int64_t{1}, kEnd - 1, kEnd})
    EXPECT_EQ(parse_ds_time(to_string(DsTime{seconds})), DsTime{seconds});
  EXPECT_EQ(parse_ds_time("[12]"), DsTime{12});
}

TEST(DsTime, RejectsWhatItNeverWrites) {
  for (const std::string_view text :
       {"", "Z", "Never", "[]", "[", "]", "[1", "1]", "[1 ]", "[+1]", "[0x1]", "[9223372036854775808]", "12", "2026-11-22", "2026-11-22T14:31:20",
        "2026-11-22 14:31:20Z", "2026-11-22t14:31:20Z", "2026-11-22T14:31:20z", "2026-11-22T14:31:20.0000000Z", "2026-11-22T14:31:20+00:00",
        "2026-11-22T24:00:00Z", "2026-11-22T14:60:00Z", "2026-11-22T14:31:60Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "1600-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z", "2026-11-22T14:31:2 Z", "-026-11-22T14:31:20Z", "2026:11-22T14:31:20Z"})
    expect_not_a_time(parse_ds_time, text);
  EXPECT_EQ(parse_ds_time("x\n").error().detail, "not a time: x\\x0a");
}

// [MS-DTYP] 2.3.3: FILETIME counts units of 100 ns from 1601-01-01.
TEST(FileTime, ShowsSevenDecimalsWhenThereIsAFraction) {
  const FileTime epoch = to_file_time(ds_time_from_unix(0));
  EXPECT_EQ(epoch.ticks, 116'444'736'000'000'000);
  EXPECT_EQ(to_string(epoch), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_string(FileTime{epoch.ticks + 5}), "1970-01-01T00:00:00.0000005Z");
  EXPECT_EQ(to_string(FileTime{epoch.ticks + kTick - 1}), "1970-01-01T00:00:00.9999999Z");
  EXPECT_EQ(to_string(FileTime{}), "never");
  EXPECT_EQ(to_string(FileTime{1}), "1601-01-01T00:00:00.0000001Z");
  EXPECT_EQ(to_string(FileTime{-1}), "[-1]");
  EXPECT_EQ(to_string(FileTime{kEnd * kTick - 1}), "9999-12-31T23:59:59.9999999Z");
  EXPECT_EQ(to_string(FileTime{kEnd * kTick}), "[2650467744000000000]");
  EXPECT_EQ(to_string(FileTime{INT64_MAX}), "[9223372036854775807]");  // what "never expires" is in accountExpires
}

TEST(FileTime, EveryTextParsesBackToItsValue) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = static_cast<std::int64_t>(random());
    for (const std::int64_t ticks : {bits, bits >> (i % 64), (bits & INT64_MAX) % (kEnd * kTick), (bits & INT64_MAX) % kEnd * kTick})
      ASSERT_EQ(parse_file_time(to_string(FileTime{ticks})), FileTime{ticks}) << ticks;
  }
  for (const std::int64_t ticks : {INT64_MIN, INT64_MAX, std::int64_t{0}, std::int64_t{1}, kEnd * kTick})
    EXPECT_EQ(parse_file_time(to_string(FileTime{ticks})), FileTime{ticks});
}

TEST(FileTime, RejectsWhatItNeverWrites) {
  for (const std::string_view text :
       {"", "Z", "[]", "2026-11-22T14:31:20", "2026-11-22T14:31:20.Z", "2026-11-22T14:31:20.5Z", "2026-11-22T14:31:20.12345678Z",
        "2026-11-22T14:31:20,0000001Z", "2026-11-22T14:31:20.000000 Z", "2026-11-22T14:31Z", "2026-11-31T14:31:20.0000001Z", "now"})
    expect_not_a_time(parse_file_time, text);
}

TEST(FileTime, ConvertsAndSaturates) {
  EXPECT_EQ(to_ds_time(FileTime{3 * kTick + 9}), DsTime{3});
  EXPECT_EQ(to_ds_time(FileTime{-1}), DsTime{-1});  // down, not towards zero
  EXPECT_EQ(to_ds_time(FileTime{-kTick}), DsTime{-1});
  EXPECT_EQ(to_ds_time(FileTime{-kTick - 1}), DsTime{-2});
  EXPECT_EQ(to_ds_time(FileTime{INT64_MIN}), DsTime{-922'337'203'686});
  EXPECT_EQ(to_file_time(DsTime{-3}), FileTime{-3 * kTick});
  EXPECT_EQ(to_file_time(DsTime{922'337'203'685}).ticks, 9'223'372'036'850'000'000);
  EXPECT_EQ(to_file_time(DsTime{922'337'203'686}).ticks, INT64_MAX);
  EXPECT_EQ(to_file_time(DsTime{-922'337'203'686}).ticks, INT64_MIN);
  EXPECT_EQ(to_file_time(DsTime{INT64_MAX}).ticks, INT64_MAX);
  EXPECT_EQ(to_file_time(DsTime{INT64_MIN}).ticks, INT64_MIN);
}

TEST(DsTime, ConversionFromAndToUnixSaturates) {
  EXPECT_EQ(ds_time_from_unix(INT64_MAX).seconds, INT64_MAX);
  EXPECT_EQ(ds_time_from_unix(INT64_MAX - kSecondsFrom1601To1970).seconds, INT64_MAX);
  EXPECT_EQ(ds_time_from_unix(INT64_MIN).seconds, INT64_MIN + kSecondsFrom1601To1970);
  EXPECT_EQ(unix_from_ds_time(DsTime{INT64_MIN}), INT64_MIN);
  EXPECT_EQ(unix_from_ds_time(DsTime{INT64_MIN + kSecondsFrom1601To1970}), INT64_MIN);
  EXPECT_EQ(unix_from_ds_time(DsTime{INT64_MAX}), INT64_MAX - kSecondsFrom1601To1970);
}

// [MS-DRSR] 5.209: a USN is a 64-bit number that only grows.
TEST(Usn, OrdersByValue) {
  EXPECT_LT(Usn{1}, Usn{2});
  EXPECT_EQ(Usn{7}, Usn{7});
}
