// SPDX-License-Identifier: Apache-2.0
// prefixMap (docs/formats/blobs.md) and the prefixes of [MS-DRSR] 5.16.4.
#include "drsuapi/blobs/prefix_map.hpp"

#include "drsuapi/blobs/attids.hpp"
#include "drsuapi/blobs/test_support.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using namespace test;

Octets entry(std::uint16_t ndx, std::string_view hex) {
  const auto prefix = from_hex(hex).value();
  return Octets().le(ndx).le(static_cast<std::uint16_t>(prefix.size())).raw(prefix);
}

TEST(PrefixMap, Packed) {
  const Bytes octets = Octets().dwords({2, 26}).raw(entry(0, "5504")).raw(entry(9, "2a864886f7140104")).hex("07");
  const auto shown = expect_roundtrip("prefixMap", octets);
  EXPECT_EQ(shown.at("form"), "packed");
  EXPECT_EQ(shown.at("entries").at(1).at("oid"), "1.2.840.113556.1.4");
  EXPECT_TRUE(shown.contains("trailing"));
  expect_truncation_is_safe("prefixMap", octets);
}

TEST(PrefixMap, PackedLies) {
  expect_decode_error("prefixMap", Octets().dwords({0xFFFFFFFF, 8}), "prefixMap.PrefixCount: 4294967295 entries are more than");
  expect_decode_error("prefixMap", Octets().dwords({1, 15}).raw(entry(0, "5504")), "cbSize is 15 and not between 14 and 14");
  expect_decode_error("prefixMap", Octets().dwords({1, 13}).raw(entry(0, "5504")), "cbSize is 13");
  expect_decode_error("prefixMap", Octets().dwords({1, 12}).hex("00000500"), "prefixMap.entries[0].elements (octet 12)");
  expect_decode_error("prefixMap", {}, "prefixMap.PrefixCount (octet 0)");
}

TEST(PrefixMap, PackedFromAPerson) {
  const auto octets =
      encode_text("prefixMap", R"({"entries": [{"ndx": 9, "oid": "1.2.840.113556.1.4"}, {"ndx": 2, "elements": "55 06"}]})");
  EXPECT_EQ(to_hex(octets),
            "020000001a000000"
            "090008002a864886f7140104"
            "020002005506");
  expect_encode_error("prefixMap", R"({"entries": [{"ndx": 65536, "elements": "5504"}]})", "do not fit into 16 bits");
  expect_encode_error("prefixMap", R"({"entries": [{"ndx": 1}]})", "prefixMap.entries[0].elements");
  expect_encode_error("prefixMap", R"({"entries": [{"ndx": 1, "elements": "5"}]})", "prefixMap.entries[0].elements");
  expect_encode_error("prefixMap", R"({"entries": [{"ndx": 1, "oid": "1.x"}]})", "prefixMap.entries[0].oid: \"1.x\" is not an OID");
  expect_encode_error("prefixMap", R"({"entries": [1]})", "prefixMap.entries[0]: an object is expected");
  expect_encode_error("prefixMap", R"({"entries": 1})", "prefixMap.entries: a list is expected");
  expect_encode_error("prefixMap", R"({"form": "other"})", "\"packed\" or \"DSDB\" is expected");
  expect_encode_error("prefixMap", R"({"cbSize": 5})", "5 is less than the 8 octets of the value");
  expect_encode_error("prefixMap", R"({"cbSize": 9})", "cbSize is 9");
}

Octets dsdb(std::initializer_list<std::uint32_t> rest) { return Octets().dwords({0x44534442, 0}).dwords(rest); }

TEST(PrefixMap, DsdbOfSamba) {
  const Bytes octets = dsdb({2, 0x20000, 2, 0, 2, 0x20004, 9, 1, 0x20008, 2}).hex("5504 0000").dwords({1}).hex("2a");
  const auto shown = expect_roundtrip("prefixMap", octets);
  EXPECT_EQ(shown.at("form"), "DSDB");
  EXPECT_FALSE(shown.contains("pPrefixEntry")) << "the usual pointers are not shown";
  expect_truncation_is_safe("prefixMap", octets);
  EXPECT_EQ(encode_text("prefixMap", R"({"form": "DSDB", "entries": [{"ndx": 0, "elements": "5504"}, {"ndx": 9, "elements": "2a"}]})"),
            octets);
}

