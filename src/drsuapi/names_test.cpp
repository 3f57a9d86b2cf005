// SPDX-License-Identifier: Apache-2.0
// The helpers around the described types: names of flags, DRS_EXTENSIONS_INT of every length, DSNAMEs, the tables of operations.
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "drsuapi/dsname.hpp"
#include "drsuapi/extensions.hpp"
#include "drsuapi/operations.hpp"

namespace tributary::drsuapi {
namespace {

using Names = std::vector<std::string>;

TEST(FlagNames, KnownBitsByNameAndTheRestAsOneNumber) {
  EXPECT_EQ(flag_names(kEntinfFlagNames, 0), Names());
  EXPECT_EQ(flag_names(kEntinfFlagNames, 0x10003), (Names{"ENTINF_FROM_MASTER", "ENTINF_DYNAMIC_OBJECT", "ENTINF_REMOTE_MODIFY"}));
  EXPECT_EQ(flag_names(kEntinfFlagNames, 0x80000005), (Names{"ENTINF_FROM_MASTER", "0x80000004"}));
  EXPECT_EQ(flags_to_string(kKccFlagNames, 3), "DS_KCC_FLAG_ASYNC_OP|DS_KCC_FLAG_DAMPED");
  EXPECT_EQ(flags_to_string(kKccFlagNames, 0), "0");
  EXPECT_EQ(value_name(kReplInfoNames, 0xFFFFFFFE), "DS_REPL_INFO_REPSTO");
  EXPECT_EQ(value_name(kReplInfoNames, 99), "0x00000063");
}

TEST(FlagNames, ABitWithTwoNamesHasTheOneOfItsMethod_5_41) {
  EXPECT_EQ(drs_option_names(DRS_ASYNC_OP | DRS_SYNC_ALL), (Names{"DRS_ASYNC_OP", "DRS_SYNC_ALL"}));
  EXPECT_EQ(drs_option_names(0x00100002, IDL_DRSReplicaSync::opnum), (Names{"DRS_UPDATE_NOTIFICATION", "DRS_NO_DISCARD"}));
  EXPECT_EQ(drs_option_names(0x00100002, IDL_DRSGetNCChanges::opnum), (Names{"DRS_GETCHG_CHECK", "DRS_REF_GCSPN"}));
  EXPECT_EQ(drs_option_names(0x0000000C, IDL_DRSUpdateRefs::opnum), (Names{"DRS_ADD_REF", "DRS_DEL_REF"}));
  EXPECT_EQ(drs_option_names(0x0000D100, IDL_DRSReplicaDel::opnum),
            (Names{"DRS_IGNORE_ERROR", "DRS_LOCAL_ONLY", "DRS_REF_OK", "DRS_NO_SOURCE"}));
  EXPECT_EQ(drs_option_names(0xFFFFFFFF).size(), 32u) << "every bit has a name";
}

TEST(FlagNames, TablesHoldEachValueOnce) {
  for (const auto table :
       {kDrsMoreOptionNames, kDrsExtNames, kDrsExtMoreNames, kExopRequestNames, kExopErrorNames, kEntinfFlagNames, kReplInfoNames,
        kModifyFieldNames, kNameFormatNames, kNameFlagNames, kNameErrorNames, kSpnOperationNames, kVerifyNames, kRevMembFlagNames,
        kNt4ChangeLogFlagNames, kAddSidFlagNames, kDemoteOperationNames, kReplicaDemoteFlagNames, kDirErrNames, kProblemNames,
        kInstanceTypeNames, kNcTypeNames, kKccFlagNames, kReplInfoFlagNames, kNtdsdsaOptionNames}) {
    ASSERT_FALSE(table.empty());
    for (const auto& named : table) EXPECT_EQ(value_name(table, named.value), named.name);
  }
  EXPECT_EQ(value_name(kProblemNames, PROBLEM_ENOMEM), "ENOMEM");
  EXPECT_EQ(kDrsExtNames.size(), 32u);
}

DRS_EXTENSIONS extensions_of(std::size_t length) {
  DRS_EXTENSIONS extensions;
  for (std::size_t i = 0; i < length; ++i) extensions.rgb.push_back(static_cast<std::uint8_t>(i + 1));
  return extensions;
}

TEST(Extensions, EveryLengthRoundTrips_5_39) {
  for (std::size_t length = 0; length <= 70; ++length) {
    const auto extensions = extensions_of(length);
    EXPECT_EQ(encode_extensions(decode_extensions(extensions)), extensions) << length;
  }
}

TEST(Extensions, AFieldThatIsNotThereIsZero_5_26) {
  EXPECT_EQ(decode_extensions(extensions_of(0)).dwFlags, 0u);
  const auto windows_2000 = decode_extensions(extensions_of(24));
  EXPECT_EQ(windows_2000.cb, 24u);
  EXPECT_EQ(windows_2000.dwFlags, 0x04030201u);
  EXPECT_EQ(windows_2000.SiteObjGuid.octets[0], 5);
  EXPECT_EQ(windows_2000.Pid, 0x18171615);
  EXPECT_EQ(windows_2000.dwReplEpoch, 0u);
  const auto cut = decode_extensions(extensions_of(30));
  EXPECT_EQ(cut.dwReplEpoch, 0x1C1B1A19u);
  EXPECT_EQ(cut.dwFlagsExt, 0u);
  EXPECT_EQ(cut.rest, (Bytes{29, 30}));
  const auto later = decode_extensions(extensions_of(56));
  EXPECT_EQ(later.cb, 52u);
  EXPECT_EQ(later.dwExtCaps, 0x34333231u);
  EXPECT_EQ(later.rest.size(), 4u);
}

TEST(Extensions, CapabilitiesOfASenderTooOldToListThem_5_39) {
  EXPECT_EQ(decode_extensions(extensions_of(28)).ext_caps(), 0u);
  EXPECT_EQ(decode_extensions(extensions_of(32)).ext_caps(), 0xFFFFFFFFu);
  EXPECT_EQ(decode_extensions(extensions_of(48)).ext_caps(), 0xFFFFFFFFu);
  EXPECT_EQ(decode_extensions(extensions_of(52)).ext_caps(), 0x34333231u);
}

TEST(Extensions, FlagsAreAskedByName) {
  DRS_EXTENSIONS_INT extensions;
  extensions.dwFlags = DRS_EXT_BASE | DRS_EXT_GETCHGREPLY_V6;
  extensions.dwFlagsExt = DRS_EXT_RECYCLE_BIN;
  EXPECT_TRUE(extensions.has(DRS_EXT_GETCHGREPLY_V6));
  EXPECT_FALSE(extensions.has(DRS_EXT_W2K3_DEFLATE));
  EXPECT_TRUE(extensions.has(DRS_EXT_RECYCLE_BIN));
  EXPECT_FALSE(extensions.has(DRS_EXT_GETCHGREPLY_V9));
  EXPECT_EQ(encode_extensions(extensions).rgb.size(), 52u);
}

constexpr std::string_view kGuidText = "00112233-4455-6677-8899-aabbccddeeff";

TEST(Dsname, IsBuiltFromWhatThereIs_5_50) {
  const auto by_dn = dsname_from_dn("DC=l\xC3\xA4" "b");
  ASSERT_TRUE(by_dn);
  EXPECT_EQ(by_dn->StringName.size(), 6u);
  EXPECT_EQ(by_dn->SidLen, 0u);
  EXPECT_TRUE(by_dn->Guid.is_null());
  EXPECT_EQ(dsname_dn(*by_dn), "DC=l\xC3\xA4" "b");
  EXPECT_EQ(dsname_struct_len(6), 70u) << "56 octets before StringName, and the terminator counts";

  const auto by_guid = dsname_from_guid(*parse_guid(kGuidText));
  EXPECT_EQ(to_string(by_guid), "<GUID=00112233-4455-6677-8899-aabbccddeeff>");
  EXPECT_FALSE(by_guid.StringName.is_present());

  const auto by_sid = dsname_from_sid(*parse_sid("S-1-5-21-1-2-3-500"));
  ASSERT_TRUE(by_sid);
  EXPECT_EQ(by_sid->SidLen, 28u);
  EXPECT_EQ(to_string(*by_sid), "<SID=S-1-5-21-1-2-3-500>");
}

TEST(Dsname, TextGoesThereAndBack) {
  for (const std::string text :
       {"", "DC=lab,DC=example", "<GUID=00112233-4455-6677-8899-aabbccddeeff>", "<SID=S-1-5-32-544>",
        "<GUID=00112233-4455-6677-8899-aabbccddeeff>;<SID=S-1-5-21-1-2-3-500>;CN=x\\,y,DC=lab", "<SID=S-1-5-32-544>;DC=lab"}) {
    const auto name = parse_dsname(text);
    ASSERT_TRUE(name) << text;
    EXPECT_EQ(to_string(*name), text);
  }
  EXPECT_EQ(to_string(*parse_dsname("<guid={00112233-4455-6677-8899-AABBCCDDEEFF}>;DC=lab")),
            "<GUID=00112233-4455-6677-8899-aabbccddeeff>;DC=lab");
}

TEST(Dsname, WhatIsNoNameIsRefused) {
  for (const std::string_view text :
       {"<GUID=00112233>", "<SID=S-1>", "<WKGUID=x>", "<GUID", "<>", "<GUID=00112233-4455-6677-8899-aabbccddeeff>DC=lab", "<a>=b"}) {
    const auto name = parse_dsname(text);
    ASSERT_FALSE(name) << text;
    EXPECT_EQ(name.error().code, win32::kErrorDsDraBadDn) << text;
  }
  EXPECT_EQ(dsname_from_dn("\xFF").error().code, win32::kErrorNoUnicodeTranslation);
  EXPECT_EQ(dsname_from_sid(*parse_sid("S-1-5-21-1-2-3-4-5")).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(dsname_from_dn(std::string(kStringNameUnitsMax, 'x')).error().code, win32::kErrorDsDraBadDn);
}

TEST(Dsname, OctetsThatAreNoSidAndUnitsThatAreNoText) {
  DSNAME name;
  name.SidLen = 5;
  EXPECT_FALSE(dsname_sid(name));
  name.SidLen = 29;
  EXPECT_FALSE(dsname_sid(name));
  name.StringName = {u'a', char16_t{0xD800}};
  EXPECT_EQ(dsname_dn(name).error().code, win32::kErrorNoUnicodeTranslation);
  EXPECT_EQ(to_string(name), "a\xEF\xBF\xBD");
}

TEST(Operations, AreListedByTheirOpnum) {
  ASSERT_EQ(drsuapi_operations().size(), 31u);
  ASSERT_EQ(dsaop_operations().size(), 2u);
  for (std::size_t i = 0; i < 31; ++i) EXPECT_EQ(drsuapi_operations()[i].opnum, i);
  EXPECT_EQ(drsuapi_operations()[2].name, "IDL_DRSReplicaSync");
  EXPECT_EQ(dsaop_operations()[0].name, "IDL_DSAPrepareScript");
  EXPECT_EQ(to_string(kDrsuapiInterface), "e3514235-4b06-11d1-ab04-00c04fc2dcd2");
}

TEST(Operations, AFaultHasThePathOfItsField) {
  IDL_DRSReplicaSync::In in;
  in.msgSync.emplace<1>().pNC = *dsname_from_dn("DC=lab");
  Bytes stub = encode_in<IDL_DRSReplicaSync>(in);
  stub.resize(stub.size() - 3);
  const auto read = decode_in<IDL_DRSReplicaSync>(stub);
  ASSERT_FALSE(read);
  EXPECT_TRUE(read.error().detail.starts_with("pmsgSync.pNC.NameLen: ends too early at octet ")) << read.error().detail;
  const auto out = drsuapi_operations()[2].recode(Direction::kOut, {}, {}, ndr::Syntax::kNdr20);
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().detail, "result: ends too early at octet 0");
}

}  // namespace
}  // namespace tributary::drsuapi
