// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.5.1.1 with 3.1.1.2.3 (ranges) and 3.1.1.2.2.2 (characters); [MS-DRSR] 5.16.1, 5.16.3 (forms).
#include "schema/check_value.hpp"

#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::schema {
namespace {

AttributeSchema attribute_of(Syntax syntax, std::optional<std::int32_t> lower = {}, std::optional<std::int32_t> upper = {}) {
  AttributeSchema attribute;
  attribute.ldap_display_name = "example";
  attribute.syntax = syntax;
  attribute.range_lower = lower;
  attribute.range_upper = upper;
  return attribute;
}
Bytes hex(std::string_view text) { return from_hex(text).value(); }
Bytes text(std::string_view ascii) { return to_bytes(as_bytes(ascii)); }
Bytes utf16(std::string_view utf8) {
  Bytes octets;
  for (const char16_t unit : to_utf16(utf8).value()) octets.insert(octets.end(), {static_cast<std::uint8_t>(unit), static_cast<std::uint8_t>(unit >> 8)});
  return octets;
}
Win32 code(const AttributeSchema& attribute, const Bytes& value) {
  const auto checked = check_value(attribute, value);
  return checked ? win32::kErrorSuccess : checked.error().code;
}

struct FormCase {
  Syntax syntax;
  std::vector<const char*> good, bad;
};

// [MS-DRSR] 5.16.3: how many octets, and of what kind.
TEST(CheckValue, FormOfEachSyntax) {
  const FormCase cases[] = {
      {Syntax::kBoolean, {"00000000", "01000000"}, {"", "01", "0100000000"}},
      {Syntax::kInteger, {"05000000"}, {"0500", "0500000000000000"}},
      {Syntax::kEnumeration, {"05000000"}, {"05"}},
      {Syntax::kOid, {"03000000"}, {"0300"}},
      {Syntax::kLargeInteger, {"3d31000000000000"}, {"3d310000"}},
      {Syntax::kGeneralizedTime, {"3d31000000000000"}, {"3d310000"}},
      {Syntax::kUtcTime, {"3d31000000000000"}, {""}},
      {Syntax::kUnicodeString, {"", "4100", "41004200", "01d837dc"}, {"41", "410042", "01d8", "37dc", "01d84100"}},
      {Syntax::kSid, {"010100000000000512000000"}, {"", "0101000000000005", "01010000000000051200000000"}},
      {Syntax::kSecurityDescriptor,
       {"0100048000000000000000000000000000000000", "01000480140000000000000000000000000000000101000000000005"},
       {"", "01000480", "0200048000000000000000000000000000000000", "0100040000000000000000000000000000000000", "0100048014000000000000000000000000000000"}},
      {Syntax::kPresentationAddress, {"0e00000031003200330034003500", "04000000"}, {"", "0e000000", "0f000000310032003300340035"}},
      {Syntax::kDn, {""}, {"00"}},
      {Syntax::kDnBinary, {"", "00ff"}, {}},
      {Syntax::kDnString, {"", "4100"}, {"41", "01d8"}},
      {Syntax::kIa5String, {"", "41007f"}, {"80", "41ff"}},
      {Syntax::kNumericString, {"", "313220"}, {"31322d", "41"}},
      {Syntax::kTeletexString, {"207e"}, {"1f", "7f"}},
      {Syntax::kCaseString, {"00ff"}, {}},
      {Syntax::kOctetString, {"", "00ff"}, {}},
      {Syntax::kReplicaLink, {"00"}, {}},
  };
  for (const auto& each : cases) {
    for (const auto* good : each.good) EXPECT_EQ(code(attribute_of(each.syntax), hex(good)), win32::kErrorSuccess) << syntax_info(each.syntax).ldap_name << " " << good;
    for (const auto* bad : each.bad)
      EXPECT_EQ(code(attribute_of(each.syntax), hex(bad)), win32::kErrorDsInvalidAttributeSyntax) << syntax_info(each.syntax).ldap_name << " " << bad;
  }
}

// 3.1.1.2.2.2: the printable characters of RFC 2252, without the quotation mark and with "@".
TEST(CheckValue, PrintableCharacters) {
  const std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'()+,-./:? =@";
  for (int c = 0; c < 256; ++c) {
    const bool expected = allowed.contains(static_cast<char>(c)) && c < 128;
    EXPECT_EQ(has_allowed_characters(attribute_of(Syntax::kPrintableString), Bytes{static_cast<std::uint8_t>(c)}), expected) << c;
  }
  auto extended = attribute_of(Syntax::kPrintableString);
  extended.extended_chars_allowed = true;
  EXPECT_TRUE(check_value(extended, hex("22ff")));
}

// 3.1.1.2.3: numbers by their value, String(Unicode) in characters, octets for most others, nothing for Boolean and DNs.
TEST(CheckValue, Ranges) {
  const auto integer = attribute_of(Syntax::kInteger, -2, 5);
  EXPECT_EQ(code(integer, hex("05000000")), win32::kErrorSuccess);
  EXPECT_EQ(code(integer, hex("06000000")), win32::kErrorDsRangeConstraint);
  EXPECT_EQ(code(integer, hex("feffffff")), win32::kErrorSuccess);
  EXPECT_EQ(code(integer, hex("fdffffff")), win32::kErrorDsRangeConstraint);
  const auto unicode = attribute_of(Syntax::kUnicodeString, 1, 3);
  EXPECT_EQ(code(unicode, utf16("äöü")), win32::kErrorSuccess);
  EXPECT_EQ(code(unicode, utf16("")), win32::kErrorDsRangeConstraint);
  EXPECT_EQ(code(unicode, utf16("abcd")), win32::kErrorDsRangeConstraint);
  const auto octets = attribute_of(Syntax::kOctetString, 2, 3);
  EXPECT_EQ(code(octets, hex("0102")), win32::kErrorSuccess);
  EXPECT_EQ(code(octets, hex("01")), win32::kErrorDsRangeConstraint);
  EXPECT_EQ(code(octets, hex("01020304")), win32::kErrorDsRangeConstraint);
  EXPECT_EQ(code(attribute_of(Syntax::kIa5String, 2, 3), text("abcd")), win32::kErrorDsRangeConstraint);
  EXPECT_EQ(code(attribute_of(Syntax::kBoolean, 5, 5), hex("01000000")), win32::kErrorSuccess);
  EXPECT_EQ(code(attribute_of(Syntax::kDn, 5, 5), {}), win32::kErrorSuccess);
  EXPECT_EQ(code(attribute_of(Syntax::kDnBinary, 2, 2), hex("01")), win32::kErrorDsRangeConstraint);
  EXPECT_EQ(code(attribute_of(Syntax::kDnString, 2, 2), utf16("ab")), win32::kErrorSuccess);
}

// An upper limit of -1 of a LargeInteger (msDFSR-ConflictSizeInMb has it) is 32 bits, all of them set.
TEST(CheckValue, UpperLimitWithAllBitsSet) {
  const auto large = attribute_of(Syntax::kLargeInteger, 0, -1);
  EXPECT_EQ(code(large, hex("ffffffff00000000")), win32::kErrorSuccess);
  EXPECT_EQ(code(large, hex("0000000001000000")), win32::kErrorDsRangeConstraint);
  EXPECT_EQ(code(large, hex("ffffffffffffffff")), win32::kErrorDsRangeConstraint) << "-1 is below the lower limit";
  EXPECT_EQ(code(attribute_of(Syntax::kInteger, -5, -1), hex("00000000")), win32::kErrorDsRangeConstraint);
}

TEST(CheckValue, SingleValues) {
  auto attribute = attribute_of(Syntax::kInteger);
  EXPECT_TRUE(check_value_count(attribute, 1000));
  attribute.is_single_valued = true;
  EXPECT_TRUE(check_value_count(attribute, 0));
  EXPECT_TRUE(check_value_count(attribute, 1));
  EXPECT_EQ(check_value_count(attribute, 2).error().code, win32::kErrorDsSingleValueConstraint);
  EXPECT_EQ(check_value_count(attribute, 2).error().detail, "example");
}

}  // namespace
}  // namespace tributary::schema
