// SPDX-License-Identifier: Apache-2.0
// See schedule.hpp. All arithmetic is on seconds since the Sunday before 1601-01-01, which was a Monday.
#include "repl/state/schedule.hpp"

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::repl {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
/// Beyond this, times are a peer's nonsense; the arithmetic stays far from the ends of its numbers.
constexpr std::int64_t kTimeLimit = INT64_MAX / 4;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Quarters since the Sunday before 1601-01-01.
constexpr std::int64_t quarter_of(DsTime time) {
  return floor_div(std::clamp(time.seconds, -kTimeLimit, kTimeLimit) + kDaySeconds, kSlotSeconds);
}
constexpr std::size_t slot_of_quarter(std::int64_t quarter) {
  constexpr auto week = static_cast<std::int64_t>(kSlotsPerWeek);
  return static_cast<std::size_t>(quarter - floor_div(quarter, week) * week);
}

}  // namespace

Schedule Schedule::always() {
  Schedule schedule;
  schedule.times_.rgTimes.fill(0xFF);
  return schedule;
}

void Schedule::set(std::size_t slot, bool on) noexcept {
  auto& octet = times_.rgTimes[slot / 8];
  const auto bit = static_cast<std::uint8_t>(0x80u >> slot % 8);
  octet = static_cast<std::uint8_t>(on ? octet | bit : octet & ~bit);
}

std::size_t slot_of(DsTime time) noexcept { return slot_of_quarter(quarter_of(time)); }

bool Schedule::is_open(DsTime now) const noexcept { return is_set(slot_of(now)); }

bool Schedule::is_due(DsTime after, DsTime until) const noexcept {
  const auto next = next_due(after);
  return next && *next <= until;
}

std::optional<DsTime> Schedule::next_due(DsTime after) const noexcept {
  const auto quarter = quarter_of(after);
  for (std::int64_t ahead = 1; ahead <= static_cast<std::int64_t>(kSlotsPerWeek); ++ahead)
    if (is_set(slot_of_quarter(quarter + ahead))) return DsTime{(quarter + ahead) * kSlotSeconds - kDaySeconds};
  return std::nullopt;
}

Result<Schedule> schedule_from_connection(const drsuapi::blobs::SCHEDULE& schedule) {
  constexpr std::uint32_t kIntervals = 0;
  const auto header = std::ranges::find(schedule.Schedules, kIntervals, [](const auto& h) { return h.Type.value; });
  const auto at = static_cast<std::size_t>(header - schedule.Schedules.begin());
  if (header == schedule.Schedules.end() || at >= schedule.Data.size()) return fail(win32::kErrorInvalidData, "a schedule without intervals");
  const auto& hours = schedule.Data[at].octets;
  drsuapi::REPLTIMES times;
  for (std::size_t i = 0; i < times.rgTimes.size(); ++i)
    times.rgTimes[i] = static_cast<std::uint8_t>((hours[2 * i] & 0x0F) << 4 | (hours[2 * i + 1] & 0x0F));
  return Schedule(times);
}

drsuapi::blobs::SCHEDULE schedule_to_connection(const Schedule& schedule) {
  drsuapi::blobs::SCHEDULE made;
  made.Schedules.emplace_back();
  auto& hours = made.Data.emplace_back().octets;
  const auto& times = schedule.times().rgTimes;
  for (std::size_t i = 0; i < times.size(); ++i) {
    hours[2 * i] = times[i] >> 4;
    hours[2 * i + 1] = times[i] & 0x0F;
  }
  return made;
}

}  // namespace tributary::repl
