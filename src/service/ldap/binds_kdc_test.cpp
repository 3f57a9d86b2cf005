// SPDX-License-Identifier: Apache-2.0
// Binds of a whole forest with a real KDC behind it ([MS-ADTS] 5.1.1; RFC 4513, RFC 4752, [MS-SPNG]): who comes out of which exchange with
// which layer, and what the others are told.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/win32.hpp"
#include "drsuapi/compress/secrets.hpp"
#include "security/access/well_known_sids.hpp"
#include "security/credentials.hpp"
#include "security/password_check.hpp"
#include "security/testing/realm_test.hpp"
#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/binds.hpp"
#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face {
namespace {

using lp::ResultCode;
using security::AuthType;
using security::GssContext;
using security::testing::RealmTest;
using service::testing::ForestDsa;
using service::testing::in_lab;
namespace attid = directory::attid;

constexpr std::uint32_t kAlice = 1601, kBob = 1602;

class LdapBinds : public RealmTest {
 protected:
  static void SetUpTestSuite() {
    ASSERT_NO_FATAL_FAILURE(RealmTest::SetUpTestSuite());
    ASSERT_TRUE(kdc->add_user("stranger", kPassword));
    auto loaded = security::load_acceptor_keys(kdc->keytab(), kdc->replay_cache());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    keys = *loaded;
  }
  static void TearDownTestSuite() {
    keys.reset();
    RealmTest::TearDownTestSuite();
  }

  void SetUp() override {
    alice = forest.add_account("user", "alice", kAlice, account(0x200));
    bob = forest.add_account("user", "bob", kBob, account(0x200));
    const auto group = forest.add_account("group", "readers", 1701, {{attid::kGroupType, {repl::u32_value(0x80000002)}}});
    forest.link(group, attid::kMember, alice);
    const auto hash = security::ntlm::nt_hash("Secr3t-of-Bob");
    ASSERT_TRUE(hash);
    forest.set(bob, attid::kUnicodePwd, {repl::octets_value(apply_rid_layer(kBob, hash->view())->view())});
    forest.set(bob, attid::kPwdLastSet, {repl::i64_value(forest.rules().now.ticks - 1)});
    connection.number = 1;
    connection.peer_address = "10.0.0.7:51234";
    security.realm = RealmTest::kUser.substr(RealmTest::kUser.find('@') + 1);
    security.make_acceptor = [](AuthType type) { return security::make_acceptor(keys, {.auth_type = type, .dce_style = false, .sealing = false, .as_asked = true}); };
    security.check_password = [](const std::string& principal, const security::Secret& password) {
      return security::check_password(principal, password, kdc->keytab());
    };
  }
  static std::vector<repl::NewAttribute> account(std::uint32_t control) { return {{attid::kUserAccountControl, {repl::u32_value(control)}}}; }

  // --- Requests. ---
  static lp::BindRequest simple(std::string_view name, std::string_view password) {
    return {.version = 3, .name = name, .authentication = lp::BindRequest::Simple{as_bytes(password)}};
  }
  static lp::BindRequest sasl(std::string_view mechanism, std::optional<ByteView> credentials) {
    return {.version = 3, .name = {}, .authentication = lp::BindRequest::Sasl{mechanism, credentials}};
  }
  lp::BindExchange::Step once(const lp::BindRequest& request) {
    return begin_bind(forest, std::make_shared<const FaceSecurity>(security), connection, request)->step(connection, request);
  }

