// SPDX-License-Identifier: Apache-2.0
// Changes as lines of JSON: every syntax of [MS-DRSR] 5.16.3 (with that section's own examples), what does not fit its syntax, secrets.
#include "client/change_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "base/utf.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"

namespace tributary::client {
namespace {

using namespace drsuapi;
using testing::HasSubstr;
using testing::Not;
namespace json = boost::json;

constexpr Guid kDsa = "11111111-0000-0000-0000-000000000001"_guid;

ldap_client::Entry schema_entry(std::string_view name, std::string_view oid, int syntax, std::string_view more = {}, std::string_view value = {}) {
  ldap_client::Entry entry;
  const auto set = [&](std::string_view attribute, std::string_view text) { entry.attributes[std::string(attribute)] = {to_bytes(as_bytes(text))}; };
  set("lDAPDisplayName", name);
  set(syntax == 0 ? "governsID" : "attributeID", oid);
  if (syntax != 0) set("attributeSyntax", "2.5.5." + std::to_string(syntax));
  if (!more.empty()) set(more, value);
  return entry;
}

/// One attribute of each syntax, numbered 2.5.4.<syntax>, and a few real ones.
std::shared_ptr<const SchemaNames> schema() {
  std::vector<ldap_client::Entry> entries;
  for (int syntax = 1; syntax <= 17; ++syntax) entries.push_back(schema_entry("syntax" + std::to_string(syntax), "2.5.4." + std::to_string(syntax), syntax));
  entries.push_back(schema_entry("country", "2.5.6.2", 0));
  entries.push_back(schema_entry("isDeleted", "1.2.840.113556.1.2.48", 8));
  entries.push_back(schema_entry("member", "2.5.4.31", 1, "linkID", "2"));
  entries.push_back(schema_entry("unicodePwd", "1.2.840.113556.1.4.90", 10));
  entries.push_back(schema_entry("labSecret", "1.2.840.113556.1.4.9999", 12, "searchFlags", "128"));
  entries.push_back(schema_entry("objectGUID", "1.2.840.113556.1.4.2", 10));
  entries.push_back(schema_entry("msDS-Special", "1.3.6.1.4.1.1", 9, "msDS-IntId", "-2147483647"));
  entries.push_back(ldap_client::Entry{});
  return SchemaNames::from_entries(entries);
}

Bytes hex(std::string_view text) { return *from_hex(text); }
Bytes utf16(std::u16string_view text) {
  Bytes octets(2 * text.size());
  for (std::size_t i = 0; i < text.size(); ++i) store_le<std::uint16_t>(octets.data() + 2 * i, text[i]);
  return octets;
}

REPLENTINFLIST object_with(ATTRTYP attrtyp, std::vector<Bytes> values) {
  REPLENTINFLIST object;
  object.Entinf.pName = *make_dsname("CN=a,DC=lab", kDsa);
  ATTR attribute;
  attribute.attrTyp = attrtyp;
  for (const auto& value : values) attribute.AttrVal.pAVal.push_back({Seq<std::uint8_t>(value)});
  object.Entinf.AttrBlock.pAttr.push_back(attribute);
  return object;
}

std::string line_of(const REPLENTINFLIST& object, std::shared_ptr<const SchemaNames> names = schema()) {
  ChangeJson writer(std::move(names));
  writer.use(schema::PrefixTable::with_defaults().to_concrete());
  std::string line;
  writer.append_object(line, object);
  boost::system::error_code error;
  json::parse(line, error);
  EXPECT_FALSE(error) << line;
  EXPECT_EQ(line.find('\n'), line.npos);
  return line;
}

/// How one value of "syntax<N>" is shown.
std::string shown(int syntax, const Bytes& value) {
  const auto line = line_of(object_with(static_cast<ATTRTYP>(syntax), {value}));
  const auto parsed = json::parse(line);
  return json::serialize(parsed.at("attributes").at("syntax" + std::to_string(syntax)).at(0));
}

// 5.16.3.10 to 5.16.3.12: the examples of the specification.
const auto kDnExample = hex(
    "8a000000 1c000000 a1b4ea3c47fc714a8195454faa6423a3 01050000000000051500000089598d33d3c56b6894e1f2e6f4010000 28000000"
    "43004e003d00410064006d0069006e006900730074007200610074006f0072002c004f0055003d00550073006500720073002c00440043003d0074006500730074"
    "002c00440043003d0063006f006d000000");
const auto kDnBinaryExample = hex(
    "56000000 0c000000 e60c8b2d32aa314fa6e888343e6244a5 010100001cd509a018459359 00000000000000000000000000000000 0e000000"
    "440043003d0074006500730074002c00440043003d0063006f006d000000 0000 08000000 00000005");
const auto kDnStringExample = hex(
    "56000000 0c000000 e60c8b2d32aa314fa6e888343e6244a5 010100001cd509a018459359 00000000000000000000000000000000 0e000000"
    "440043003d0074006500730074002c00440043003d0063006f006d000000 0000 12000000 55006e00690063006f0064006500");

TEST(ChangeJsonValue, ExamplesOfTheSpecification) {
  EXPECT_EQ(shown(8, hex("01000000")), "true");
  EXPECT_EQ(shown(8, hex("00000000")), "false");
  EXPECT_EQ(shown(9, hex("05000000")), "5");
  EXPECT_EQ(shown(9, hex("ffffffff")), "-1");
  EXPECT_EQ(shown(16, hex("3d31000000000000")), "\"12605\"");
  EXPECT_EQ(shown(13, hex("0e00000031003200330034003500")), "\"12345\"");
  EXPECT_EQ(shown(6, hex("313233343536373839")), "\"123456789\"");
  EXPECT_EQ(shown(12, hex("410064006d0069006e006900730074007200610074006f007200")), "\"Administrator\"");
  EXPECT_EQ(shown(2, hex("02000100")), "\"country\"");
  EXPECT_EQ(shown(11, hex("ea749afa02000000")), "\"2006-06-09T21:11:06Z\"");
  EXPECT_EQ(shown(17, hex("01050000000000051500000089598d33d3c56b6894e1f2e6f4010000")), "\"S-1-5-21-864901513-1751893459-3874677140-500\"");
  EXPECT_EQ(shown(1, kDnExample),
            R"({"dn":"CN=Administrator,OU=Users,DC=test,DC=com","guid":"3ceab4a1-fc47-4a71-8195-454faa6423a3","sid":"S-1-5-21-864901513-1751893459-3874677140-500"})");
  EXPECT_THAT(shown(7, kDnBinaryExample), HasSubstr(R"("dn":"DC=test,DC=com","guid":"2d8b0ce6-aa32-4f31-a6e8-88343e6244a5")"));
  EXPECT_THAT(shown(7, kDnBinaryExample), HasSubstr(R"("binary":"00000005")"));
  EXPECT_THAT(shown(14, kDnStringExample), HasSubstr(R"("string":"Unicode")"));
}

TEST(ChangeJsonValue, TextsAreEscapedAndConverted) {
  EXPECT_EQ(shown(12, utf16(u"a\"b\\c\n\r\t\u0001\u007F")), R"("a\"b\\c\n\r\t\u0001)" "\x7F\"");
  EXPECT_EQ(shown(12, utf16(u"\u00E4\u20AC\U0001F600")), "\"\u00E4\u20AC\U0001F600\"");
  EXPECT_EQ(shown(12, {}), "\"\"");
  for (const int syntax : {3, 4, 5, 6}) {
    EXPECT_EQ(shown(syntax, to_bytes(as_bytes("Gr\u00FC\u00DFe"))), "\"Gr\u00FC\u00DFe\"");
    EXPECT_EQ(shown(syntax, hex("e4")), R"({"base64":"5A=="})");
  }
}

TEST(ChangeJsonValue, OctetsAndWhatHasNoBetterForm) {
  EXPECT_EQ(shown(10, hex("00ff")), R"({"base64":"AP8="})");
  EXPECT_EQ(shown(15, hex("0100")), R"({"base64":"AQA="})");
  EXPECT_THAT(line_of(object_with(0x90002, {Bytes(16, 1)})), HasSubstr(R"("objectGUID":[{"guid":"01010101-0101-0101-0101-010101010101"}])"));
  EXPECT_THAT(line_of(object_with(0x90002, {Bytes(15, 1)})), HasSubstr(R"("objectGUID":[{"base64":)"));
}

// A peer may send anything: what does not fit its syntax stays octets, all of them.
TEST(ChangeJsonValue, WhatDoesNotFitItsSyntax) {
  const auto octets = [](const Bytes& value) { return "{\"base64\":\"" + to_base64(value) + "\"}"; };
  const std::pair<int, Bytes> cases[] = {
      {1, {}},
      {1, Bytes(55, 0)},
      {1, [] { auto v = kDnExample; v[4] = 29; return v; }()},
      {1, [] { auto v = kDnExample; v[52] = 0x29; v.resize(v.size() - 2); return v; }()},
      {1, [] { auto v = kDnExample; v[55] = 0xFF; return v; }()},
      {2, hex("0200")},
      {7, Bytes(10, 0)},
      {7, hex("00")},
      {7, Bytes(kDnBinaryExample.begin(), kDnBinaryExample.end() - 5)},
      {7, [] { auto v = kDnBinaryExample; v[88] = 3; return v; }()},
      {7, [] { auto v = kDnBinaryExample; v[88] = 9; return v; }()},
      {14, [] { auto v = kDnStringExample; v[88] = 0x11; return v; }()},
      {14, [] { auto v = kDnStringExample; v[93] = 0xD8; return v; }()},
      {8, hex("01")},
      {9, hex("0102030405")},
      {11, hex("01020304")},
      {12, hex("410042")},
      {12, utf16(u"\xD800")},
      {12, utf16(u"\xDC00x")},
      {12, utf16(u"\xD800x")},
      {12, hex("00d800d8")},
      {13, hex("0500000031")},
      {13, hex("0300000031")},
      {13, hex("ff")},
      {13, hex("ffffffff3100")},
      {16, hex("01")},
      {17, hex("0105")},
  };
  for (const auto& [syntax, value] : cases) EXPECT_EQ(shown(syntax, value), octets(value)) << syntax;
}

// A DN is for finding the object again, so it is shown even when it is not whole Unicode.
TEST(ChangeJsonValue, ADnWithALoneSurrogateIsShown) {
  auto value = kDnExample;
  value[57] = 0xD8;
  EXPECT_THAT(shown(1, value), HasSubstr("\uFFFDN=Admin"));
  auto no_sid = kDnExample;
  no_sid[4] = 0;
  EXPECT_THAT(shown(1, no_sid), Not(HasSubstr("sid")));
  no_sid[4] = 5;
  EXPECT_THAT(shown(1, no_sid), Not(HasSubstr("sid")));
}

// [MS-DRSR] 4.1.10.3.11 and searchFlags' confidential bit: the values are counted, never shown.
TEST(ChangeJsonValue, SecretsAreNeverShown) {
  const auto secret = to_bytes(as_bytes("Passw0rd"));
  EXPECT_THAT(line_of(object_with(0x9005A, {secret, secret})), HasSubstr(R"("unicodePwd":[{"redacted":true},{"redacted":true}])"));
  EXPECT_THAT(line_of(object_with(0x9270F, {secret})), HasSubstr(R"("labSecret":[{"redacted":true}])"));
  EXPECT_THAT(line_of(object_with(0x9005A, {secret}), SchemaNames::base()), HasSubstr(R"("unicodePwd":[{"redacted":true}])"));
  // Without the schema nobody knows what an unknown attribute is.
  EXPECT_THAT(line_of(object_with(0x9FFFF, {secret}), SchemaNames::base()), HasSubstr(R"([{"redacted":true}])"));
  EXPECT_THAT(line_of(object_with(0x00550003, {secret})), HasSubstr(R"("attid 0x00550003":[{"redacted":true}])"));
}

TEST(ChangeJsonValue, WithoutASchemaNamesRemainAndValuesAreOctets) {
  EXPECT_THAT(line_of(object_with(3, {utf16(u"a")}), SchemaNames::base()), HasSubstr(R"("cn":[{"base64":"YQA="}])"));
}

TEST(ChangeJsonObject, IsOneWholeLine) {
  auto object = object_with(12, {utf16(u"a")});
  object.Entinf.pName = *make_dsname("CN=a,DC=lab", kDsa, *parse_sid("S-1-5-21-1-2-3-500"));
  object.Entinf.ulFlags = ENTINF_FROM_MASTER | ENTINF_REMOTE_MODIFY;
  object.fIsNCPrefix = 1;
  object.pParentGuid = "22222222-0000-0000-0000-000000000002"_guid;
  ATTR integers;
  integers.attrTyp = 9;
  for (const auto* value : {"01000000", "02000000"}) integers.AttrVal.pAVal.push_back({Seq<std::uint8_t>(hex(value))});
  object.Entinf.AttrBlock.pAttr.push_back(integers);
  ATTR special;
  special.attrTyp = 0x80000001;
  object.Entinf.AttrBlock.pAttr.push_back(special);
  PROPERTY_META_DATA_EXT_VECTOR stamps;
  stamps.rgMetaData.push_back({1, 0x2fa9a74ea, kDsa, 3812});
  stamps.rgMetaData.push_back({2, 0, kDsa, 3813});
  object.pMetaDataExt = stamps;
  const std::string dsa = "11111111-0000-0000-0000-000000000001";
  EXPECT_EQ(line_of(object),
            R"({"type":"object","dn":"CN=a,DC=lab","guid":")" + dsa + R"(","sid":"S-1-5-21-1-2-3-500",)"
            R"("flags":["ENTINF_FROM_MASTER","ENTINF_REMOTE_MODIFY"],"is_nc_root":true,"is_deleted":false,)"
            R"("parent_guid":"22222222-0000-0000-0000-000000000002","attributes":{"syntax12":["a"],"syntax9":[1,2],"msDS-Special":[]},)"
            R"("metadata":[{"attribute":"syntax12","version":1,"changed":"2006-06-09T21:11:06Z","originating_invocation_id":")" + dsa +
            R"(","originating_usn":3812},{"attribute":"syntax9","version":2,"changed":"never","originating_invocation_id":")" + dsa +
            R"(","originating_usn":3813}]})");
}

