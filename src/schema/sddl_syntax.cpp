// SPDX-License-Identifier: Apache-2.0
// is_sddl: the grammar of [MS-DTYP] 2.5.1.1. Declared in consistency.hpp. Conditional expressions are taken as balanced text.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/guid.hpp"
#include "base/sid.hpp"
#include "schema/consistency.hpp"

namespace tributary::schema {
namespace {

constexpr std::size_t kSddlMax = 65'536;
constexpr std::string_view kAceTypes[] = {"A", "D", "OA", "OD", "AU", "AL", "OU", "OL", "ML", "XA", "XD", "ZA", "XU", "RA", "SP", "TL", "FL"};
constexpr std::string_view kAceFlags[] = {"CI", "OI", "NP", "IO", "ID", "SA", "FA", "CR", "TP"};
constexpr std::string_view kRights[] = {"GR", "GW", "GX", "GA", "WO", "WD", "RC", "SD", "FA", "FX", "FW", "FR", "KA", "KR", "KX", "KW",
                                        "CR", "LO", "DT", "WP", "RP", "SW", "LC", "DC", "CC", "NR", "NW", "NX"};
constexpr std::size_t kAceFields = 6;

bool is_hex(std::string_view text) {
  return text.starts_with("0x") && text.size() > 2 && text.size() <= 10 &&
         std::ranges::all_of(text.substr(2), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

/// Words of two letters, each one of the list.
bool are_words(std::string_view text, std::span<const std::string_view> words) {
  if (text.size() % 2 != 0) return false;
  for (; !text.empty(); text.remove_prefix(2))
    if (std::ranges::find(words, text.substr(0, 2)) == words.end()) return false;
  return true;
}

bool is_trustee(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return (text.size() == 2 && std::ranges::all_of(text, is_capital)) || parse_sid(text).has_value();
}

bool is_rights(std::string_view text) {
  const bool is_decimal = !text.empty() && text.size() <= 10 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return is_hex(text) || is_decimal || are_words(text, kRights);
}

bool is_ace(std::string_view text) {
  std::array<std::string_view, kAceFields> fields;
  for (std::size_t i = 0; i < kAceFields; ++i) {
    const bool last = i + 1 == kAceFields;
    const auto end = text.find(';');
    fields[i] = text.substr(0, end);
    if (end == std::string_view::npos && !last) return false;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  const auto is_guid = [](std::string_view field) { return field.empty() || parse_guid(field).has_value(); };
  return std::ranges::find(kAceTypes, fields[0]) != std::end(kAceTypes) && are_words(fields[1], kAceFlags) && is_rights(fields[2]) &&
         is_guid(fields[3]) && is_guid(fields[4]) && is_trustee(fields[5]);
}

/// "P", "AI", "AR" and the ACEs; takes what it understands from the front of `text`.
bool take_acl(std::string_view& text) {
  if (text.starts_with("NO_ACCESS_CONTROL")) {
    text.remove_prefix(17);
    return true;
  }
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view flag : {"P", "AI", "AR"})
      if (text.starts_with(flag)) {
        text.remove_prefix(flag.size());
        more = true;
      }
  }
  while (text.starts_with('(')) {
    std::size_t depth = 0, end = 0;
    do {
      if (text[end] == '(') ++depth;
      if (text[end] == ')') --depth;
      ++end;
    } while (depth != 0 && end < text.size());
    if (depth != 0 || !is_ace(text.substr(1, end - 2))) return false;
    text.remove_prefix(end);
  }
  return true;
}

bool take_trustee(std::string_view& text) {
  const auto next = text.find(':');
  const std::size_t end = next == std::string_view::npos ? text.size() : next - 1;
  if (next == 0 || !is_trustee(text.substr(0, end))) return false;
  text.remove_prefix(end);
  return true;
}

bool take_part(std::string_view& text, std::string_view mark, bool (*take)(std::string_view&)) {
  if (!text.starts_with(mark)) return true;
  text.remove_prefix(mark.size());
  return take(text);
}

}  // namespace

bool is_sddl(std::string_view text) noexcept {
  if (text.empty() || text.size() > kSddlMax) return false;
  return take_part(text, "O:", take_trustee) && take_part(text, "G:", take_trustee) && take_part(text, "D:", take_acl) &&
         take_part(text, "S:", take_acl) && text.empty();
}

}  // namespace tributary::schema