  /// A client of GSSAPI; which services it asks for, `sealing` says.
  static std::unique_ptr<GssContext> client(AuthType type, bool sealing, std::string_view user = kUser) {
    auto credential = security::acquire(security::PasswordLogon{*security::parse_account_name(user), security::Secret(kPassword), {}});
    EXPECT_TRUE(credential) << credential.error().detail;
    auto made = security::make_initiator(*credential, *security::TargetName::from_spn(kSpn), {.auth_type = type, .dce_style = false, .sealing = sealing});
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  /// Until the server has said what it thinks, or the client has nothing more to say.
  struct Conversation {
    std::unique_ptr<lp::BindExchange> exchange;
    lp::BindExchange::Step last;
  };
  Conversation converse(GssContext& peer, std::string_view mechanism) {
    Conversation talk;
    Bytes token;
    for (int round = 0; round < security::kHandshakeStepsMax; ++round) {
      auto mine = peer.step(token);
      EXPECT_TRUE(mine) << mine.error().detail;
      if (!mine || (mine->token.empty() && round != 0)) break;
      const auto request = sasl(mechanism, mine->token);
      if (!talk.exchange) talk.exchange = begin_bind(forest, std::make_shared<const FaceSecurity>(security), connection, request);
      talk.last = talk.exchange->step(connection, request);
      token = talk.last.server_credentials.value_or(Bytes{});
      if (talk.last.outcome.code != ResultCode::kSaslBindInProgress && token.empty()) break;
    }
    return talk;
  }
  /// RFC 4752: the empty response, the offer, the choice.
  lp::BindExchange::Step choose(Conversation& talk, GssContext& peer, std::uint8_t layer, std::string_view authorization = {}) {
    const auto offered = talk.exchange->step(connection, sasl("GSSAPI", ByteView{}));
    if (offered.outcome.code != ResultCode::kSaslBindInProgress) return offered;
    EXPECT_TRUE(peer.set_sealing(false));
    const auto message = peer.unwrap(*offered.server_credentials);
    EXPECT_TRUE(message) << message.error().detail;
    offer = *message;
    Bytes mine = {layer, 0x00, 0xFF, 0xFF};
    for (const char c : authorization) mine.push_back(static_cast<std::uint8_t>(c));
    const auto wrapped = peer.wrap(mine);
    EXPECT_TRUE(wrapped);
    return talk.exchange->step(connection, sasl("GSSAPI", *wrapped));
  }
  static const Caller& caller_of(const lp::BindExchange::Step& step) { return *static_cast<const LdapPrincipal&>(*step.principal).caller; }
  static std::string data_of(const lp::BindExchange::Step& step) {
    const auto at = step.outcome.message.find("data ");
    return at == std::string::npos ? step.outcome.message : step.outcome.message.substr(at + 5, step.outcome.message.find(',', at) - at - 5);
  }
  static void works(GssContext& peer, GssContext& layer) {
    const Bytes message(300, 7);
    const auto there = peer.wrap(message);
    ASSERT_TRUE(there);
    EXPECT_EQ(layer.unwrap(*there).value_or(Bytes{}), message);
    const auto back = layer.wrap(message);
    ASSERT_TRUE(back);
    EXPECT_EQ(peer.unwrap(*back).value_or(Bytes{}), message);
  }

  ForestDsa forest;
  store::Dnt alice{}, bob{};
  lp::Connection connection;
  FaceSecurity security;
  Bytes offer;
  static inline std::shared_ptr<const security::AcceptorKeys> keys;
};

TEST_F(LdapBinds, SpnegoMakesTheLayerThatTheClientAskedFor) {
  const auto peer = client(AuthType::kSpnego, true);
  const auto talk = converse(*peer, "GSS-SPNEGO");
  ASSERT_TRUE(talk.last.outcome.ok()) << talk.last.outcome.message;
  ASSERT_TRUE(talk.last.layer);
  EXPECT_TRUE(talk.last.layer_seals);
  EXPECT_GE(talk.last.peer_buffer_max, 65'536U);
  works(*peer, *talk.last.layer);
  ASSERT_TRUE(talk.last.principal);
  EXPECT_EQ(talk.last.principal->name, kUser);
  EXPECT_TRUE(talk.last.principal->expires_at_s) << "a ticket ends";
  const auto& caller = caller_of(talk.last);
  EXPECT_EQ(caller.token.user, forest.sid_of(kAlice));
  EXPECT_TRUE(caller.token.has(forest.sid_of(1701))) << "groups of the directory";
  EXPECT_EQ(caller.session_key, peer->session_key().value_or(Bytes{}));
  EXPECT_EQ(caller.address, "10.0.0.7:51234");
}

TEST_F(LdapBinds, UnderTlsNoSecondLayer) {
  connection.is_tls = true;
  const auto peer = client(AuthType::kSpnego, true);
  const auto talk = converse(*peer, "GSS-SPNEGO");
  EXPECT_EQ(talk.last.outcome.code, ResultCode::kUnwillingToPerform);
  const auto kerberos = client(AuthType::kKerberos, true);
  auto gssapi = converse(*kerberos, "GSSAPI");
  const auto done = choose(gssapi, *kerberos, 1);
  EXPECT_TRUE(done.outcome.ok()) << done.outcome.message;
  EXPECT_FALSE(done.layer);
  EXPECT_EQ(offer, (Bytes{9, 0, 0, 0})) << "no layer is all that is offered, and a bit that ldap3 wants to see";
}

TEST_F(LdapBinds, GssapiAgreesOnTheLayerAfterwards) {
  for (const std::uint8_t layer : {std::uint8_t{2}, std::uint8_t{4}}) {
    const auto peer = client(AuthType::kKerberos, true);
    auto talk = converse(*peer, "GSSAPI");
    ASSERT_EQ(talk.last.outcome.code, ResultCode::kSaslBindInProgress) << talk.last.outcome.message;
    const auto done = choose(talk, *peer, layer);
    ASSERT_TRUE(done.outcome.ok()) << done.outcome.message;
    EXPECT_EQ(offer.front(), 6);
    ASSERT_TRUE(done.layer);
    EXPECT_EQ(done.layer_seals, layer == 4);
    EXPECT_EQ(done.peer_buffer_max, 0xFFFFU);
    ASSERT_TRUE(peer->set_sealing(layer == 4));
    works(*peer, *done.layer);
    EXPECT_EQ(done.principal->name, kUser);
  }
}

TEST_F(LdapBinds, AChoiceThatWasNotOfferedIsRefused) {
  for (const std::uint8_t layer : {std::uint8_t{0}, std::uint8_t{6}, std::uint8_t{8}, std::uint8_t{255}}) {
    const auto peer = client(AuthType::kKerberos, true);
    auto talk = converse(*peer, "GSSAPI");
    EXPECT_EQ(choose(talk, *peer, layer).outcome.code, ResultCode::kInvalidCredentials) << int{layer};
  }
  const auto peer = client(AuthType::kKerberos, true);
  auto talk = converse(*peer, "GSSAPI");
  EXPECT_EQ(choose(talk, *peer, 1).outcome.code, ResultCode::kStrongerAuthRequired) << "nothing protects the connection";
  security.requires_signing = false;
  const auto other = client(AuthType::kKerberos, true);
  auto plain = converse(*other, "GSSAPI");
  const auto done = choose(plain, *other, 1);
  EXPECT_TRUE(done.outcome.ok()) << "the administrator wants it so";
  EXPECT_FALSE(done.layer);
}

TEST_F(LdapBinds, NobodyActsForSomebodyElse) {
  const auto authorized = [&](std::string_view as) {
    const auto peer = client(AuthType::kKerberos, true);
    auto talk = converse(*peer, "GSSAPI");
    return choose(talk, *peer, 4, as).outcome.code;
  };
  EXPECT_EQ(authorized("u:alice"), ResultCode::kSuccess);
  EXPECT_EQ(authorized("alice@TRIBUTARY.TEST"), ResultCode::kSuccess);
  EXPECT_EQ(authorized("u:bob"), ResultCode::kInvalidCredentials);
  EXPECT_EQ(authorized("dn:CN=alice"), ResultCode::kInvalidCredentials);
}

TEST_F(LdapBinds, ATicketOfNobodyHereIsNotEnough) {
  const auto peer = client(AuthType::kSpnego, true, "stranger@TRIBUTARY.TEST");
  const auto talk = converse(*peer, "GSS-SPNEGO");
  EXPECT_EQ(talk.last.outcome.code, ResultCode::kInvalidCredentials);
  EXPECT_EQ(data_of(talk.last), "525");
  forest.set(alice, attid::kUserAccountControl, {repl::u32_value(0x202)});
  const auto disabled = client(AuthType::kSpnego, true);
  EXPECT_EQ(data_of(converse(*disabled, "GSS-SPNEGO").last), "533");
}

TEST_F(LdapBinds, TokensOfStrangersEndTheExchange) {
  const Bytes garbage(100, 0x60);
  for (const auto* mechanism : {"GSS-SPNEGO", "GSSAPI", "gssapi"}) EXPECT_EQ(once(sasl(mechanism, garbage)).outcome.code, ResultCode::kInvalidCredentials);
  const Bytes ntlm = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 1, 0, 0, 0};
  EXPECT_EQ(once(sasl("GSS-SPNEGO", ntlm)).outcome.code, ResultCode::kAuthMethodNotSupported);
  EXPECT_EQ(once(sasl("DIGEST-MD5", {})).outcome.code, ResultCode::kAuthMethodNotSupported);
  EXPECT_EQ(once(sasl("GSSAPI", {})).outcome.code, ResultCode::kSaslBindInProgress) << "a client may want to be asked first";
  auto old = simple("", "");
  old.version = 1;
  EXPECT_EQ(once(old).outcome.code, ResultCode::kProtocolError);
  const lp::BindRequest sicily{.version = 3, .name = "NTLM", .authentication = lp::BindRequest::Other{0x8A, {}}};
  EXPECT_EQ(once(sicily).outcome.code, ResultCode::kInappropriateAuthentication);
}

TEST_F(LdapBinds, AnonymousIsNobodyAndANameWantsAPassword) {
  const auto nobody = once(simple("", ""));
  EXPECT_TRUE(nobody.outcome.ok());
  EXPECT_FALSE(nobody.principal);
  EXPECT_EQ(once(simple("CN=alice,CN=Users,DC=lab,DC=example", "")).outcome.code, ResultCode::kUnwillingToPerform);
}

TEST_F(LdapBinds, APasswordTravelsUnderProtectionOnly) {
  const auto bare = once(simple(in_lab("CN=bob,CN=Users,"), "Secr3t-of-Bob"));
  EXPECT_EQ(bare.outcome.code, ResultCode::kStrongerAuthRequired);
  EXPECT_TRUE(bare.outcome.message.starts_with("00002028: ")) << bare.outcome.message;
  connection.is_signed = true;
  EXPECT_EQ(once(simple(in_lab("CN=bob,CN=Users,"), "Secr3t-of-Bob")).outcome.code, ResultCode::kStrongerAuthRequired) << "signed is readable";
  connection.is_sealed = true;
  EXPECT_TRUE(once(simple(in_lab("CN=bob,CN=Users,"), "Secr3t-of-Bob")).outcome.ok());
}

// 5.1.1.1.1: the forms of a name, held against the hash that the directory has.
TEST_F(LdapBinds, ASimpleBindTakesEveryFormOfAName) {
  connection.is_tls = true;
  forest.set_text(bob, attid::kUserPrincipalName, "bob.builder@corp.example");
  forest.set_text(bob, attid::kDisplayName, "Bob the Builder");
  for (const std::string& name : {in_lab("CN=bob,CN=Users,"), std::string("bob@lab.example"), std::string("bob.builder@corp.example"), std::string("LAB\\bob"),
                                  std::string("lab.example/Users/bob"), std::string("Bob the Builder"), to_string(forest.sid_of(kBob)),
                                  "{" + to_string(forest.guid(bob)) + "}"}) {
    const auto done = once(simple(name, "Secr3t-of-Bob"));
    ASSERT_TRUE(done.outcome.ok()) << name << ": " << done.outcome.message;
    EXPECT_EQ(caller_of(done).token.user, forest.sid_of(kBob));
    EXPECT_EQ(done.principal->name, "bob@TRIBUTARY.TEST");
    EXPECT_FALSE(done.layer);
  }
}

TEST_F(LdapBinds, WhatIsWrongIsInTheData) {
  connection.is_tls = true;
  const auto data = [&](std::string_view name, std::string_view password) {
    const auto step = once(simple(name, password));
    EXPECT_EQ(step.outcome.code, ResultCode::kInvalidCredentials) << name;
    EXPECT_TRUE(step.outcome.message.starts_with("80090308: LdapErr: ")) << step.outcome.message;
    return data_of(step);
  };
  EXPECT_EQ(data("LAB\\bob", "wrong"), "52e");
  EXPECT_EQ(data("LAB\\bob", std::string_view("\xFF\xFE", 2)), "52e") << "no UTF-8, no password";
  EXPECT_EQ(data("LAB\\nobody", "x"), "525");
  EXPECT_EQ(data("CN=nobody,DC=lab,DC=example", "x"), "525");
  EXPECT_EQ(data("CN=Users,DC=lab,DC=example", "x"), "525") << "a container logs on nowhere";
  EXPECT_EQ(data("", "x"), "57");
  forest.set(bob, attid::kUserAccountControl, {repl::u32_value(0x202)});
  EXPECT_EQ(data("LAB\\bob", "wrong"), "52e") << "who does not know the password learns nothing of the account";
  EXPECT_EQ(data("LAB\\bob", "Secr3t-of-Bob"), "533");
  forest.set(bob, attid::kUserAccountControl, {repl::u32_value(0x200)});
  forest.set(bob, attid::kPwdLastSet, {repl::i64_value(0)});
  EXPECT_EQ(data("LAB\\bob", "Secr3t-of-Bob"), "773");
  forest.set(bob, attid::kLockoutTime, {repl::i64_value(forest.rules().now.ticks - 1)});
  EXPECT_EQ(data("LAB\\bob", "Secr3t-of-Bob"), "775");
}

// alice's password is in the KDC alone.
TEST_F(LdapBinds, WithoutAHashTheKdcIsAsked) {
  connection.is_tls = true;
  const auto done = once(simple("LAB\\alice", kPassword));
  ASSERT_TRUE(done.outcome.ok()) << done.outcome.message << forest.lines.back();
  EXPECT_EQ(caller_of(done).token.user, forest.sid_of(kAlice));
  EXPECT_EQ(data_of(once(simple("LAB\\alice", "wrong"))), "52e");
  EXPECT_EQ(data_of(once(simple("LAB\\alice", std::string(kPassword) + std::string(1, '\0') + "x"))), "52e") << "the whole of it counts";
  security.check_password = nullptr;
  EXPECT_EQ(data_of(once(simple("LAB\\alice", kPassword))), "52e");
  for (const auto& line : forest.lines) EXPECT_EQ(line.find(kPassword), std::string::npos) << "secrets reach no log";
}

TEST_F(LdapBinds, AKdcThatCannotProveItselfLetsNobodyIn) {
  ASSERT_TRUE(kdc->add_service("host/other.tributary.test"));
  EXPECT_TRUE(security::check_password(std::string(kUser), security::Secret(kPassword), kdc->keytab()));
  EXPECT_EQ(security::check_password(std::string(kUser), security::Secret("wrong"), kdc->keytab()).error().code, win32::kErrorLogonFailure);
  EXPECT_EQ(security::check_password("nobody@TRIBUTARY.TEST", security::Secret(kPassword), kdc->keytab()).error().code, win32::kErrorLogonFailure);
  EXPECT_FALSE(security::check_password(std::string(kUser), security::Secret(kPassword), kdc->path("no.keytab"))) << "without a key nothing is proven";
}

}  // namespace
}  // namespace tributary::service::ldap_face
