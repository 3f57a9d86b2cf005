// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.166, 5.202 to 5.205: replUpToDateVector; 5.11: replPropertyMetaData; 5.147: partialAttributeSet; 5.181: schemaInfo.
#include "drsuapi/blobs/vectors.hpp"

#include "drsuapi/blobs/test_support.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using namespace test;

constexpr std::string_view kGuidHex = "90b549956bcf2b428fd56c7f42218c60";

TEST(Vectors, S5181SchemaInfoExampleOfAdts3112) {
  const Bytes octets = Octets().hex("FF 00 00 07 C7 20 79 92 E6 84 B6 F6 40 99 47 21 8B C9 E0 F1 F3");
  const auto shown = expect_roundtrip("schemaInfo", octets);
  EXPECT_EQ(shown.at("marker"), 255);
  EXPECT_EQ(shown.at("version"), 1991);
  EXPECT_EQ(shown.at("invocationId"), "e6927920-b684-40f6-9947-218bc9e0f1f3");
  // One change of the schema later.
  const auto next = encode_text("schemaInfo", R"({"version": 1992, "invocationId": "e6927920-b684-40f6-9947-218bc9e0f1f3"})");
  EXPECT_EQ(to_hex(next), "ff000007c8207992e684b6f6409947218bc9e0f1f3");
  expect_roundtrip("schemaInfo", Octets().hex("FF0000000000000000000000000000000000000000"));  // the default of 5.181
  expect_decode_error("schemaInfo", Bytes(20), "schemaInfo.invocationId (octet 5): 16 octets are needed and 15 are left");
  expect_encode_error("schemaInfo", R"({"version": "x"})", "schemaInfo.version");
  expect_encode_error("schemaInfo", R"({"marker": 256})", "schemaInfo.marker: 256 is more than 255");
}

TEST(Vectors, S5166UpToDateVectorVersion1) {
  const Bytes octets = Octets().dwords({1, 0, 2, 0}).hex(kGuidHex).le(std::uint64_t{77}).hex(kGuidHex).le(std::uint64_t{78});
  const auto shown = expect_roundtrip("replUpToDateVector", octets);
  EXPECT_EQ(shown.at("cNumCursors"), 2);
  EXPECT_EQ(shown.at("rgCursors").at(1).at("usnHighPropUpdate"), 78);
  EXPECT_FALSE(shown.at("rgCursors").at(0).as_object().contains("timeLastSyncSuccess"));
  expect_truncation_is_safe("replUpToDateVector", octets);
}

