// SPDX-License-Identifier: Apache-2.0
// RFC 4515 (its section 4 has the examples), RFC 4526, and the limits of kFilterDepthMax and kFilterNodesMax for text and for BER (RFC 4511
// 4.5.1.7).
#include "ldap/protocol/filter.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "ldap/protocol/message.hpp"

namespace tributary::ldap {
namespace {

std::string again(std::string_view text) {
  std::vector<Bytes> storage;
  const auto filter = parse_filter(text, storage);
  return filter ? format_filter(*filter) : "refused: " + filter.error().detail;
}

TEST(Filter, ExamplesOfTheRfcComeBackAsTheyWere) {
  for (const auto* text : {"(cn=Babs Jensen)", "(!(cn=Tim Howes))", "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))", "(o=univ*of*mich*)", "(seeAlso=)",
                           "(cn:caseExactMatch:=Fred Flintstone)", "(cn:=Betty Rubble)", "(sn:dn:2.4.6.8.10:=Barney Rubble)", "(o:dn:=Ace Industry)",
                           "(:1.2.3:=Wilma Flintstone)", "(:dn:2.4.6.8.10:=Dino)", "(o=Parens R Us \\28for all your parenthetical needs\\29)", "(cn=*\\2a*)",
                           "(filename=C:\\5cMyFile)", "(bin=\\00\\00\\00\\04)", "(sn=Lu\xC4\x8Di\xC4\x87)", "(&)", "(|)", "(a~=b)", "(a>=b)", "(a<=b)", "(a=*)"})
    EXPECT_EQ(again(text), text);
}

TEST(Filter, IsLaidFlat) {
  std::vector<Bytes> storage;
  const auto filter = parse_filter("(&(a=1)(|(b=\\2a)(!(c=*)))(d=*x*y))", storage);
  ASSERT_TRUE(filter);
  const std::vector<std::pair<FilterKind, std::uint32_t>> expected = {{FilterKind::kAnd, 7},   {FilterKind::kEqual, 2},   {FilterKind::kOr, 6},
                                                                      {FilterKind::kEqual, 4}, {FilterKind::kNot, 6},     {FilterKind::kPresent, 6},
                                                                      {FilterKind::kSubstrings, 7}};
  ASSERT_EQ(filter->nodes.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(filter->nodes[i].kind, expected[i].first) << i;
    EXPECT_EQ(filter->nodes[i].end, expected[i].second) << i;
  }
  EXPECT_EQ(to_hex(filter->nodes[3].value), "2a");
  ASSERT_EQ(filter->substrings.size(), 2U);
  EXPECT_EQ(filter->substrings[0].place, Substring::Place::kAny);
  EXPECT_EQ(filter->substrings[1].place, Substring::Place::kFinal);
}

TEST(Filter, IsForgivingAsOpenLdapIs) {
  EXPECT_EQ(again("objectClass=*"), "(objectClass=*)");
  EXPECT_EQ(again(" ( & (a=1) (b=2) ) "), "refused: the filter at character 3: an attribute is expected");
  EXPECT_EQ(again(" (& (a=1) (b=2) ) "), "(&(a=1)(b=2))");
  EXPECT_EQ(again("(a=\\C4\\8D)"), "(a=\xC4\x8D)");
  EXPECT_EQ(again("(a=\\ff)"), "(a=\\ff)");
}

TEST(Filter, WhatIsNoneIsRefusedWithItsPlace) {
  for (const auto* text : {"", "(", "()", "(a)", "(=b)", "(a=b", "(a=b))", "(a=b)(c=d)", "(!)", "(!(a=b)(c=d))", "(a=b\\)", "(a=b\\4)", "(a=\\zz)", "(a=(b)",
                           "(a=**)", "(a>=b*)", "(a:=b*)", "(a:dn)", "(a:1.2=b)", "(:=b)", "(:dn:=b)", "(a::=b)", "(&(a=b)", "(a b=c)"}) {
    std::vector<Bytes> storage;
    const auto filter = parse_filter(text, storage);
    ASSERT_FALSE(filter) << text;
    EXPECT_EQ(filter.error().code, win32::kErrorInvalidParameter) << text;
    EXPECT_EQ(filter.error().detail.substr(0, 24), "the filter at character ") << text;
  }
  std::vector<Bytes> storage;
  EXPECT_FALSE(parse_filter(std::string_view("(a=b\0c)", 7), storage));
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "(!";
  return text + "(a=b)" + std::string(depth, ')');
}

TEST(Filter, DepthAndNodesOfTextAreBounded) {
  std::vector<Bytes> storage;
  ASSERT_TRUE(parse_filter(nested(kFilterDepthMax - 1), storage));
  EXPECT_EQ(again(nested(kFilterDepthMax - 1)), nested(kFilterDepthMax - 1));
  EXPECT_EQ(parse_filter(nested(kFilterDepthMax), storage).error().code, win32::kErrorDsAdminLimitExceeded);
  std::string wide = "(|";
  for (std::size_t i = 1; i < kFilterNodesMax; ++i) wide += "(a=b)";
  ASSERT_TRUE(parse_filter(wide + ")", storage));
  EXPECT_EQ(parse_filter(wide + "(a=b))", storage).error().code, win32::kErrorDsAdminLimitExceeded);
}

Bytes element(std::uint8_t tag, Bytes content) {
  const auto size = content.size();
  content.insert(content.begin(), {tag, 0x83, static_cast<std::uint8_t>(size >> 16), static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
  return content;
}
Bytes search_for(const Bytes& filter) {
  Bytes operation = *from_hex("0400 0a0102 0a0100 020100 020100 010100");
  operation.insert(operation.end(), filter.begin(), filter.end());
  operation.insert(operation.end(), {0x30, 0x00});
  Bytes message = element(0x63, std::move(operation));
  message.insert(message.begin(), {0x02, 0x01, 0x07});
  return element(0x30, std::move(message));
}

TEST(Filter, DepthAndNodesOfBerAreBounded) {
  const auto deep = [](std::size_t depth) {
    Bytes filter = *from_hex("870161");
    for (std::size_t i = 1; i < depth; ++i) filter = element(0xA2, std::move(filter));
    return search_for(filter);
  };
  const auto good = read_message(deep(kFilterDepthMax));
  ASSERT_TRUE(good);
  EXPECT_EQ(std::get<SearchRequest>(good->request).filter.nodes.size(), kFilterDepthMax);
  for (const auto& message : {deep(kFilterDepthMax + 1), deep(10'000)}) {
    const auto bad = read_message(message);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().id, 7);
    EXPECT_EQ(bad.error().request_tag, 0x63U);
    EXPECT_EQ(bad.error().outcome.code, ResultCode::kAdminLimitExceeded);
    EXPECT_EQ(bad.error().outcome.message.substr(0, 8), "00002024");
  }
  const auto wide = [](std::size_t nodes) {
    Bytes list;
    for (std::size_t i = 1; i < nodes; ++i) list.insert(list.end(), {0x87, 0x01, 0x61});
    return search_for(element(0xA1, std::move(list)));
  };
  ASSERT_TRUE(read_message(wide(kFilterNodesMax)));
  EXPECT_EQ(read_message(wide(kFilterNodesMax + 1)).error().outcome.code, ResultCode::kAdminLimitExceeded);
}

TEST(Filter, SubstringsInTheWrongOrderAreNone) {
  // RFC 4511 4.5.1.7.2: initial is first, final is last, and there is one part at least.
  EXPECT_TRUE(read_message(search_for(*from_hex("a40c 0401 61 3007 800178 8202 797a"))));
  for (const auto* digits : {"a40b 040161 3006 820178 800179", "a40b 040161 3006 810178 800179", "a405 040161 3000", "a408 040161 3003 830178"}) {
    const auto message = read_message(search_for(*from_hex(digits)));
    ASSERT_FALSE(message) << digits;
    EXPECT_EQ(message.error().id, 7) << digits;
    EXPECT_EQ(message.error().outcome.code, ResultCode::kProtocolError) << digits;
  }
}

}  // namespace
}  // namespace tributary::ldap
