// SPDX-License-Identifier: Apache-2.0
// DSTIME and FILETIME as text. Calendar arithmetic is std::chrono's; the text forms are listed in the header.
// Every value has exactly one text, and parsing accepts nothing that to_string does not write, except
// a bracketed number that would also have a date.
#include "base/ds_time.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::string_view kNever = "never";
constexpr std::string_view kDateShape = "dddd-dd-ddTdd:dd:dd";  // 'd' stands for a digit
constexpr auto kEpoch = std::chrono::sys_days{std::chrono::year{1601} / 1 / 1};
/// The first second of the year 10000, which RFC 3339 cannot write.
constexpr std::int64_t kSecondsEnd =
    (std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - kEpoch).count() * kSecondsPerDay;

/// "2026-11-22T14:31:20" for 0 <= seconds < kSecondsEnd.
std::string date_text(std::int64_t seconds) {
  const std::chrono::year_month_day date{kEpoch + std::chrono::days{seconds / kSecondsPerDay}};
  const std::int64_t of_day = seconds % kSecondsPerDay;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), of_day / 3600, of_day / 60 % 60, of_day % 60);
}

bool has_shape(std::string_view text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !is_digit : text[i] != shape[i]) return false;
  }
  return true;
}

/// All of `text` as a decimal number.
std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

/// Seconds since 1601 of "2026-11-22T14:31:20".
std::optional<std::int64_t> parse_date(std::string_view text) {
  if (!has_shape(text, kDateShape)) return std::nullopt;
  const auto field = [text](std::size_t at, std::size_t length) { return static_cast<int>(*parse_number(text.substr(at, length))); };
  const std::chrono::year_month_day date{std::chrono::year{field(0, 4)}, std::chrono::month{static_cast<unsigned>(field(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(field(8, 2))}};
  const int hour = field(11, 2);
  const int minute = field(14, 2);
  const int second = field(17, 2);
  if (!date.ok() || date.year() < std::chrono::year{1601} || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return (std::chrono::sys_days{date} - kEpoch).count() * kSecondsPerDay + hour * 3600 + minute * 60 + second;
}

/// The forms that both clocks share: "never" and "[number]".
std::optional<std::int64_t> parse_plain(std::string_view text) {
  if (text == kNever) return 0;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') return parse_number(text.substr(1, text.size() - 2));
  return std::nullopt;
}

auto not_a_time(std::string_view text) { return fail(win32::kErrorInvalidParameter, "not a time: " + to_printable(text, 80)); }

}  // namespace

std::string to_string(DsTime time) {
  if (time.seconds == 0) return std::string(kNever);
  if (time.seconds < 0 || time.seconds >= kSecondsEnd) return fmt::format("[{}]", time.seconds);
  return date_text(time.seconds) + "Z";
}

std::string to_string(FileTime time) {
  if (time.ticks == 0) return std::string(kNever);
  const std::int64_t seconds = time.ticks / kTicksPerSecond;
  const std::int64_t fraction = time.ticks % kTicksPerSecond;
  if (time.ticks < 0 || seconds >= kSecondsEnd) return fmt::format("[{}]", time.ticks);
  return date_text(seconds) + (fraction == 0 ? "Z" : fmt::format(".{:07}Z", fraction));
}

Result<DsTime> parse_ds_time(std::string_view text) {
  if (const auto plain = parse_plain(text)) return DsTime{*plain};
  if (!text.ends_with('Z')) return not_a_time(text);
  const auto seconds = parse_date(text.substr(0, text.size() - 1));
  if (!seconds) return not_a_time(text);
  return DsTime{*seconds};
}

Result<FileTime> parse_file_time(std::string_view text) {
  if (const auto plain = parse_plain(text)) return FileTime{*plain};
  if (!text.ends_with('Z')) return not_a_time(text);
  const auto date = text.substr(0, kDateShape.size());
  const auto seconds = parse_date(date);
  if (!seconds) return not_a_time(text);
  const auto tail = text.substr(date.size(), text.size() - date.size() - 1);
  if (tail.empty()) return FileTime{*seconds * kTicksPerSecond};
  if (!has_shape(tail, ".ddddddd")) return not_a_time(text);
  return FileTime{*seconds * kTicksPerSecond + *parse_number(tail.substr(1))};
}

}  // namespace tributary