TEST(ChangeJsonObject, WithoutNameStampsOrWish) {
  REPLENTINFLIST object;
  EXPECT_EQ(line_of(object), R"({"type":"object","dn":null,"guid":null,"flags":[],"is_nc_root":false,"is_deleted":false,"attributes":{},"metadata":[]})");
  ChangeJson brief(schema(), {.metadata = false});
  std::string line;
  brief.append_object(line, object);
  EXPECT_THAT(line, Not(HasSubstr("metadata")));
}

// [MS-ADTS] 3.1.1.5.5: a tombstone says so in isDeleted, or, when that attribute is no part of the change, in its name.
TEST(ChangeJsonObject, KnowsTombstones) {
  const auto deleted = HasSubstr("\"is_deleted\":true");
  EXPECT_THAT(line_of(object_with(0x20030, {hex("01000000")})), deleted);
  EXPECT_THAT(line_of(object_with(0x20030, {hex("00000000")})), Not(deleted));
  EXPECT_THAT(line_of(object_with(0x20030, {})), Not(deleted));
  EXPECT_THAT(line_of(object_with(0x20030, {hex("01")})), Not(deleted));
  for (const auto* dn : {"CN=a\\0ADEL:1,DC=lab", "CN=a\nDEL:1,DC=lab"}) {
    auto object = object_with(12, {});
    object.Entinf.pName = *dsname_from_dn(dn);
    EXPECT_THAT(line_of(object), deleted);
    // Brought back to life: the attribute is gone, whatever the name says meanwhile.
    object.Entinf.AttrBlock.pAttr[0].attrTyp = 0x20030;
    EXPECT_THAT(line_of(object), Not(deleted));
  }
}

