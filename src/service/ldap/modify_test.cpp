// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.5.3: what a modify does, and what it refuses with which codes.
#include <gmock/gmock.h>

#include "service/ldap/testing/write_fixture.hpp"
#include "service/logon/nt_hash.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class Modify : public WriteTest {
 protected:
  Modify() {
    EXPECT_EQ(add_user("ann"), ResultCode::kSuccess);
    EXPECT_EQ(add_user("bob"), ResultCode::kSuccess);
    EXPECT_EQ(add_group("staff"), ResultCode::kSuccess);
  }
  std::string rid(const std::string& name) { return std::to_string(security::split_sid(sid(person(name)).value())->rid); }
  /// An ACE on an object for one of the users.
  void grant(const std::string& dn, const std::string& user, security::Ace ace) {
    auto made = must(security::decode_security_descriptor(descriptor(dn)));
    ace.sid = sid(person(user)).value();
    made.dacl->aces.insert(made.dacl->aces.begin(), ace);
    dsa.set(find(dn), repl::attid::kNtSecurityDescriptor, {repl::octets_value(must(security::encode_security_descriptor(made)))});
  }
};

TEST_F(Modify, AddsDeletesReplacesAndCounts) {
  const auto ann = person("ann");
  ASSERT_EQ(requests.modify(ann, {{kAdd, "otherTelephone", {"1", "2"}}, {kReplace, "givenName", {"Ann"}}}), ResultCode::kSuccess);
  EXPECT_THAT(texts(ann, "otherTelephone"), UnorderedElementsAre("1", "2"));
  ASSERT_EQ(requests.modify(ann, {{kDelete, "otherTelephone", {"1"}}, {kIncrement, "countryCode", {"5"}}, {kDelete, "givenName", {}}}), ResultCode::kSuccess);
  EXPECT_THAT(texts(ann, "otherTelephone"), ElementsAre("2"));
  EXPECT_THAT(texts(ann, "givenName"), IsEmpty());
  EXPECT_EQ(number(ann, "countryCode"), 5u);
  EXPECT_EQ(requests.modify(ann, {{kIncrement, "givenName", {"1"}}}), ResultCode::kNoSuchAttribute);
  EXPECT_EQ(requests.modify(ann, {{kIncrement, "countryCode", {"x"}}}), ResultCode::kProtocolError);
}

TEST_F(Modify, ValuesThatAreThereOrAreNot) {  // 3.1.1.5.3.2
  const auto ann = person("ann");
  ASSERT_EQ(requests.modify(ann, {{kAdd, "otherTelephone", {"1"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(ann, {{kAdd, "otherTelephone", {"1"}}}).win32, 0x2083u);
  EXPECT_EQ(requests.modify(ann, {{kDelete, "otherTelephone", {"2"}}}).win32, 0x2085u);
  EXPECT_EQ(requests.modify(ann, {{kDelete, "givenName", {}}}).win32, 0x2076u);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "displayName", {"a", "b"}}}), ResultCode::kAttributeOrValueExists);
  requests.controls = {{std::string(lp::oid::kPermissiveModify), true, std::nullopt}};
  EXPECT_EQ(requests.modify(ann, {{kAdd, "otherTelephone", {"1"}}, {kDelete, "otherTelephone", {"2"}}, {kDelete, "givenName", {}}}), ResultCode::kSuccess);
}

TEST_F(Modify, AllOfItOrNothing) {  // 3.1.1.5.1.4
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "givenName", {"Ann"}}, {kAdd, "noAttribute", {"x"}}}), ResultCode::kNoSuchAttribute);
  EXPECT_THAT(texts(person("ann"), "givenName"), IsEmpty());
}

TEST_F(Modify, WhatIsNotThere) { EXPECT_EQ(requests.modify(person("nobody"), {{kReplace, "givenName", {"x"}}}), ResultCode::kNoSuchObject); }

