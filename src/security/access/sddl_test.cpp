// SPDX-License-Identifier: Apache-2.0
// [MS-DTYP] 2.5.1: SDDL in both directions. That every class's default is understood is tested in src/service/access.
#include "security/access/sddl.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "security/access/rights.hpp"

namespace tributary::security {
namespace {

DomainSids domains() { return {parse_sid("S-1-5-21-1-2-3").value(), parse_sid("S-1-5-21-7-8-9").value()}; }

std::string again(std::string_view text) {
  const auto descriptor = parse_sddl(text, domains());
  if (!descriptor) return "refused: " + descriptor.error().detail;
  const auto printed = to_sddl(*descriptor, domains());
  return printed ? *printed : "no text: " + printed.error().detail;
}

TEST(Sddl, TheSpecificationsExampleGivesItsOctets) {  // [MS-DTYP] 2.5.1.4
  const auto descriptor =
      parse_sddl("O:BAG:BAD:P(A;CIOI;GRGX;;;BU)(A;CIOI;GA;;;BA)(A;CIOI;GA;;;SY)(A;CIOI;GA;;;CO)S:P(AU;FA;GR;;;WD)");
  ASSERT_TRUE(descriptor) << descriptor.error().detail;
  EXPECT_EQ(to_hex(encode_security_descriptor(*descriptor).value()),
            "010014b090000000a0000000140000003000000002001c00010000000280140000000080010100000000000100000000"
            "02006000040000000003180000000"
            "0a00102000000000005200000002102000000031800000000100102000000000005200000002002000000031400000000100101"
            "00000000000512000000000314000000001001010000000000030000000001020000000000052000000020020000"
            "01020000000000052000000020020000");
}

TEST(Sddl, PrintsWhatItReads) {
  for (const std::string_view text :
       {"O:DAG:DAD:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)(A;CIIO;GAGXGWGR;;;CO)S:AI(AU;CISAFA;WP;;;WD)",
        "D:PAI(OA;CIIO;RP;4c164200-20c0-11d0-a768-00aa006e0529;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)", "D:", "D:S:", "S:", "",
        "D:NO_ACCESS_CONTROL", "O:S-1-5-21-5-5-5-1105G:DUD:ARAI(D;OICINPIOID;LO;;;EA)(OD;;CR;;;SA)", "S:(ML;;NWNRNX;;;HI)(SP;;;;;S-1-17-22)",
        "D:(A;;0x100094;;;RO)(OA;;;;;PS)(A;CR;RC;;;S-1-5-32-560)"})
    EXPECT_EQ(again(text), text);
}

TEST(Sddl, PartsComeInAnyOrder) { EXPECT_EQ(again("S:AID:PG:BUO:S-1-5-18"), "O:SYG:BUD:PS:AI"); }

TEST(Sddl, RightsAreWordsOrNumbers) {
  const auto mask = [](std::string_view rights) {
    const auto descriptor = parse_sddl("D:(A;;" + std::string(rights) + ";;;WD)");
    return descriptor ? std::optional(descriptor->dacl->aces[0].mask) : std::nullopt;
  };
  EXPECT_EQ(mask("RPWPCRCCDCLCLORCWOWDSDDTSW"), kDsGenericAll);
  EXPECT_EQ(mask("RPLCLORC"), kDsGenericRead);
  EXPECT_EQ(mask("RPRPRP"), kRightDsReadProperty);
  EXPECT_EQ(mask("GAGRGWGX"), kGenericAll | kGenericRead | kGenericWrite | kGenericExecute);
  EXPECT_EQ(mask("FAKA"), 0x001F01FFu);
  EXPECT_EQ(mask("0xF01Ff"), 0xF01FFu);
  EXPECT_EQ(mask("0400"), 0x100u);
  EXPECT_EQ(mask("256"), 0x100u);
  EXPECT_EQ(mask(""), 0u);
  for (const std::string_view bad : {"XX", "R", "RPW", "rp", "0x", "0x100000000", "09", "1RP", "-1", "RP 1"}) EXPECT_EQ(mask(bad), std::nullopt) << bad;
}

struct Word {
  const char* word;
  const char* sid;
};
class SidWords : public testing::TestWithParam<Word> {};
TEST_P(SidWords, MeanTheirSid) {  // [MS-DTYP] 2.5.1.1, sid-token; 2.4.2.4
  const auto descriptor = parse_sddl("O:" + std::string(GetParam().word), domains());
  ASSERT_TRUE(descriptor) << descriptor.error().detail;
  EXPECT_EQ(to_string(*descriptor->owner), GetParam().sid);
  EXPECT_EQ(again("O:" + std::string(GetParam().sid)), "O:" + std::string(GetParam().word));
}
INSTANTIATE_TEST_SUITE_P(
    All, SidWords,
    testing::Values(Word{"DA", "S-1-5-21-1-2-3-512"}, Word{"DG", "S-1-5-21-1-2-3-514"}, Word{"DU", "S-1-5-21-1-2-3-513"}, Word{"ED", "S-1-5-9"},
                    Word{"DD", "S-1-5-21-1-2-3-516"}, Word{"DC", "S-1-5-21-1-2-3-515"}, Word{"BA", "S-1-5-32-544"}, Word{"BG", "S-1-5-32-546"},
                    Word{"BU", "S-1-5-32-545"}, Word{"LA", "S-1-5-21-1-2-3-500"}, Word{"LG", "S-1-5-21-1-2-3-501"}, Word{"AO", "S-1-5-32-548"},
                    Word{"BO", "S-1-5-32-551"}, Word{"PO", "S-1-5-32-550"}, Word{"SO", "S-1-5-32-549"}, Word{"AU", "S-1-5-11"},
                    Word{"PS", "S-1-5-10"}, Word{"CO", "S-1-3-0"}, Word{"CG", "S-1-3-1"}, Word{"SY", "S-1-5-18"}, Word{"PU", "S-1-5-32-547"},
                    Word{"WD", "S-1-1-0"}, Word{"RE", "S-1-5-32-552"}, Word{"IU", "S-1-5-4"}, Word{"NU", "S-1-5-2"}, Word{"SU", "S-1-5-6"},
                    Word{"RC", "S-1-5-12"}, Word{"WR", "S-1-5-33"}, Word{"AN", "S-1-5-7"}, Word{"SA", "S-1-5-21-7-8-9-518"},
                    Word{"CA", "S-1-5-21-1-2-3-517"}, Word{"RS", "S-1-5-21-1-2-3-553"}, Word{"EA", "S-1-5-21-7-8-9-519"},
                    Word{"PA", "S-1-5-21-1-2-3-520"}, Word{"RU", "S-1-5-32-554"}, Word{"LS", "S-1-5-19"}, Word{"NS", "S-1-5-20"},
                    Word{"RD", "S-1-5-32-555"}, Word{"NO", "S-1-5-32-556"}, Word{"MU", "S-1-5-32-558"}, Word{"LU", "S-1-5-32-559"}));
INSTANTIATE_TEST_SUITE_P(
    Newer, SidWords,
    testing::Values(Word{"IS", "S-1-5-32-568"}, Word{"CY", "S-1-5-32-569"}, Word{"OW", "S-1-3-4"}, Word{"ER", "S-1-5-32-573"},
                    Word{"RO", "S-1-5-21-7-8-9-498"}, Word{"CD", "S-1-5-32-574"}, Word{"AC", "S-1-15-2-1"}, Word{"RA", "S-1-5-32-575"},
                    Word{"ES", "S-1-5-32-576"}, Word{"MS", "S-1-5-32-577"}, Word{"UD", "S-1-5-84-0-0-0-0-0"}, Word{"HA", "S-1-5-32-578"},
                    Word{"CN", "S-1-5-21-1-2-3-522"}, Word{"AA", "S-1-5-32-579"}, Word{"RM", "S-1-5-32-580"}, Word{"LW", "S-1-16-4096"},
                    Word{"ME", "S-1-16-8192"}, Word{"MP", "S-1-16-8448"}, Word{"HI", "S-1-16-12288"}, Word{"SI", "S-1-16-16384"},
                    Word{"AP", "S-1-5-21-1-2-3-525"}, Word{"KA", "S-1-5-21-1-2-3-526"}, Word{"EK", "S-1-5-21-7-8-9-527"},
                    Word{"AS", "S-1-18-1"}, Word{"SS", "S-1-18-2"}));

TEST(Sddl, WordsOfADomainNeedIt) {
  EXPECT_EQ(parse_sddl("O:DA").error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(parse_sddl("O:EA", {.domain = domains().domain, .forest_root = {}}).error().code, win32::kErrorInvalidParameter);
  EXPECT_TRUE(parse_sddl("O:SY"));
  EXPECT_EQ(to_sddl(parse_sddl("O:DA", domains()).value()).value(), "O:S-1-5-21-1-2-3-512");
}

TEST(Sddl, WhatItDoesNotOfferItSays) {
  for (const std::string_view text : {"D:(XA;;GR;;;WD;(@User.a==1))", "D:(XD;;;;;WD)", "S:(XU;;;;;WD)", "D:(ZA;;;;;WD)", "S:(RA;;;;;WD)"}) {
    const auto descriptor = parse_sddl(text);
    ASSERT_FALSE(descriptor) << text;
    EXPECT_EQ(descriptor.error().code, win32::kErrorNotSupported);
  }
  SecurityDescriptor descriptor;
  descriptor.dacl.emplace();
  descriptor.dacl->aces.push_back({.type = AceType::kAccessAllowedCallback, .sid = sids::kEveryone, .application_data = {1, 2, 3, 4}});
  EXPECT_EQ(to_sddl(descriptor).error().code, win32::kErrorNotSupported);
}

TEST(Sddl, RefusesWhatIsNone) {
  for (const std::string_view text :
       {"O", "O:", "X:BA", "O:XX", "O:BAO:BA", "D:Q", "D:(A;;GR;;;WD", "D:(A;;GR;;WD)", "D:(A;;GR;;;;WD)", "D:A;;GR;;;WD)", "D:(A;QQ;GR;;;WD)",
        "D:(A;;GR;bf967aba-0de6-11d0-a285-00aa003049e2;;WD)", "D:(OA;;GR;bf967aba;;WD)",
        "D:(OA;;GR;{bf967aba-0de6-11d0-a285-00aa003049e2};;WD)", "D:(Q;;GR;;;WD)", "D:(A;;GR;;;)", "D:(A;;GR;;;S-1)", "(A;;GR;;;WD)", ":", "D:(",
        "D:()", "G::"}) {
    const auto descriptor = parse_sddl(text, domains());
    ASSERT_FALSE(descriptor) << text;
    EXPECT_EQ(descriptor.error().code, win32::kErrorInvalidParameter) << text;
  }
  EXPECT_FALSE(parse_sddl(std::string(kSddlLengthMax + 1, ' ')));
}

}  // namespace
}  // namespace tributary::security
