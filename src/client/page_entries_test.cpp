// SPDX-License-Identifier: Apache-2.0
// Replicated objects as entries: each syntax that is shown ([MS-DRSR] 5.16.3), link values that come and go, tombstones, and pages that
// bring an object again.
#include "client/page_entries.hpp"

#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "schema/schema_info.hpp"

namespace tributary::client {
namespace {

using namespace drsuapi;

constexpr Guid kOne = "11111111-0000-0000-0000-000000000001"_guid;
constexpr Guid kTwo = "11111111-0000-0000-0000-000000000002"_guid;

Bytes octets(std::string_view text) { return {text.begin(), text.end()}; }
Bytes u32(std::uint32_t value) {
  Bytes out(4);
  store_le<std::uint32_t>(out.data(), value);
  return out;
}
Bytes utf16(std::u16string_view text) {
  Bytes out(2 * text.size());
  for (std::size_t i = 0; i < text.size(); ++i) store_le<std::uint16_t>(out.data() + 2 * i, text[i]);
  return out;
}
/// A DSNAME in memory, with what a syntax pairs with it behind it.
Bytes dn(std::u16string_view name, ByteView paired = {}) {
  Bytes out(56);
  const auto text = utf16(name);
  store_le<std::uint32_t>(out.data(), static_cast<std::uint32_t>(56 + text.size() + 2));
  store_le<std::uint32_t>(out.data() + 52, static_cast<std::uint32_t>(name.size()));
  out.insert(out.end(), text.begin(), text.end());
  out.resize(out.size() + 2);
  if (paired.empty()) return out;
  out.resize((out.size() + 3) / 4 * 4);
  const auto size = u32(static_cast<std::uint32_t>(4 + paired.size()));
  out.insert(out.end(), size.begin(), size.end());
  out.insert(out.end(), paired.begin(), paired.end());
  return out;
}

/// A page under construction, with a prefix table of its own.
struct Page {
  schema::PrefixTable table = schema::PrefixTable::with_defaults();
  DRS_MSG_GETCHGREPLY_V9 reply;