REPLVALINF_V3 sample_link() {
  REPLVALINF_V3 link;
  link.pObject = *make_dsname("CN=g,DC=lab", kDsa);
  link.attrTyp = 31;
  link.Aval.pVal = Seq<std::uint8_t>(kDnExample);
  link.fIsPresent = 1;
  link.MetaData.timeCreated = 0x2fa9a74ea;
  link.MetaData.MetaData = {4, 0x2fa9a74ea, kDsa, 77};
  return link;
}

TEST(ChangeJsonLink, IsOneWholeLine) {
  const std::string expected =
      R"({"type":"link","dn":"CN=g,DC=lab","guid":"11111111-0000-0000-0000-000000000001","attribute":"member",)"
      R"("value":{"dn":"CN=Administrator,OU=Users,DC=test,DC=com","guid":"3ceab4a1-fc47-4a71-8195-454faa6423a3",)"
      R"("sid":"S-1-5-21-864901513-1751893459-3874677140-500"},"is_present":true,"created":"2006-06-09T21:11:06Z",)"
      R"("version":4,"changed":"2006-06-09T21:11:06Z","originating_invocation_id":"11111111-0000-0000-0000-000000000001","originating_usn":77})";
  for (const auto& names : {schema(), SchemaNames::base()}) {  // without a schema a link is still a DN
    ChangeJson writer(names);
    writer.use(schema::PrefixTable::with_defaults().to_concrete());
    std::string line;
    writer.append_link(line, sample_link());
    EXPECT_EQ(line, expected);
  }
}

