// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.5.2: what an add makes, and what it refuses with which codes.
#include <gmock/gmock.h>

#include "service/ldap/special_objects.hpp"
#include "service/ldap/testing/write_fixture.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

using Add = WriteTest;

TEST_F(Add, AUserHasWhatEveryAccountHas) {  // 3.1.1.5.2.4
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const auto dn = person("ann");
  EXPECT_EQ(number(dn, "userAccountControl"), 0x222u);
  EXPECT_EQ(number(dn, "sAMAccountType"), 0x30000000u);
  EXPECT_EQ(number(dn, "primaryGroupID"), 513u);
  EXPECT_EQ(number(dn, "badPwdCount"), 0u);
  EXPECT_EQ(number(dn, "codePage"), 0u);
  EXPECT_EQ(number(dn, "countryCode"), 0u);
  EXPECT_EQ(number(dn, "logonCount"), 0u);
  EXPECT_EQ(large(dn, "pwdLastSet"), 0);
  EXPECT_EQ(large(dn, "lastLogon"), 0);
  EXPECT_EQ(large(dn, "accountExpires"), INT64_MAX);
  EXPECT_EQ(number(dn, "instanceType"), 4u);
  EXPECT_THAT(texts(dn, "name"), ElementsAre("ann"));
}

TEST_F(Add, EveryPrincipalDrawsASid) {  // 3.1.1.5.2.4
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  ASSERT_EQ(add_group("staff"), ResultCode::kSuccess);
  const auto first = security::split_sid(sid(person("ann")).value()).value(), second = security::split_sid(sid(person("staff")).value()).value();
  EXPECT_EQ(first.domain, second.domain);
  EXPECT_EQ(first.rid + 1, second.rid);
}

TEST_F(Add, ARefusedAddDrawsNone) {
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  EXPECT_EQ(requests.add(person("bob"), {{"objectClass", {"user"}}, {"governsID", {"1.2.3"}}, {"ou", {"x"}}, {"possSuperiors", {"user"}}}), ResultCode::kObjectClassViolation);
  ASSERT_EQ(add_user("cid"), ResultCode::kSuccess);
  EXPECT_EQ(security::split_sid(sid(person("ann")).value())->rid + 1, security::split_sid(sid(person("cid")).value())->rid);
}

TEST_F(Add, AComputerIsAWorkstationByDefault) {  // 3.1.1.5.2.2
  ASSERT_EQ(requests.add(person("pc"), {{"objectClass", {"computer"}}, {"sAMAccountName", {"pc$"}}}), ResultCode::kSuccess);
  EXPECT_EQ(number(person("pc"), "userAccountControl"), 0x1000u);
  EXPECT_EQ(number(person("pc"), "sAMAccountType"), 0x30000001u);
  EXPECT_EQ(number(person("pc"), "primaryGroupID"), 515u);
  EXPECT_EQ(number(person("pc"), "isCriticalSystemObject"), 0u);
  EXPECT_EQ(requests.add(person("dc"), {{"objectClass", {"computer"}}, {"sAMAccountName", {"dc$"}}, {"userAccountControl", {"8192"}}}), ResultCode::kSuccess);
  EXPECT_EQ(number(person("dc"), "primaryGroupID"), 516u);
  EXPECT_EQ(number(person("dc"), "isCriticalSystemObject"), 1u);
}

TEST_F(Add, AGroupIsGlobalByDefaultAndItsTypeSaysWhatItIs) {
  ASSERT_EQ(requests.add(person("staff"), {{"objectClass", {"group"}}}), ResultCode::kSuccess);
  EXPECT_EQ(number(person("staff"), "groupType"), 0x80000002u);
  EXPECT_EQ(number(person("staff"), "sAMAccountType"), 0x10000000u);
  ASSERT_EQ(add_group("local", 0x80000004), ResultCode::kSuccess);
  EXPECT_EQ(number(person("local"), "sAMAccountType"), 0x20000000u);
  ASSERT_EQ(add_group("list", 0x8), ResultCode::kSuccess);
  EXPECT_EQ(number(person("list"), "sAMAccountType"), 0x10000001u);
  EXPECT_EQ(add_group("builtin", 0x80000005), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(add_group("none", 0x80000000), ResultCode::kUnwillingToPerform);
}

TEST_F(Add, AMissingAccountNameIsMadeUp) {
  ASSERT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}}), ResultCode::kSuccess);
  EXPECT_THAT(texts(person("ann"), "sAMAccountName"), ElementsAre(::testing::StartsWith("$")));
}

