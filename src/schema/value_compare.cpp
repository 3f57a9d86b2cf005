// SPDX-License-Identifier: Apache-2.0
// See value_compare.hpp.
#include "schema/value_compare.hpp"

#include <algorithm>

namespace tributary::schema {
namespace {

bool same_octets(ByteView value, Bytes& out) {
  out.assign(value.begin(), value.end());
  return true;
}
bool malformed(ByteView value, Bytes& out) {
  same_octets(value, out);
  return false;
}

/// A signed integer whose octets order as its values: big-endian, the sign bit turned.
template <class Unsigned>
bool integer(ByteView value, Bytes& out) {
  if (value.size() != sizeof(Unsigned)) return malformed(value, out);
  out.resize(sizeof(Unsigned));
  store_be<Unsigned>(out.data(), static_cast<Unsigned>(load_le<Unsigned>(value.data()) ^ (Unsigned{1} << (8 * sizeof(Unsigned) - 1))));
  return true;
}

bool boolean(ByteView value, Bytes& out) {
  if (value.size() != sizeof(std::uint32_t)) return malformed(value, out);
  out.assign(1, load_le<std::uint32_t>(value.data()) != 0 ? 1 : 0);  // [MS-DRSR] 5.16.3.1: anything but zero is TRUE
  return true;
}

bool number(ByteView value, Bytes& out) {
  if (value.size() != sizeof(std::uint32_t)) return malformed(value, out);
  out.resize(sizeof(std::uint32_t));
  store_be(out.data(), load_le<std::uint32_t>(value.data()));
  return true;
}

bool unicode(ByteView value, Bytes& out) {
  if (value.size() % 2 != 0) return malformed(value, out);
  out.clear();
  append_folded_utf16(value, out);
  return true;
}

/// The "C" locale of 3.1.1.2.2.4.12: ASCII letters only.
bool teletex(ByteView value, Bytes& out) {
  out.resize(value.size());
  std::ranges::transform(value, out.begin(), [](std::uint8_t c) { return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return true;
}

/// 3.1.1.2.2.4.3: the object, and a string by the UnicodeString rule.
bool dn_string(ByteView value, Bytes& out) {
  if (value.size() < kReferenceOctets || value.size() % 2 != 0) return malformed(value, out);
  out.assign(value.begin(), value.begin() + kReferenceOctets);
  append_folded_utf16(value.subspan(kReferenceOctets), out);
  return true;
}

}  // namespace

bool normal_form(Syntax syntax, ByteView value, Bytes& out) {
  switch (syntax) {
    case Syntax::kBoolean: return boolean(value, out);
    case Syntax::kInteger:
    case Syntax::kEnumeration: return integer<std::uint32_t>(value, out);
    case Syntax::kLargeInteger:
    case Syntax::kUtcTime:
    case Syntax::kGeneralizedTime: return integer<std::uint64_t>(value, out);
    case Syntax::kOid: return number(value, out);
    case Syntax::kUnicodeString: return unicode(value, out);
    case Syntax::kTeletexString: return teletex(value, out);
    case Syntax::kDnString:
    case Syntax::kAccessPoint: return dn_string(value, out);
    case Syntax::kDn:
    case Syntax::kDnBinary:
    case Syntax::kOrName: return value.size() < kReferenceOctets ? malformed(value, out) : same_octets(value, out);
    case Syntax::kSecurityDescriptor: return malformed(value, out);
    case Syntax::kPresentationAddress:
    case Syntax::kReplicaLink:
    case Syntax::kCaseString:
    case Syntax::kIa5String:
    case Syntax::kNumericString:
    case Syntax::kPrintableString:
    case Syntax::kOctetString:
    case Syntax::kSid: return same_octets(value, out);
  }
  return malformed(value, out);
}

Bytes normal_form(Syntax syntax, ByteView value) {
  Bytes out;
  normal_form(syntax, value, out);
  return out;
}

std::strong_ordering compare_values(Syntax syntax, ByteView a, ByteView b) {
  Bytes form_a, form_b;
  // What is malformed comes after everything else: it must not be equal to a value whose normal form happens to have its octets.
  const bool proper_a = normal_form(syntax, a, form_a);
  const bool proper_b = normal_form(syntax, b, form_b);
  if (proper_a != proper_b) return proper_a ? std::strong_ordering::less : std::strong_ordering::greater;
  return form_a <=> form_b;
}

bool values_equal(Syntax syntax, ByteView a, ByteView b) {
  return std::ranges::equal(a, b) || compare_values(syntax, a, b) == std::strong_ordering::equal;
}

}  // namespace tributary::schema