TEST(ChangeJsonLink, SaysWhenItIsGoneAndWhenItExpires) {
  ChangeJson writer(schema());
  writer.use(schema::PrefixTable::with_defaults().to_concrete());
  auto link = sample_link();
  link.fIsPresent = 0;
  link.MetaData.timeExpired = 0x2fa9a74eb;
  std::string line;
  writer.append_link(line, link);
  EXPECT_THAT(line, HasSubstr("\"is_present\":false"));
  EXPECT_THAT(line, testing::EndsWith(",\"expires\":\"2006-06-09T21:11:07Z\"}"));
}

TEST(ChangeJsonPage, HasALineForEachChange) {
  DRS_MSG_GETCHGREPLY_V9 page;
  page.PrefixTableSrc = schema::PrefixTable::with_defaults().to_concrete();
  page.pObjects.push_back(object_with(12, {}));
  page.pObjects.push_back(object_with(12, {}));
  page.rgValues.push_back(sample_link());
  ChangeJson writer(schema());
  std::string text = "before\n";
  writer.append_page(text, page);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_THAT(text, testing::StartsWith("before\n{\"type\":\"object\""));
  EXPECT_THAT(text, HasSubstr("\n{\"type\":\"link\""));
}

}  // namespace
}  // namespace tributary::client
