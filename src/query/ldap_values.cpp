// SPDX-License-Identifier: Apache-2.0
// See ldap_values.hpp.
#include "query/ldap_values.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "repl/objects/names.hpp"

namespace tributary::query {
namespace {

using repl::NewValue;
using schema::Syntax;

std::unexpected<Error> malformed(const schema::AttributeSchema& attribute, std::string_view octets) {
  return fail(win32::kErrorDsInvalidAttributeSyntax, fmt::format("{}: {}", attribute.ldap_display_name, to_printable(octets, 80)));
}

template <class T>
std::optional<T> number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}
/// Signed, or unsigned for flags that people write so.
std::optional<std::uint32_t> integer(std::string_view text) {
  const auto value = number<std::int64_t>(text);
  if (!value || *value < INT32_MIN || *value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*value);
}

std::optional<schema::Attid> oid(const schema::Schema& schema, std::string_view text) {
  if (const auto* found = schema.find_class(text)) return found->attid;
  if (const auto* found = schema.find_attribute(text)) return found->attid;
  return schema.prefix_table().find_attid(text);  // that of a syntax, for example
}

/// "B:<digits>:<hex>:<dn>" and "S:<characters>:<text>:<dn>".
struct Paired {
  Bytes rest;
  std::string_view dn;
};
std::optional<Paired> paired(Syntax syntax, std::string_view text) {
  const char kind = syntax == Syntax::kDnBinary ? 'B' : 'S';
  const auto colon = text.find(':', 2);
  if (text.size() < 4 || text[0] != kind || text[1] != ':' || colon == std::string_view::npos) return std::nullopt;
  const auto size = number<std::size_t>(text.substr(2, colon - 2));
  if (!size || *size > text.size() || colon + 1 + *size >= text.size() || text[colon + 1 + *size] != ':') return std::nullopt;
  const auto middle = text.substr(colon + 1, *size);
  Paired result{{}, text.substr(colon + 2 + *size)};
  if (syntax == Syntax::kDnBinary) {
    auto octets = from_hex(middle);
    if (!octets || octets->size() * 2 != middle.size()) return std::nullopt;
    result.rest = std::move(*octets);
  } else {
    result.rest = repl::text_value(middle).octets;
  }
  return result;
}

std::string utf8_of(ByteView utf16) {
  std::u16string text;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2) text += static_cast<char16_t>(load_le<std::uint16_t>(utf16.data() + i));
  return to_utf8_lossy(text);
}

Result<NewValue> reference(const schema::AttributeSchema& attribute, std::string_view octets, const FindDn& find) {
  Paired parts{{}, octets};
  if (attribute.syntax == Syntax::kDnBinary || attribute.syntax == Syntax::kDnString) {
    auto read = paired(attribute.syntax, octets);
    if (!read) return malformed(attribute, octets);
    parts = std::move(*read);
  } else if (attribute.syntax != Syntax::kDn) {
    return malformed(attribute, octets);
  }
  const auto target = find(parts.dn);
  if (!target) return std::unexpected(target.error());
  if (*target == store::kNoDnt) return fail(win32::kErrorDsNameReferenceInvalid, fmt::format("{}: {}", attribute.ldap_display_name, to_printable(parts.dn, 200)));
  return repl::reference_value(*target, parts.rest);
}

}  // namespace

std::string format_ldap_time(Syntax syntax, DsTime time) {
  std::string digits;
  for (const char c : to_string(time).substr(0, 19))
    if (c >= '0' && c <= '9') digits += c;
  return syntax == Syntax::kUtcTime ? digits.substr(2) + "Z" : digits + ".0Z";
}

std::optional<DsTime> parse_ldap_time(std::string_view text) {
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  const auto rest = text.substr(digits.size());
  if ((digits.size() != 14 && digits.size() != 12) || (rest != "Z" && rest != ".0Z")) return std::nullopt;
  // Two digits of a year mean 1950 to 2049 (RFC 5280 section 4.1.2.5.1).
  std::string year(digits.size() == 14 ? digits.substr(0, 4) : (digits[0] >= '5' ? "19" : "20") + std::string(digits.substr(0, 2)));
  const auto at = digits.size() - 10;
  const auto two = [&](std::size_t i) { return digits.substr(at + i, 2); };
  const auto time = parse_ds_time(fmt::format("{}-{}-{}T{}:{}:{}Z", year, two(0), two(2), two(4), two(6), two(8)));
  return time ? std::optional(*time) : std::nullopt;
}