TEST_F(Add, AnAccountNameIsTheOnlyOneInTheDomain) {
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const auto answer = requests.add(person("other"), {{"objectClass", {"user"}}, {"sAMAccountName", {"ANN"}}});
  EXPECT_EQ(answer, ResultCode::kEntryAlreadyExists);
  EXPECT_EQ(answer.win32, 0x524u);
  EXPECT_EQ(requests.add(person("other"), {{"objectClass", {"user"}}, {"sAMAccountName", {"a*b"}}}), ResultCode::kConstraintViolation);
}

TEST_F(Add, PrincipalNamesAreUniqueInTheForest) {  // 3.1.1.5.1.3
  ASSERT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"userPrincipalName", {"ann@lab.example"}}, {"servicePrincipalName", {"http/ann"}}}), ResultCode::kSuccess);
  const auto upn = requests.add(person("bob"), {{"objectClass", {"user"}}, {"userPrincipalName", {"Ann@lab.example"}}});
  EXPECT_EQ(upn, ResultCode::kConstraintViolation);
  EXPECT_EQ(upn.win32, 0x21C8u);
  const auto spn = requests.add(person("bob"), {{"objectClass", {"user"}}, {"servicePrincipalName", {"HTTP/ann"}}});
  EXPECT_EQ(spn, ResultCode::kConstraintViolation);
  EXPECT_EQ(spn.win32, 0x21C7u);
  EXPECT_EQ(requests.add(person("bob"), {{"objectClass", {"user"}}, {"servicePrincipalName", {"no slash"}}}), ResultCode::kConstraintViolation);
}

TEST_F(Add, TheParentHasToBeThere) {  // 3.1.1.5.2.2
  const auto answer = requests.add(in_lab("CN=ann,OU=nowhere,"), {{"objectClass", {"user"}}});
  EXPECT_EQ(answer, ResultCode::kNoSuchObject);
  EXPECT_EQ(answer.win32, 0x208Du);
}

TEST_F(Add, NamesThatAreNone) {  // 3.1.1.5.2.2, 3.1.1.5.1.1
  EXPECT_EQ(requests.add("no name", {{"objectClass", {"user"}}}), ResultCode::kInvalidDnSyntax);
  const auto answer = requests.add("OU=ann," + people(), {{"objectClass", {"user"}}});
  EXPECT_EQ(answer, ResultCode::kNamingViolation);
  EXPECT_EQ(answer.win32, 0x2073u);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"cn", {"bob"}}}), ResultCode::kNamingViolation);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"cn", {"ann"}}}), ResultCode::kSuccess);
}

TEST_F(Add, WhatIsThereAlready) {  // 3.1.1.3.1.2.1
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const auto answer = requests.add("CN=Ann," + people(), {{"objectClass", {"contact"}}});
  EXPECT_EQ(answer, ResultCode::kEntryAlreadyExists);
  EXPECT_EQ(answer.win32, 0x2071u);
}

TEST_F(Add, ClassesAndAttributesOfTheSchema) {  // 3.1.1.5.2.2
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"nothing"}}}), ResultCode::kNoSuchAttribute);
  EXPECT_EQ(requests.add(person("ann"), {{"cn", {"ann"}}}).win32, 0x207Bu);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user", "group"}}}).win32, 0x20B4u);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"person", "top"}}, {"noAttribute", {"x"}}}), ResultCode::kNoSuchAttribute);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"ou", {"x"}}, {"member", {people()}}}), ResultCode::kObjectClassViolation);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"connectionPoint"}}}).win32, 0x20A7u);
  EXPECT_EQ(requests.add(in_configuration("CN=ann,"), {{"objectClass", {"organizationalUnit"}}}), ResultCode::kNamingViolation);
  const auto twice = requests.add(person("ann"), {{"objectClass", {"user"}}, {"displayName", {"a", "b"}}});
  EXPECT_EQ(twice, ResultCode::kConstraintViolation);
}

TEST_F(Add, WhatTheSystemChooses) {  // 3.1.1.5.2.2
  const std::string guid(16, 'x');
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"objectGUID", {guid}}}).win32, 0x20E7u);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"objectSid", {"S-1-5-21-1-2-3-4"}}}), ResultCode::kUnwillingToPerform);
  const auto owned = requests.add(person("ann"), {{"objectClass", {"user"}}, {"sAMAccountType", {"805306368"}}});
  EXPECT_EQ(owned, ResultCode::kUnwillingToPerform);
  EXPECT_EQ(owned.win32, 0x209Au);
  EXPECT_EQ(requests.add(in_lab("OU=x,"), {{"objectClass", {"organizationalUnit"}}, {"sAMAccountName", {"x"}}}).win32, 0x2077u);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"whenCreated", {"20200101000000.0Z"}}, {"isDeleted", {"TRUE"}}}), ResultCode::kSuccess);
  EXPECT_TRUE(is_there(person("ann")));
}

