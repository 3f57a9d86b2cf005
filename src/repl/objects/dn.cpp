// SPDX-License-Identifier: Apache-2.0
// DNs between text and lists of RDNs. RFC 4514; [MS-ADTS] 3.1.1.1.4, 3.1.1.3.1.2.
// Must never know the store.
#include "repl/objects/dn.hpp"

#include <algorithm>
#include <array>

#include "base/rdn.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "schema/schema.hpp"

namespace tributary::repl {
namespace {

/// The keywords that stand in capitals in a DN.
constexpr std::array<std::string_view, 9> kShortKeywords = {"CN", "L", "ST", "O", "OU", "C", "STREET", "DC", "UID"};

}  // namespace

std::optional<Attid> find_rdn_type(const schema::Schema& schema, std::string_view keyword) {
  const auto* attribute = schema.find_attribute(keyword);
  return attribute == nullptr ? std::nullopt : std::optional(attribute->attid);
}

std::string rdn_keyword(const schema::Schema& schema, Attid type) {
  const auto* attribute = schema.find_attribute(type);
  if (attribute == nullptr) return "OID." + schema.prefix_table().oid_from_attid(type);
  const auto in_capitals = std::ranges::find_if(
      kShortKeywords, [&](std::string_view keyword) { return equals_ignoring_case(keyword, attribute->ldap_display_name); });
  return in_capitals != kShortKeywords.end() ? std::string(*in_capitals) : attribute->ldap_display_name;
}

Result<Dn> parse_dn(const schema::Schema& schema, std::string_view dn) {
  Dn rdns;
  for (std::string_view rest = dn;;) {
    const auto rdn = first_rdn(rest);
    if (!rdn) return std::unexpected(rdn.error());
    if (rdn->key.empty()) return rdns;
    if (rdns.size() == kDnRdnsMax) return fail(win32::kErrorDsNameTooLong, "the name has too many parts");
    const auto type = find_rdn_type(schema, rdn->key);
    if (!type) return fail(win32::kErrorDsNameUnparseable, "there is no attribute " + std::string(rdn->key));
    auto value = unquote_rdn_value(rdn->value);
    if (!value) return std::unexpected(value.error());
    if (value->empty()) return fail(win32::kErrorDsNameUnparseable, "an RDN without a value");
    rdns.push_back({*type, std::move(*value)});
    rest = rdn->rest;
  }
}

std::string format_rdn(const schema::Schema& schema, const Rdn& rdn) {
  return rdn_keyword(schema, rdn.type) + '=' + quote_rdn_value(std::string_view(rdn.value));
}

std::string format_dn(const schema::Schema& schema, std::span<const Rdn> dn) {
  std::string text;
  for (const auto& rdn : dn) {
    if (!text.empty()) text.push_back(',');
    text += format_rdn(schema, rdn);
  }
  return text;
}

}  // namespace tributary::repl
