// SPDX-License-Identifier: Apache-2.0
// A week in 672 quarters of an hour, from Sunday 00:00 UTC: what SCHEDULE ([MS-ADTS] 6.1.4.5.2) and REPLTIMES ([MS-DRSR] 5.165)
// both say in their own layout. The layout kept here is that of REPLTIMES: two hours an octet, the earliest quarter in the most
// significant bit. "Always" where the KCC's tables say NULL is an absent Schedule, std::nullopt.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "drsuapi/blobs/schedule.hpp"
#include "drsuapi/types.hpp"

namespace tributary::topology {

inline constexpr std::uint32_t kQuartersPerWeek = 672;
inline constexpr std::uint32_t kMinutesPerQuarter = 15;

struct Schedule {
  std::array<std::uint8_t, kQuartersPerWeek / 8> octets{};

  [[nodiscard]] bool at(std::uint32_t quarter) const noexcept { return (octets[quarter / 8] >> (7 - quarter % 8) & 1) != 0; }
  void set(std::uint32_t quarter) noexcept {
    octets[quarter / 8] = static_cast<std::uint8_t>(octets[quarter / 8] | 1u << (7 - quarter % 8));
  }
  /// How many quarters are available.
  [[nodiscard]] std::uint32_t count() const noexcept;
  [[nodiscard]] bool is_empty() const noexcept { return *this == Schedule{}; }
  friend auto operator<=>(const Schedule&, const Schedule&) = default;
};

/// Every quarter.
[[nodiscard]] Schedule always_schedule() noexcept;
/// What 6.2.2.2 gives a new connection inside a site: 0x01 in each of the 168 octets, which is the last quarter of every hour.
[[nodiscard]] Schedule hourly_schedule() noexcept;
/// Available in both. nullopt is "always".
[[nodiscard]] std::optional<Schedule> intersect(const std::optional<Schedule>& a, const std::optional<Schedule>& b) noexcept;
/// 672 for "always".
[[nodiscard]] std::uint32_t available_quarters(const std::optional<Schedule>& schedule) noexcept;
/// [MS-ADTS] 6.2.2.3.4.5, CreateConnections: begins with the first available quarter, and again in the first available quarter
/// that is at least `interval_minutes` after the last one.
[[nodiscard]] Schedule replication_times(const std::optional<Schedule>& available, std::uint32_t interval_minutes) noexcept;

[[nodiscard]] drsuapi::REPLTIMES to_repltimes(const Schedule& schedule) noexcept;
[[nodiscard]] Schedule from_repltimes(const drsuapi::REPLTIMES& times) noexcept;
/// The attribute `schedule`. Of several weeks the first one of type 0 counts; none: nullopt.
[[nodiscard]] std::optional<Schedule> from_blob(const drsuapi::blobs::SCHEDULE& blob) noexcept;
[[nodiscard]] drsuapi::blobs::SCHEDULE to_blob(const Schedule& schedule);

/// "always", "never", "hourly", "every 180 min" for schedules that replication_times makes of no restriction; else the
/// hexadecimal octets with runs shortened, "0f*12 00*72". The inverse reads all of them.
[[nodiscard]] std::string to_string(const Schedule& schedule);
[[nodiscard]] Result<Schedule> parse_schedule(std::string_view text);

}  // namespace tributary::topology
