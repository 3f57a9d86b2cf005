// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.170 to 5.173: repsFrom and repsTo, with MTX_ADDR (5.132), DSA_RPC_INST (5.48) and PAS_DATA (5.149).
#include "drsuapi/blobs/reps.hpp"

#include "drsuapi/blobs/test_support.hpp"

namespace tributary::drsuapi::blobs {
namespace {

using namespace test;

constexpr std::string_view kAddress = "74111e4a-def2-40bd-8939-e75579902af7._msdcs.lab.example";

REPS_FROM sample(std::uint32_t version) {
  REPS_FROM v;
  v.dwVersion = version;
  v.timeLastSuccess = v.timeLastAttempt = DsTime{13'445'000'000};
  v.ulReplicaFlags = {0x70};
  v.rtSchedule.rgTimes.fill(0x11);
  v.usnVec = {.usnHighObjUpdate = 3851, .usnReserved = 0, .usnHighPropUpdate = 3851};
  v.uuidDsaObj = {"74111e4a-def2-40bd-8939-e75579902af7"_guid};
  v.uuidInvocId = {"9549b590-cf6b-422b-8fd5-6c7f42218c60"_guid};
  v.set_network_address(kAddress);
  return v;
}

/// The head by hand: everything that no test cares about is zero.
Bytes head(std::uint32_t version, std::uint32_t cb, std::uint32_t address_offset, std::uint32_t address_size, bool full = true) {
  Octets octets;
  octets.dwords({version, 0, cb, 0}).zeros(16).dwords({0, address_offset, address_size, 0x70}).zeros(84 + 4 + 24 + 48);
  if (full) octets.zeros(8);
  return octets;
}
Bytes with(Bytes octets, std::size_t at, std::uint32_t value) {
  store_le(octets.data() + at, value);
  return octets;
}

TEST(Reps, S5170AFreshVersion1HasItsAddressBehindTheHeadOf216Octets) {
  const auto octets = encode_reps_from(sample(1)).value();
  EXPECT_EQ(octets.size(), 216u + 4 + 56);
  const auto v = decode_reps_from(octets).value();
  EXPECT_EQ(v.cb, 276u);
  EXPECT_EQ(v.cbOtherDraOffset, 216u);
  EXPECT_EQ(v.cbOtherDra, 60u);
  EXPECT_EQ(v.network_address(), kAddress);
  EXPECT_TRUE(v.unknown.empty());
  EXPECT_EQ(encode_reps_from(v).value(), octets);
  expect_roundtrip("repsFrom", octets);
  expect_truncation_is_safe("repsFrom", octets);
}

TEST(Reps, S548AFreshVersion2HasADsaRpcInstWithWideTexts) {
  const auto octets = encode_reps_from(sample(2)).value();
  const auto v = decode_reps_from(octets).value();
  const auto& inst = std::get<DSA_RPC_INST>(v.otherDra);
  EXPECT_EQ(inst.cb, v.cbOtherDra);
  EXPECT_EQ(inst.pszServer.offset, 20u);
  EXPECT_EQ(inst.pszServer.text(), kAddress);
  EXPECT_EQ(inst.pszInstance.text(), kAddress);
  EXPECT_FALSE(inst.pszAnnotation.present);
  EXPECT_EQ(v.network_address(), kAddress);
  expect_roundtrip("repsFrom", octets);
  expect_truncation_is_safe("repsFrom", octets);
}

TEST(Reps, ShortHeadOfSambaVersion1) {
  const Bytes octets = Octets().raw(head(1, 220, 208, 12, false)).dwords({8}).text(std::string_view("dc1.lab\0", 8));
  const auto shown = expect_roundtrip("repsFrom", octets);
  EXPECT_FALSE(shown.contains("cbPasDataOffset"));
  EXPECT_FALSE(shown.contains("unknown"));
  EXPECT_EQ(shown.at("otherDra").at("mtx_name"), "dc1.lab");
}

TEST(Reps, AHeadAloneIsAValueWithoutAnAddress) {
  const auto v = decode_reps_from(head(1, 216, 0, 0)).value();
  EXPECT_EQ(v.network_address(), "");
  EXPECT_TRUE(v.cbPasDataOffset);
  expect_roundtrip("repsFrom", head(1, 216, 0, 0));
  expect_roundtrip("repsFrom", head(2, 216, 0, 0));
  expect_roundtrip("repsTo", head(1, 208, 0, 0, false));
  expect_roundtrip("repsTo", head(2, 208, 0, 0, false));
  expect_roundtrip("repsFrom", head(1, 216, 216, 0));  // an offset to no octets
}

TEST(Reps, UnknownOctetsAreKept) {
  // Between the head and the address, behind the address inside cb, and behind cb.
  const Bytes octets = Octets().raw(head(1, 236, 220, 12)).hex("01020304").dwords({4}).text("dc1").hex("00 0a0b0c0d").dwords({7}).hex("ee");
  const auto v = decode_reps_from(octets).value();
  ASSERT_EQ(v.unknown.size(), 2u);
  EXPECT_EQ(v.unknown[0], (UnknownOctets{216, from_hex("01020304").value()}));
  EXPECT_EQ(v.unknown[1].offset, 228u);
  EXPECT_EQ(encode_reps_from(v).value(), octets);
  expect_roundtrip("repsFrom", octets);
}

TEST(Reps, ZerosBehindCbAreKeptToo) {
  const Bytes octets = Octets().raw(head(1, 216, 0, 0)).zeros(5);
  EXPECT_EQ(decode_reps_from(octets).value().unknown.size(), 1u);
  expect_roundtrip("repsFrom", octets);
}

TEST(Reps, ANameThatIsNotOneTextIsShownAsOctets) {
  for (const std::string_view name : {std::string_view("a\0b\0", 4), std::string_view("none"), std::string_view("\xff\0", 2)}) {
    const auto size = static_cast<std::uint32_t>(name.size());
    const Bytes octets = Octets().raw(head(1, 220 + size, 216, 4 + size)).dwords({size}).text(name);
    const auto shown = expect_roundtrip("repsFrom", octets);
    EXPECT_TRUE(shown.at("otherDra").at("mtx_name").is_object()) << name;
  }
  expect_roundtrip("repsFrom", Octets().raw(head(1, 220, 216, 4)).dwords({0}));
}

TEST(Reps, S548NarrowTextsAnnotationAndGuid) {
  const Bytes inst = Octets()
                         .dwords({56, 20, 24, 28, 36})
                         .text(std::string_view("dc1\0", 4))
                         .text(std::string_view("\xc3\xa4\0\0", 4))
                         .text(std::string_view("dc1:389\0", 8))
                         .hex("0102030405060708090a0b0c0d0e0f10")
                         .dwords({0});
  const Bytes octets = Octets().raw(head(2, 272, 216, 56)).raw(inst);
  const auto v = decode_reps_from(octets).value();
  const auto& decoded = std::get<DSA_RPC_INST>(v.otherDra);
  EXPECT_EQ(decoded.pszServer.kind, Referent::Kind::kNarrow);
  EXPECT_EQ(decoded.pszServer.text(), "dc1");
  EXPECT_EQ(decoded.pguidInstance.octets.size(), 16u);
  EXPECT_EQ(v.network_address(), "dc1:389");
  const auto shown = expect_roundtrip("repsFrom", octets);
  EXPECT_EQ(shown.at("otherDra").at("pszServer").at("narrow"), "dc1");
  EXPECT_EQ(shown.at("otherDra").at("pguidInstance"), "04030201-0605-0807-090a-0b0c0d0e0f10");
  expect_truncation_is_safe("repsFrom", octets);
}

TEST(Reps, TwoOffsetsMayLeadToOneText) {
  const Bytes inst = Octets().dwords({28, 20, 0, 20, 0}).wide("dc1");
  expect_roundtrip("repsFrom", Octets().raw(head(2, 244, 216, 28)).raw(inst));
}

TEST(Reps, ServerNameWhenThereIsNoInstance) {
  const Bytes inst = Octets().dwords({28, 20, 0, 0, 0}).wide("dc1");
  EXPECT_EQ(decode_reps_from(Octets().raw(head(2, 244, 216, 28)).raw(inst)).value().network_address(), "dc1");
}

TEST(Reps, S5149PasData) {
  REPS_FROM v = sample(1);
  v.pasData.emplace().pas.rgPartialAttr = Seq<ATTRTYP>{3, 0x20001, 0x90001};
  const auto octets = encode_reps_from(v).value();
  const auto back = decode_reps_from(octets).value();
  EXPECT_EQ(*back.cbPasDataOffset, 276u);
  EXPECT_EQ(back.pasData->size, 36u);
  EXPECT_EQ(back.pasData->pas.rgPartialAttr.size(), 3u);
  const auto shown = expect_roundtrip("repsFrom", octets);
  EXPECT_EQ(shown.at("pasData").at("pas").at("rgPartialAttr").at(1).at("lDAPDisplayName"), "instanceType");
  expect_truncation_is_safe("repsFrom", octets);
  // In repsTo the offset is not used and the octets are nobody's.
  const auto to = expect_roundtrip("repsTo", octets);
  EXPECT_FALSE(to.contains("pasData"));
  EXPECT_TRUE(to.contains("unknown"));
}

TEST(Reps, LiesInTheHead) {
  const Bytes good = encode_reps_from(sample(1)).value();
  expect_decode_error("repsFrom", Bytes(207), "repsFrom: 207 octets are less than the 208 of the head");
  expect_decode_error("repsTo", {}, "repsTo: 0 octets");
  expect_decode_error("repsFrom", with(good, 0, 3), "repsFrom.dwVersion (octet 0): 3 is neither 1 nor 2");
  expect_decode_error("repsFrom", with(good, 8, 277), "repsFrom.cb (octet 8): 277 is more than the 276 octets there are");
  expect_decode_error("repsFrom", with(good, 8, 207), "repsFrom.cb (octet 8): 207 is less than the 208 octets of the head");
  expect_decode_error("repsFrom", with(good, 36, 5000), "repsFrom.cbOtherDraOffset (octet 36): 5000 is more than the 276 octets there are");
  expect_decode_error("repsFrom", with(good, 40, 5000), "repsFrom.cbOtherDra (octet 40): 5000 is more than the 60 octets there are");
  expect_decode_error("repsFrom", with(good, 40, 0xFFFFFFFF), "repsFrom.cbOtherDra (octet 40)");
  expect_decode_error("repsFrom", with(good, 36, 100), "repsFrom.cbOtherDraOffset (octet 36): 100 is inside the head of 208 octets");
  expect_decode_error("repsFrom", with(good, 36, 0), "repsFrom.cbOtherDraOffset (octet 36): 0 is inside the head of 216 octets");
  expect_decode_error("repsFrom", with(good, 40, 3), "repsFrom.otherDra.mtx_namelen");
  expect_decode_error("repsFrom", with(good, 216, 57), "repsFrom.otherDra.mtx_namelen (octet 216): 57 elements of 1 octets");
  expect_decode_error("repsFrom", with(good, 216, 0xFFFFFFFF), "repsFrom.otherDra.mtx_namelen");
}

TEST(Reps, LiesInTheDsaRpcInst) {
  const Bytes good = encode_reps_from(sample(2)).value();
  const auto size = static_cast<std::uint32_t>(good.size());
  expect_decode_error("repsFrom", with(good, 216, 19), "repsFrom.otherDra.cb: 19 is not between 20 and");
  expect_decode_error("repsFrom", with(good, 216, size), "repsFrom.otherDra.cb");
  expect_decode_error("repsFrom", with(good, 40, 12), "repsFrom.otherDra");
  expect_decode_error("repsFrom", with(good, 220, 5000), "repsFrom.otherDra.cbpszServerOffset: offset 5000 is beyond");
  expect_decode_error("repsFrom", with(good, 220, 4), "overlap");
  expect_decode_error("repsFrom", with(good, 228, 22),
                      "repsFrom.otherDra.cbpszInstanceOffset: the octets 238 to 348 overlap those from 236 to 348");
  expect_decode_error("repsFrom", with(good, 224, size - 216), "repsFrom.otherDra.cbpszAnnotationOffset: the text at");
  expect_decode_error("repsFrom", with(good, 232, size - 216 - 8), "repsFrom.otherDra.cbpguidInstanceOffset: 16 octets at");
}

TEST(Reps, LiesInThePasData) {
  REPS_FROM v = sample(1);
  v.pasData.emplace().pas.rgPartialAttr = Seq<ATTRTYP>{3};
  const auto good = encode_reps_from(v).value();
  expect_decode_error("repsFrom", with(good, 212, 5000), "repsFrom.cbPasDataOffset (octet 212): 5000 is more than");
  expect_decode_error("repsFrom", with(good, 212, 220), "repsFrom.pasData");
  expect_decode_error("repsFrom", with(good, 212, 100), "repsFrom.cbPasDataOffset (octet 212): 100 is inside the head");
  expect_decode_error("repsFrom", with(good, 280, 27), "repsFrom.pasData.size (octet 280): 27 is not between 28 and 28");
  expect_decode_error("repsFrom", with(good, 280, 29), "repsFrom.pasData.size");
  expect_decode_error("repsFrom", with(good, 296, 2), "repsFrom.pasData.pas.cAttrs");
  expect_decode_error("repsFrom", with(good, 212, 304), "repsFrom.pasData.version");
}

TEST(Reps, ValuesThatCannotBeWritten) {
  const auto detail = [](const REPS_FROM& v) {
    const auto octets = encode_reps_from(v);
    return octets ? "it encodes" : octets.error().detail;
  };
  REPS_FROM v = sample(1);
  v.dwVersion = 3;
  EXPECT_THAT(detail(v), testing::HasSubstr("dwVersion"));
  v.dwVersion = 2;
  EXPECT_THAT(detail(v), testing::HasSubstr("version 1 has an MTX_ADDR"));
  v = sample(2);
  v.dwVersion = 1;
  EXPECT_THAT(detail(v), testing::HasSubstr("version 1 has an MTX_ADDR"));
  v = sample(1);
  v.dwReserved.reset();
  EXPECT_THAT(detail(v), testing::HasSubstr("it stands with cbPasDataOffset"));
  v.cbPasDataOffset.reset();
  EXPECT_EQ(encode_reps_from(v).value().size(), 208u + 60);
  v.pasData.emplace();
  EXPECT_THAT(detail(v), testing::HasSubstr("the head has no cbPasDataOffset"));
  v = sample(1);
  v.pasData.emplace().size = 5;
  EXPECT_THAT(detail(v), testing::HasSubstr("pasData.size: 5 is less than the 24"));
  v = sample(1);
  v.cbOtherDra = 5;
  EXPECT_THAT(detail(v), testing::HasSubstr("5 is less than the 60 octets of otherDra"));
  v = sample(1);
  v.cb = 220;
  EXPECT_THAT(detail(v), testing::HasSubstr("repsFrom.cb: 220 is less than the 276"));
  v = sample(1);
  v.cb = 0xFFFFFFFF;
  EXPECT_THAT(detail(v), testing::HasSubstr("more than a value can have"));
  v = sample(1);
  v.cbOtherDraOffset = 0xFFFFFF00;
  EXPECT_THAT(detail(v), testing::HasSubstr("repsFrom."));
  v = sample(1);
  v.unknown.push_back({100, Bytes(3)});
  EXPECT_THAT(detail(v), testing::HasSubstr("repsFrom.unknown: the octets 100 to 103 overlap"));
  REPS_TO to;
  to.pasData.emplace();
  EXPECT_THAT(encode_reps_to(to).error().detail, testing::HasSubstr("repsTo has none"));
}

TEST(Reps, AnEditedAddressIsPlacedAnew) {
  auto shown = expect_roundtrip("repsFrom", encode_reps_from(sample(1)).value());
  shown.at("otherDra").as_object()["mtx_name"] = "a-much-longer-name-than-the-one-that-stood-there-before.example.org";
  const auto stale = type_of("repsFrom").encode(shown);
  ASSERT_FALSE(stale);
  EXPECT_THAT(stale.error().detail, testing::HasSubstr("leave out cb and cbOtherDra"));
  for (const auto* name : {"cb", "cbOtherDra", "cbOtherDraOffset"}) shown.erase(name);
  const auto octets = type_of("repsFrom").encode(shown);
  ASSERT_TRUE(octets) << octets.error().detail;
  EXPECT_EQ(decode_reps_from(*octets).value().network_address(), "a-much-longer-name-than-the-one-that-stood-there-before.example.org");
}

TEST(Reps, JsonThatAPersonWrites) {
  const auto v1 = decode_reps_from(encode_text("repsFrom", R"({"dwVersion": 1, "otherDra": {"mtx_name": "dc1"},
      "ulReplicaFlags": ["DRS_WRIT_REP", "DRS_PER_SYNC", 1], "ulResultLastAttempt": "ERROR_ACCESS_DENIED", "schema": "x", "type": "y"})"))
                      .value();
  EXPECT_FALSE(v1.cbPasDataOffset);
  EXPECT_EQ(v1.ulReplicaFlags.value, 0x51u);
  EXPECT_EQ(v1.ulResultLastAttempt, win32::kErrorAccessDenied);
  const auto v2 =
      decode_reps_from(encode_text("repsFrom", R"({"dwVersion": 2, "otherDra": {"pszServer": "dc1", "pszInstance": "dc2"}})")).value();
  EXPECT_TRUE(v2.cbPasDataOffset);
  EXPECT_EQ(v2.network_address(), "dc2");
  EXPECT_EQ(encode_text("repsTo", "{}").size(), 208u);
}

TEST(Reps, JsonThatIsWrong) {
  expect_encode_error("repsFrom", "[]", "a JSON object is expected");
  expect_encode_error("repsFrom", R"({"cbb": 1})", "repsFrom.cbb: there is no such field");
  expect_encode_error("repsFrom", R"({"dwVersion": "1"})", "repsFrom.dwVersion: a whole number that is not negative is expected");
  expect_encode_error("repsFrom", R"({"dwVersion": 4294967296})", "4294967296 is more than 4294967295");
  expect_encode_error("repsFrom", R"({"dwVersion": 3})", "neither 1 nor 2");
  expect_encode_error("repsFrom", R"({"otherDra": 5})", "repsFrom.otherDra: an object is expected");
  expect_encode_error("repsFrom", R"({"otherDra": {"mtx_nam": 5}})", "repsFrom.otherDra.mtx_nam");
  expect_encode_error("repsFrom", R"({"otherDra": {"mtx_name": 5}})", "repsFrom.otherDra.mtx_name: a string or");
  expect_encode_error("repsFrom", R"({"dwVersion": 2, "otherDra": {"pszServer": 5}})", "repsFrom.otherDra.pszServer");
  expect_encode_error("repsFrom", R"({"dwVersion": 2, "otherDra": {"pszServer": "a\u0000b"}})", "holds its own terminator");
  expect_encode_error("repsFrom", R"({"dwVersion": 2, "otherDra": {"pguidInstance": "x"}})", "repsFrom.otherDra.pguidInstance");
  expect_encode_error("repsFrom", R"({"dwVersion": 2, "otherDra": {"layout": {"x": 1}}})", "repsFrom.otherDra.layout.x");
  expect_encode_error("repsFrom", R"({"dwVersion": 2, "otherDra": {"layout": 1}})", "repsFrom.otherDra.layout: an object");
  expect_encode_error("repsTo", R"({"pasData": {}})", "repsTo has none");
  expect_encode_error("repsFrom", R"({"usnVec": {"usnReserved": 1.5}})", "repsFrom.usnVec.usnReserved: a whole number");
  expect_encode_error("repsFrom", R"({"timeLastSuccess": 5})", "a string is expected");
  expect_encode_error("repsFrom", R"({"timeLastSuccess": "yesterday"})", "repsFrom.timeLastSuccess: not a time");
  expect_encode_error("repsFrom", R"({"uuidDsaObj": 5})", "repsFrom.uuidDsaObj: a string");
  expect_encode_error("repsFrom", R"({"uuidDsaObj": "5"})", "repsFrom.uuidDsaObj");
  expect_encode_error("repsFrom", R"({"unknown": [5]})", "repsFrom.unknown[0]: an object");
  expect_encode_error("repsFrom", R"({"unknown": 5})", "repsFrom.unknown: a list");
  expect_encode_error("repsFrom", R"({"unknown": [{"offset": -1}]})", "repsFrom.unknown[0].offset");
  expect_encode_error("repsFrom", R"({"unknown": [{"base64": "%"}]})", "repsFrom.unknown[0].base64");
  expect_encode_error("repsFrom", R"({"unknown": [{"offset": 300, "base64": "AA==", "x": 1}]})", "repsFrom.unknown[0].x");
  expect_encode_error("repsFrom", R"({"unknown": [{"offset": 4294967295, "base64": "AA=="}]})",
                      "repsFrom.unknown: octets at 4294967295 are beyond what a value can have");
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
