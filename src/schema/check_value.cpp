// SPDX-License-Identifier: Apache-2.0
// See check_value.hpp.
#include "schema/check_value.hpp"

#include <algorithm>
#include <limits>

#include "base/sid.hpp"
#include "base/win32.hpp"

namespace tributary::schema {
namespace {

constexpr std::size_t kSecurityDescriptorHead = 20;  // [MS-DTYP] 2.4.6
constexpr std::uint16_t kSelfRelative = 0x8000;

/// Head and offsets of a self-relative security descriptor; its ACLs are judged where they are read.
bool is_security_descriptor(ByteView value) noexcept {
  if (value.size() < kSecurityDescriptorHead || value[0] != 1) return false;
  if ((load_le<std::uint16_t>(value.data() + 2) & kSelfRelative) == 0) return false;
  for (std::size_t at = 4; at < kSecurityDescriptorHead; at += 4) {
    const std::size_t offset = load_le<std::uint32_t>(value.data() + at);
    if (offset != 0 && (offset < kSecurityDescriptorHead || offset + 8 > value.size())) return false;  // the shortest SID and ACL have 8
  }
  return true;
}

bool has_paired_surrogates(ByteView utf16_le) noexcept {
  bool expects_low = false;
  for (std::size_t at = 0; at + 2 <= utf16_le.size(); at += 2) {
    const auto unit = load_le<std::uint16_t>(utf16_le.data() + at);
    const bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (is_low != expects_low) return false;
    expects_low = unit >= 0xD800 && unit < 0xDC00;
  }
  return !expects_low;
}

/// Printable String of RFC 2252 with the differences that [MS-ADTS] 3.1.1.2.2.2 lists: no quotation mark, but "@".
bool is_printable(std::uint8_t c) noexcept {
  const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_alphanumeric || (c != 0 && std::string_view("'()+,-./:? =@").contains(static_cast<char>(c)));
}

/// What a range limits, in its own unit ([MS-ADTS] 3.1.1.2.3): the number, characters, or octets. Nothing: no range applies.
std::optional<std::int64_t> measure(Syntax syntax, ByteView value) noexcept {
  switch (syntax) {
    case Syntax::kInteger:
    case Syntax::kEnumeration: return static_cast<std::int32_t>(load_le<std::uint32_t>(value.data()));
    case Syntax::kLargeInteger:
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime: return static_cast<std::int64_t>(load_le<std::uint64_t>(value.data()));
    case Syntax::kUnicodeString:
    case Syntax::kDnString:
    case Syntax::kAccessPoint: return static_cast<std::int64_t>(value.size() / 2);
    case Syntax::kBoolean:
    case Syntax::kDn:
    case Syntax::kOrName:
    case Syntax::kOid: return std::nullopt;
    default: return static_cast<std::int64_t>(value.size());
  }
}

/// rangeLower and rangeUpper have 32 bits. Of an Integer they are signed as it is; an upper of -1 elsewhere is 32 bits, all set.
std::int64_t upper_limit(Syntax syntax, std::int32_t upper) noexcept {
  const bool is_signed = syntax == Syntax::kInteger || syntax == Syntax::kEnumeration;
  return upper == -1 && !is_signed ? std::int64_t{std::numeric_limits<std::uint32_t>::max()} : upper;
}

}  // namespace

bool has_value_form(Syntax syntax, ByteView value) noexcept {
  switch (syntax) {
    case Syntax::kBoolean:
    case Syntax::kInteger:
    case Syntax::kEnumeration:
    case Syntax::kOid: return value.size() == 4;
    case Syntax::kLargeInteger:
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime: return value.size() == 8;
    case Syntax::kUnicodeString:
    case Syntax::kDnString:
    case Syntax::kAccessPoint: return value.size() % 2 == 0;
    case Syntax::kSid: return decode_sid(value).has_value();
    case Syntax::kSecurityDescriptor: return is_security_descriptor(value);
    // 5.192 SYNTAX_ADDRESS: its own length, then UTF-16.
    case Syntax::kPresentationAddress:
      return value.size() >= 4 && value.size() % 2 == 0 && load_le<std::uint32_t>(value.data()) == value.size();
    case Syntax::kDn:
    case Syntax::kOrName: return value.empty();
    default: return true;
  }
}

bool has_allowed_characters(const AttributeSchema& attribute, ByteView value) noexcept {
  const auto every = [value](auto allowed) { return std::ranges::all_of(value, allowed); };
  switch (attribute.syntax) {
    case Syntax::kUnicodeString:
    case Syntax::kDnString: return has_paired_surrogates(value);
    case Syntax::kIa5String: return attribute.extended_chars_allowed || every([](std::uint8_t c) { return c < 0x80; });
    case Syntax::kNumericString: return attribute.extended_chars_allowed || every([](std::uint8_t c) { return c == ' ' || (c >= '0' && c <= '9'); });
    case Syntax::kPrintableString: return attribute.extended_chars_allowed || every(is_printable);
    case Syntax::kTeletexString: return attribute.extended_chars_allowed || every([](std::uint8_t c) { return c >= 0x20 && c <= 0x7E; });
    default: return true;
  }
}

bool is_in_range(const AttributeSchema& attribute, ByteView value) noexcept {
  if (!has_value_form(attribute.syntax, value)) return false;
  const auto size = measure(attribute.syntax, value);
  if (!size) return true;
  if (attribute.range_lower && *size < *attribute.range_lower) return false;
  return !attribute.range_upper || *size <= upper_limit(attribute.syntax, *attribute.range_upper);
}

Result<void> check_value(const AttributeSchema& attribute, ByteView value) {
  if (!has_value_form(attribute.syntax, value) || !has_allowed_characters(attribute, value))
    return fail(win32::kErrorDsInvalidAttributeSyntax, "a value of " + attribute.ldap_display_name);
  if (!is_in_range(attribute, value)) return fail(win32::kErrorDsRangeConstraint, "a value of " + attribute.ldap_display_name);
  return {};
}

Result<void> check_value_count(const AttributeSchema& attribute, std::size_t count) {
  if (attribute.is_single_valued && count > 1) return fail(win32::kErrorDsSingleValueConstraint, attribute.ldap_display_name);
  return {};
}

}  // namespace tributary::schema