TEST_F(Add, InstanceTypeAndExpiringObjects) {  // 3.1.1.5.2.2
  EXPECT_EQ(requests.add(in_lab("OU=x,"), {{"objectClass", {"organizationalUnit"}}, {"instanceType", {"8"}}}).win32, 0x2079u);
  EXPECT_EQ(requests.add("DC=app,DC=lab,DC=example", {{"objectClass", {"domainDNS"}}, {"instanceType", {"5"}}}), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(requests.add(in_lab("OU=x,"), {{"objectClass", {"organizationalUnit", "dynamicObject"}}}), ResultCode::kUnwillingToPerform);
}

TEST_F(Add, CreatingNeedsTheRightForTheClass) {  // 3.1.1.5.2.1
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  as_user(person("ann"));
  const auto answer = add_user("bob");
  EXPECT_EQ(answer, ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(answer.win32, 0x2098u);
}

TEST_F(Add, AUserAddsComputersUpToTheQuota) {  // 3.1.1.5.2.1
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  as_user(person("ann"));
  const auto add_pc = [&](int i) {
    const auto name = "pc" + std::to_string(i);
    return requests.add(person(name), {{"objectClass", {"computer"}}, {"sAMAccountName", {name + "$"}}, {"userAccountControl", {"4096"}},
                                       {"dNSHostName", {name + ".lab.example"}}, {"servicePrincipalName", {"host/" + name}}});
  };
  for (int i = 0; i < 10; ++i) ASSERT_EQ(add_pc(i), ResultCode::kSuccess);
  const auto answer = add_pc(10);
  EXPECT_EQ(answer, ResultCode::kUnwillingToPerform);
  EXPECT_EQ(answer.win32, 0x216Du);
  EXPECT_EQ(requests.add(person("pc"), {{"objectClass", {"computer"}}, {"sAMAccountName", {"pc$"}}, {"userAccountControl", {"8192"}}}), ResultCode::kUnwillingToPerform);
  const auto owner = must(security::decode_security_descriptor(descriptor(person("pc1")))).owner;
  EXPECT_EQ(owner, dsa.sid_of(512));
}

TEST_F(Add, OnlyAdministratorsMakeAccountsOfDcs) {
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"userAccountControl", {"4096"}}}), ResultCode::kObjectClassViolation);
  EXPECT_EQ(requests.add(person("ann"), {{"objectClass", {"user"}}, {"userAccountControl", {"256"}}}), ResultCode::kOther);
  EXPECT_EQ(requests.add(person("pc"), {{"objectClass", {"computer"}}, {"userAccountControl", {"12288"}}}), ResultCode::kOther);
}

TEST_F(Add, MembersOfANewGroup) {  // 3.1.1.5.2.4
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  ASSERT_EQ(requests.add(person("staff"), {{"objectClass", {"group"}}, {"member", {person("ann")}}}), ResultCode::kSuccess);
  EXPECT_THAT(members(person("staff")), ElementsAre(find(person("ann"))));
  EXPECT_EQ(requests.add(person("crew"), {{"objectClass", {"group"}}, {"member", {person("nobody")}}}), ResultCode::kNoSuchObject);
  ASSERT_EQ(requests.add(person("far"), {{"objectClass", {"group"}}, {"groupType", {"-2147483644"}}, {"member", {"<SID=S-1-5-21-9-9-9-1000>"}}}), ResultCode::kSuccess);
  ASSERT_THAT(members(person("far")), SizeIs(1));
  EXPECT_EQ(dsa.dn(members(person("far")).front()), in_lab("CN=S-1-5-21-9-9-9-1000,CN=ForeignSecurityPrincipals,"));
}

TEST_F(Add, ADescriptorIsDefaultedAndInherits) {  // 6.1.3
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const auto made = must(security::decode_security_descriptor(descriptor(person("ann"))));
  EXPECT_EQ(made.owner, dsa.sid_of(512));
  EXPECT_TRUE(std::ranges::any_of(made.dacl->aces, [](const auto& ace) { return ace.has(security::kAceInherited); }));
}

TEST_F(Add, NamesOfSites) {  // 3.1.1.5.2.2
  EXPECT_EQ(requests.add(in_configuration("CN=a b,CN=Sites,"), {{"objectClass", {"site"}}}).win32, 0x208Fu);
  EXPECT_EQ(requests.add(in_configuration("CN=north,CN=Sites,"), {{"objectClass", {"site"}}}), ResultCode::kSuccess);
}

