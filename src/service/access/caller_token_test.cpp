// SPDX-License-Identifier: Apache-2.0
// Who callers are: principals to accounts, accounts to tokens ([MS-DTYP] 2.5.2.1.1, [MS-KILE] 3.3.5.6.4.1), and what is refused.
#include "service/access/caller_token.hpp"

#include <gtest/gtest.h>

#include "security/access/well_known_sids.hpp"
#include "service/access/test_described.hpp"
#include "service/directory/constants.hpp"

namespace tributary::service {
namespace {

using namespace testing;
using repl::text_value;
using repl::u32_value;
using repl::testing::code_of;
namespace attid = directory::attid;
namespace sids = security::sids;

constexpr std::uint32_t kGlobal = 0x80000002, kDomainLocal = 0x80000004, kUniversal = 0x80000008, kBuiltin = 0x80000005;

class CallerToken : public DescribedForest {
 protected:
  AccountDomain home() { return {.dns_name = "lab.example", .nc = must(forest->store->read()->find(domain))->guid()}; }
  Dnt make_user(std::string name, std::uint32_t rid, std::uint32_t control = directory::kUfNormalAccount, std::uint32_t primary = 513) {
    return make_account(people, "user", name, rid,
                        {{attid::kSamAccountName, {text_value(name)}}, {attid::kUserAccountControl, {u32_value(control)}},
                         {attid::kPrimaryGroupId, {u32_value(primary)}}});
  }
  Dnt make_computer(std::string name, std::uint32_t rid, std::uint32_t control = directory::kUfServerTrustAccount) {
    return make_account(people, "computer", name, rid,
                        {{attid::kSamAccountName, {text_value(name + "$")}}, {attid::kUserAccountControl, {u32_value(control)}},
                         {attid::kPrimaryGroupId, {u32_value(516)}}, {attid::kDnsHostName, {text_value(name + ".lab.example")}},
                         {attid::kServicePrincipalName, {text_value("ldap/" + name + ".lab.example")}}});
  }
  Dnt make_group(std::string name, std::optional<Sid> sid, std::uint32_t type, std::vector<Dnt> members) {
    std::vector<repl::NewValue> values;
    for (const Dnt member : members) values.push_back(repl::reference_value(member));
    auto request = forest->request_of(people, "group", name, {{attid::kGroupType, {u32_value(type)}}, {attid::kSamAccountName, {text_value(name)}}});
    if (!values.empty()) request.attributes.push_back({attid::kMember, values});
    request.sid = sid;
    return must(forest->try_add(request)).dnt;
  }
  void add_member(Dnt group, Dnt member) {
    must(forest->try_modify(group, {{repl::ModifyOperation::kAdd, attid::kMember, {repl::reference_value(member)}}}));
  }
  void set_text(Dnt dnt, store::Attid attribute, std::string_view value) {
    must(forest->try_modify(dnt, {{repl::ModifyOperation::kReplace, attribute, {text_value(value)}}}));
  }
  Result<security::Token> token(std::string_view principal, std::optional<Bytes> pac = {}) {
    return caller_token(forest->context, *forest->store->read(), home(), principal, pac);
  }
  Result<Dnt> account_of(std::string_view principal) { return find_account(forest->context, *forest->store->read(), home(), principal); }
  std::string groups(std::string_view principal) {
    const auto made = token(principal);
    if (!made) return win32_name(made.error().code);
    std::string text;
    for (const Sid& group : made->groups) text += security::split_sid(group)->domain == kDomain ? std::to_string(security::split_sid(group)->rid) + " " : "";
    return text;
  }
};

TEST_F(CallerToken, OfAUserHasHisGroupsAndTheWellKnownOnes) {
  const Dnt ann = make_user("ann", 1105);
  make_group("staff", account(1200), kGlobal, {ann});
  const auto made = must(token("ann@LAB.EXAMPLE"));
  EXPECT_EQ(made.user, account(1105));
  EXPECT_EQ(made.primary_group, account(513));
  std::vector<Sid> expected = {sids::kEveryone, sids::kNetwork, sids::kAuthenticatedUsers, sids::kThisOrganization, account(513), account(1200)};
  std::ranges::sort(expected);
  EXPECT_EQ(made.groups, expected);
}

TEST_F(CallerToken, GroupsOfGroupsCountHoweverDeep) {
  const Dnt ann = make_user("ann", 1105);
  const Dnt inner = make_group("inner", account(1201), kGlobal, {ann});
  const Dnt middle = make_group("middle", account(1202), kUniversal, {inner});
  make_group("outer", account(1203), kDomainLocal, {middle});
  make_group("other", account(1204), kGlobal, {});
  EXPECT_EQ(groups("ann@LAB.EXAMPLE"), "513 1201 1202 1203 ");
}

TEST_F(CallerToken, ThePrimaryGroupIsAMembership) {  // [MS-ADTS] 3.1.1.4.5.19
  make_user("ann", 1105, directory::kUfNormalAccount, 1210);
  const Dnt primary = make_group("primary", account(1210), kGlobal, {});
  make_group("outer", account(1211), kGlobal, {primary});
  EXPECT_EQ(groups("ann@LAB.EXAMPLE"), "1210 1211 ");
}

TEST_F(CallerToken, CyclesEnd) {
  const Dnt ann = make_user("ann", 1105);
  const Dnt one = make_group("one", account(1201), kGlobal, {ann});
  const Dnt two = make_group("two", account(1202), kGlobal, {one});
  add_member(one, two);
  EXPECT_EQ(groups("ann@LAB.EXAMPLE"), "513 1201 1202 ");
}

TEST_F(CallerToken, OnlyGroupsForSecurityCount) {
  const Dnt ann = make_user("ann", 1105);
  const Dnt list = make_group("list", account(1201), 0x2, {ann});
  make_group("outer", account(1202), kGlobal, {list});
  const Dnt gone = make_group("gone", account(1203), kGlobal, {ann});
  must(forest->try_remove(gone));
  const Dnt left = make_group("left", account(1204), kGlobal, {ann});
  must(forest->try_modify(left, {{repl::ModifyOperation::kDelete, attid::kMember, {repl::reference_value(ann)}}}));
  EXPECT_EQ(groups("ann@LAB.EXAMPLE"), "513 ");
}

TEST_F(CallerToken, ForeignSecurityPrincipalsStandForEverybodysSids) {  // Authenticated Users is a member of BUILTIN\Users
  make_user("ann", 1105);
  auto request = forest->request_of(people, "foreignSecurityPrincipal", "S-1-5-11");
  request.sid = sids::kAuthenticatedUsers;
  const Dnt everybody = must(forest->try_add(request)).dnt;
  make_group("Users", sids::kUsers, kBuiltin, {everybody});
  EXPECT_TRUE(must(token("ann@LAB.EXAMPLE")).has(sids::kUsers));
}

TEST_F(CallerToken, TooManyGroupsAreRefused) {
  const Dnt ann = make_user("ann", 1105);
  for (std::uint32_t i = 0; i <= security::kTokenSidsMax; ++i) make_group("g" + std::to_string(i), account(2000 + i), kGlobal, {ann});
  EXPECT_EQ(code_of(token("ann@LAB.EXAMPLE")), security::kErrorTooManyContextIds);
}

TEST_F(CallerToken, DcsAreEnterpriseDomainControllers) {
  make_computer("dsa-a", 1000);
  make_computer("desk", 1300, directory::kUfWorkstationTrustAccount);
  for (const std::string_view principal : {"dsa-a$@LAB.EXAMPLE", "DSA-A$@lab.example", "ldap/dsa-a.lab.example@LAB.EXAMPLE", "host/dsa-a.lab.example@LAB.EXAMPLE",
                                           "host/DSA-A.lab.example@LAB.EXAMPLE"}) {
    const auto made = token(principal);
    ASSERT_TRUE(made) << principal << ": " << describe_error(made.error());
    EXPECT_EQ(made->user, account(1000));
    EXPECT_TRUE(made->has(sids::kEnterpriseDomainControllers));
    EXPECT_TRUE(made->has(account(516)));
  }
  EXPECT_FALSE(must(token("desk$@LAB.EXAMPLE")).has(sids::kEnterpriseDomainControllers));
}

TEST_F(CallerToken, AServiceOnAMachineIsNotTheMachine) {
  make_computer("dsa-a", 1000);
  for (const std::string_view principal : {"http/dsa-a.lab.example@LAB.EXAMPLE", "host/dsa-a.evil.example@LAB.EXAMPLE", "host/dsa-a@LAB.EXAMPLE",
                                           "host/dsa-a.lab.example/x@LAB.EXAMPLE", "dsa-a@LAB.EXAMPLE"})
    EXPECT_EQ(code_of(token(principal)), win32::kErrorNoSuchUser) << principal;
}

TEST_F(CallerToken, NamesAreTriedInTheirOrder) {
  const Dnt ann = make_user("ann", 1105), bob = make_user("bob", 1106);
  set_text(bob, attid::kUserPrincipalName, "ann@lab.example");  // who can write his own UPN does not become somebody else
  EXPECT_EQ(must(account_of("ann@LAB.EXAMPLE")), ann);
  set_text(bob, attid::kUserPrincipalName, "robert@lab.example");
  EXPECT_EQ(must(account_of("robert@LAB.EXAMPLE")), bob);
  EXPECT_EQ(must(account_of("Robert@lab.example")), bob);
  set_text(bob, attid::kUserPrincipalName, "bob@corp.example");
  EXPECT_EQ(must(account_of("bob\\@corp.example@LAB.EXAMPLE")), bob);
  EXPECT_EQ(code_of(account_of("bob@CORP.EXAMPLE")), win32::kErrorNoSuchDomain);
}

TEST_F(CallerToken, WhatIsNoAccountIsNobody) {
  make_group("staff", account(1200), kGlobal, {});
  make_account(people, "contact", "carol", 1400, {});
  const Dnt gone = make_user("gone", 1401);
  must(forest->try_remove(gone));
  for (const std::string_view principal : {"staff@LAB.EXAMPLE", "carol@LAB.EXAMPLE", "gone@LAB.EXAMPLE", "nobody@LAB.EXAMPLE", "*@LAB.EXAMPLE"})
    EXPECT_EQ(code_of(token(principal)), win32::kErrorNoSuchUser) << principal;
  for (const std::string_view principal : {"", "ann", "@LAB.EXAMPLE", "ann@", "a//b@LAB.EXAMPLE", "/b@LAB.EXAMPLE", "ann@LAB@EXAMPLE", "ann@LAB/EXAMPLE",
                                           "a\nn@LAB.EXAMPLE"})
    EXPECT_EQ(code_of(token(principal)), win32::kErrorInvalidParameter) << principal;
  EXPECT_EQ(code_of(token(std::string(5'000, 'a') + "@LAB.EXAMPLE")), win32::kErrorInvalidParameter);
  EXPECT_EQ(code_of(token_of_account(forest->context, *forest->store->read(), home(), people)), win32::kErrorNoSuchUser);
  EXPECT_EQ(code_of(token_of_account(forest->context, *forest->store->read(), {.dns_name = "lab.example", .nc = {}}, gone)),
            win32::kErrorNoSuchDomain);
}

TEST_F(CallerToken, TwoAccountsOfOneNameAreNobody) {
  make_user("ann", 1105);
  make_account(people, "user", "ann2", 1106, {{attid::kSamAccountName, {text_value("ANN")}}});
  EXPECT_EQ(code_of(token("ann@LAB.EXAMPLE")), win32::kErrorDsNameErrorNotUnique);
}

TEST_F(CallerToken, AccountsThatMayNotLogOnAreRefused) {
  make_user("ann", 1105, directory::kUfNormalAccount | directory::kUfAccountDisable);
  EXPECT_EQ(code_of(token("ann@LAB.EXAMPLE")), win32::kErrorAccountDisabled);
  make_user("TRUST$", 1106, directory::kUfInterdomainTrustAccount);
  EXPECT_EQ(code_of(token("TRUST$@LAB.EXAMPLE")), kErrorNologonInterdomainTrustAccount);
  const Dnt bob = make_user("bob", 1107);
  const auto expires = [&](std::int64_t ticks) {
    must(forest->try_modify(bob, {{repl::ModifyOperation::kReplace, repl::testing::attid_of("accountExpires"), {repl::i64_value(ticks)}}}));
    return code_of(token("bob@LAB.EXAMPLE"));
  };
  EXPECT_EQ(expires(forest->context.now.ticks), win32::kErrorAccountExpired);
  EXPECT_EQ(expires(forest->context.now.ticks + 1), win32::kErrorSuccess);
  EXPECT_EQ(expires(0), win32::kErrorSuccess);
  EXPECT_EQ(expires(0x7FFF'FFFF'FFFF'FFFF), win32::kErrorSuccess);
}

TEST_F(CallerToken, FormerSidsCount) {  // sIDHistory
  const Dnt ann = make_user("ann", 1105);
  const Sid former = security::make_sid(5, {21, 9, 9, 9, 1700});
  const Bytes octets = encode_sid(former);
  write(ann, attid::kSidHistory, {octets});
  EXPECT_TRUE(must(token("ann@LAB.EXAMPLE")).has(former));
}

TEST_F(CallerToken, OfAPacHasTheGroupsOfThePacAndTheLocalOnes) {  // [MS-DTYP] 2.5.2.1.1
  const Dnt ann = make_user("ann", 1105);
  make_group("global", account(1201), kGlobal, {ann});  // came after the ticket
  make_group("local", account(1202), kDomainLocal, {ann});
  const Dnt staff = make_group("staff", account(1110), kGlobal, {});
  make_group("Administrators", sids::kAdministrators, kBuiltin, {staff});
  security::KERB_VALIDATION_INFO info;
  info.UserId = 1105;
  info.PrimaryGroupId = 513;
  info.LogonDomainId = security::Unique<security::RPC_SID>(security::to_rpc_sid(kDomain));
  info.GroupIds = {{513, security::kSeGroupUsual}, {1110, security::kSeGroupUsual}};
  const auto made = must(token("ann@LAB.EXAMPLE", security::encode_validation_info(info)));
  EXPECT_EQ(made.user, account(1105));
  EXPECT_TRUE(made.has(account(1110)));
  EXPECT_TRUE(made.has(account(1202)));
  EXPECT_TRUE(made.has(sids::kAdministrators));
  EXPECT_FALSE(made.has(account(1201)));
  EXPECT_EQ(code_of(token("ann@LAB.EXAMPLE", Bytes{1, 2, 3})), win32::kErrorInvalidData);
}

}  // namespace
}  // namespace tributary::service
