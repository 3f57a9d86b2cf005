// SPDX-License-Identifier: Apache-2.0
// schedule ([MS-ADTS] 6.1.4.5), msDS-TrustForestTrustInfo ([MS-ADTS] 6.1.6.9.3), DNs in extended form, and the registry itself.
#include "drsuapi/blobs/extended_dn.hpp"
#include "drsuapi/blobs/forest_trust.hpp"
#include "drsuapi/blobs/schedule.hpp"
#include "drsuapi/blobs/test_support.hpp"
#include "drsuapi/blobs/text.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using namespace test;

TEST(Schedule, S614519OneWeek) {
  const Bytes octets = Octets().dwords({188, 0, 1, 0, 20}).raw(Bytes(168, 0x0F));
  const auto shown = expect_roundtrip("schedule", octets);
  EXPECT_EQ(shown.at("Schedules").at(0).at("Type").at("name"), "SCHEDULE_INTERVAL");
  EXPECT_EQ(shown.at("Data").at(0).at("sunday").as_string().size(), 48u);
  expect_truncation_is_safe("schedule", octets);
}

TEST(Schedule, SeveralHolesAndATail) {
  const Bytes octets =
      Octets().dwords({370, 7, 2, 1, 200, 9, 30}).zeros(2).raw(Bytes(168, 1)).hex("0102").raw(Bytes(168, 2)).zeros(2).hex("00ff");
  const auto shown = expect_roundtrip("schedule", octets);
  EXPECT_EQ(shown.at("unknown").as_array().size(), 2u);
  expect_roundtrip("schedule", Octets().dwords({196, 0, 2, 0, 28, 1, 28}).raw(Bytes(168, 1)));  // two headers, one week
  expect_roundtrip("schedule", Octets().dwords({12, 0, 0}));
}

TEST(Schedule, Lies) {
  const auto with_week = [](std::uint32_t size, std::uint32_t count, std::uint32_t offset) {
    return Octets().dwords({size, 0, count, 0, offset}).zeros(168);
  };
  expect_decode_error("schedule", with_week(189, 1, 20), "schedule.Size (octet 0): 189 is more than the 188 octets there are");
  expect_decode_error("schedule", with_week(19, 1, 20), "schedule.Size (octet 0): 19 is less than the 20 octets of the head");
  expect_decode_error("schedule", with_week(188, 1, 21), "schedule.Schedules.Offset: 168 octets at 21");
  expect_decode_error("schedule", with_week(188, 1, 0xFFFFFFFF), "schedule.Schedules.Offset");
  expect_decode_error("schedule", with_week(188, 1, 8), "schedule.Data: the octets 8 to 176 overlap");
  expect_decode_error("schedule", with_week(188, 17, 20), "schedule.NumberOfSchedules: 17 is more than 16");
  expect_decode_error("schedule", with_week(188, 0xFFFFFFFF, 20), "schedule.NumberOfSchedules (octet 8)");
  expect_decode_error("schedule", Bytes(3), "schedule.Size (octet 0)");
}

TEST(Schedule, FromAPerson) {
  SCHEDULE v;
  v.Schedules.resize(1);
  v.Data.resize(1);
  v.Data[0].octets.fill(1);
  const auto octets = encode_schedule(v).value();
  EXPECT_EQ(octets.size(), 188u);
  auto shown = expect_roundtrip("schedule", octets);
  for (const auto* name : {"Size", "Schedules", "NumberOfSchedules"}) shown.erase(name);
  EXPECT_EQ(type_of("schedule").encode(shown).value(), octets);
  v.Data.clear();
  EXPECT_THAT(encode_schedule(v).error().detail, testing::HasSubstr("0 weeks are given for 1 schedules"));
  shown["Size"] = 100;
  EXPECT_THAT(type_of("schedule").encode(shown).error().detail, testing::HasSubstr("100 is less than the 188"));
  shown["Size"] = 0xFFFFFFFF;
  EXPECT_THAT(type_of("schedule").encode(shown).error().detail, testing::HasSubstr("more than a value can have"));
  expect_encode_error("schedule", R"({"Data": [5]})", "schedule.Data[0]");
}

