// SPDX-License-Identifier: Apache-2.0
// [MS-PAC] 2.5: what a ticket says of its client. Golden octets: made by Samba 4.17's own NDR library (python3-samba, dcerpc.krb5pac),
// as its KDC writes them into PAC_LOGON_INFO: ann (1105) of Domain Users and group 1110, two extra SIDs, one resource group.
#include "security/access/kerb_validation_info.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"

namespace tributary::security {
namespace {

constexpr std::string_view kSamba =
    "01100800cccccccc0802000000000000000002000080209bcb82d801ffffffffffffff7fffffffffffffff7f0080209bcb82d8010080209bcb82d801"
    "0080209bcb82d80106000600040002001200120008000200000000000c00020000000000100002000000000014000200000000001800020007000100"
    "5104000001020000020000001c0002002002000000000000000000000000000000000000060008002000020006000800240002002800020000000000"
    "000000001000000000000000000000000000000000000000000000000000000000000000020000002c00020030000200010000003400020003000000"
    "000000000300000061006e006e00000009000000000000000900000041006e006e00200041006c006400650072000000000000000000000000000000"
    "000000000000000000000000000000000000000000000000000000000000000000000000020000000102000007000000560400000700000004000000"
    "000000000300000044004300310000000400000000000000030000004c00410042000000040000000104000000000005150000000100000002000000"
    "030000000200000038000200070000003c00020007000000010000000101000000000012010000000500000001050000000000051500000007000000"
    "08000000090000000702000004000000010400000000000515000000010000000200000003000000010000007e0400000700002000000000";

Bytes samba() { return from_hex(kSamba).value(); }
std::string text(const Token& token) {
  std::string result = to_string(token.user) + " |";
  for (const Sid& group : token.groups) result += " " + to_string(group);
  return result;
}
Sid sid(std::string_view spelled) { return parse_sid(spelled).value(); }

TEST(ValidationInfo, ReadsWhatSambaWrites) {
  const auto info = decode_validation_info(samba());
  ASSERT_TRUE(info) << info.error().detail;
  EXPECT_EQ(info->EffectiveName, u"ann");
  EXPECT_EQ(info->FullName, u"Ann Alder");
  EXPECT_EQ(info->LogonScript, u"");
  EXPECT_EQ(info->LogonCount, 7);
  EXPECT_EQ(info->BadPasswordCount, 1);
  EXPECT_EQ(info->UserId, 1105u);
  EXPECT_EQ(info->PrimaryGroupId, 513u);
  EXPECT_EQ(info->GroupIds, (Seq<GROUP_MEMBERSHIP>{{513, kSeGroupUsual}, {1110, kSeGroupUsual}}));
  EXPECT_EQ(info->UserFlags, kLogonExtraSids | kLogonResourceGroups);
  EXPECT_EQ(info->LogonServer, u"DC1");
  EXPECT_EQ(info->LogonDomainName, u"LAB");
  EXPECT_EQ(from_rpc_sid(*info->LogonDomainId).value(), sid("S-1-5-21-1-2-3"));
  EXPECT_EQ(info->UserAccountControl, 0x10u);
  ASSERT_EQ(info->ExtraSids.size(), 2u);
  EXPECT_EQ(from_rpc_sid(*info->ExtraSids[1].Sid).value(), sid("S-1-5-21-7-8-9-519"));
  EXPECT_EQ(info->ResourceGroupIds, (Seq<GROUP_MEMBERSHIP>{{1150, 0x20000007}}));
}

TEST(ValidationInfo, WrittenAgainItReadsTheSame) {
  const auto info = decode_validation_info(samba()).value();
  const Bytes octets = encode_validation_info(info);
  EXPECT_EQ(decode_validation_info(octets).value(), info);
  EXPECT_EQ(octets.size() % 8, 0u);
  // The same as Samba's octets but for referent ids: 4 octets each, of pointers in the structure and in ExtraSids.
  ASSERT_EQ(octets.size(), samba().size());
  std::size_t different = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) different += octets[i] != samba()[i] ? 1 : 0;
  EXPECT_LE(different, 16u * 4);
}

TEST(ValidationInfo, MakesTheTokenOfTheUser) {
  const auto token = token_of_validation_info(decode_validation_info(samba()).value());
  ASSERT_TRUE(token) << token.error().detail;
  EXPECT_EQ(token->user, sid("S-1-5-21-1-2-3-1105"));
  EXPECT_EQ(token->primary_group, sid("S-1-5-21-1-2-3-513"));
  std::vector<Sid> expected;
  for (const char* each : {"S-1-1-0", "S-1-5-2", "S-1-5-11", "S-1-5-15", "S-1-18-1", "S-1-5-21-1-2-3-513", "S-1-5-21-1-2-3-1110",
                           "S-1-5-21-1-2-3-1150", "S-1-5-21-7-8-9-519"})
    expected.push_back(sid(each));
  std::ranges::sort(expected);
  EXPECT_EQ(token->groups, expected) << text(*token);
  for (const Sid& each : expected) EXPECT_TRUE(token->has(each));
}

TEST(ValidationInfo, FlagsSayWhatIsThere) {  // UserFlags: bits D and H
  auto info = decode_validation_info(samba()).value();
  info.UserFlags = 0;
  auto token = token_of_validation_info(info).value();
  EXPECT_FALSE(token.has(sid("S-1-5-21-7-8-9-519")));
  EXPECT_FALSE(token.has(sid("S-1-5-21-1-2-3-1150")));
  info.UserFlags = kLogonResourceGroups;
  token = token_of_validation_info(info).value();
  EXPECT_FALSE(token.has(sid("S-1-5-21-7-8-9-519")));
  EXPECT_TRUE(token.has(sid("S-1-5-21-1-2-3-1150")));
}

TEST(ValidationInfo, AGroupThatIsNotEnabledDoesNotCount) {
  auto info = decode_validation_info(samba()).value();
  info.GroupIds[1].Attributes = 0x10;  // for denying only
  info.ExtraSids[1].Attributes = 0;
  const auto token = token_of_validation_info(info).value();
  EXPECT_FALSE(token.has(sid("S-1-5-21-1-2-3-1110")));
  EXPECT_FALSE(token.has(sid("S-1-5-21-7-8-9-519")));
}

TEST(ValidationInfo, AUserOfNoDomainIsTheFirstExtraSid) {  // [MS-PAC] 2.5: UserId 0
  auto info = decode_validation_info(samba()).value();
  info.UserId = 0;
  info.ExtraSids[0].Sid = Unique<RPC_SID>(to_rpc_sid(sid("S-1-5-21-4-4-4-2000")));
  EXPECT_EQ(token_of_validation_info(info)->user, sid("S-1-5-21-4-4-4-2000"));
  info.UserFlags = 0;
  EXPECT_EQ(token_of_validation_info(info).error().code, win32::kErrorInvalidData);
}

TEST(ValidationInfo, GuestsAreNotAuthenticatedUsers) {  // [MS-DTYP] 2.4.2.4, AUTHENTICATED_USERS
  auto info = decode_validation_info(samba()).value();
  info.UserId = rid::kGuest;
  auto token = token_of_validation_info(info).value();
  EXPECT_FALSE(token.has(sids::kAuthenticatedUsers));
  EXPECT_TRUE(token.has(sids::kEveryone));
  EXPECT_EQ(text(anonymous_token()), "S-1-5-7 | S-1-1-0 S-1-5-2");
}

TEST(ValidationInfo, AnotherOrganizationIsNotThisOne) {  // [MS-DTYP] 2.4.2.4
  auto info = decode_validation_info(samba()).value();
  info.ExtraSids[0].Sid = Unique<RPC_SID>(to_rpc_sid(sids::kOtherOrganization));
  const auto token = token_of_validation_info(info).value();
  EXPECT_TRUE(token.has(sids::kOtherOrganization));
  EXPECT_FALSE(token.has(sids::kThisOrganization));
}

TEST(ValidationInfo, WhatCannotBeIsRefused) {
  const auto good = decode_validation_info(samba()).value();
  const auto code = [&](auto&& change) {
    auto info = good;
    change(info);
    const auto token = token_of_validation_info(info);
    return token ? win32::kErrorSuccess : token.error().code;
  };
  EXPECT_EQ(code([](auto&) {}), win32::kErrorSuccess);
  EXPECT_EQ(code([](auto& info) { info.LogonDomainId = nullptr; }), win32::kErrorInvalidData);
  EXPECT_EQ(code([](auto& info) { info.LogonDomainId->Revision = 2; }), win32::kErrorInvalidData);
  EXPECT_EQ(code([](auto& info) { info.LogonDomainId->SubAuthorityCount = 200; }), win32::kErrorInvalidData);
  EXPECT_EQ(code([](auto& info) { info.LogonDomainId->SubAuthority.resize(15), info.LogonDomainId->SubAuthorityCount = 15; }),
            win32::kErrorInvalidData);
  EXPECT_EQ(code([](auto& info) { info.ExtraSids[1].Sid = nullptr; }), win32::kErrorInvalidData);
  EXPECT_EQ(code([](auto& info) { info.ResourceGroupDomainSid = nullptr; }), win32::kErrorInvalidData);
  EXPECT_EQ(code([](auto& info) { info.GroupIds.resize(kTokenSidsMax + 1); }), kErrorTooManyContextIds);
}

TEST(ValidationInfo, RefusesEveryPrefixAndOtherHeaders) {  // [MS-RPCE] 2.2.6.1, 2.2.6.2
  const Bytes octets = samba();
  for (std::size_t size = 0; size < octets.size(); ++size) {
    const auto info = decode_validation_info(ByteView(octets).first(size));
    ASSERT_FALSE(info) << size;
    ASSERT_EQ(info.error().code, win32::kErrorInvalidData);
  }
  for (const std::size_t where : {0u, 1u, 2u, 16u}) {
    Bytes damaged = octets;
    for (std::size_t i = 0; i < (where == 16 ? 4u : 1u); ++i) damaged[where + i] = where == 16 ? 0 : 9;
    EXPECT_FALSE(decode_validation_info(damaged)) << where;
  }
}

TEST(ValidationInfo, ASidWithTooManyPartsIsFoundByItsCount) {
  Bytes octets = samba();
  // LogonDomainId's referent: conformance 4, revision 1, count 4, authority 5.
  const Bytes pattern = from_hex("04000000010400000000000515").value();
  const auto at = std::ranges::search(octets, pattern).begin();
  ASSERT_NE(at, octets.end());
  *(at + 5) = 16;
  EXPECT_FALSE(decode_validation_info(octets));
}

}  // namespace
}  // namespace tributary::security
