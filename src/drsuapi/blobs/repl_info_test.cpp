// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 2.2.2 to 2.2.8: the binary replication state that LDAP returns.
#include "drsuapi/blobs/repl_info.hpp"

#include "drsuapi/blobs/test_support.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using namespace test;

constexpr std::string_view kGuidHex = "90b549956bcf2b428fd56c7f42218c60";
constexpr std::uint64_t kTime = 134'000'000'001'234'567;

TEST(ReplInfo, S222Neighbor) {
  const Bytes octets = Octets()
                           .dwords({128, 136, 0, 0, 0x30000270, 0})
                           .hex(kGuidHex)
                           .hex(kGuidHex)
                           .hex(kGuidHex)
                           .zeros(16)
                           .le(std::uint64_t{5})
                           .le(std::uint64_t{4})
                           .le(kTime)
                           .le(kTime)
                           .dwords({8453, 2})
                           .wide("a=b")
                           .wide("dc1");
  const auto shown = expect_roundtrip("DS_REPL_NEIGHBORW_BLOB", octets);
  EXPECT_EQ(shown.at("oszNamingContext"), "a=b");
  EXPECT_EQ(shown.at("oszSourceDsaAddress"), nullptr);
  EXPECT_EQ(shown.at("dwReplicaFlags").at("names").as_array().size(), 6u);
  EXPECT_EQ(shown.at("dwLastSyncResult").at("name"), "ERROR_DS_DRA_ACCESS_DENIED");
  EXPECT_EQ(shown.at("ftimeLastSyncSuccess"), "2025-08-18T14:13:20.1234567Z");
  EXPECT_FALSE(shown.contains("layout")) << "the texts are where encoding puts them";
  expect_truncation_is_safe("DS_REPL_NEIGHBORW_BLOB", octets);
  EXPECT_EQ(blob_type("msDS-NCReplOutboundNeighbors"), blob_type("DS_REPL_NEIGHBORW_BLOB"));
}

TEST(ReplInfo, S222TextsInAnotherOrderKeepTheirPlaces) {
  const Bytes octets = Octets().dwords({137, 129, 129, 0, 0, 0}).zeros(104).hex("ee").wide("dc1").wide("a=b").hex("00 0102");
  const auto shown = expect_roundtrip("DS_REPL_NEIGHBORW_BLOB", octets);
  EXPECT_EQ(shown.at("oszSourceDsaDN"), "dc1");
  EXPECT_EQ(shown.at("layout").at("oszNamingContext"), 137);
  EXPECT_EQ(shown.at("unknown").as_array().size(), 2u);
}

TEST(ReplInfo, S222TextsThatAreNotText) {
  const auto head = [](std::uint32_t offset) { return Octets().dwords({offset, 0, 0, 0, 0, 0}).zeros(104); };
  const auto shown = expect_roundtrip("DS_REPL_NEIGHBORW_BLOB", head(128).hex("00d8 0000"));  // half a surrogate pair
  EXPECT_EQ(shown.at("oszNamingContext").at("base64"), "ANg=");
  expect_decode_error("DS_REPL_NEIGHBORW_BLOB", head(128).hex("4100"),
                      "DS_REPL_NEIGHBORW_BLOB.oszNamingContext: the text at 128 has no terminator");
  expect_decode_error("DS_REPL_NEIGHBORW_BLOB", head(129),
                      "DS_REPL_NEIGHBORW_BLOB.oszNamingContext: offset 129 is beyond the 128 octets there are");
  expect_decode_error("DS_REPL_NEIGHBORW_BLOB", head(10), "DS_REPL_NEIGHBORW_BLOB.oszNamingContext: the octets");
  expect_decode_error("DS_REPL_NEIGHBORW_BLOB", Bytes(127), "DS_REPL_NEIGHBORW_BLOB.cNumConsecutiveSyncFailures (octet 124)");
}