TEST_F(Modify, NamesAndWhatTheSystemOwns) {  // 3.1.1.5.3.2
  const auto ann = person("ann");
  EXPECT_EQ(requests.modify(ann, {{kReplace, "cn", {"x"}}}), ResultCode::kNotAllowedOnRdn);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "name", {"x"}}}).win32, 0x20B1u);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "objectGUID", {std::string(16, 'x')}}}), ResultCode::kConstraintViolation);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "whenCreated", {"20200101000000.0Z"}}}), ResultCode::kConstraintViolation);
  EXPECT_EQ(requests.modify(ann, {{kAdd, "memberOf", {person("staff")}}}), ResultCode::kConstraintViolation);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "canonicalName", {"x"}}}).win32, 0x211Bu);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "sAMAccountType", {"1"}}}).win32, 0x209Au);
  EXPECT_EQ(requests.modify(people(), {{kReplace, "sAMAccountName", {"x"}}}).win32, 0x2077u);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "msDS-User-Account-Control-Computed", {"1"}}}), ResultCode::kConstraintViolation);
  EXPECT_EQ(requests.modify(ann, {{kAdd, "dNSRoot", {"x"}}}), ResultCode::kObjectClassViolation);
}

TEST_F(Modify, TheClassOfAnObject) {  // 3.1.1.5.3.5
  EXPECT_EQ(requests.modify(person("ann"), {{kAdd, "objectClass", {"inetOrgPerson"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("bob"), {{kAdd, "objectClass", {"computer"}}}), ResultCode::kObjectClassViolation);
}

TEST_F(Modify, NeedsTheRightOnEachAttribute) {  // 3.1.1.5.3.1
  as_user(person("ann"));
  EXPECT_EQ(requests.modify(person("bob"), {{kReplace, "givenName", {"x"}}}), ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "telephoneNumber", {"1"}}}), ResultCode::kSuccess);  // Personal-Information by SELF
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "telephoneNumber", {"1"}}, {kReplace, "sAMAccountName", {"x"}}}), ResultCode::kInsufficientAccessRights);
}