Result<NewValue> value_from_ldap(const schema::Schema& schema, const schema::AttributeSchema& attribute, std::string_view octets, const FindDn& find) {
  switch (attribute.syntax) {
    case Syntax::kDn:
    case Syntax::kDnBinary:
    case Syntax::kDnString:
    case Syntax::kOrName:
    case Syntax::kAccessPoint: return reference(attribute, octets, find);
    case Syntax::kBoolean:
      if (octets == "TRUE" || octets == "FALSE") return repl::bool_value(octets == "TRUE");
      return malformed(attribute, octets);
    case Syntax::kEnumeration:
    case Syntax::kInteger:
      if (const auto value = integer(octets)) return repl::u32_value(*value);
      return malformed(attribute, octets);
    case Syntax::kLargeInteger:
      if (const auto value = number<std::int64_t>(octets)) return repl::i64_value(*value);
      return malformed(attribute, octets);
    case Syntax::kOid:
      if (const auto value = oid(schema, octets)) return repl::u32_value(static_cast<std::uint32_t>(*value));
      return malformed(attribute, octets);
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime:
      if (const auto value = parse_ldap_time(octets)) return repl::i64_value(value->seconds);
      return malformed(attribute, octets);
    case Syntax::kUnicodeString:
    case Syntax::kPresentationAddress:
      if (!to_utf16(octets)) return malformed(attribute, octets);
      return repl::text_value(octets);
    case Syntax::kSid:
      if (octets.starts_with("S-1-")) {
        const auto sid = parse_sid(octets);
        if (!sid) return malformed(attribute, octets);
        return repl::octets_value(encode_sid(*sid));
      }
      if (!decode_sid(as_bytes(octets))) return malformed(attribute, octets);
      return repl::octets_value(as_bytes(octets));
    default: return repl::octets_value(as_bytes(octets));
  }
}

Result<std::string> value_to_ldap(const store::Snapshot& snapshot, const schema::Schema& schema, const schema::AttributeSchema& attribute, ByteView stored) {
  const auto raw = [&] { return std::string(stored.begin(), stored.end()); };
  const auto u32 = [&] { return load_le<std::uint32_t>(stored.data()); };
  const auto i64 = [&] { return static_cast<std::int64_t>(load_le<std::uint64_t>(stored.data())); };
  if (schema::is_reference(attribute.syntax)) {
    auto dn = repl::dn_of(snapshot, schema, store::reference_target(stored));
    const auto rest = store::reference_rest(stored);
    if (!dn || attribute.syntax == Syntax::kDn) return dn;
    if (attribute.syntax == Syntax::kDnBinary) return fmt::format("B:{}:{}:{}", rest.size() * 2, to_hex(rest), *dn);
    const auto text = utf8_of(rest);
    return fmt::format("S:{}:{}:{}", text.size(), text, *dn);
  }
  const bool has_four = stored.size() == 4, has_eight = stored.size() == 8;
  switch (attribute.syntax) {
    case Syntax::kBoolean: return std::string(has_four && u32() != 0 ? "TRUE" : "FALSE");
    case Syntax::kEnumeration:
    case Syntax::kInteger: return has_four ? std::to_string(static_cast<std::int32_t>(u32())) : raw();
    case Syntax::kLargeInteger: return has_eight ? std::to_string(i64()) : raw();
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime: return has_eight ? format_ldap_time(attribute.syntax, DsTime{i64()}) : raw();
    case Syntax::kUnicodeString:
    case Syntax::kPresentationAddress: return utf8_of(stored);
    case Syntax::kOid: {
      if (!has_four) return raw();
      if (const auto* found = schema.find_class(schema::Attid{u32()})) return found->ldap_display_name;
      if (const auto* found = schema.find_attribute(schema::Attid{u32()})) return found->ldap_display_name;
      const auto oid_text = schema.prefix_table().oid_from_attid(schema::Attid{u32()});
      return oid_text.empty() ? std::to_string(u32()) : oid_text;
    }
    default: return raw();
  }
}

}  // namespace tributary::query