TEST(ReplInfo, S222FromAPerson) {
  const auto octets = encode_text("DS_REPL_NEIGHBORW_BLOB", R"({"oszNamingContext": "DC=x", "oszSourceDsaDN": "CN=y",
      "dwReplicaFlags": {"names": ["DS_REPL_NBR_WRITEABLE"]}, "unknown": [{"offset": 130, "base64": "AQ=="}]})");
  const auto v = decode_repl_info<DS_REPL_NEIGHBORW_BLOB>("x", octets).value();
  EXPECT_EQ(v.oszNamingContext.offset, 132u);
  EXPECT_EQ(v.oszSourceDsaDN.text(), "CN=y");
  EXPECT_EQ(v.dwReplicaFlags.value, 0x10u);
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"oszNamingContext": 5})", "DS_REPL_NEIGHBORW_BLOB.oszNamingContext");
  EXPECT_FALSE(type_of("DS_REPL_NEIGHBORW_BLOB").encode(json::object{{"oszNamingContext", "\xff"}})) << "not UTF-8";
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"dwReplicaFlags": ["NO_SUCH"]})", "\"NO_SUCH\" is not the name of a flag here");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"dwReplicaFlags": {}})", "\"value\" or \"names\" is expected");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"dwLastSyncResult": "NO_SUCH"})", "the name of a Win32 code is expected");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"dwLastSyncResult": {}})", "\"value\" is expected");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"dwLastSyncResult": -1})", "dwLastSyncResult");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"ftimeLastSyncSuccess": 5})", "a string is expected");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"ftimeLastSyncSuccess": "5"})", "not a time");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"usnAttributeFilter": "5"})", "a whole number of 64 bits");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"oszNamingContext": "a", "oszSourceDsaDN": "b",
      "layout": {"oszNamingContext": 128, "oszSourceDsaDN": 128}})",
                      "belong to another field and differ");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", R"({"layout": {"oszNamingContext": 128}})",
                      "layout.oszNamingContext: there is no such field");
  expect_encode_error("DS_REPL_NEIGHBORW_BLOB", "5", "a JSON object is expected");
}

TEST(ReplInfo, S223KccFailure) {
  const Bytes octets = Octets().dwords({36}).hex(kGuidHex).le(kTime).dwords({3, 1722}).wide("CN=x");
  const auto shown = expect_roundtrip("DS_REPL_KCC_DSA_FAILUREW_BLOB", octets);
  EXPECT_EQ(shown.at("dwLastResult").at("name"), "RPC_S_SERVER_UNAVAILABLE");
  EXPECT_EQ(shown.at("oszDsaDN"), "CN=x");
  expect_truncation_is_safe("msDS-ReplLinkFailures", octets);
}

TEST(ReplInfo, S224PendingOperation) {
  const Bytes octets = Octets().le(kTime).dwords({7, 250, 4, 0x11, 68, 0, 0}).hex(kGuidHex).hex(kGuidHex).wide("DC=x");
  const auto shown = expect_roundtrip("DS_REPL_OPW_BLOB", octets);
  EXPECT_EQ(shown.at("opType").at("name"), "DS_REPL_OP_TYPE_UPDATE_REFS");
  EXPECT_EQ(shown.at("ulOptions").at("names"), (json::array{"DRS_ASYNC_OP", "DRS_WRIT_REP"}));
  expect_truncation_is_safe("msDS-ReplPendingOps", octets);
  expect_encode_error("DS_REPL_OPW_BLOB", R"({"opType": {}})", "\"value\" is expected");
  expect_encode_error("DS_REPL_OPW_BLOB", R"({"opType": "X"})", "is not the name");
  expect_encode_error("DS_REPL_OPW_BLOB", R"({"opType": -1})", "DS_REPL_OPW_BLOB.opType");
  EXPECT_EQ(encode_text("DS_REPL_OPW_BLOB", R"({"opType": "DS_REPL_OP_TYPE_ADD"})")[16], 1);
  expect_roundtrip("DS_REPL_OPW_BLOB", Octets().le(kTime).dwords({7, 250, 99, 0x11, 0, 0, 0}).zeros(32));
}

TEST(ReplInfo, S225QueueStatistics) {
  const Bytes octets = Octets().le(kTime).dwords({2}).le(kTime).zeros(32);
  const auto shown = expect_roundtrip("DS_REPL_QUEUE_STATISTICSW_BLOB", octets);
  EXPECT_EQ(shown.at("cNumPendingOps"), 2);
  EXPECT_EQ(shown.at("ftimeOldestUpdRefs"), "never");
}

TEST(ReplInfo, S226Cursor) {
  const Bytes octets = Octets().hex(kGuidHex).le(std::uint64_t{99}).le(kTime).dwords({40, 0}).wide("CN=x");
  const auto shown = expect_roundtrip("DS_REPL_CURSOR_BLOB", octets);  // four octets of padding before the text
  EXPECT_EQ(shown.at("oszSourceDsaDN"), "CN=x");
  EXPECT_EQ(shown.at("layout").at("oszSourceDsaDN"), 40);
  expect_roundtrip("msDS-NCReplCursors", Octets().hex(kGuidHex).le(std::uint64_t{99}).le(kTime).dwords({0}));
}