  std::uint32_t number(std::string_view oid) { return static_cast<std::uint32_t>(*table.make_attid(oid)); }
  std::uint32_t attribute(std::string_view name) { return number(schema::Schema::embedded()->find_attribute(name)->oid); }
  REPLENTINFLIST& object(const Guid& guid, std::string_view dn_text) {
    REPLENTINFLIST one;
    one.Entinf.pName = *make_dsname(dn_text, guid);
    reply.pObjects.push_back(std::move(one));
    return reply.pObjects[reply.pObjects.size() - 1];
  }
  void set(REPLENTINFLIST& object, std::string_view name, const std::vector<Bytes>& values) {
    ATTR one;
    one.attrTyp = attribute(name);
    for (const auto& value : values) one.AttrVal.pAVal.push_back({Seq<std::uint8_t>(value)});
    object.Entinf.AttrBlock.pAttr.push_back(std::move(one));
  }
  void link(const Guid& guid, std::string_view name, const Bytes& value, bool is_present) {
    REPLVALINF_V3 one;
    one.pObject = dsname_from_guid(guid);
    one.attrTyp = attribute(name);
    one.Aval.pVal = Seq<std::uint8_t>(value);
    one.fIsPresent = is_present ? 1 : 0;
    reply.rgValues.push_back(std::move(one));
  }
  const DRS_MSG_GETCHGREPLY_V9& finish() {
    reply.PrefixTableSrc = schema::make_message_prefix_table(table, {});
    return reply;
  }
};

TEST(PageEntries, ValuesAreInTheFormOfLdap) {
  Page page;
  auto& object = page.object(kOne, "CN=a,CN=Configuration,DC=lab");
  const auto* const server = schema::Schema::embedded()->find_class("server");
  page.set(object, "objectClass", {u32(page.number("2.5.6.0")), u32(page.number(server->oid))});
  page.set(object, "dNSHostName", {utf16(u"dc1.lab.example")});
  page.set(object, "enabledConnection", {u32(1)});
  page.set(object, "options", {u32(0xFFFFFFFF)});
  page.set(object, "attributeID", {u32(page.number("2.5.4.3"))});
  page.set(object, "attributeSyntax", {u32(page.number("2.5.5.12"))});
  page.set(object, "fromServer", {dn(u"CN=NTDS Settings,CN=DC2,DC=lab")});
  page.set(object, "mS-DS-ReplicatesNCReason", {dn(u"DC=lab,DC=example", Bytes{0, 0, 0, 2})});
  page.set(object, "invocationId", {to_bytes(ByteView(kTwo.octets))});
  page.set(object, "whenCreated", {Bytes(8)});
  page.set(object, "unicodePwd", {octets("secret")});
  page.set(object, "cost", {Bytes{1, 2}});
  PageEntries entries;
  ASSERT_TRUE(entries.add(page.finish()));
  const auto all = entries.take();
  ASSERT_EQ(all.size(), 1u);
  const auto& entry = all.front();
  EXPECT_EQ(entry.dn, "CN=a,CN=Configuration,DC=lab");
  EXPECT_EQ(entry.values("objectGUID"), std::vector<Bytes>{to_bytes(ByteView(kOne.octets))});
  EXPECT_EQ(entry.values("objectclass"), (std::vector<Bytes>{octets("top"), octets("server")}));
  EXPECT_EQ(entry.text("dNSHostName"), "dc1.lab.example");
  EXPECT_EQ(entry.text("enabledConnection"), "TRUE");
  EXPECT_EQ(entry.text("options"), "-1");
  EXPECT_EQ(entry.text("attributeID"), "2.5.4.3") << "an object of the schema says its number, not its name";
  EXPECT_EQ(entry.text("attributeSyntax"), "2.5.5.12");
  EXPECT_EQ(entry.text("fromServer"), "CN=NTDS Settings,CN=DC2,DC=lab");
  EXPECT_EQ(entry.text("mS-DS-ReplicatesNCReason"), "B:8:00000002:DC=lab,DC=example");
  EXPECT_EQ(entry.values("invocationId"), std::vector<Bytes>{to_bytes(ByteView(kTwo.octets))});
  for (const char* const left_out : {"whenCreated", "unicodePwd", "cost"}) EXPECT_TRUE(entry.values(left_out).empty()) << left_out;
}

TEST(PageEntries, LaterPagesChangeWhatEarlierOnesBrought) {
  PageEntries entries;
  Page first;
  auto& object = first.object(kOne, "CN=a,DC=lab");
  first.set(object, "options", {u32(1)});
  first.set(object, "dNSHostName", {utf16(u"a")});
  first.object(kTwo, "CN=b,DC=lab");
  first.link(kOne, "siteList", dn(u"CN=S1"), true);
  first.link(kOne, "siteList", dn(u"CN=S2"), true);
  first.link(kOne, "siteList", dn(u"CN=S1"), true);
  ASSERT_TRUE(entries.add(first.finish()));
  Page second;
  auto& again = second.object(kOne, "CN=renamed,DC=lab");
  second.set(again, "options", {u32(2)});
  second.set(again, "dNSHostName", {});
  auto& gone = second.object(kTwo, "CN=b\\0ADEL:...,DC=lab");
  second.set(gone, "isDeleted", {u32(1)});
  second.link(kOne, "siteList", dn(u"CN=S1"), false);
  ASSERT_TRUE(entries.add(second.finish()));
  const auto all = entries.take();
  ASSERT_EQ(all.size(), 1u) << "a tombstone is no entry";
  EXPECT_EQ(all[0].dn, "CN=renamed,DC=lab");
  EXPECT_EQ(all[0].text("options"), "2");
  EXPECT_FALSE(all[0].attributes.contains("dNSHostName"));
  EXPECT_EQ(all[0].values("siteList"), std::vector<Bytes>{octets("CN=S2")});
}

TEST(PageEntries, WhatMakesNoSenseIsLeftOut) {
  Page page;
  auto& object = page.object(kOne, "CN=a,DC=lab");
  page.set(object, "fromServer", {Bytes(20)});
  page.set(object, "fromServer", {});
  ATTR unknown;
  unknown.attrTyp = 0x7FFF1234;
  unknown.AttrVal.pAVal.push_back({Seq<std::uint8_t>(Bytes(4))});
  object.Entinf.AttrBlock.pAttr.push_back(unknown);
  page.link("22222222-0000-0000-0000-000000000009"_guid, "siteList", dn(u"CN=S1"), true);
  page.link(kOne, "siteList", Bytes(3), true);
  page.reply.pObjects.push_back({});
  PageEntries entries;
  ASSERT_TRUE(entries.add(page.finish()));
  const auto all = entries.take();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].attributes.size(), 1u) << "objectGUID alone";

  page.reply.PrefixTableSrc.pPrefixEntry.push_back(page.reply.PrefixTableSrc.pPrefixEntry[0]);
  EXPECT_FALSE(entries.add(page.reply));
}

}  // namespace
}  // namespace tributary::client
