// SPDX-License-Identifier: Apache-2.0
// The table of Win32 codes: names come from win32_names.inc (generated), sentences from win32_advice/ (ours). Both are joined
// at compile time; advice for a code that does not exist, or under a wrong name, does not compile. [MS-ERREF] 2.1.2, 2.2.
#include "base/win32.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32_advice/directory.hpp"
#include "base/win32_advice/dra.hpp"
#include "base/win32_advice/logon.hpp"
#include "base/win32_advice/net.hpp"
#include "base/win32_advice/phase.hpp"
#include "base/win32_advice/rpc.hpp"
#include "base/win32_advice/system.hpp"

namespace tributary {
namespace {

struct NamedCode {
  std::uint32_t code;
  std::string_view name;
};

/// Ascending by code; a code may stand several times, its first name is the one to show.
constexpr NamedCode kNames[] = {
#include "base/win32_names.inc"
};
static_assert(std::ranges::is_sorted(kNames, {}, &NamedCode::code));

constexpr bool is_first_name(std::size_t i) { return i == 0 || kNames[i].code != kNames[i - 1].code; }

constexpr std::size_t kCodes = [] {
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::size(kNames); ++i) count += is_first_name(i) ? 1 : 0;
  return count;
}();

using Table = std::array<Win32Info, kCodes>;

consteval void add_advice(Table& table, std::span<const Win32Advice> family) {
  for (const auto& advice : family) {
    auto* const entry = std::ranges::lower_bound(table, Win32{advice.code}, {}, &Win32Info::code);
    if (entry == table.end() || entry->code != Win32{advice.code} || entry->name != advice.name) throw "no such code and name";
    if (!entry->meaning.empty()) throw "advice is given twice";
    entry->meaning = advice.meaning;
    entry->cause = advice.cause;
    entry->remedy = advice.remedy;
  }
}

constexpr Table kTable = [] {
  Table table{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if (is_first_name(i)) table[at++] = {Win32{kNames[i].code}, kNames[i].name, {}, {}, {}};
  add_advice(table, kAdviceSystem);
  add_advice(table, kAdviceNet);
  add_advice(table, kAdviceLogon);
  add_advice(table, kAdviceRpc);
  add_advice(table, kAdviceDirectory);
  add_advice(table, kAdviceDra);
  return table;
}();

constexpr std::uint32_t number(Win32 code) { return static_cast<std::uint32_t>(code); }

/// `name` without `prefix`, in any case; unchanged when it does not begin with it.
std::string_view without_prefix(std::string_view name, std::string_view prefix) {
  return equals_ignoring_case(name.substr(0, prefix.size()), prefix) ? name.substr(prefix.size()) : name;
}

/// A sentence that goes on: "It broke." becomes "It broke".
std::string_view without_period(std::string_view sentence) {
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return sentence;
}

/// The number in the form in which people know it: 8440, 0x80090322.
std::string number_text(Win32 code) {
  return number(code) <= 0xFFFF ? fmt::format("{}", number(code)) : fmt::format("0x{:08X}", number(code));
}

}  // namespace

const Win32Info* find_win32(Win32 code) noexcept {
  const auto* const found = std::ranges::lower_bound(kTable, code, {}, &Win32Info::code);
  return found != kTable.end() && found->code == code ? found : nullptr;
}

const Win32Info* find_win32(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "ERROR_";
  const std::string_view core = without_prefix(without_prefix(name, "WERR_"), kPrefix);
  for (const auto& [code, known] : kNames) {
    const bool is_long_form = known.size() == core.size() + kPrefix.size() && known.starts_with(kPrefix);
    if (equals_ignoring_case(is_long_form ? known.substr(kPrefix.size()) : known, core)) return find_win32(Win32{code});
  }
  return nullptr;
}

std::span<const Win32Info> all_win32() noexcept { return kTable; }

Result<Win32> parse_win32(std::string_view text) {
  const auto shown = [text] { return to_printable(text, 80); };
  const bool is_hex = text.starts_with("0x") || text.starts_with("0X");
  const std::string_view digits = is_hex ? text.substr(2) : text;
  const bool is_number = is_hex || text.find_first_not_of("-0123456789") == std::string_view::npos;
  if (text.empty() || !is_number) {
    const Win32Info* const info = find_win32(text);
    if (text.empty() || info == nullptr) return fail(win32::kErrorNotFound, "no code has the name '" + shown() + "'");
    return info->code;
  }
  std::int64_t value = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value, is_hex ? 16 : 10);
  const std::int64_t low = is_hex ? 0 : std::numeric_limits<std::int32_t>::min();
  if (error != std::errc{} || stopped != end || value < low || value > std::numeric_limits<std::uint32_t>::max())
    return fail(win32::kErrorInvalidParameter, "'" + shown() + "' is not a number of 32 bits");
  return Win32{static_cast<std::uint32_t>(value)};
}

std::optional<Win32> win32_in_hresult(Win32 code) noexcept {
  constexpr std::uint32_t kSeverityAndFacility = 0xFFFF0000;
  constexpr std::uint32_t kFailureOfWin32 = 0x80070000;
  if ((number(code) & kSeverityAndFacility) != kFailureOfWin32) return std::nullopt;
  return Win32{number(code) & 0xFFFF};
}

std::string win32_name(Win32 code) {
  const Win32Info* const info = find_win32(code);
  return info != nullptr ? std::string(info->name) : fmt::format("0x{:08X}", number(code));
}

std::string_view win32_remedy(Win32 code, Phase phase) noexcept {
  for (const auto& advice : kPhaseAdvice)
    if (Win32{advice.code} == code && advice.phase == phase) return advice.remedy;
  const Win32Info* const info = find_win32(code);
  return info != nullptr ? info->remedy : std::string_view{};
}

std::string describe_error(const Error& error) {
  constexpr std::size_t kDetailOctetsMax = 2000;  // a DN or a field path with its context; more does not help anybody
  const Win32 code = win32_in_hresult(error.code).value_or(error.code);
  const Win32Info* const info = find_win32(code);
  const std::string detail = to_printable(without_period(error.detail), kDetailOctetsMax);
  std::string text = fmt::format("{} ({})", win32_name(code), number_text(error.code));
  if (error.phase != Phase::kNone) text += fmt::format(" during {}", phase_name(error.phase));
  const std::string_view meaning = info == nullptr ? "A code that is in no table." : info->meaning;
  if (meaning.empty()) {
    text += detail.empty() ? "." : fmt::format(": {}.", detail);
  } else {
    text += fmt::format(": {}", without_period(meaning));
    text += detail.empty() ? "." : fmt::format(" ({}).", detail);
  }
  if (const auto remedy = win32_remedy(code, error.phase); !remedy.empty()) text += fmt::format(" {}", remedy);
  return text;
}

}  // namespace tributary
