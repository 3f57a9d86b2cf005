// SPDX-License-Identifier: Apache-2.0
// See tree.hpp.
#include "service/forest/tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/sid.hpp"
#include "base/win32.hpp"

namespace tributary::service {
namespace {

using repl::NewValue;
using schema::Syntax;

Result<std::string> substitute(std::string_view line, const TreeVariables& variables) {
  std::string text;
  while (true) {
    const auto open = line.find('{');
    text += line.substr(0, open);
    if (open == std::string_view::npos) return text;
    const auto close = line.find('}', open);
    const auto name = line.substr(open + 1, close == std::string_view::npos ? 0 : close - open - 1);
    const auto at = std::ranges::find(variables, name, [](const auto& each) { return each.first; });
    if (close == std::string_view::npos || at == variables.end()) return fail(win32::kErrorInvalidData, fmt::format("{}: no such name", line));
    text += at->second;
    line.remove_prefix(close + 1);
  }
}

std::unexpected<Error> malformed(const schema::AttributeSchema& attribute, std::string_view text) {
  return fail(win32::kErrorDsInvalidAttributeSyntax, fmt::format("{}: {}", attribute.ldap_display_name, text));
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  const bool is_hex = text.starts_with("0x");
  if (is_hex) text.remove_prefix(2);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, is_hex ? 16 : 10);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// Integers are signed; flags are written without a sign.
std::optional<std::uint32_t> integer_of(std::string_view text) {
  if (const auto number = number_of<std::uint32_t>(text)) return number;
  const auto number = number_of<std::int32_t>(text);
  return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

std::optional<std::uint32_t> oid_of(const schema::Schema& schema, std::string_view name) {
  if (const auto* object_class = schema.find_class(name)) return static_cast<std::uint32_t>(object_class->attid);
  if (const auto* attribute = schema.find_attribute(name)) return static_cast<std::uint32_t>(attribute->attid);
  return std::nullopt;
}

std::optional<Bytes> octets_of(std::string_view text) {
  if (text.starts_with("guid:")) {
    const auto guid = parse_guid(text.substr(5));
    return guid ? std::optional(to_bytes(guid->octets)) : std::nullopt;
  }
  if (!text.starts_with("hex:")) return std::nullopt;
  auto octets = from_hex(text.substr(4));
  return octets ? std::optional(std::move(*octets)) : std::nullopt;
}

Result<NewValue> reference_of(const schema::AttributeSchema& attribute, std::string_view text, const ReferenceMaker& refer) {
  if (attribute.syntax == Syntax::kDn) return refer(attribute.syntax, text, {});
  const auto digits = text.find(':', 2);
  const auto dn = digits == std::string_view::npos ? digits : text.find(':', digits + 1);
  if (!text.starts_with("B:") || dn == std::string_view::npos) return malformed(attribute, text);
  auto rest = from_hex(text.substr(digits + 1, dn - digits - 1));
  if (!rest || number_of<std::size_t>(text.substr(2, digits - 2)) != rest->size() * 2) return malformed(attribute, text);
  return refer(attribute.syntax, text.substr(dn + 1), std::move(*rest));
}

}  // namespace

std::string_view TreeObject::first(std::string_view attribute) const noexcept {
  const auto at = std::ranges::find(values, attribute, [](const auto& each) -> std::string_view { return each.first; });
  return at == values.end() ? std::string_view() : std::string_view(at->second);
}

Result<std::vector<TreeObject>> read_tree(std::string_view text, const TreeVariables& variables) {
  std::vector<TreeObject> objects;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto raw = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (raw.empty() || raw.front() == '#') continue;
    const auto line = substitute(raw, variables);
    if (!line) return std::unexpected(line.error());
    if (raw.front() != ' ') {
      objects.push_back({*line, {}});
      continue;
    }
    const auto colon = line->find(": ");
    if (objects.empty() || colon == std::string::npos) return fail(win32::kErrorInvalidData, *line);
    objects.back().values.emplace_back(line->substr(1, colon - 1), line->substr(colon + 2));
  }
  return objects;
}

std::pair<std::string_view, std::string_view> split_dn(std::string_view dn) noexcept {
  const auto comma = dn.find(',');
  if (comma == std::string_view::npos) return {dn, {}};
  return {dn.substr(0, comma), dn.substr(comma + 1)};
}

std::string dn_of_dns_name(std::string_view dns_name) {
  std::string dn = "DC=";
  for (const char c : dns_name) {
    if (c == '.') {
      dn += ",DC=";
    } else {
      dn += c;
    }
  }
  return dn;
}

Result<NewValue> value_of_text(const schema::Schema& schema, const schema::AttributeSchema& attribute, std::string_view text,
                               const ReferenceMaker& refer) {
  if (schema::is_reference(attribute.syntax)) return reference_of(attribute, text, refer);
  switch (attribute.syntax) {
    case Syntax::kUnicodeString: return repl::text_value(text);
    case Syntax::kIa5String:
    case Syntax::kNumericString:
    case Syntax::kPrintableString:
    case Syntax::kTeletexString: return repl::octets_value(ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    case Syntax::kBoolean:
      if (text != "TRUE" && text != "FALSE") return malformed(attribute, text);
      return repl::bool_value(text == "TRUE");
    case Syntax::kEnumeration:
    case Syntax::kInteger:
      if (const auto number = integer_of(text)) return repl::u32_value(*number);
      return malformed(attribute, text);
    case Syntax::kLargeInteger:
      if (const auto number = number_of<std::int64_t>(text)) return repl::i64_value(*number);
      return malformed(attribute, text);
    case Syntax::kOid:
      if (const auto number = oid_of(schema, text)) return repl::u32_value(*number);
      return malformed(attribute, text);
    case Syntax::kOctetString:
      if (const auto octets = octets_of(text)) return repl::octets_value(*octets);
      return malformed(attribute, text);
    default: return fail(win32::kErrorNotSupported, attribute.ldap_display_name);
  }
}

}  // namespace tributary::service