TEST_F(Add, NamesOfSubnets) {  // 6.1.1.2.2.2.1
  for (const auto* good : {"10.2.1.0/24", "10.0.0.0/8", "A:A:A:A::/64", "a:b::c:d:0:0/64", "0:0:e0::/48"}) EXPECT_TRUE(is_subnet_name(good)) << good;
  for (const auto* bad : {"10.02.0.0/16", "10.2.1.1/24", "10.2.1.0/33", "10.2.1.0", "10.2.1.0/", "a:b:0c:d::/64", "10.2.1.0/24/1", "10.2.1.0/0", "10.2.1.0/024", "255.255.0.0/16"})
    EXPECT_FALSE(is_subnet_name(bad)) << bad;
  const auto container = std::string("CN=Subnets,CN=Sites,CN=Configuration,DC=lab,DC=example");
  EXPECT_EQ(requests.add("CN=10.1.0.0/16," + container, {{"objectClass", {"subnet"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.add("CN=10.1.0.1/16," + container, {{"objectClass", {"subnet"}}}).win32, 0x208Fu);
}

TEST_F(Add, PasswordSettingsThatContradictThemselves) {  // 3.1.1.5.2.2, 3.1.1.5.3.2
  ASSERT_EQ(requests.add(in_lab("CN=Policies,CN=System,"), {{"objectClass", {"msDS-PasswordSettingsContainer"}}}), ResultCode::kSuccess);
  const auto dn = in_lab("CN=strict,CN=Policies,CN=System,");
  const auto add = [&](const std::string& maximum_age) {
    return requests.add(dn, {{"objectClass", {"msDS-PasswordSettings"}}, {"msDS-PasswordSettingsPrecedence", {"1"}}, {"msDS-PasswordReversibleEncryptionEnabled", {"FALSE"}},
                             {"msDS-PasswordHistoryLength", {"24"}}, {"msDS-PasswordComplexityEnabled", {"TRUE"}}, {"msDS-MinimumPasswordLength", {"7"}},
                             {"msDS-MinimumPasswordAge", {"-864000000000"}}, {"msDS-MaximumPasswordAge", {maximum_age}}, {"msDS-LockoutThreshold", {"0"}},
                             {"msDS-LockoutObservationWindow", {"-18000000000"}}, {"msDS-LockoutDuration", {"-18000000000"}}});
  };
  EXPECT_EQ(add("-1").win32, 0x20E7u);
  ASSERT_EQ(add("-36288000000000"), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(dn, {{kReplace, "msDS-LockoutDuration", {"-1"}}}), ResultCode::kUnwillingToPerform);
}

TEST_F(Add, AnAttributeOfTheSchema) {  // 3.1.1.2.5
  const auto dn = "CN=lab-Hue,CN=Schema,CN=Configuration,DC=lab,DC=example";
  ASSERT_EQ(requests.add(dn, {{"objectClass", {"attributeSchema"}}, {"attributeID", {"1.2.840.113556.1.8000.2554.7.1"}}, {"attributeSyntax", {"2.5.5.12"}},
                              {"oMSyntax", {"64"}}, {"isSingleValued", {"TRUE"}}, {"lDAPDisplayName", {"labHue"}}}),
            ResultCode::kSuccess);
  EXPECT_TRUE(is_there(dn));
}

TEST_F(Add, ControlsThatWritesDoNotKnow) {  // 3.1.1.3.4.1
  requests.controls = {{"1.2.3.4", true, std::nullopt}};
  EXPECT_EQ(add_user("ann"), ResultCode::kUnavailableCriticalExtension);
  requests.controls = {{"1.2.3.4", false, std::nullopt}, {std::string(lp::oid::kLazyCommit), true, std::nullopt}};
  EXPECT_EQ(add_user("ann"), ResultCode::kSuccess);
}

TEST_F(Add, WithoutRidsTheMasterIsAsked) {
  const auto set = dsa.find(in_lab("CN=RID Set,CN=dsa-a,OU=Domain Controllers,"));
  ASSERT_NE(set, store::kNoDnt);
  for (const auto* pool : {"rIDAllocationPool", "rIDPreviousAllocationPool"}) dsa.set(set, attid_of(pool), {repl::i64_value(0)});
  const auto answer = add_user("ann");
  EXPECT_EQ(answer, ResultCode::kUnwillingToPerform);
  EXPECT_EQ(answer.win32, 8208u);
  EXPECT_EQ(dsa.rids_wanted, 1);
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
