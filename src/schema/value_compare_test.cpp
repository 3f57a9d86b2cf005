// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.2.2.4, [MS-DRSR] 5.16.3.1: the comparison rule of each syntax. Normal forms are judged on small domains in full: equality is an equivalence,
// the order is total, and octets say the same as the rule.
#include "schema/value_compare.hpp"

#include <gtest/gtest.h>

#include "base/utf.hpp"

namespace tributary::schema {
namespace {

Bytes u32(std::uint32_t value) {
  Bytes octets(4);
  store_le(octets.data(), value);
  return octets;
}
Bytes u64(std::uint64_t value) {
  Bytes octets(8);
  store_le(octets.data(), value);
  return octets;
}
Bytes utf16(std::string_view text) {
  Bytes octets;
  for (const char16_t unit : to_utf16(text).value()) octets.insert(octets.end(), {static_cast<std::uint8_t>(unit), static_cast<std::uint8_t>(unit >> 8)});
  return octets;
}
Bytes raw(std::string_view text) { return to_bytes(as_bytes(text)); }

// 3.1.1.2.2.4.1 and .2: TRUE is greater than FALSE, whatever its octets; integers compare with their sign.
TEST(ValueCompare, NumbersAndBooleans) {
  EXPECT_TRUE(values_equal(Syntax::kBoolean, u32(1), u32(0xFFFFFFFF)));
  EXPECT_EQ(compare_values(Syntax::kBoolean, u32(0), u32(7)), std::strong_ordering::less);
  const std::int64_t numbers[] = {INT64_MIN, INT32_MIN, -2, -1, 0, 1, 255, 256, 65536, INT32_MAX, INT64_MAX};
  for (const auto a : numbers)
    for (const auto b : numbers) {
      EXPECT_EQ(compare_values(Syntax::kLargeInteger, u64(static_cast<std::uint64_t>(a)), u64(static_cast<std::uint64_t>(b))), a <=> b) << a << " " << b;
      EXPECT_EQ(compare_values(Syntax::kGeneralizedTime, u64(static_cast<std::uint64_t>(a)), u64(static_cast<std::uint64_t>(b))), a <=> b);
      const auto a32 = static_cast<std::int32_t>(a), b32 = static_cast<std::int32_t>(b);
      EXPECT_EQ(compare_values(Syntax::kInteger, u32(static_cast<std::uint32_t>(a32)), u32(static_cast<std::uint32_t>(b32))), a32 <=> b32);
      EXPECT_EQ(compare_values(Syntax::kEnumeration, u32(static_cast<std::uint32_t>(a32)), u32(static_cast<std::uint32_t>(b32))), a32 <=> b32);
    }
}

// 3.1.1.2.2.4.7 and .8: octet by octet, the shorter one first.
TEST(ValueCompare, OctetsAndCaseStrings) {
  for (const auto syntax : {Syntax::kOctetString, Syntax::kCaseString, Syntax::kIa5String, Syntax::kNumericString, Syntax::kPrintableString, Syntax::kSid,
                            Syntax::kReplicaLink, Syntax::kPresentationAddress}) {
    EXPECT_TRUE(values_equal(syntax, raw("abc"), raw("abc")));
    EXPECT_FALSE(values_equal(syntax, raw("abc"), raw("abC")));
    EXPECT_EQ(compare_values(syntax, raw("ab"), raw("abc")), std::strong_ordering::less);
    EXPECT_EQ(compare_values(syntax, raw("b"), raw("abc")), std::strong_ordering::greater);
    EXPECT_EQ(compare_values(syntax, raw("\xFF"), raw("a")), std::strong_ordering::greater);
  }
}

// 3.1.1.2.2.4.12: the "C" locale knows ASCII letters only.
TEST(ValueCompare, Teletex) {
  EXPECT_TRUE(values_equal(Syntax::kTeletexString, raw("Ab Z"), raw("aB z")));
  EXPECT_FALSE(values_equal(Syntax::kTeletexString, raw("\xC4"), raw("\xE4")));
  EXPECT_FALSE(values_equal(Syntax::kTeletexString, raw("@"), raw("`")));
}

// 3.1.1.2.2.4.13, as far as case goes.
TEST(ValueCompare, UnicodeWithoutCase) {
  const std::pair<const char*, const char*> same[] = {{"Administrator", "ADMINISTRATOR"}, {"ÄÖÜ", "äöü"}, {"Ωμέγα", "ωΜΈΓΑ"}, {"ПРИВЕТ", "привет"},
                                                      {"ß", "ẞ"}, {"ﬀ", "ﬀ"}, {"𐐀", "𐐨"}, {"Σς", "σσ"}, {"", ""}};
  for (const auto& [a, b] : same) {
    EXPECT_TRUE(values_equal(Syntax::kUnicodeString, utf16(a), utf16(b))) << a;
    EXPECT_EQ(rdn_form(a), rdn_form(b)) << a;
    EXPECT_EQ(normal_form(Syntax::kUnicodeString, utf16(a)), rdn_form(b)) << "both encodings have one form";
  }
  const std::pair<const char*, const char*> different[] = {{"a", "b"}, {"e", "é"}, {"i", "ı"}, {"ss", "ß"}, {"a", "a "}, {"a", ""}, {"か", "カ"}};
  for (const auto& [a, b] : different) {
    EXPECT_FALSE(values_equal(Syntax::kUnicodeString, utf16(a), utf16(b))) << a;
    EXPECT_NE(rdn_form(a), rdn_form(b)) << a;
  }
  EXPECT_EQ(compare_values(Syntax::kUnicodeString, utf16("Zebra"), utf16("apple")), std::strong_ordering::greater);
  EXPECT_EQ(compare_values(Syntax::kUnicodeString, utf16("\xEE\x80\x80"), utf16("𐐨")), std::strong_ordering::less) << "by code point, not by unit";
}

// Every code point: folding is idempotent, and the two encodings agree.
TEST(CaseFolding, IsIdempotentForEveryCharacter) {
  std::size_t folded = 0;
  for (char32_t code = 0; code < 0x110000; ++code) {
    const auto form = fold_case(code);
    ASSERT_EQ(fold_case(form), form) << std::hex << static_cast<std::uint32_t>(code);
    ASSERT_LT(form, 0x110000u);
    ASSERT_FALSE(form >= 0xD800 && form < 0xE000 && form != code);
    folded += form != code;
  }
  EXPECT_EQ(folded, 1454u);
}

// Malformed text gives something, the same for the same, and different things for different malformed texts.
TEST(CaseFolding, MalformedTextIsTakenAsItIs) {
  for (const auto* text : {"\xC3", "\xE2\x82", "\xF0\x90\x90", "\xFF", "\x80", "\xC0\xAF", "\xED\xA0", "a\xC3" "b"})
    EXPECT_EQ(rdn_form(text), raw(text)) << to_hex(as_bytes(text));
  EXPECT_EQ(rdn_form("A\xC3" "B"), raw("a\xC3" "b"));
  const Bytes high{0x00, 0xD8}, low{0x00, 0xDC}, odd{0x41};
  EXPECT_NE(normal_form(Syntax::kUnicodeString, high), normal_form(Syntax::kUnicodeString, low));
  Bytes out;
  EXPECT_TRUE(normal_form(Syntax::kUnicodeString, high, out));
  EXPECT_FALSE(normal_form(Syntax::kUnicodeString, odd, out));
  EXPECT_EQ(out, odd);
}

// 3.1.1.2.2.4.3 to .5: the same object, and the other part by its own rule.
TEST(ValueCompare, References) {
  const auto value = [](std::uint64_t object, const Bytes& rest) {
    Bytes octets = u64(object);
    octets.insert(octets.end(), rest.begin(), rest.end());
    return octets;
  };
  EXPECT_TRUE(values_equal(Syntax::kDn, value(7, {}), value(7, {})));
  EXPECT_FALSE(values_equal(Syntax::kDn, value(7, {}), value(8, {})));
  EXPECT_FALSE(values_equal(Syntax::kDnBinary, value(7, raw("a")), value(7, raw("A"))));
  EXPECT_TRUE(values_equal(Syntax::kDnString, value(7, utf16("Ä")), value(7, utf16("ä"))));
  EXPECT_FALSE(values_equal(Syntax::kDnString, value(7, utf16("a")), value(8, utf16("a"))));
  Bytes out;
  for (const auto syntax : {Syntax::kDn, Syntax::kDnBinary, Syntax::kDnString, Syntax::kOrName, Syntax::kAccessPoint})
    EXPECT_FALSE(normal_form(syntax, raw("short"), out));
}

// The tables of 3.1.1.2.2.4, row by row of the comparison rules.
TEST(ValueCompare, WhatFiltersMayAsk) {
  EXPECT_FALSE(has_equality(Syntax::kSecurityDescriptor));
  Bytes out;
  EXPECT_FALSE(normal_form(Syntax::kSecurityDescriptor, raw("x"), out));
  for (const auto syntax : {Syntax::kBoolean, Syntax::kInteger, Syntax::kLargeInteger, Syntax::kGeneralizedTime, Syntax::kOctetString, Syntax::kSid,
                            Syntax::kUnicodeString, Syntax::kTeletexString, Syntax::kIa5String})
    EXPECT_TRUE(is_ordered(syntax));
  for (const auto syntax : {Syntax::kDn, Syntax::kDnString, Syntax::kDnBinary, Syntax::kPresentationAddress, Syntax::kSecurityDescriptor, Syntax::kOid}) {
    EXPECT_FALSE(is_ordered(syntax));
    EXPECT_FALSE(has_substrings(syntax));
  }
  for (const auto syntax : {Syntax::kBoolean, Syntax::kInteger, Syntax::kLargeInteger, Syntax::kGeneralizedTime}) EXPECT_FALSE(has_substrings(syntax));
  for (const auto syntax : {Syntax::kOctetString, Syntax::kSid, Syntax::kUnicodeString, Syntax::kTeletexString, Syntax::kCaseString})
    EXPECT_TRUE(has_substrings(syntax));
}

// For every syntax, on all octet strings of a small alphabet: the order is total, equality is what it says, the normal form decides both.
TEST(ValueCompare, IsATotalOrderForEverySyntax) {
  std::vector<Bytes> values{{}};
  for (const std::size_t size : {1, 2, 4, 8, 10})
    for (const std::uint8_t fill : Bytes{0x00, 0x41, 0x61, 0xD8, 0xFF}) {
      values.emplace_back(size, fill);
      values.back().front() ^= 0x20;
      values.emplace_back(size, fill);
    }
  for (const auto& info : syntaxes())
    for (const auto& a : values)
      for (const auto& b : values) {
        const auto order = compare_values(info.syntax, a, b);
        EXPECT_EQ(order == 0, values_equal(info.syntax, a, b));
        EXPECT_EQ(compare_values(info.syntax, b, a), 0 <=> order);
        if (a == b) EXPECT_EQ(order, std::strong_ordering::equal);
        for (const auto& c : values)
          if (order < 0 && compare_values(info.syntax, b, c) < 0) ASSERT_TRUE(compare_values(info.syntax, a, c) < 0) << info.ldap_name;
      }
}

}  // namespace
}  // namespace tributary::schema