Octets record(std::uint8_t type, const Bytes& data) {
  return Octets().dwords({static_cast<std::uint32_t>(13 + data.size()), 1}).le(std::uint64_t{134'000'000'000'000'000}).le(type).raw(data);
}
Octets counted(std::string_view text) { return Octets().dwords({static_cast<std::uint32_t>(text.size())}).text(text); }

TEST(ForestTrust, S61693Records) {
  const Bytes sid = Octets().hex("010400000000000515000000").dwords({1, 2, 3});
  const Bytes octets = Octets()
                           .dwords({1, 5})
                           .raw(record(0, counted("lab.example")))
                           .raw(record(1, counted("x.lab.example").hex("0102")))
                           .raw(record(2, Octets().dwords({24}).raw(sid).raw(counted("lab.example")).raw(counted("LAB"))))
                           .raw(record(2, Octets().dwords({2}).hex("0102").raw(counted("\xff")).raw(counted(""))))
                           .raw(record(9, Octets().hex("deadbeef")))
                           .hex("77");
  const auto shown = expect_roundtrip("msDS-TrustForestTrustInfo", octets);
  const auto& records = shown.at("Records").as_array();
  EXPECT_EQ(records[0].at("Name"), "lab.example");
  EXPECT_EQ(records[0].at("Flags").at("names"), (json::array{"LSA_TLN_DISABLED_NEW"}));
  EXPECT_TRUE(records[1].as_object().contains("trailing"));
  EXPECT_EQ(records[2].at("Sid"), "S-1-5-21-1-2-3");
  EXPECT_EQ(records[2].at("Flags").at("names"), (json::array{"LSA_SID_DISABLED_ADMIN"}));
  EXPECT_TRUE(records[3].at("Sid").is_object());
  EXPECT_EQ(records[4].at("RecordType"), (json::object{{"value", 9}}));
  expect_truncation_is_safe("msDS-TrustForestTrustInfo", octets);
}

TEST(ForestTrust, S61693Lies) {
  constexpr auto kName = "msDS-TrustForestTrustInfo";
  expect_decode_error(kName, Octets().dwords({2, 0}), "msDS-TrustForestTrustInfo.Version (octet 0): 2 is not 1");
  expect_decode_error(kName, Octets().dwords({1, 0xFFFFFFFF}), "msDS-TrustForestTrustInfo.RecordCount (octet 4)");
  expect_decode_error(kName, Octets().dwords({1, 1, 1000}).zeros(20),
                      "msDS-TrustForestTrustInfo.Records[0].RecordLen (octet 12): 1000 octets");
  expect_decode_error(kName, Octets().dwords({1, 1, 12}).zeros(20), "msDS-TrustForestTrustInfo.Records[0].RecordType");
  expect_decode_error(kName, Octets().dwords({1, 1}).raw(record(0, Octets().dwords({5}))), "msDS-TrustForestTrustInfo.Records[0].NameLen");
  expect_decode_error(kName, Octets().dwords({1, 1}).raw(record(2, Octets().dwords({0, 0}))),
                      "msDS-TrustForestTrustInfo.Records[0].NetbiosNameLen");
  expect_decode_error(kName, {}, "msDS-TrustForestTrustInfo.Version");
}

TEST(ForestTrust, FromAPerson) {
  constexpr auto kName = "msDS-TrustForestTrustInfo";
  const auto octets = encode_text(kName, R"({"Records": [{"RecordType": 2, "Sid": "S-1-5-21-1-2-3", "DnsName": "d", "NetbiosName": "N",
      "Flags": ["LSA_NB_DISABLED_ADMIN"]}, {"RecordType": "ForestTrustTopLevelName", "Name": "x"}]})");
  EXPECT_EQ(decode_forest_trust_info(octets).value().Records[0].Flags, 4u);
  expect_encode_error(kName, R"({"Records": 5})", "Records: a list is expected");
  expect_encode_error(kName, R"({"Records": [5]})", "Records[0]: an object is expected");
  expect_encode_error(kName, R"({"Records": [{"Flags": ["X"]}]})", "Records[0].Flags");
  expect_encode_error(kName, R"({"Records": [{"RecordType": 256}]})", "256 is more than 255");
  expect_encode_error(kName, R"({"Records": [{"RecordType": 2, "Sid": "S-x"}]})", "Records[0].Sid");
  expect_encode_error(kName, R"({"Records": [{"RecordType": 2, "Sid": 5}]})", "Records[0].Sid");
  expect_encode_error(kName, R"({"Records": [{"RecordType": 0, "Sid": "S-1-5-18"}]})", "Records[0].Sid: there is no such field");
  expect_encode_error(kName, R"({"Version": 2})", "2 is not 1");
}

TEST(ExtendedDn, StampOfALinkOnSamba) {
  const std::string text =
      "<GUID=9549b590-cf6b-422b-8fd5-6c7f42218c60>;<RMD_ADDTIME=134082969310000000>;<RMD_FLAGS=1>;<RMD_VERSION=3>;CN=a,DC=lab";
  const auto shown = expect_roundtrip("extendedDn", as_bytes(text));
  EXPECT_EQ(shown.at("components").at(1).at("time"), "2025-11-22T14:55:31Z");
  EXPECT_EQ(shown.at("components").at(2).at("deleted"), true);
  EXPECT_EQ(shown.at("dn"), "CN=a,DC=lab");
  const auto dn = decode_extended_dn(as_bytes(text)).value();
  EXPECT_EQ(dn.find("RMD_VERSION"), "3");
  EXPECT_EQ(dn.find("SID"), "");
}