TEST_F(Modify, OneMayJoinAGroupHimself) {  // 3.1.1.5.3.1.1.1
  grant(person("staff"), "ann", {.type = security::AceType::kAccessAllowedObject, .mask = security::kRightDsWritePropertyExtended,
                                 .object_type = security::validated_write::kSelfMembership});
  as_user(person("ann"));
  EXPECT_EQ(requests.modify(person("staff"), {{kAdd, "member", {person("bob")}}}), ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(requests.modify(person("staff"), {{kAdd, "member", {person("ann")}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("staff"), {{kDelete, "member", {person("ann")}}}), ResultCode::kSuccess);
}

TEST_F(Modify, AComputerSaysWhatItIsCalled) {  // 3.1.1.5.3.1.1.2, 3.1.1.5.3.1.1.4
  ASSERT_EQ(requests.add(person("pc"), {{"objectClass", {"computer"}}, {"sAMAccountName", {"pc$"}}}), ResultCode::kSuccess);
  as_user(person("pc"));
  EXPECT_EQ(requests.modify(person("pc"), {{kReplace, "dNSHostName", {"other.lab.example"}}}), ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(requests.modify(person("pc"), {{kReplace, "dNSHostName", {"pc.lab.example"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("pc"), {{kAdd, "servicePrincipalName", {"host/pc.lab.example"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("pc"), {{kAdd, "servicePrincipalName", {"host/other.lab.example"}}}), ResultCode::kConstraintViolation);
}

TEST_F(Modify, MembersOfAGroup) {
  const auto staff = person("staff");
  ASSERT_EQ(requests.modify(staff, {{kAdd, "member", {person("ann")}}}), ResultCode::kSuccess);
  const auto twice = requests.modify(staff, {{kAdd, "member", {person("ann")}}});
  EXPECT_EQ(twice, ResultCode::kEntryAlreadyExists);
  EXPECT_EQ(twice.win32, 0x562u);
  const auto missing = requests.modify(staff, {{kDelete, "member", {person("bob")}}});
  EXPECT_EQ(missing, ResultCode::kUnwillingToPerform);
  EXPECT_EQ(missing.win32, 0x561u);
  EXPECT_EQ(requests.modify(staff, {{kAdd, "member", {person("nobody")}}}), ResultCode::kNoSuchObject);
  EXPECT_EQ(requests.modify(staff, {{kAdd, "member", {staff}}}), ResultCode::kUnwillingToPerform);
  requests.controls = {{std::string(lp::oid::kPermissiveModify), true, std::nullopt}};
  EXPECT_EQ(requests.modify(staff, {{kAdd, "member", {person("ann")}}, {kDelete, "member", {person("bob")}}}), ResultCode::kSuccess);
  EXPECT_THAT(members(staff), ElementsAre(find(person("ann"))));
}

TEST_F(Modify, ScopesOfGroupsInGroups) {
  ASSERT_EQ(add_group("local", 0x80000004), ResultCode::kSuccess);
  ASSERT_EQ(add_group("universal", 0x80000008), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("staff"), {{kAdd, "member", {person("local")}}}).win32, 0x2144u);
  EXPECT_EQ(requests.modify(person("staff"), {{kAdd, "member", {person("universal")}}}).win32, 0x2145u);
  EXPECT_EQ(requests.modify(person("universal"), {{kAdd, "member", {person("local")}}}).win32, 0x2146u);
  EXPECT_EQ(requests.modify(person("local"), {{kAdd, "member", {person("universal"), person("staff")}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("staff"), {{kReplace, "groupType", {"-2147483644"}}}), ResultCode::kUnwillingToPerform);  // global to domain local
  EXPECT_EQ(requests.modify(person("staff"), {{kReplace, "groupType", {"-2147483640"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("staff"), {{kReplace, "groupType", {"8"}}}), ResultCode::kSuccess);
  EXPECT_EQ(number(person("staff"), "sAMAccountType"), 0x10000001u);
}

TEST_F(Modify, ThePrimaryGroupIsOneThatHeIsIn) {
  const auto ann = person("ann");
  EXPECT_EQ(requests.modify(ann, {{kReplace, "primaryGroupID", {rid("staff")}}}).win32, 1321u);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "primaryGroupID", {"999999"}}}), ResultCode::kUnwillingToPerform);
  ASSERT_EQ(requests.modify(person("staff"), {{kAdd, "member", {ann}}}), ResultCode::kSuccess);
  ASSERT_EQ(requests.modify(ann, {{kReplace, "primaryGroupID", {rid("staff")}}}), ResultCode::kSuccess);
  EXPECT_THAT(members(person("staff")), IsEmpty());
  EXPECT_THAT(members(in_lab("CN=Domain Users,CN=Users,")), ElementsAre(find(ann)));
  EXPECT_EQ(requests.modify(person("staff"), {{kAdd, "member", {ann}}}), ResultCode::kEntryAlreadyExists);
  EXPECT_EQ(requests.modify(person("staff"), {{kReplace, "groupType", {"2"}}}).win32, 0x2149u);
}

TEST_F(Modify, UserAccountControl) {
  const auto ann = person("ann");
  ASSERT_EQ(requests.modify(ann, {{kReplace, "userAccountControl", {"512"}}}), ResultCode::kSuccess);
  ASSERT_EQ(requests.modify(ann, {{kReplace, "userAccountControl", {"8389138"}}}), ResultCode::kSuccess);  // with LOCKOUT and PASSWORD_EXPIRED
  EXPECT_EQ(number(ann, "userAccountControl"), 0x202u & ~0x10u);
  EXPECT_EQ(large(ann, "pwdLastSet"), 0);
  ASSERT_EQ(requests.modify(ann, {{kReplace, "userAccountControl", {"0"}}}), ResultCode::kSuccess);
  EXPECT_EQ(number(ann, "userAccountControl"), 0x200u);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "userAccountControl", {"4096"}}}), ResultCode::kObjectClassViolation);
  EXPECT_EQ(requests.modify(ann, {{kDelete, "userAccountControl", {}}}), ResultCode::kUnwillingToPerform);
  ASSERT_EQ(requests.add(person("pc"), {{"objectClass", {"computer"}}, {"sAMAccountName", {"pc$"}}}), ResultCode::kSuccess);
  ASSERT_EQ(requests.modify(person("pc"), {{kReplace, "userAccountControl", {"8192"}}}), ResultCode::kSuccess);
  EXPECT_EQ(number(person("pc"), "primaryGroupID"), 516u);
  EXPECT_EQ(number(person("pc"), "isCriticalSystemObject"), 1u);
}

TEST_F(Modify, BitsThatOnlySomeMaySet) {
  grant(person("bob"), "ann", {.mask = security::kRightDsWriteProperty | security::kRightReadControl});
  as_user(person("ann"));
  EXPECT_EQ(requests.modify(person("bob"), {{kReplace, "userAccountControl", {"524800"}}}).win32, 1314u);
  EXPECT_EQ(requests.modify(person("bob"), {{kReplace, "userAccountControl", {"512"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("bob"), {{kReplace, "msDS-AllowedToDelegateTo", {"cifs/x"}}}).win32, 1314u);
}

TEST_F(Modify, LockoutAndPasswordTimes) {
  const auto ann = person("ann");
  EXPECT_EQ(requests.modify(ann, {{kReplace, "lockoutTime", {"0"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "lockoutTime", {"1"}}}), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "pwdLastSet", {"-1"}}}), ResultCode::kSuccess);
  EXPECT_EQ(large(ann, "pwdLastSet"), dsa.rules().now.ticks);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "pwdLastSet", {"0"}}}), ResultCode::kSuccess);
  EXPECT_EQ(large(ann, "pwdLastSet"), 0);
  EXPECT_EQ(requests.modify(ann, {{kReplace, "pwdLastSet", {"12345"}}}), ResultCode::kUnwillingToPerform);
}

TEST_F(Modify, NamesStayUnique) {  // 3.1.1.5.1.3
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "sAMAccountName", {"bob"}}}), ResultCode::kEntryAlreadyExists);
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "sAMAccountName", {"Ann"}}}), ResultCode::kSuccess);
  ASSERT_EQ(requests.modify(person("ann"), {{kReplace, "userPrincipalName", {"x@lab.example"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("bob"), {{kReplace, "userPrincipalName", {"X@lab.example"}}}).win32, 0x21C8u);
  EXPECT_EQ(requests.modify(person("bob"), {{kAdd, "servicePrincipalName", {"nothing"}}}).win32, 0x20B5u);
  EXPECT_EQ(requests.modify(person("ann"), {{kDelete, "sAMAccountName", {}}}), ResultCode::kUnwillingToPerform);
}

TEST_F(Modify, OneDescriptionForAnAccount) {  // 3.1.1.5.3.2
  ASSERT_EQ(requests.modify(person("ann"), {{kAdd, "description", {"a"}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify(person("ann"), {{kAdd, "description", {"b"}}}).win32, 0x2081u);
}

TEST_F(Modify, AFsmoRoleIsTakenAndNeverGivenAway) {  // 3.1.1.5.3.2
  const auto other = dsa.add_dsa(service::testing::kFirstSite, "dsa-b", 1900);
  EXPECT_EQ(requests.modify(in_lab("CN=Infrastructure,"), {{kReplace, "fSMORoleOwner", {dsa.dn(other)}}}).win32, 0x20AEu);
  dsa.become(other);
  EXPECT_EQ(requests.modify(in_lab("CN=Infrastructure,"), {{kReplace, "fSMORoleOwner", {dsa.dn(other)}}}), ResultCode::kSuccess);
}

TEST_F(Modify, TheSchemaIsItsMasters) {  // 3.1.1.5.1.8
  const auto user = "CN=User,CN=Schema,CN=Configuration,DC=lab,DC=example";
  EXPECT_EQ(requests.modify(user, {{kReplace, "description", {"x"}}}), ResultCode::kSuccess);
  dsa.become(dsa.add_dsa(service::testing::kFirstSite, "dsa-b", 1900));
  EXPECT_EQ(requests.modify(user, {{kReplace, "description", {"y"}}}), ResultCode::kReferral);
}

TEST_F(Modify, Heuristics) {  // 3.1.1.5.3.2
  const auto service = in_configuration("CN=Directory Service,CN=Windows NT,CN=Services,");
  EXPECT_EQ(requests.modify(service, {{kReplace, "dSHeuristics", {"0000000000"}}}), ResultCode::kConstraintViolation);
  EXPECT_EQ(requests.modify(service, {{kReplace, "dSHeuristics", {"0000000001"}}}), ResultCode::kSuccess);
}

TEST_F(Modify, PartsOfADescriptor) {  // 6.1.3.2, 6.1.3.5
  auto wanted = must(security::decode_security_descriptor(descriptor(person("ann"))));
  wanted.owner = dsa.sid_of(4711);
  wanted.dacl->aces.insert(wanted.dacl->aces.begin(), {.mask = security::kRightReadControl, .sid = dsa.sid_of(4712)});
  const auto octets = must(security::encode_security_descriptor(wanted));
  requests.controls = {{std::string(lp::oid::kSdFlags), true, Bytes{0x30, 0x03, 0x02, 0x01, 0x04}}};
  ASSERT_EQ(requests.modify(person("ann"), {{kReplace, "nTSecurityDescriptor", {std::string(octets.begin(), octets.end())}}}), ResultCode::kSuccess);
  const auto made = must(security::decode_security_descriptor(descriptor(person("ann"))));
  EXPECT_EQ(made.owner, dsa.sid_of(512));
  EXPECT_TRUE(std::ranges::any_of(made.dacl->aces, [&](const auto& ace) { return ace.sid == dsa.sid_of(4712); }));
  as_user(person("bob"));
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "nTSecurityDescriptor", {std::string(octets.begin(), octets.end())}}}), ResultCode::kInsufficientAccessRights);
  as_administrator();
  EXPECT_EQ(requests.modify(person("ann"), {{kDelete, "nTSecurityDescriptor", {}}}), ResultCode::kUnwillingToPerform);
}

TEST_F(Modify, WhatIsBelowInheritsAnew) {  // 3.1.1.6.3
  for (int i = 0; i < 300; ++i) dsa.add(people(), "contact", "c" + std::to_string(i));
  const auto stamp = [&] { return must(dsa.store().read()->find(find(person("c7"))))->stamp(repl::attid::kNtSecurityDescriptor); };
  const auto before = stamp();
  auto wanted = must(security::decode_security_descriptor(descriptor(people())));
  wanted.dacl->aces.insert(wanted.dacl->aces.begin(), {.flags = security::kAceContainerInherit, .mask = security::kRightDsReadProperty, .sid = dsa.sid_of(4242)});
  const auto octets = must(security::encode_security_descriptor(wanted));
  ASSERT_EQ(requests.modify(people(), {{kReplace, "nTSecurityDescriptor", {std::string(octets.begin(), octets.end())}}}), ResultCode::kSuccess);
  for (int i = 0; i < 300; ++i) {
    const auto made = must(security::decode_security_descriptor(descriptor(person("c" + std::to_string(i)))));
    EXPECT_TRUE(std::ranges::any_of(made.dacl->aces, [&](const auto& ace) { return ace.sid == dsa.sid_of(4242) && ace.has(security::kAceInherited); })) << i;
  }
  EXPECT_EQ(stamp()->version, before->version);
}

// --- Passwords (3.1.1.3.1.5) ---

struct Kdc final : PasswordHook {
  Result<void> set_password(const std::string& principal, std::string_view password, bool is_enabled) override {
    told.push_back(principal + " " + std::string(password) + (is_enabled ? " enabled" : ""));
    return refuses ? fail(win32::kErrorDsUnwillingToPerform, "too short") : Result<void>();
  }
  std::vector<std::string> told;
  bool refuses = false;
};
std::string quoted(std::string_view text) {
  std::string octets;
  for (const char c : "\"" + std::string(text) + "\"") octets += {c, '\0'};
  return octets;
}

TEST_F(Modify, WithoutAKdcAPasswordIsRefused) {
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "unicodePwd", {quoted("secret")}}}), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(requests.modify(person("ann"), {{kReplace, "userPassword", {"secret"}}}), ResultCode::kUnwillingToPerform);
  dsa.become(dsa.add_dsa(service::testing::kFirstSite, "dsa-b", 1900));
  EXPECT_THAT(requests.modify(person("ann"), {{kReplace, "unicodePwd", {quoted("secret")}}}).message, ::testing::HasSubstr("dsa-a.lab.example"));
}

