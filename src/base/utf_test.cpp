// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629) and UTF-16 (RFC 2781), strict and lossy; text that is safe to show.
#include "base/utf.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

using namespace tributary;
using namespace std::string_literals;

namespace {

/// UTF-8 of one scalar value, written down from the table of RFC 3629 section 3 independently of the code under test.
std::string reference_utf8(char32_t c) {
  const auto o = [](std::uint32_t octet) { return std::string(1, static_cast<char>(octet)); };
  if (c <= 0x7F) return o(c);
  if (c <= 0x7FF) return o(0xC0 + c / 64) + o(0x80 + c % 64);
  if (c <= 0xFFFF) return o(0xE0 + c / 4096) + o(0x80 + c / 64 % 64) + o(0x80 + c % 64);
  return o(0xF0 + c / 262144) + o(0x80 + c / 4096 % 64) + o(0x80 + c / 64 % 64) + o(0x80 + c % 64);
}

std::u16string reference_utf16(char32_t c) {
  if (c <= 0xFFFF) return {static_cast<char16_t>(c)};
  return {static_cast<char16_t>(0xD800 + (c - 0x10000) / 1024), static_cast<char16_t>(0xDC00 + (c - 0x10000) % 1024)};
}

}  // namespace

// RFC 3629 section 3: U+0000 to U+10FFFF without the surrogates, one form each.
TEST(Utf, EveryScalarValueGoesThereAndBack) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string narrow = reference_utf8(c);
    const std::u16string wide = reference_utf16(c);
    ASSERT_EQ(to_utf16(narrow), wide) << static_cast<std::uint32_t>(c);
    ASSERT_EQ(to_utf8(wide), narrow) << static_cast<std::uint32_t>(c);
    ASSERT_EQ(to_utf16_lossy(narrow), wide);
    ASSERT_EQ(to_utf8_lossy(wide), narrow);
  }
}

TEST(Utf, TextOfAllLengths) {
  EXPECT_EQ(to_utf16(""), u"");
  EXPECT_EQ(to_utf8(u""), "");
  EXPECT_EQ(to_utf16("a\u00e9\u20ac\U0001F600z"), u"a\u00e9\u20ac\U0001F600z");
  EXPECT_EQ(to_utf8(u"a\u00e9\u20ac\U0001F600z"), "a\u00e9\u20ac\U0001F600z");
}

// RFC 3629 section 10 and the table of section 4: overlong forms, surrogates, values beyond U+10FFFF, stray and missing octets.
TEST(Utf, MalformedUtf8IsAnErrorWithItsPlace) {
  for (const auto& bad : {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC2"s, "\xC2\x41"s, "\xE0\x9F\xBF"s, "\xE0\xA0"s, "\xE0\xA0\x41"s,
                          "\xED\xA0\x80"s, "\xED\xBF\xBF"s, "\xF0\x8F\xBF\xBF"s, "\xF0\x90\x80"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFE"s,
                          "\xFF"s, "\xE1\xC0\x80"s, "\xF1\x80\xC0\x80"s}) {
    const auto wide = to_utf16("ab" + bad);
    ASSERT_FALSE(wide) << to_printable(bad, 100);
    EXPECT_EQ(wide.error().code, win32::kErrorNoUnicodeTranslation);
    EXPECT_EQ(wide.error().detail, "malformed UTF-8 at octet 2");
  }
}

// RFC 2781 section 2.2: surrogates come in pairs, high before low.
TEST(Utf, UnpairedSurrogatesAreAnErrorWithTheirPlace) {
  for (const auto& bad : {u"\xD800"s, u"\xDBFF"s, u"\xDC00"s, u"\xDFFF"s, u"\xD800z"s, u"\xDC00\xD800"s, u"\xD800\xD800"s}) {
    const auto narrow = to_utf8(u"a" + bad);
    ASSERT_FALSE(narrow);
    EXPECT_EQ(narrow.error().code, win32::kErrorNoUnicodeTranslation);
    EXPECT_EQ(narrow.error().detail, "unpaired surrogate at UTF-16 unit 1");
  }
}

TEST(Utf, LossyFormReplacesEachMalformedPartOnce) {
  EXPECT_EQ(to_utf16_lossy("a\x80z"), u"a\uFFFDz");
  EXPECT_EQ(to_utf16_lossy("a\xE2\x82z"), u"a\uFFFDz");          // a truncated sequence is one part
  EXPECT_EQ(to_utf16_lossy("\xC0\x80"), u"\uFFFD\uFFFD");         // C0 cannot begin anything
  EXPECT_EQ(to_utf16_lossy("\xF0\x9F\x98"), u"\uFFFD");
  EXPECT_EQ(to_utf8_lossy(u"a\xD800z\xDC00"), "a\uFFFDz\uFFFD");
  EXPECT_EQ(to_utf8_lossy(u"\xD800\xD83D\xDE00"), "\uFFFD\U0001F600");
}

TEST(Utf, PrintableTextObeysNobody) {
  EXPECT_EQ(to_printable("CN=J\u00f6rg,DC=lab", 100), "CN=J\u00f6rg,DC=lab");
  EXPECT_EQ(to_printable("a\x1b[31m\r\n\t\x7f"s + '\0', 100), "a\\x1b[31m\\x0d\\x0a\\x09\\x7f\\x00");
  EXPECT_EQ(to_printable("\u0085\u009b\u200b\u2028\u202e\u2066\ufeff", 100), "\\x85\\x9b\\u200b\\u2028\\u202e\\u2066\\ufeff");
  EXPECT_EQ(to_printable("\u00a0\u200a\u2010\u202f\u2065\u206a", 100), "\u00a0\u200a\u2010\u202f\u2065\u206a");
  EXPECT_EQ(to_printable("\xFFz", 100), "\uFFFDz");
}

TEST(Utf, PrintableTextIsCutBetweenCharacters) {
  EXPECT_EQ(to_printable("abcdef", 6), "abcdef");
  EXPECT_EQ(to_printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(to_printable("ab\u20ac", 4), "ab...");
  EXPECT_EQ(to_printable("a\n", 4), "a...");
  EXPECT_EQ(to_printable("", 0), "");
}

TEST(Ascii, CaseIsIgnoredForLettersOfAsciiOnly) {
  EXPECT_TRUE(equals_ignoring_case("GSS-Spnego", "gss-SPNEGO"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("abc", "ab"));
  EXPECT_FALSE(equals_ignoring_case("abc", "abd"));
  EXPECT_FALSE(equals_ignoring_case("\u00c4", "\u00e4"));
  EXPECT_FALSE(equals_ignoring_case("@[`{", "`{@["));  // the neighbours of the letters
  EXPECT_EQ(to_lower_ascii("DC2.Lab.EXAMPLE:389 \u00c4@[`{AZaz"), "dc2.lab.example:389 \u00c4@[`{azaz");
}
