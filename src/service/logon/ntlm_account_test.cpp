// SPDX-License-Identifier: Apache-2.0
// Accounts that log on with NTLM: how they are named, where their hash comes from, and who is refused ([MS-ADTS] 3.1.1.4.5.17,
// [MS-SAMR] 2.2.11.1.2 for the layer that unicodePwd is under).
#include "service/logon/ntlm_account.hpp"

#include <gtest/gtest.h>

#include "drsuapi/compress/secrets.hpp"
#include "repl/updates/test_sealer.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access/test_described.hpp"
#include "service/directory/constants.hpp"
#include "service/logon/nt_hash.hpp"

namespace tributary::service {
namespace {

using namespace testing;
using repl::text_value;
using repl::u32_value;
using repl::testing::code_of;
using security::ntlm::AccountsFile;
using security::ntlm::ClaimedIdentity;
namespace attid = directory::attid;

constexpr std::int64_t kMinute = 600'000'000;
constexpr std::uint32_t kRid = 1105;

Bytes number(std::int64_t value) {
  Bytes octets(8);
  store_le<std::uint64_t>(octets.data(), static_cast<std::uint64_t>(value));
  return octets;
}

class NtlmAccounts : public DescribedForest {
 protected:
  void SetUp() override { ann = make_user("ann", kRid); }
  Dnt make_user(std::string name, std::uint32_t rid, std::uint32_t control = directory::kUfNormalAccount) {
    const Dnt dnt = make_account(people, "user", name, rid,
                                 {{attid::kSamAccountName, {text_value(name)}}, {attid::kUserAccountControl, {u32_value(control)}}, {attid::kPrimaryGroupId, {u32_value(513)}}});
    write(dnt, attid::kPwdLastSet, {number(forest->context.now.ticks - kMinute)});
    return dnt;
  }
  /// As replication leaves it.
  void set_password(Dnt dnt, std::uint32_t rid, std::string_view password) {
    const auto hash = must(security::ntlm::nt_hash(password));
    const auto stored = must(apply_rid_layer(rid, hash.view()));
    write(dnt, attid::kUnicodePwd, {stored.view()});
  }
  LogonDomain home() {
    return {.realm = "lab.example", .dns_name = "lab.example", .netbios_name = "LAB", .nc = must(forest->store->read()->find(domain))->guid()};
  }
  Result<NtlmAccount> find(std::string user, std::string domain_name = "LAB") {
    return find_ntlm_account(forest->context, *forest->store->read(), home(), file, {std::move(user), std::move(domain_name)});
  }
  Win32 may(std::string user) {
    const auto account = find(std::move(user));
    if (!account) return account.error().code;
    const auto verdict = may_log_on_with_ntlm(forest->context, *forest->store->read(), home(), *account);
    return verdict ? Win32::kSuccess : verdict.error().code;
  }
  Dnt ann = store::kNoDnt;
  AccountsFile file = must(AccountsFile::parse("Ann:a4f49c406510bdcab6824ee7c30fd852\n", "file"));
};

TEST_F(NtlmAccounts, AreFoundByEveryNameThatAKdcWouldTake) {
  for (const auto* domain_name : {"LAB", "lab", "lab.example", "LAB.EXAMPLE", ""}) EXPECT_EQ(must(find("ann", domain_name)).dnt, ann) << domain_name;
  EXPECT_EQ(code_of(find("ann", "OTHER")), win32::kErrorNoSuchDomain);
  EXPECT_EQ(must(find("ANN")).principal, "ANN@LAB.EXAMPLE");
  EXPECT_EQ(must(find("ann@lab.example", "")).principal, "ann@LAB.EXAMPLE") << "without a userPrincipalName, by the domain's name";
  EXPECT_EQ(must(find("ann@LAB", "")).dnt, ann);
  must(forest->try_modify(ann, {{repl::ModifyOperation::kReplace, attid::kUserPrincipalName, {text_value("ann.smith@corp.example")}}}));
  EXPECT_EQ(must(find("Ann.Smith@corp.example", "")).dnt, ann);
  EXPECT_EQ(must(find("Ann.Smith@corp.example", "")).principal, "Ann.Smith\\@corp.example@LAB.EXAMPLE");
  for (const auto* nobody : {"bob", "ann@other.example", "ann@", "@lab.example", "@", "ann/x", "ann\\", "", "ann\x01"}) EXPECT_FALSE(find(nobody)) << nobody;
}

/// The token of the call is looked for by the principal: it has to be the same account's.
TEST_F(NtlmAccounts, ThePrincipalMeansTheSameAccount) {
  set_password(make_user("a@b", 1106), 1106, "x");
  EXPECT_FALSE(find("a@b")) << "such a name could be somebody's userPrincipalName tomorrow";
  const Dnt bob = make_user("bob", 1107);
  set_password(bob, 1107, "bob");
  must(forest->try_modify(bob, {{repl::ModifyOperation::kReplace, attid::kUserPrincipalName, {text_value("ann@lab.example")}}}));
  const auto known_as = must(find("ann@lab.example", ""));
  EXPECT_EQ(known_as.dnt, bob) << "a userPrincipalName that is there comes before one that is made up";
  EXPECT_EQ(must(find_account(forest->context, *forest->store->read(), home().account_domain(), known_as.principal)), bob);
}

TEST_F(NtlmAccounts, TheFileComesFirstAndTheDirectorySecond) {
  EXPECT_TRUE(must(find("ann")).is_from_file);
  EXPECT_EQ(to_hex(must(find("ann")).nt_hash.view()), "a4f49c406510bdcab6824ee7c30fd852");
  set_password(ann, kRid, "in the directory");
  EXPECT_TRUE(must(find("ann")).is_from_file);
  file = {};
  const auto account = must(find("ann"));
  EXPECT_FALSE(account.is_from_file);
  EXPECT_EQ(to_hex(account.nt_hash.view()), to_hex(must(security::ntlm::nt_hash("in the directory")).view()));
}

/// A database that seals its secrets ([MS-DRSR] 4.1.10.3.11 has which): the hash is the same, and without the key there is none.
TEST_F(NtlmAccounts, ASealedHashIsOpened) {
  file = {};
  forest->context.sealer = std::make_shared<repl::testing::TestSealer>(std::uint8_t{2});
  const auto hash = must(security::ntlm::nt_hash("sealed in the directory"));
  const auto layered = must(apply_rid_layer(kRid, hash.view()));
  must(forest->try_modify(ann, {{repl::ModifyOperation::kReplace, attid::kUnicodePwd, {repl::octets_value(layered.view())}}}));
  EXPECT_EQ(to_hex(must(find("ann")).nt_hash.view()), to_hex(hash.view()));
  forest->context.sealer = std::make_shared<repl::testing::TestSealer>(std::uint8_t{1});
  EXPECT_EQ(code_of(find("ann")), win32::kErrorDsDatabaseError);
}

TEST_F(NtlmAccounts, WithoutAHashNobodyIsLetIn) {
  file = {};
  EXPECT_EQ(code_of(find("ann")), win32::kErrorNotFound);
  write(ann, attid::kUnicodePwd, {Bytes(15, 1)});
  EXPECT_EQ(code_of(find("ann")), win32::kErrorInvalidData);
  set_password(ann, kRid, "");
  EXPECT_EQ(code_of(find("ann")), win32::kErrorAccountRestriction) << "everybody knows the empty password";
}

/// Two accounts with one password have different values: the RID is in them.
TEST_F(NtlmAccounts, TheStoredValueIsUnderTheLayerOfTheRid) {
  const Dnt bob = make_user("bob", 1108);
  set_password(ann, kRid, "same");
  set_password(bob, 1108, "same");
  const auto snapshot = forest->store->read();
  const auto first = must(snapshot->find(ann)), second = must(snapshot->find(bob));
  EXPECT_NE(to_hex(*first->first(attid::kUnicodePwd)), to_hex(*second->first(attid::kUnicodePwd)));
  EXPECT_EQ(to_hex(must(nt_hash_of(forest->context, *first))->view()), to_hex(must(nt_hash_of(forest->context, *second))->view()));
}

TEST_F(NtlmAccounts, DisabledExpiredLockedAndProtectedOnesAreRefused) {
  EXPECT_EQ(may("ann"), Win32::kSuccess);
  const std::int64_t now = forest->context.now.ticks;
  const auto control = [&](std::uint32_t bits) {
    Bytes value(4);
    store_le<std::uint32_t>(value.data(), directory::kUfNormalAccount | bits);
    write(ann, attid::kUserAccountControl, {value});
  };
  control(directory::kUfAccountDisable);
  EXPECT_EQ(may("ann"), win32::kErrorAccountDisabled);
  control(directory::kUfInterdomainTrustAccount);
  EXPECT_EQ(may("ann"), kErrorNologonInterdomainTrustAccount);
  control(0);
  const auto expires = forest->context.schema->find_attribute("accountExpires")->attid;
  write(ann, expires, {number(now - 1)});
  EXPECT_EQ(may("ann"), win32::kErrorAccountExpired);
  write(ann, expires, {number(now + kMinute)});
  EXPECT_EQ(may("ann"), Win32::kSuccess);

  write(ann, attid::kLockoutTime, {number(now - 10 * kMinute)});
  EXPECT_EQ(may("ann"), win32::kErrorAccountLockedOut) << "without a duration somebody has to unlock it";
  write(domain, attid::kLockoutDuration, {number(-30 * kMinute)});
  EXPECT_EQ(may("ann"), win32::kErrorAccountLockedOut);
  write(domain, attid::kLockoutDuration, {number(-5 * kMinute)});
  EXPECT_EQ(may("ann"), Win32::kSuccess) << "the time is over";
  write(domain, attid::kLockoutDuration, {number(INT64_MIN)});
  EXPECT_EQ(may("ann"), win32::kErrorAccountLockedOut) << "for ever";
  control(directory::kUfWorkstationTrustAccount);
  EXPECT_EQ(may("ann"), Win32::kSuccess) << "machines are not locked out";
  control(0);
  write(ann, attid::kLockoutTime, {number(0)});
  EXPECT_EQ(may("ann"), Win32::kSuccess);

  auto request = forest->request_of(people, "group", "protected", {{attid::kGroupType, {u32_value(0x80000002)}}, {attid::kSamAccountName, {text_value("protected")}},
                                                                   {attid::kMember, {repl::reference_value(ann)}}});
  request.sid = account(security::rid::kProtectedUsers);
  must(forest->try_add(request));
  EXPECT_EQ(may("ann"), win32::kErrorAccountRestriction);
}

TEST_F(NtlmAccounts, APasswordOfTheDirectoryGrowsOldAndOneOfTheFileDoesNot) {
  const std::int64_t now = forest->context.now.ticks;
  write(domain, attid::kMaxPwdAge, {number(-60 * kMinute)});
  write(ann, attid::kPwdLastSet, {number(0)});
  EXPECT_EQ(may("ann"), Win32::kSuccess) << "of the file";
  file = {};
  set_password(ann, kRid, "old");
  EXPECT_EQ(may("ann"), win32::kErrorPasswordMustChange);
  write(ann, attid::kPwdLastSet, {number(now - 61 * kMinute)});
  EXPECT_EQ(may("ann"), win32::kErrorPasswordExpired);
  write(ann, attid::kPwdLastSet, {number(now - 59 * kMinute)});
  EXPECT_EQ(may("ann"), Win32::kSuccess);
  write(ann, attid::kPwdLastSet, {number(now - 61 * kMinute)});
  for (const std::int64_t never : {std::int64_t{0}, INT64_MIN}) {
    write(domain, attid::kMaxPwdAge, {number(never)});
    EXPECT_EQ(may("ann"), Win32::kSuccess) << never;
  }
  write(domain, attid::kMaxPwdAge, {number(-60 * kMinute)});
  Bytes control(4);
  store_le<std::uint32_t>(control.data(), directory::kUfNormalAccount | directory::kUfDontExpirePasswd);
  write(ann, attid::kUserAccountControl, {control});
  EXPECT_EQ(may("ann"), Win32::kSuccess);
}

TEST_F(NtlmAccounts, AnAccountThatGoesInBetween) {
  const auto account = must(find("ann"));
  must(forest->try_remove(ann));
  EXPECT_FALSE(may_log_on_with_ntlm(forest->context, *forest->store->read(), home(), account));
  EXPECT_FALSE(find("ann"));
}

}  // namespace
}  // namespace tributary::service
