// SPDX-License-Identifier: Apache-2.0
// Credentials of every kind against a real MIT KDC (RFC 4120 section 3.1), and every way in which they can be refused:
// the code, and a sentence that says what to do.
#include "security/credentials.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "base/win32.hpp"
#include "security/gss_context.hpp"
#include "security/testing/realm_test.hpp"
#include "security/tickets.hpp"

namespace tributary::security {
namespace {

using testing::RealmTest;
using namespace std::chrono_literals;

Credentials logon(std::string_view account, std::string_view password = RealmTest::kPassword, std::string_view realm_hint = {}) {
  return PasswordLogon{parse_account_name(account).value(), Secret(password), std::string(realm_hint)};
}

class CredentialsTest : public RealmTest {
 protected:
  /// The error of acquire(), whose sentence must name what it is about and must not hold the password.
  static Error refused(Credentials credentials, std::string_view about) {
    const auto acquired = acquire(std::move(credentials));
    EXPECT_FALSE(acquired);
    if (acquired) return {};
    EXPECT_EQ(acquired.error().phase, Phase::kAuthenticate);
    EXPECT_NE(acquired.error().detail.find(about), std::string::npos) << acquired.error().detail;
    EXPECT_EQ(acquired.error().detail.find("Secr3t"), std::string::npos);
    EXPECT_FALSE(acquired.error().detail.ends_with('.')) << acquired.error().detail;
    return acquired.error();
  }
  /// A whole handshake with these credentials.
  static Result<> use(const std::shared_ptr<Credential>& credential) {
    auto initiator = make_initiator(credential, TargetName::from_spn(kSpn).value());
    auto step = (*initiator)->step({});
    if (!step) return std::unexpected(step.error());
    auto acceptor = make_acceptor(load_acceptor_keys(kdc->keytab(), kdc->replay_cache()).value());
    auto answer = (*acceptor)->step(step->token);
    if (!answer) return std::unexpected(answer.error());
    return {};
  }
};

TEST_F(CredentialsTest, PasswordInEveryFormOfTheName) {
  for (const auto name : {"alice@TRIBUTARY.TEST", "alice@tributary.test", "TRIBUTARY\\alice", "tributary.test\\alice", "alice"}) {
    for (const auto hint : {"", "tributary.test"}) {
      const auto acquired = acquire(logon(name, kPassword, hint));
      ASSERT_TRUE(acquired) << name << ": " << acquired.error().detail;
      EXPECT_EQ((*acquired)->principal(), "alice@TRIBUTARY.TEST");
      EXPECT_GT((*acquired)->seconds_left(), 3600);
      EXPECT_TRUE(use(*acquired));
    }
  }
}

// The tickets of a password are nobody else's: not in the default cache, not on disk, and gone with their owner.
TEST_F(CredentialsTest, PasswordTicketsStayInMemoryAndGoWithTheirOwner) {
  std::string cache_name;
  {
    auto acquired = acquire(logon("alice"));
    ASSERT_TRUE(acquired);
    ASSERT_TRUE(use(*acquired));
    EXPECT_FALSE(acquire(DefaultCache{})) << "nothing was put where others look";
    EXPECT_FALSE(std::ifstream(kdc->path("ccache")).good());
    cache_name = (*(*acquired)->fresh_tickets())->cache_name;
    EXPECT_TRUE(cache_name.starts_with("MEMORY:")) << cache_name;
    EXPECT_TRUE(acquire(NamedCache{cache_name})) << "while it lives, it is there";
  }
  EXPECT_EQ(acquire(NamedCache{cache_name}).error().code, win32::kErrorNoSuchLogonSession) << "destroyed";
}

TEST_F(CredentialsTest, AContextKeepsItsTicketsAlive) {
  auto acquired = acquire(logon("alice"));
  ASSERT_TRUE(acquired);
  auto initiator = make_initiator(*acquired, TargetName::from_spn(kSpn).value());
  acquired->reset();
  EXPECT_TRUE((*initiator)->step({}));
}

TEST_F(CredentialsTest, WrongPassword) {
  EXPECT_EQ(refused(logon("alice", "wrong"), "alice@TRIBUTARY.TEST").code, win32::kErrorLogonFailure);
  EXPECT_EQ(refused(logon("alice", ""), "alice@TRIBUTARY.TEST").code, win32::kErrorLogonFailure);
  EXPECT_EQ(refused(logon("alice", std::string_view("a\0b", 3)), "NUL").code, win32::kErrorLogonFailure);
}

// A KDC that does not ask for preauthentication sends an answer that the wrong password cannot open.
TEST_F(CredentialsTest, WrongPasswordWithoutPreauthentication) {
  ASSERT_TRUE(kdc->add_user("olga", kPassword, "-requires_preauth"));
  EXPECT_TRUE(acquire(logon("olga")));
  EXPECT_EQ(refused(logon("olga", "wrong"), "olga@TRIBUTARY.TEST").code, win32::kErrorLogonFailure);
}

TEST_F(CredentialsTest, UnknownUser) {
  const Error error = refused(logon("mallory"), "mallory@TRIBUTARY.TEST");
  EXPECT_EQ(error.code, win32::kErrorLogonFailure);
  EXPECT_NE(error.detail.find("no such account"), std::string::npos) << error.detail;
}

TEST_F(CredentialsTest, DisabledAccount) {
  ASSERT_TRUE(kdc->add_user("dora", kPassword, "-allow_tix"));
  EXPECT_EQ(refused(logon("dora"), "dora@").code, win32::kErrorAccountDisabled);
}

TEST_F(CredentialsTest, ExpiredPassword) {
  ASSERT_TRUE(kdc->add_user("paul", kPassword, "-pwexpire yesterday"));
  EXPECT_EQ(refused(logon("paul"), "kpasswd").code, win32::kErrorPasswordExpired);
}

TEST_F(CredentialsTest, ExpiredAccount) {
  ASSERT_TRUE(kdc->add_user("erna", kPassword, "-expire yesterday"));
  EXPECT_EQ(refused(logon("erna"), "erna@").code, win32::kErrorAccountExpired);
}

TEST_F(CredentialsTest, WrongRealm) {
  const Error error = refused(logon("alice@NOWHERE.TEST"), "NOWHERE.TEST");
  EXPECT_EQ(error.code, win32::kErrorNoSuchDomain);
  EXPECT_NE(error.detail.find("krb5.conf"), std::string::npos) << error.detail;
}

// [MS-KILE] 3.3.5.6.1: a user principal name may end in a suffix that is no realm; the hinted realm's KDC knows it.
TEST_F(CredentialsTest, AnAliasSuffixIsResolvedByTheHintedRealm) {
  ASSERT_TRUE(kdc->add_user("ursula\\@alias.test", kPassword));
  const auto acquired = acquire(logon("ursula@alias.test", kPassword, "tributary.test"));
  ASSERT_TRUE(acquired) << acquired.error().detail;
  EXPECT_TRUE(use(*acquired));
  EXPECT_EQ(refused(logon("ursula@alias.test", "wrong", "tributary.test"), "ursula").code, win32::kErrorLogonFailure);
  // Known nowhere: the realm is the better thing to complain about.
  EXPECT_EQ(refused(logon("nobody@alias.test", kPassword, "tributary.test"), "ALIAS.TEST").code, win32::kErrorNoSuchDomain);
  EXPECT_EQ(refused(logon("ursula@alias.test", kPassword, "nowhere.test"), "ALIAS.TEST").code, win32::kErrorNoSuchDomain);
}

TEST_F(CredentialsTest, NoKdcAnswers) {
  const auto acquired = acquire(logon("alice"));
  ASSERT_TRUE(acquired);
  ASSERT_TRUE(kdc->stop_kdc());
  const Error error = refused(logon("alice"), "port 88");
  EXPECT_EQ(error.code, win32::kErrorNoLogonServers);
  const auto used = use(*acquired);
  ASSERT_FALSE(used) << "the ticket for the service was to come from the KDC";
  EXPECT_EQ(used.error().code, win32::kErrorNoLogonServers) << used.error().detail;
  ASSERT_TRUE(kdc->start_kdc());
  EXPECT_TRUE(use(*acquired)) << "the same credential serves again";
}

TEST_F(CredentialsTest, CacheByNameAndByDefault) {
  const auto cache = kdc->kinit("alice", kPassword);
  ASSERT_TRUE(cache) << cache.error().detail;
  const auto acquired = acquire(NamedCache{*cache});
  ASSERT_TRUE(acquired) << acquired.error().detail;
  EXPECT_EQ((*acquired)->principal(), "alice@TRIBUTARY.TEST");
  EXPECT_TRUE(use(*acquired));

  ::setenv("KRB5CCNAME", cache->c_str(), 1);
  EXPECT_TRUE(acquire(DefaultCache{}));
  ::setenv("KRB5CCNAME", kdc->default_cache().c_str(), 1);
}

TEST_F(CredentialsTest, MissingCache) {
  for (const Credentials& credentials : {Credentials{DefaultCache{}}, Credentials{NamedCache{kdc->default_cache()}}}) {
    const Error error = refused(credentials, "kinit");
    EXPECT_EQ(error.code, win32::kErrorNoSuchLogonSession) << error.detail;
    EXPECT_NE(error.detail.find(kdc->path("ccache")), std::string::npos) << error.detail;
  }
}

TEST_F(CredentialsTest, WhatIsNotACache) {
  EXPECT_EQ(refused(NamedCache{"FILE:" + kdc->path("krb5.conf")}, "krb5.conf").code, win32::kErrorInvalidData);
  EXPECT_EQ(refused(NamedCache{"NOSUCHTYPE:x"}, "FILE:").code, win32::kErrorInvalidParameter);
}

TEST_F(CredentialsTest, ExpiredTicket) {
  const auto cache = kdc->kinit("alice", kPassword, {"-l", "2s"});
  ASSERT_TRUE(cache) << cache.error().detail;
  const auto acquired = acquire(NamedCache{*cache});
  ASSERT_TRUE(acquired) << acquired.error().detail;
  std::this_thread::sleep_for(3100ms);
  EXPECT_LT((*acquired)->seconds_left(), 0);
  const auto used = use(*acquired);
  ASSERT_FALSE(used);
  EXPECT_EQ(used.error().code, win32::kErrorContextExpired) << used.error().detail;
  const Error error = refused(NamedCache{*cache}, "run kinit");
  EXPECT_EQ(error.code, win32::kErrorContextExpired);
  EXPECT_NE(error.detail.find("ended at "), std::string::npos) << error.detail;
}

// A cache is read again when its ticket nears its end: `kinit` in another window is enough.
TEST_F(CredentialsTest, ANewTicketInTheSameCacheIsSeen) {
  const auto cache = kdc->kinit("alice", kPassword, {"-l", "60s"});
  ASSERT_TRUE(cache);
  const auto acquired = acquire(NamedCache{*cache});
  ASSERT_TRUE(acquired);
  EXPECT_LE((*acquired)->seconds_left(), 60);
  const auto longer = kdc->kinit("alice", kPassword);
  ASSERT_TRUE(longer);
  std::ofstream(cache->substr(5), std::ios::binary) << std::ifstream(longer->substr(5), std::ios::binary).rdbuf();
  EXPECT_TRUE(use(*acquired));
  EXPECT_GT((*acquired)->seconds_left(), 3600);
}

TEST_F(CredentialsTest, AShortTicketOfAPasswordIsRenewedBeforeUse) {
  ASSERT_TRUE(kdc->add_user("sven", kPassword, "+requires_preauth -maxlife \"60 seconds\""));
  const auto acquired = acquire(logon("sven"));
  ASSERT_TRUE(acquired) << acquired.error().detail;
  EXPECT_LE((*acquired)->seconds_left(), 60);
  const auto first = (*acquired)->fresh_tickets();
  ASSERT_TRUE(first);
  const auto second = (*acquired)->fresh_tickets();
  ASSERT_TRUE(second);
  EXPECT_NE((*first)->cache_name, (*second)->cache_name) << "less than five minutes left: asked again";
  ASSERT_TRUE(kdc->stop_kdc());
  EXPECT_TRUE((*acquired)->fresh_tickets()) << "without a KDC, what is left of the old ticket serves";
  ASSERT_TRUE(kdc->start_kdc());
}

TEST_F(CredentialsTest, Keytab) {
  for (const auto* const principal : {"ldap/dc1.tributary.test", "ldap/dc1.tributary.test@TRIBUTARY.TEST", ""}) {
    const auto acquired = acquire(KeytabLogon{kdc->keytab(), principal});
    ASSERT_TRUE(acquired) << acquired.error().detail;
    EXPECT_EQ((*acquired)->principal(), "ldap/dc1.tributary.test@TRIBUTARY.TEST");
    EXPECT_TRUE(use(*acquired));
  }
}

TEST_F(CredentialsTest, KeytabsThatDoNotServe) {
  for (const auto* const principal : {"alice", ""}) {
    EXPECT_EQ(refused(KeytabLogon{kdc->path("no-such.keytab"), principal}, "no-such.keytab").code, win32::kErrorFileNotFound);
  }
  EXPECT_EQ(refused(KeytabLogon{kdc->keytab(), "alice"}, "alice@TRIBUTARY.TEST").code, win32::kErrorNotFound);
  EXPECT_EQ(refused(KeytabLogon{kdc->path("krb5.conf"), ""}, "krb5.conf").code, win32::kErrorInvalidData);
  EXPECT_EQ(refused(KeytabLogon{"NOSUCHTYPE:x", ""}, "NOSUCHTYPE").code, win32::kErrorInvalidParameter);
  EXPECT_EQ(refused(KeytabLogon{kdc->keytab(), "a@b@c"}, "a@b@c").code, win32::kErrorInvalidAccountName);
}

TEST_F(CredentialsTest, AStaleKeytabIsAWrongPassword) {
  ASSERT_TRUE(kdc->add_service("host/stale.tributary.test"));
  ASSERT_TRUE(kdc->kadmin("modprinc +requires_preauth host/stale.tributary.test"));
  ASSERT_TRUE(kdc->kadmin("cpw -randkey host/stale.tributary.test"));
  EXPECT_EQ(refused(KeytabLogon{kdc->keytab(), "host/stale.tributary.test"}, "host/stale").code, win32::kErrorLogonFailure);
}

TEST_F(CredentialsTest, ABrokenKrb5ConfNamesItself) {
  const std::string file = kdc->path("broken.conf");
  std::ofstream(file) << "[libdefaults\n = }\n";
  const std::string before = std::getenv("KRB5_CONFIG");
  ::setenv("KRB5_CONFIG", file.c_str(), 1);
  for (const Credentials& credentials :
       {Credentials{DefaultCache{}}, logon("alice"), Credentials{KeytabLogon{kdc->keytab(), "alice"}}}) {
    EXPECT_FALSE(refused(credentials, "Kerberos").detail.empty());
  }
  EXPECT_FALSE(load_acceptor_keys(kdc->keytab()));
  ::setenv("KRB5_CONFIG", before.c_str(), 1);
}

TEST_F(CredentialsTest, WithoutAnyRealmTheSentenceAsksForOne) {
  const std::string file = kdc->path("realmless.conf");
  std::ofstream(file) << "[libdefaults]\n  dns_lookup_realm = false\n";
  const std::string before = std::getenv("KRB5_CONFIG");
  ::setenv("KRB5_CONFIG", file.c_str(), 1);
  const Error error = refused(logon("alice"), "alice");
  ::setenv("KRB5_CONFIG", before.c_str(), 1);
  EXPECT_EQ(error.code, win32::kErrorNoSuchDomain) << error.detail;
}

}  // namespace
}  // namespace tributary::security
