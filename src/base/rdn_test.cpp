// SPDX-License-Identifier: Apache-2.0
// RDN values and distinguished names: RFC 2253 sections 2.4 and 3, RFC 4514 section 2.4; mangled names: [MS-ADTS] 3.1.1.5.5.
#include "base/rdn.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/win32.hpp"

namespace tributary {
namespace {

std::string quote(std::string_view value) { return quote_rdn_value(value); }
std::string unquote(std::string_view value) { return unquote_rdn_value(value).value(); }
Win32 unquote_error(std::string_view value) {
  const auto result = unquote_rdn_value(value);
  return result ? Win32{} : result.error().code;
}

TEST(QuoteRdnValue, LeavesPlainValuesAlone) {
  EXPECT_EQ(quote("Ada Lovelace"), "Ada Lovelace");
  EXPECT_EQ(quote("C# team"), "C# team");
  EXPECT_EQ(quote(""), "");
  EXPECT_EQ(quote("Zoë"), "Zoë");
}
TEST(QuoteRdnValue, EscapesStructureEdgesAndControls) {
  EXPECT_EQ(quote("Lovelace,Ada"), "Lovelace\\,Ada");
  EXPECT_EQ(quote("a+b=c<d>e;f\"g\\h"), "a\\+b\\=c\\<d\\>e\\;f\\\"g\\\\h");
  EXPECT_EQ(quote("#1"), "\\#1");
  EXPECT_EQ(quote(" x "), "\\ x\\ ");
  EXPECT_EQ(quote(" "), "\\ ");
  EXPECT_EQ(quote("\ta\tb\t"), "\\09a\tb\\09");  // white space in front would be taken for padding
  EXPECT_EQ(quote("a\nb\rc"), "a\\0Ab\\0Dc");
  EXPECT_EQ(quote(std::string_view("a\0b", 3)), "a\\00b");
}

// Every value over a small alphabet of awkward characters survives quoting, in both widths.
TEST(QuoteRdnValue, RoundTripsEveryShortAwkwardValue) {
  const std::u16string alphabet(u"a ,\\\"#=+\n\0ä\t", 12);
  for (std::size_t a = 0; a < alphabet.size(); ++a)
    for (std::size_t b = 0; b < alphabet.size(); ++b)
      for (std::size_t c = 0; c < alphabet.size(); ++c) {
        const std::u16string value = {alphabet[a], alphabet[b], alphabet[c]};
        const auto quoted = quote_rdn_value(std::u16string_view(value));
        ASSERT_EQ(unquote_rdn_value(std::u16string_view(quoted)).value(), value);
        const std::u16string dn = u"CN=" + quoted + u",DC=x";
        const auto rdn = first_rdn(std::u16string_view(dn)).value();
        ASSERT_EQ(unquote_rdn_value(rdn.value).value(), value);
        ASSERT_EQ(rdn.rest, u",DC=x");
      }
}

TEST(UnquoteRdnValue, RemovesQuotesAndTheBlanksAroundThem) {
  EXPECT_EQ(unquote("  \"Lovelace, Ada\"  "), "Lovelace, Ada");
  EXPECT_EQ(unquote("\"say \\\"hi\\\" \\x\""), "say \"hi\" x");
  EXPECT_EQ(unquote("\"\""), "");
  EXPECT_EQ(unquote_error("\"open"), win32::kErrorDsNameUnparseable);
  EXPECT_EQ(unquote_error("\"open\\"), win32::kErrorDsNameUnparseable);
  EXPECT_EQ(unquote_error("\"a\" b"), win32::kErrorDsNameUnparseable);
}
TEST(UnquoteRdnValue, DropsLeadingBlanksAndKeepsTrailingOnes) {
  EXPECT_EQ(unquote("  a "), "a ");
  EXPECT_EQ(unquote("   "), "");
  EXPECT_EQ(unquote(""), "");
}
TEST(UnquoteRdnValue, ReadsEscapes) {
  EXPECT_EQ(unquote("a\\,b\\ \\#"), "a,b #");
  EXPECT_EQ(unquote("Lu\\C4\\8Di\\C4\\87"), "Lučić");
  EXPECT_EQ(unquote("\\c3\\a9t\\C3\\A9"), "été");
  EXPECT_EQ(unquote_rdn_value(std::u16string_view(u"Lu\\C4\\8Di\\C4\\87")).value(), u"Lučić");
  EXPECT_EQ(unquote_rdn_value(std::string_view("\\89")).value(), "\x89");  // bytes stay bytes in A
}
TEST(UnquoteRdnValue, RefusesWhatTheRulesForbid) {
  for (const std::string_view bad : {"a,b", "a=b", "a+b", "a<b", "a>b", "a;b", "a\"b", "a\\", "\\xyz", "\\a", "\\4g"})
    EXPECT_EQ(unquote_error(bad), win32::kErrorDsNameUnparseable) << bad;
  EXPECT_EQ(unquote_rdn_value(std::u16string_view(u"\\89")).error().code, win32::kErrorDsNameUnparseable);  // no UTF-8
}
TEST(UnquoteRdnValue, ReadsTheHexOfABerString) {
  EXPECT_EQ(unquote("#04024869"), "Hi");
  EXPECT_EQ(unquote("  #0C024869"), "Hi");
  EXPECT_EQ(unquote("#0481024869"), "Hi");
  EXPECT_EQ(unquote("#1E0400480069"), "Hi");
  EXPECT_EQ(unquote_rdn_value(std::u16string_view(u"#0C02C3A9")).value(), u"é");
  for (const std::string_view bad : {"#", "#04", "#0403", "#0402486", "#040248zz", "#0201FF", "#0485000000024869", "#0480", "#04820048",
                                     "#1E03004800", "#1E02D800", "#0401486900"})
    EXPECT_EQ(unquote_error(bad), win32::kErrorDsNameUnparseable) << bad;
}

struct Rdn {
  std::string key, value;
  friend bool operator==(const Rdn&, const Rdn&) = default;
};
std::vector<Rdn> walk(std::string_view dn) {
  std::vector<Rdn> rdns;
  for (auto rdn = first_rdn(dn).value(); !rdn.key.empty(); rdn = first_rdn(rdn.rest).value())
    rdns.push_back({std::string(rdn.key), std::string(rdn.value)});
  return rdns;
}
TEST(FirstRdn, WalksANameToItsEnd) {
  EXPECT_EQ(walk("CN=Lovelace\\, Ada, OU=\"a,b;c\" ; DC = example,DC=com"),
            (std::vector<Rdn>{{"CN", "Lovelace\\, Ada"}, {"OU", "\"a,b;c\""}, {"DC", "example"}, {"DC", "com"}}));
  EXPECT_EQ(walk("1.2.840=x"), (std::vector<Rdn>{{"1.2.840", "x"}}));
  EXPECT_TRUE(walk("").empty());
  EXPECT_TRUE(walk("  ").empty());
  EXPECT_EQ(first_rdn(std::string_view("dc=corp,dc=fabrikam,dc=com")).value().rest, ",dc=fabrikam,dc=com");
}
TEST(FirstRdn, KeepsAnEscapedBlankAndDropsOthers) {
  EXPECT_EQ(first_rdn(std::string_view("CN=a\\  ,DC=x")).value().value, "a\\ ");
  EXPECT_EQ(first_rdn(std::string_view("CN=a\\\\ ,DC=x")).value().value, "a\\\\");
}
TEST(FirstRdn, RefusesMalformedNames) {
  for (const std::string_view bad : {"CN", "=x", "C N=x", "CN=", "CN=\"a", "CN=a\\", "CN=a+OU=b", ",", ", ", ",,CN=a"}) {
    const auto rdn = first_rdn(bad);
    ASSERT_FALSE(rdn) << bad;
    EXPECT_EQ(rdn.error().code, win32::kErrorDsNameUnparseable);
  }
}

constexpr auto kGuid = "0f6c2a31-4b5d-4c1e-9a7b-1234567890ab"_guid;
TEST(Mangling, IsRecognisedByItsTail) {
  const std::string del = "Ada\nDEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab";
  const std::string cnf = "Ada\nCNF:0F6C2A31-4B5D-4C1E-9A7B-1234567890AB";
  EXPECT_EQ(mangling_of(std::string_view(del)), (Mangling{MangledFor::kDeletion, kGuid}));
  EXPECT_EQ(mangling_of(std::string_view(cnf)), (Mangling{MangledFor::kNameConflict, kGuid}));
  EXPECT_EQ(mangling_of(std::u16string_view(u"\nDEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab")), (Mangling{MangledFor::kDeletion, kGuid}));
  EXPECT_EQ(mangling_of(std::string_view(cnf + del.substr(3)))->reason, MangledFor::kDeletion);
}
TEST(Mangling, IsNotSeenWhereItIsNot) {
  for (const std::string_view plain : {"", "Ada", "Ada DEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab", "Ada\nDEX:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab",
                                       "Ada\nDEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab ", "Ada\nDEL:0f6c2a31x4b5d-4c1e-9a7b-1234567890ab",
                                       "Ada\nDEL:{f6c2a31-4b5d-4c1e-9a7b-1234567890a}", "Ada\nDEL:0f6c2a31-4b5d-4c1e-9a7b-12345678\xC3\xA9\xC3\xA9"})
    EXPECT_FALSE(mangling_of(plain)) << plain;
}
TEST(Mangling, OfAQuotedValueTakesTheQuotesOff) {
  EXPECT_EQ(mangling_of_quoted(std::string_view("Ada\\0ADEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab")), (Mangling{MangledFor::kDeletion, kGuid}));
  EXPECT_EQ(mangling_of_quoted(std::string_view("Ada\nCNF:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab")), (Mangling{MangledFor::kNameConflict, kGuid}));
  EXPECT_FALSE(mangling_of_quoted(std::string_view("a,b")));
}

}  // namespace
}  // namespace tributary
