// SPDX-License-Identifier: Apache-2.0
// The two clocks of the field: DSTIME ([MS-DRSR] 5.51, seconds since 1601) and FILETIME ([MS-DTYP] 2.3.3, 100 ns units since 1601),
// and the USN ([MS-DRSR] 5.209). Reads no clock: see clock.hpp.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary {

/// Seconds since 1601-01-01T00:00:00Z. Zero means "never".
struct DsTime {
  std::int64_t seconds = 0;
  friend constexpr auto operator<=>(const DsTime&, const DsTime&) = default;
};

/// 100 ns units since 1601-01-01T00:00:00Z. Zero means "never".
struct FileTime {
  std::int64_t ticks = 0;
  friend constexpr auto operator<=>(const FileTime&, const FileTime&) = default;
};

/// An update sequence number of one DSA. Two USNs compare only when they come from the same invocationId.
struct Usn {
  std::int64_t value = 0;
  friend constexpr auto operator<=>(const Usn&, const Usn&) = default;
};

inline constexpr std::int64_t kSecondsFrom1601To1970 = 11'644'473'600;

/// Both saturate instead of overflowing: times come from peers.
[[nodiscard]] constexpr DsTime ds_time_from_unix(std::int64_t unix_seconds) noexcept {
  const bool fits = unix_seconds <= INT64_MAX - kSecondsFrom1601To1970;
  return DsTime{fits ? unix_seconds + kSecondsFrom1601To1970 : INT64_MAX};
}
[[nodiscard]] constexpr std::int64_t unix_from_ds_time(DsTime time) noexcept {
  const bool fits = time.seconds >= INT64_MIN + kSecondsFrom1601To1970;
  return fits ? time.seconds - kSecondsFrom1601To1970 : INT64_MIN;
}
/// Rounds down to the second, also before 1601.
[[nodiscard]] constexpr DsTime to_ds_time(FileTime time) noexcept {
  return DsTime{time.ticks / 10'000'000 - (time.ticks % 10'000'000 < 0 ? 1 : 0)};
}
/// Saturates at the ends of the FILETIME range instead of overflowing.
[[nodiscard]] constexpr FileTime to_file_time(DsTime time) noexcept {
  constexpr std::int64_t limit = INT64_MAX / 10'000'000;
  if (time.seconds > limit) return FileTime{INT64_MAX};
  if (time.seconds < -limit) return FileTime{INT64_MIN};
  return FileTime{time.seconds * 10'000'000};
}

/// RFC 3339 in UTC: "2026-11-22T14:31:20Z" (with seven decimals for a FILETIME that has a fraction);
/// "never" for zero; the bare number in brackets, "[-9223372036854775808]", for what lies outside the years 1601 to 9999.
[[nodiscard]] std::string to_string(DsTime time);
[[nodiscard]] std::string to_string(FileTime time);
/// The inverse of to_string for each of its forms; a bracketed number may be any. kErrorInvalidParameter otherwise.
[[nodiscard]] Result<DsTime> parse_ds_time(std::string_view text);
[[nodiscard]] Result<FileTime> parse_file_time(std::string_view text);

}  // namespace tributary