TEST_F(Modify, APasswordGoesToTheKdcAndItsHashIntoTheDirectory) {
  const auto kdc = std::make_shared<Kdc>();
  requests.settings->password_hook = kdc;
  ASSERT_EQ(requests.modify(person("ann"), {{kReplace, "unicodePwd", {quoted("secret")}}}), ResultCode::kSuccess);
  EXPECT_THAT(kdc->told, ElementsAre("ann@LAB.EXAMPLE secret"));
  const auto snapshot = dsa.store().read();
  const auto hash = must(nt_hash_of(dsa.context(), *must(snapshot->find(find(person("ann"))))));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(security::ntlm::same_octets(hash->view(), must(security::ntlm::nt_hash("secret")).view()));
  EXPECT_EQ(large(person("ann"), "pwdLastSet"), dsa.rules().now.ticks);
}

TEST_F(Modify, PasswordsThatAreNotTaken) {
  const auto kdc = std::make_shared<Kdc>();
  requests.settings->password_hook = kdc;
  const auto ann = person("ann");
  EXPECT_EQ(requests.modify(ann, {{kReplace, "unicodePwd", {"secret"}}}), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(requests.modify(ann, {{kDelete, "unicodePwd", {quoted("old")}}, {kAdd, "unicodePwd", {quoted("new")}}}), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(requests.modify(people(), {{kReplace, "unicodePwd", {quoted("new")}}}), ResultCode::kUnwillingToPerform);
  requests.is_protected = false;
  EXPECT_EQ(requests.modify(ann, {{kReplace, "unicodePwd", {quoted("secret")}}}).win32, 0x202Du);
  requests.is_protected = true;
  as_user(person("bob"));
  EXPECT_EQ(requests.modify(ann, {{kReplace, "unicodePwd", {quoted("secret")}}}), ResultCode::kInsufficientAccessRights);
  EXPECT_THAT(kdc->told, IsEmpty());
  as_administrator();
  kdc->refuses = true;
  EXPECT_EQ(requests.modify(ann, {{kReplace, "unicodePwd", {quoted("x")}}}), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(requests.add(person("cid"), {{"objectClass", {"user"}}, {"sAMAccountName", {"cid"}}, {"unicodePwd", {quoted("x")}}}), ResultCode::kUnwillingToPerform);
  EXPECT_FALSE(is_there(person("cid")));
  kdc->refuses = false;
  EXPECT_EQ(requests.add(person("dan"), {{"objectClass", {"user"}}, {"sAMAccountName", {"dan"}}, {"unicodePwd", {quoted("x")}}, {"userAccountControl", {"512"}}}), ResultCode::kSuccess);
  EXPECT_EQ(kdc->told.back(), "dan@LAB.EXAMPLE x enabled");
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
