// SPDX-License-Identifier: Apache-2.0
// The table of Win32 codes: names come from win32_names.inc (generated), sentences from win32_advice.hpp (ours).
// Both are joined at compile time. [MS-ERREF] 2.2.
#include "base/win32.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf.hpp"

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

constexpr std::size_t kCodes = [] {
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::size(kNames); ++i) count += i == 0 || kNames[i].code != kNames[i - 1].code ? 1 : 0;
  return count;
}();

constexpr auto kTable = [] {
  std::array<Win32Info, kCodes> table{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < std::size(kNames); ++i)
    if (i == 0 || kNames[i].code != kNames[i - 1].code) table[at++] = {Win32{kNames[i].code}, kNames[i].name, {}, {}, {}};
  return table;
}();

static_assert(std::ranges::is_sorted(kNames, {}, &NamedCode::code));

}  // namespace

const Win32Info* find_win32(Win32 code) noexcept {
  const auto* const found = std::ranges::lower_bound(kTable, code, {}, &Win32Info::code);
  return found != kTable.end() && found->code == code ? found : nullptr;
}

const Win32Info* find_win32(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "ERROR_";
  for (const auto& [code, known] : kNames) {
    if (equals_ignoring_case(known, name)) return find_win32(Win32{code});
  }
  for (const auto& [code, known] : kNames) {
    if (known.starts_with(kPrefix) && equals_ignoring_case(known.substr(kPrefix.size()), name)) return find_win32(Win32{code});
  }
  return nullptr;
}

std::span<const Win32Info> all_win32() noexcept { return kTable; }

std::string win32_name(Win32 code) {
  const Win32Info* const info = find_win32(code);
  return info != nullptr ? std::string(info->name) : fmt::format("0x{:08X}", static_cast<std::uint32_t>(code));
}

std::string describe_error(const Error& error) {
  const Win32Info* const info = find_win32(error.code);
  std::string text = fmt::format("{} ({})", win32_name(error.code), static_cast<std::uint32_t>(error.code));
  if (error.phase != Phase::kNone) text += fmt::format(" during {}", phase_name(error.phase));
  if (info != nullptr && !info->meaning.empty()) text += fmt::format(": {}", info->meaning);
  if (!error.detail.empty()) text += fmt::format(" ({})", error.detail);
  if (info != nullptr && !info->remedy.empty()) text += fmt::format(" {}", info->remedy);
  return text;
}

}  // namespace tributary