TEST(ExtendedDn, OtherForms) {
  for (const std::string_view text :
       {"", "CN=a", "<GUID=1>", "<GUID=1>;", "<GUID=1>;CN=a", "B:4:00FF:<GUID=1>;CN=a", "S:2:ab:CN=a", "B:4:00FF:", "B:9:00FF:CN=a",
        "B:x:00:CN=a", "B:", "B:4:00FFCN=a", "<=>;CN=a", "<RMD_ADDTIME=x>;CN=a", "<RMD_FLAGS=0>;CN=a", "CN=<a>", "<a=1>;<b=2>"})
    expect_roundtrip("extendedDn", as_bytes(text));
  EXPECT_EQ(expect_roundtrip("extendedDn", as_bytes("B:4:00FF:CN=a")).at("prefix"), "B:4:00FF:");
  EXPECT_EQ(blob_type("member"), nullptr);
}

TEST(ExtendedDn, Lies) {
  expect_decode_error("extendedDn", as_bytes("<GUID"), "extendedDn.components (octet 0): a component is <NAME=value>");
  expect_decode_error("extendedDn", as_bytes("<GUID>=;"), "a component is <NAME=value>");
  expect_decode_error("extendedDn", as_bytes("<GUID=1>CN=a"), "extendedDn.components (octet 8): a semicolon is expected");
  expect_decode_error("extendedDn", as_bytes("\xff"), "extendedDn: the text is not UTF-8");
  expect_encode_error("extendedDn", R"({"components": [5]})", "extendedDn.components[0]: an object is expected");
  expect_encode_error("extendedDn", R"({"components": [{"name": "a=b"}]})", "a name has no '='");
  expect_encode_error("extendedDn", R"({"components": [{"name": "a", "value": "x>y"}]})", "a name has no '='");
  expect_encode_error("extendedDn", R"({"components": [{"name": "a", "x": 1}]})", "extendedDn.components[0].x");
  expect_encode_error("extendedDn", R"({"dn": 5})", "extendedDn.dn");
  expect_encode_error("extendedDn", R"({"components": 5})", "extendedDn.components: a list");
}

TEST(Registry, EveryTypeHasANameADescriptionAndASource) {
  EXPECT_EQ(blob_types().size(), 23u);
  for (const auto& type : blob_types()) {
    EXPECT_EQ(blob_type(type.name), &type);
    EXPECT_FALSE(type.description.empty());
    EXPECT_FALSE(type.source.empty());
    EXPECT_FALSE(type.encode("x")) << type.name;
    EXPECT_FALSE(type.encode(json::object{{"no such field", 1}})) << type.name;
  }
  EXPECT_EQ(blob_type("REPSFROM"), blob_type("repsFrom"));
  EXPECT_EQ(blob_type("nothing"), nullptr);
}

TEST(Registry, AValueLargerThanAnAttributeCanBeIsNotMade) {
  json::array many(600'000, json::object());
  expect_encode_error("replUpToDateVector", json::serialize(json::object{{"rgCursors", std::move(many)}}), "more than a value can have");
}

TEST(Text, AlignedLinesTablesAndCells) {
  const auto text = to_text(json::parse(R"({"a": 1, "longer": "x", "none": null, "empty": [], "flags": {"value": 3, "names": ["A", "B"]},
      "no": {"value": 4, "names": []}, "n": {"value": 5}, "one": {"value": 1, "name": "ONE"}, "attr": {"value": 2, "lDAPDisplayName": "cn"},
      "octets": {"base64": "AA=="}, "text": {"narrow": "dc"}, "odd": {"narrow": {"base64": "AA=="}}, "value": {"value": "x", "name": "y"},
      "rows": [{"x": 1, "yy": "long text"}, {"x": 22, "yy": ""}], "mixed": [{"x": 1}, {"z": 2}], "plain": [1, "b"], "deep": [{"x": [1]}], "nested": {"k": true}})"));
  EXPECT_EQ(text,
            "a       1\n"
            "longer  x\n"
            "none    -\n"
            "empty   -\n"
            "flags   0x00000003 (A | B)\n"
            "no      0x00000004\n"
            "n       5\n"
            "one     1 (ONE)\n"
            "attr    cn\n"
            "octets  AA== (base64)\n"
            "text    dc\n"
            "odd\n"
            "  narrow  AA== (base64)\n"
            "value\n"
            "  value  x\n"
            "  name   y\n"
            "rows\n"
            "  x   yy\n"
            "  1   long text\n"
            "  22\n"
            "mixed\n"
            "  [0]\n"
            "    x  1\n"
            "  [1]\n"
            "    z  2\n"
            "plain\n"
            "  1\n"
            "  b\n"
            "deep\n"
            "  [0]\n"
            "    x\n"
            "      1\n"
            "nested\n"
            "  k  true\n");
  EXPECT_EQ(to_text(json::value(5)), "5\n");
  EXPECT_EQ(to_text(json::parse(R"({"value": -1, "name": "x"})")), "value  -1\nname   x\n");
  EXPECT_EQ(to_text(json::parse("[[1]]")), "[0]\n  1\n");
  const std::string wide(200, 'w');
  EXPECT_EQ(to_text(json::array{json::object{{"a", wide}}}), "[0]\n  a  " + wide + "\n");
  EXPECT_EQ(to_text(json::parse(R"([{"a": 1}, {"a": 1, "b": 2}])")), "[0]\n  a  1\n[1]\n  a  1\n  b  2\n");
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