TEST(Vectors, S5166UpToDateVectorVersion2) {
  const Bytes octets = Octets().dwords({2, 9, 1, 8}).hex(kGuidHex).le(std::uint64_t{77}).le(std::uint64_t{13'445'000'000}).hex("abcdef");
  const auto shown = expect_roundtrip("replUpToDateVector", octets);
  EXPECT_EQ(shown.at("dwReserved1"), 9);
  EXPECT_EQ(shown.at("rgCursors").at(0).at("timeLastSyncSuccess"), "2027-01-21T10:13:20Z");
  EXPECT_EQ(shown.at("trailing").at("base64"), "q83v");
  const auto value = decode_repl_up_to_date_vector(octets).value();
  EXPECT_EQ(std::get<UPTODATE_VECTOR_V2_EXT>(value.vector).rgCursors[0].usnHighPropUpdate, 77);
  EXPECT_EQ(encode_repl_up_to_date_vector(value), octets);
}

TEST(Vectors, S5166CountsThatLie) {
  expect_decode_error("replUpToDateVector", Octets().dwords({2, 0, 1, 0}),
                      "replUpToDateVector.cNumCursors (octet 8): 1 elements of 32 octets");
  expect_decode_error("replUpToDateVector", Octets().dwords({1, 0, 0xFFFFFFFF, 0}), "replUpToDateVector.cNumCursors (octet 8)");
  expect_decode_error("replUpToDateVector", Octets().dwords({3, 0, 0, 0}), "replUpToDateVector.dwVersion (octet 0): 3 is not 1 or 2");
  expect_decode_error("replUpToDateVector", Octets().hex("0200"),
                      "replUpToDateVector.dwVersion (octet 0): 4 octets are needed and 2 are left");
  expect_encode_error("replUpToDateVector", R"({"dwVersion": 3})", "3 is not 1 or 2");
  expect_encode_error("replUpToDateVector", R"({"dwVersion": []})", "replUpToDateVector.dwVersion");
  expect_encode_error("replUpToDateVector", R"({"rgCursors": [5]})", "replUpToDateVector.rgCursors[0]: an object is expected");
  expect_encode_error("replUpToDateVector", R"({"rgCursors": 5})", "replUpToDateVector.rgCursors: a list is expected");
  expect_encode_error("replUpToDateVector", R"({"rgCursors": [{"x": 1}]})", "replUpToDateVector.rgCursors[0].x");
  expect_encode_error("replUpToDateVector", R"({"trailing": 1})", "replUpToDateVector.trailing");
}

TEST(Vectors, TheListDecidesAndTheCountIsForTheReader) {
  const auto octets = encode_text("replUpToDateVector", R"({"dwVersion": 1, "cNumCursors": 9, "rgCursors": [{"usnHighPropUpdate": 5}]})");
  EXPECT_EQ(octets.size(), 16u + 24);
  EXPECT_EQ(octets[8], 1);
}

TEST(Vectors, S511StampsAsTheyAreStored) {
  const Bytes octets = Octets()
                           .dwords({1, 0, 2, 0})
                           .dwords({0x90001, 3})
                           .le(std::uint64_t{13'445'000'000})
                           .hex(kGuidHex)
                           .le(std::uint64_t{5})
                           .le(std::uint64_t{6})
                           .dwords({0xFFFE0001, 0xFFFFFFFF})
                           .le(std::uint64_t{0})
                           .hex(kGuidHex)
                           .le(~std::uint64_t{0})
                           .le(std::uint64_t{6});
  const auto shown = expect_roundtrip("replPropertyMetaData", octets);
  const auto& first = shown.at("rgMetaData").at(0);
  EXPECT_EQ(first.at("attrTyp").at("lDAPDisplayName"), "name");
  EXPECT_EQ(first.at("timeChanged"), "2027-01-21T10:13:20Z");
  EXPECT_EQ(first.at("usnLocalChange"), 6);
  const auto& second = shown.at("rgMetaData").at(1);
  EXPECT_EQ(second.at("attrTyp"), (json::object{{"value", 0xFFFE0001}}));
  EXPECT_EQ(second.at("timeChanged"), "never");
  EXPECT_EQ(second.at("usnOriginating"), -1);
  expect_truncation_is_safe("replPropertyMetaData", octets);
  expect_decode_error("replPropertyMetaData", Octets().dwords({2, 0, 0, 0}), "replPropertyMetaData.dwVersion (octet 0): 2 is not 1");
  expect_decode_error("replPropertyMetaData", Octets().dwords({1, 0, 100, 0}), "replPropertyMetaData.cNumProps");
  expect_encode_error("replPropertyMetaData", R"({"dwVersion": 2})", "2 is not 1");
  expect_encode_error("replPropertyMetaData", R"({"rgMetaData": [{"attrTyp": "noSuchAttribute"}]})",
                      "replPropertyMetaData.rgMetaData[0].attrTyp");
  expect_encode_error("replPropertyMetaData", R"({"rgMetaData": [{"attrTyp": {}}]})", "\"value\" is expected");
  expect_encode_error("replPropertyMetaData", R"({"rgMetaData": [{"attrTyp": -1}]})", "replPropertyMetaData.rgMetaData[0].attrTyp");
  expect_encode_error("replPropertyMetaData", R"({"rgMetaData": [{"usnOriginating": "5"}]})", "a whole number of 64 bits");
}

TEST(Vectors, TheNumberOfAnAttributeWinsOverItsName) {
  const auto octets = encode_text("partialAttributeSet", R"({"rgPartialAttr": [{"value": 3, "lDAPDisplayName": "name"}, "name", 5]})");
  EXPECT_EQ(to_hex(octets),
            "010000000000000003000000"
            "030000000100090005000000");
}

TEST(Vectors, S5147PartialAttributeSet) {
  expect_roundtrip("partialAttributeSet", Octets().dwords({1, 0, 2, 0, 0xFFFFFFFF}));
  expect_roundtrip("partialAttributeSet", Octets().dwords({1, 0, 0}));
  expect_decode_error("partialAttributeSet", Octets().dwords({2, 0, 0}), "partialAttributeSet.dwVersion (octet 0): 2 is not 1");
  expect_decode_error("partialAttributeSet", Octets().dwords({1, 0, 2, 0}), "partialAttributeSet.cAttrs (octet 8): 2 elements of 4 octets");
}

TEST(Vectors, StructuresThatStandAlone) {
  expect_roundtrip("dSASignature", Octets().dwords({1, 40, 0}).hex("0102030405060708090a0b0c").hex(kGuidHex));
  expect_decode_error("dSASignature", Bytes(39), "dSASignature.uuidDsa");
  expect_encode_error("dSASignature", R"({"reserved": {"base64": "AA=="}})", "dSASignature.reserved: 12 octets are expected");
  expect_encode_error("dSASignature", R"({"reserved": 5})", "dSASignature.reserved");
  EXPECT_EQ(expect_roundtrip("USN_VECTOR", Octets().le(std::uint64_t{1}).le(std::uint64_t{2}).le(std::uint64_t{3})).at("usnReserved"), 2);
  EXPECT_EQ(expect_roundtrip("MTX_ADDR", Octets().dwords({4}).text(std::string_view("dc1\0", 4))).at("mtx_name"), "dc1");
  expect_roundtrip("PAS_DATA", Octets().dwords({1, 28, 0, 1, 0, 1, 3}));
  Bytes week(84);
  week[0] = 0x8F;
  week[83] = 0x01;
  const auto shown = expect_roundtrip("REPLTIMES", week);
  EXPECT_EQ(shown.at("rgTimes").at("sunday"), "8f0000000000000000000000");
  EXPECT_EQ(shown.at("rgTimes").at("saturday"), "000000000000000000000001");
  expect_encode_error("REPLTIMES", R"({"rgTimes": 5})", "one member for each day of the week is expected");
  expect_encode_error("REPLTIMES", R"({"rgTimes": {"sunday": ""}})", "one member for each day");
  expect_encode_error("REPLTIMES", R"({"rgTimes": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}})", "the string \"sunday\"");
  expect_encode_error("REPLTIMES", R"({"rgTimes": {"sunday": "00", "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}})",
                      "\"sunday\" of 24 hex digits");
  expect_encode_error("REPLTIMES", R"({"rgTimes": {"sunday": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1, "g": 1}})",
                      "the string \"sunday\"");
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
