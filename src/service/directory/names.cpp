// SPDX-License-Identifier: Apache-2.0
// Names taken apart.
#include "service/directory/names.hpp"

#include "base/rdn.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::service::directory {
namespace {

constexpr std::size_t kSiteRdnUnitsMax = 64;
constexpr std::size_t kLabelsMax = 1000;  // deeper than any directory

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const auto at = text.find(separator, from);
    parts.push_back(text.substr(from, at - from));
    if (at == std::string_view::npos) return parts;
    from = at + 1;
  }
}

}  // namespace

std::optional<Nt4Name> parse_nt4_name(std::string_view name) {
  const auto parts = split(name, '\\');
  if (parts.size() != 2 || (parts[0].empty() && parts[1].empty())) return std::nullopt;
  return Nt4Name{std::string(parts[0]), std::string(parts[1])};
}

std::optional<PrincipalName> parse_upn(std::string_view name) {
  const auto at = name.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == name.size()) return std::nullopt;
  return PrincipalName{std::string(name.substr(0, at)), std::string(name.substr(at + 1))};
}

std::optional<ServicePrincipal> parse_spn(std::string_view spn) {
  const auto parts = split(spn, '/');
  if (parts.size() != 2 && parts.size() != 3) return std::nullopt;
  for (const auto part : parts)
    if (part.empty()) return std::nullopt;
  return ServicePrincipal{std::string(parts[0]), std::string(parts[1]), parts.size() == 3 ? std::string(parts[2]) : std::string()};
}

std::optional<std::string> map_spn(const ServicePrincipal& spn, std::span<const std::string> mappings) {
  for (const std::string_view mapping : mappings) {
    const auto equals = mapping.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    for (const auto service_class : split(mapping.substr(equals + 1), ',')) {
      if (!equals_ignoring_case(service_class, spn.service_class)) continue;
      std::string mapped(mapping.substr(0, equals));
      mapped += "/" + spn.instance;
      if (spn.has_three_parts()) mapped += "/" + spn.service;
      return mapped;
    }
  }
  return std::nullopt;
}

std::optional<CanonicalParts> parse_canonical(std::string_view name) {
  CanonicalParts parts;
  std::string part;
  bool in_domain = true, escaped = false;
  const auto end_part = [&] {
    if (in_domain) parts.domain = std::move(part);
    else parts.labels.push_back(std::move(part));
    in_domain = false;
    part.clear();
  };
  for (const char c : name) {
    if (!escaped && c == '\\') {
      escaped = true;
    } else if (!escaped && c == '/') {
      end_part();
      if (parts.labels.size() == kLabelsMax) return std::nullopt;
    } else {
      part.push_back(c);
      escaped = false;
    }
  }
  if (escaped) return std::nullopt;
  if (in_domain || !part.empty() || !parts.labels.empty()) end_part();  // one slash behind the domain adds nothing
  return parts.domain.empty() ? std::nullopt : std::optional(std::move(parts));
}

std::optional<std::string> canonical_from_extended(std::string_view name) {
  const auto at = name.rfind('\n');
  if (at == std::string_view::npos) return std::nullopt;
  std::string plain(name);
  plain[at] = '/';
  return plain;
}

std::optional<Guid> parse_braced_guid(std::string_view text) {
  if (text.size() != 38 || text.front() != '{') return std::nullopt;
  const auto guid = parse_guid(text);
  return guid ? std::optional(*guid) : std::nullopt;
}

std::string braced(const Guid& guid) { return "{" + to_string(guid) + "}"; }

std::string dc_suffix(std::string_view dn) {
  std::string_view suffix;
  for (auto rest = dn;;) {
    const auto rdn = first_rdn(rest);
    if (!rdn) return {};
    if (rdn->key.empty()) return std::string(suffix);
    const bool is_component = equals_ignoring_case(rdn->key, "DC");
    if (!is_component) suffix = {};
    else if (suffix.empty()) suffix = std::string_view(rdn->key.data(), static_cast<std::size_t>(dn.data() + dn.size() - rdn->key.data()));
    rest = rdn->rest;
  }
}

Win32 validate_site_rdn(const std::optional<std::u16string>& name) {
  if (!name || name->empty()) return win32::kErrorDsDraInvalidParameter;
  if (name->size() > kSiteRdnUnitsMax) return win32::kErrorDsNameTooLong;
  if (name->find_first_of(u"=,") != std::u16string::npos) return win32::kErrorDsDraInvalidParameter;
  return win32::kErrorSuccess;
}

}  // namespace tributary::service::directory
