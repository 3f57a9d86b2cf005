// SPDX-License-Identifier: Apache-2.0
// See upper_case.hpp. The table is that of the C library's C.UTF-8, which is there without any locale being installed.
#include "security/ntlm/upper_case.hpp"

#include <clocale>
#include <cwctype>

namespace tributary::security::ntlm {
namespace {

/// Letters that Unicode has capitals for and Windows' table of one unit for one unit has not: micro sign, dotless i, long s.
constexpr bool stays_small(char16_t unit) noexcept { return unit == 0x00B5 || unit == 0x0131 || unit == 0x017F; }

char16_t upper_case(char16_t unit) {
  if (unit < 0x80) return unit >= u'a' && unit <= u'z' ? static_cast<char16_t>(unit - 32) : unit;
  static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);  // kept until the process ends
  if (unicode == nullptr || stays_small(unit)) return unit;
  const std::wint_t upper = ::towupper_l(unit, unicode);
  return upper <= 0xFFFF ? static_cast<char16_t>(upper) : unit;
}

}  // namespace

std::u16string upper_case(std::u16string_view text) {
  std::u16string result;
  result.reserve(text.size());
  for (const char16_t unit : text) result += upper_case(unit);
  return result;
}

}  // namespace tributary::security::ntlm
