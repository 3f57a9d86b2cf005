// SPDX-License-Identifier: Apache-2.0
// DN to canonical name: domain components become the domain, the rest turns around.
#include "base/canonical_name.hpp"

#include <vector>

#include "base/rdn.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr std::size_t kRdnsMax = 1000;  // deeper than any directory

bool is_domain_component(std::u16string_view key) { return key == u"DC" || key == u"dc" || key == u"Dc" || key == u"dC"; }

/// A slash inside a part is escaped, since slashes separate parts.
void append_part(std::u16string& name, std::u16string_view part) {
  for (const char16_t c : part) {
    if (c == u'/' || c == u'\\') name.push_back(u'\\');
    name.push_back(c);
  }
}

}  // namespace

Result<CanonicalName> canonical_name(std::u16string_view dn, bool newline_before_last) {
  CanonicalName canonical;
  std::vector<std::u16string> parts;  // leaf first
  for (std::u16string_view rest = dn;;) {
    const auto rdn = first_rdn(rest);
    if (!rdn) return std::unexpected(rdn.error());
    if (rdn->key.empty()) break;
    auto value = unquote_rdn_value(rdn->value);
    if (!value) return std::unexpected(value.error());
    if (is_domain_component(rdn->key)) {
      if (!canonical.domain.empty()) canonical.domain.push_back(u'.');
      canonical.domain += *value;
    } else {
      if (!canonical.domain.empty()) return fail(win32::kErrorDsNameUnparseable, "a domain component is not at the end");
      if (parts.size() == kRdnsMax) return fail(win32::kErrorDsNameUnparseable, "the name has too many parts");
      parts.push_back(std::move(*value));
    }
    rest = rdn->rest;
  }
  if (canonical.domain.empty()) return fail(win32::kErrorDsNameUnparseable, "the name has no domain components");
  canonical.name = canonical.domain;
  const auto separator = [&](bool last) { canonical.name.push_back(last && newline_before_last ? u'\n' : u'/'); };
  if (parts.empty()) separator(true);
  for (std::size_t i = parts.size(); i-- > 0;) {
    separator(i == 0);
    append_part(canonical.name, parts[i]);
  }
  return canonical;
}

}  // namespace tributary
