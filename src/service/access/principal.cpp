// SPDX-License-Identifier: Apache-2.0
// See principal.hpp.
#include "service/access/principal.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::service {

Result<Principal> parse_principal(std::string_view text) {
  const auto wrong = [text] { return fail(win32::kErrorInvalidParameter, "not a Kerberos principal: " + to_printable(text, 80)); };
  if (text.size() > kPrincipalOctetsMax) return wrong();
  Principal principal{.components = std::vector<std::string>(1), .realm = {}};
  bool in_realm = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    const bool is_special = c == '@' || c == '/';
    if (c == '\\') {
      if (++i == text.size()) return wrong();
      c = text[i];
    }
    if (static_cast<unsigned char>(c) < 0x20 || (in_realm && is_special)) return wrong();
    if (c == '@' && is_special) {
      in_realm = true;
    } else if (c == '/' && is_special) {
      principal.components.emplace_back();
    } else {
      (in_realm ? principal.realm : principal.components.back()).push_back(c);
    }
  }
  if (principal.realm.empty() || std::ranges::any_of(principal.components, &std::string::empty)) return wrong();
  return principal;
}

}  // namespace tributary::service
