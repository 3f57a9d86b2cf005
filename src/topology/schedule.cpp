// SPDX-License-Identifier: Apache-2.0
// See schedule.hpp. [MS-ADTS] 6.1.4.5.2, 6.2.2.3.4.5; [MS-DRSR] 5.165. Knows octets and quarters, no sites.
#include "topology/schedule.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

#include <fmt/format.h>

#include "base/win32.hpp"

namespace tributary::topology {
namespace {

constexpr std::string_view kEvery = "every ";
constexpr std::string_view kMinutes = " min";

Result<std::uint32_t> parse_number(std::string_view text, int base, std::uint32_t max) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || value > max)
    return fail(win32::kErrorInvalidParameter, fmt::format("\"{}\" is not a number up to {}", text, max));
  return value;
}

Result<Schedule> parse_runs(std::string_view text) {
  Schedule out;
  std::size_t at = 0;
  while (!text.empty()) {
    const auto space = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    const auto star = word.find('*');
    const auto octet = parse_number(word.substr(0, star), 16, 0xFF);
    if (!octet) return std::unexpected(octet.error());
    const auto room = static_cast<std::uint32_t>(out.octets.size() - at);
    auto times = Result<std::uint32_t>(1);
    if (star != std::string_view::npos) times = parse_number(word.substr(star + 1), 10, room);
    if (!times) return std::unexpected(times.error());
    if (*times > room) return fail(win32::kErrorInvalidParameter, "a schedule has 84 octets, this one has more");
    std::fill_n(out.octets.begin() + static_cast<std::ptrdiff_t>(at), *times, static_cast<std::uint8_t>(*octet));
    at += *times;
  }
  if (at != out.octets.size()) return fail(win32::kErrorInvalidParameter, fmt::format("a schedule has 84 octets, this one has {}", at));
  return out;
}

}  // namespace

std::uint32_t Schedule::count() const noexcept {
  std::uint32_t quarters = 0;
  for (const auto octet : octets) quarters += static_cast<std::uint32_t>(std::popcount(octet));
  return quarters;
}

Schedule always_schedule() noexcept {
  Schedule all;
  all.octets.fill(0xFF);
  return all;
}

Schedule hourly_schedule() noexcept {
  Schedule hourly;
  hourly.octets.fill(0x11);
  return hourly;
}

std::optional<Schedule> intersect(const std::optional<Schedule>& a, const std::optional<Schedule>& b) noexcept {
  if (!a) return b;
  if (!b) return a;
  Schedule both;
  for (std::size_t i = 0; i < both.octets.size(); ++i) both.octets[i] = a->octets[i] & b->octets[i];
  return both;
}

std::uint32_t available_quarters(const std::optional<Schedule>& schedule) noexcept {
  return schedule ? schedule->count() : kQuartersPerWeek;
}

Schedule replication_times(const std::optional<Schedule>& available, std::uint32_t interval_minutes) noexcept {
  const std::uint32_t rounded = interval_minutes / kMinutesPerQuarter + (interval_minutes % kMinutesPerQuarter != 0 ? 1 : 0);
  const std::uint32_t step = std::clamp<std::uint32_t>(rounded, 1, kQuartersPerWeek);
  Schedule out;
  for (std::uint32_t quarter = 0; quarter < kQuartersPerWeek;) {
    const bool open = !available || available->at(quarter);
    if (open) out.set(quarter);
    quarter += open ? step : 1;
  }
  return out;
}

drsuapi::REPLTIMES to_repltimes(const Schedule& schedule) noexcept { return {schedule.octets}; }
Schedule from_repltimes(const drsuapi::REPLTIMES& times) noexcept { return {times.rgTimes}; }

std::optional<Schedule> from_blob(const drsuapi::blobs::SCHEDULE& blob) noexcept {
  for (std::size_t i = 0; i < std::min(blob.Schedules.size(), blob.Data.size()); ++i) {
    if (blob.Schedules[i].Type.value != 0) continue;
    Schedule out;
    const auto& hours = blob.Data[i].octets;
    for (std::size_t hour = 0; hour < hours.size(); ++hour) {
      const auto nibble = static_cast<std::uint8_t>(hours[hour] & 0x0F);
      out.octets[hour / 2] = static_cast<std::uint8_t>(out.octets[hour / 2] | (hour % 2 == 0 ? nibble << 4 : nibble));
    }
    return out;
  }
  return std::nullopt;
}

drsuapi::blobs::SCHEDULE to_blob(const Schedule& schedule) {
  drsuapi::blobs::SCHEDULE blob;
  blob.Schedules.resize(1);
  auto& hours = blob.Data.emplace_back().octets;
  for (std::size_t hour = 0; hour < hours.size(); ++hour)
    hours[hour] = static_cast<std::uint8_t>(hour % 2 == 0 ? schedule.octets[hour / 2] >> 4 : schedule.octets[hour / 2] & 0x0F);
  return blob;
}

std::string to_string(const Schedule& schedule) {
  if (schedule.is_empty()) return "never";
  if (schedule == always_schedule()) return "always";
  if (schedule == hourly_schedule()) return "hourly";
  std::uint32_t second = 1;
  while (second < kQuartersPerWeek && !schedule.at(second)) ++second;
  if (schedule == replication_times(std::nullopt, second * kMinutesPerQuarter))
    return fmt::format("{}{}{}", kEvery, second * kMinutesPerQuarter, kMinutes);
  std::string text;
  for (std::size_t i = 0; i < schedule.octets.size();) {
    std::size_t end = i;
    while (end < schedule.octets.size() && schedule.octets[end] == schedule.octets[i]) ++end;
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", schedule.octets[i]);
    if (end - i > 1) text += fmt::format("*{}", end - i);
    i = end;
  }
  return text;
}

Result<Schedule> parse_schedule(std::string_view text) {
  if (text == "never") return Schedule{};
  if (text == "always") return always_schedule();
  if (text == "hourly") return hourly_schedule();
  if (text.starts_with(kEvery) && text.ends_with(kMinutes) && text.size() > kEvery.size() + kMinutes.size()) {
    text.remove_prefix(kEvery.size());
    text.remove_suffix(kMinutes.size());
    const auto minutes = parse_number(text, 10, kQuartersPerWeek * kMinutesPerQuarter);
    if (!minutes) return std::unexpected(minutes.error());
    return replication_times(std::nullopt, *minutes);
  }
  return parse_runs(text);
}

}  // namespace tributary::topology