TEST(ReplInfo, S227AttributeStamp) {
  const Bytes octets = Octets().dwords({52, 2}).le(kTime).hex(kGuidHex).le(std::uint64_t{1}).le(std::uint64_t{2}).dwords({0}).wide("cn");
  EXPECT_EQ(expect_roundtrip("DS_REPL_ATTR_META_DATA_BLOB", octets).at("oszAttributeName"), "cn");
}

Octets value_head(std::uint32_t name, std::uint32_t data_size, std::uint32_t data) {
  return Octets().dwords({name, 0, data_size, data}).le(kTime).le(kTime).dwords({1}).le(kTime).hex(kGuidHex);
}

TEST(ReplInfo, S228ValueStampAsTheSectionDrawsIt) {
  const Bytes octets = value_head(80, 3, 88).le(std::uint64_t{1}).le(std::uint64_t{2}).dwords({0}).wide("cn").hex("0000 010203");
  const auto shown = expect_roundtrip("DS_REPL_VALUE_META_DATA_BLOB", octets);
  EXPECT_FALSE(shown.contains("padding"));
  EXPECT_EQ(shown.at("usnOriginatingChange"), 1);
  EXPECT_EQ(shown.at("pbData").at("base64"), "AQID");
  expect_truncation_is_safe("DS_REPL_VALUE_META_DATA_BLOB", octets);
}

TEST(ReplInfo, S228ValueStampAsACompilerLaysItOut) {
  const Bytes octets =
      value_head(88, 0, 0).dwords({0}).le(std::uint64_t{1}).le(std::uint64_t{2}).dwords({96, 0}).wide("cn").hex("0000").wide("x");
  const auto shown = expect_roundtrip("DS_REPL_VALUE_META_DATA_BLOB", octets);
  EXPECT_EQ(shown.at("padding"), 0);
  EXPECT_EQ(shown.at("usnOriginatingChange"), 1);
  EXPECT_EQ(shown.at("oszLastOriginatingDsaDN"), "x");
  // With the extension the structure is eight octets longer.
  const Bytes extended = value_head(96, 0, 0).dwords({0}).le(std::uint64_t{1}).le(std::uint64_t{2}).dwords({0, 7, 8, 9}).wide("cn");
  EXPECT_EQ(expect_roundtrip("DS_REPL_VALUE_META_DATA_BLOB_EXT", extended).at("dwCurrentLinkState"), 9);
}

TEST(ReplInfo, S228PackedWithRoomBehindItIsReadAsPackedWhenPaddingMakesNoSense) {
  // Read with padding, oszLastOriginatingDsaDN would be an offset far outside.
  const Bytes octets = value_head(88, 0, 0).le(std::uint64_t{1}).le(std::uint64_t{2}).dwords({0, 0xFFFFFFFF, 0}).wide("cn");
  EXPECT_FALSE(expect_roundtrip("DS_REPL_VALUE_META_DATA_BLOB", octets).contains("padding"));
}

TEST(ReplInfo, S228Lies) {
  const auto rest = [](Octets head) { return head.le(std::uint64_t{1}).le(std::uint64_t{2}).dwords({0}); };
  expect_decode_error("DS_REPL_VALUE_META_DATA_BLOB", rest(value_head(0, 5, 0)), "pbData: the length is not zero and the offset is");
  expect_decode_error("DS_REPL_VALUE_META_DATA_BLOB", rest(value_head(0, 5, 80)),
                      "pbData: 5 octets at 80 are more than the 80 octets there are");
  expect_decode_error("DS_REPL_VALUE_META_DATA_BLOB", rest(value_head(0, 0xFFFFFFFF, 40)), "pbData");
  expect_encode_error("DS_REPL_VALUE_META_DATA_BLOB", R"({"pbData": 5})", "pbData");
}

TEST(ReplInfo, AValueMadeInCodeIsPlaced) {
  DS_REPL_VALUE_META_DATA_BLOB v;
  v.oszAttributeName.set_text("member");
  v.pbData.set_octets(from_hex("0102").value());
  v.oszLastOriginatingDsaDN.kind = Referent::Kind::kNarrow;  // a text in UTF-8, for whoever wants one
  v.oszLastOriginatingDsaDN.set_text("x");
  const auto octets = encode_repl_info("x", v).value();
  EXPECT_EQ(octets.size(), 80u + 14 + 2 + 2 + 2 + 2);
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