TEST(PrefixMap, DsdbWithOtherPointers) {
  expect_roundtrip("prefixMap", dsdb({0, 0}));
  expect_roundtrip("prefixMap", dsdb({0, 0x20000, 0}));
  const auto shown = expect_roundtrip("prefixMap", dsdb({2, 5, 2, 0, 0, 0, 9, 1, 6, 1}).hex("2a ff"));
  EXPECT_EQ(shown.at("pPrefixEntry"), 5);
  EXPECT_EQ(shown.at("entries").at(1).at("pointer"), 6);
}

TEST(PrefixMap, DsdbLies) {
  expect_decode_error("prefixMap", dsdb({1, 0}), "prefixMap.PrefixCount: 1 entries are behind a null pointer");
  expect_decode_error("prefixMap", dsdb({1, 1, 2}), "prefixMap.pPrefixEntry (octet 16): the array has 2 elements and its count is 1");
  expect_decode_error("prefixMap", dsdb({0xFFFFFFFF, 1, 0xFFFFFFFF}), "prefixMap.PrefixCount: 4294967295 entries");
  expect_decode_error("prefixMap", dsdb({1, 1, 1, 0, 2, 0}), "prefixMap.entries[0].length: 2 octets are behind a null pointer");
  expect_decode_error("prefixMap", dsdb({1, 1, 1, 0, 2, 1, 3}), "prefixMap.entries[0].elements (octet 32)");
  expect_decode_error("prefixMap", dsdb({2, 1, 2, 0, 1, 1, 0, 1, 2, 1}).hex("55 000001").dwords({1}).hex("55"), "the padding is not zero");
  expect_encode_error("prefixMap", R"({"form": "DSDB", "pPrefixEntry": 0, "entries": [{"elements": "55"}]})", "behind a null pointer");
  expect_encode_error("prefixMap", R"({"form": "DSDB", "pPrefixEntry": 1, "entries": [{"elements": "55"}]})", "behind a null pointer");
}

TEST(PrefixMap, S5164DottedPrefixes) {
  for (const auto* dotted : {"2.5.4", "0.9.2342.19200300.100.1", "1.2.840.113556.1.5.7000", "2.16.840.1.113730.3.1", "2.999", "0.0", "1.39",
                             "2.5.0", "2.18446744073709551535"}) {
    const auto prefix = parse_dotted_prefix(dotted);
    ASSERT_TRUE(prefix) << dotted;
    EXPECT_EQ(dotted_prefix(*prefix), dotted);
  }
  for (const auto* wrong :
       {"", "2", "2.", ".5", "3.1", "1.40", "2.5.", "2..5", "2.x", "2.5 4", "2.18446744073709551616", "2.18446744073709551615"})
    EXPECT_FALSE(parse_dotted_prefix(wrong)) << wrong;
  for (const auto* hex : {"", "80", "8000", "558001", "5586", "ffffffffffffffffffff7f"})
    EXPECT_EQ(dotted_prefix(from_hex(hex).value()), "") << hex;
}

TEST(Attids, S5164ExamplesOfTheDefaultTable) {
  EXPECT_EQ(ldap_display_name(Attid{0x00000006}), "c");             // 2.5.4.6
  EXPECT_EQ(ldap_display_name(Attid{0x00020001}), "instanceType");  // 1.2.840.113556.1.2.1
  EXPECT_EQ(ldap_display_name(Attid{0x00090001}), "name");          // 1.2.840.113556.1.4.1
  EXPECT_EQ(ldap_display_name(Attid{0x00150001}), "uid");           // 0.9.2342.19200300.100.1.1
  EXPECT_EQ(ldap_display_name(Attid{0x00160001}), "carLicense");    // 2.16.840.1.113730.3.1.1
  EXPECT_EQ(ldap_display_name(Attid{0xFFFFFFFF}), "");
  EXPECT_EQ(attid_of("name"), Attid{0x00090001});
  EXPECT_EQ(attid_of("Name"), std::nullopt);
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
