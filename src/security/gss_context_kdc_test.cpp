// SPDX-License-Identifier: Apache-2.0
// Both ends of a security context against a real MIT KDC: [MS-RPCE] 3.3.1.5.2 (handshake), 2.2.2.11 (what a signature covers),
// [MS-KILE] 3.4.5.1 (DCE style) and 3.4.5.4 to 3.4.5.7 (sealing, signing), RFC 4178 (SPNEGO).
#include "security/gss_context.hpp"

#include <gssapi/gssapi_krb5.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/win32.hpp"
#include "security/gss_raii.hpp"
#include "security/testing/realm_test.hpp"

namespace tributary::security {
namespace {

using testing::RealmTest;

struct Pair {
  std::unique_ptr<GssContext> initiator;
  std::unique_ptr<GssContext> acceptor;
  int tokens = 0;
};

/// Carries tokens to and fro until neither side has anything to say. Every token of the acceptor goes to the initiator,
/// also one that arrives after the end, as it does over RPC.
Result<> shake_hands(Pair& pair) {
  Bytes to_initiator;
  for (int round = 0; round < kHandshakeStepsMax; ++round) {
    auto mine = pair.initiator->step(to_initiator);
    if (!mine) return std::unexpected(mine.error());
    if (mine->token.empty()) break;
    auto theirs = pair.acceptor->step(mine->token);
    if (!theirs) return std::unexpected(theirs.error());
    pair.tokens += theirs->token.empty() ? 1 : 2;
    if (theirs->token.empty()) break;
    to_initiator = theirs->token;
  }
  if (!pair.initiator->complete() || !pair.acceptor->complete()) return fail(win32::kErrorInternalError, "the handshake does not end");
  return {};
}

/// One fragment with its token, as RPC would send it.
struct Fragment {
  Bytes header = Bytes(24, 0x11);
  Bytes data;
  Bytes trailer = Bytes(8, 0x22);
  Bytes token;
};

Fragment protected_by(GssContext& context, AuthLevel level, Bytes data) {
  Fragment fragment;
  fragment.data = std::move(data);
  fragment.token.resize(context.token_size(level, fragment.data.size()).value_or(0));
  const auto done = context.protect(level, fragment.header, fragment.data, fragment.trailer, fragment.token);
  EXPECT_TRUE(done) << done.error().detail;
  return fragment;
}

Result<> unprotect(GssContext& context, AuthLevel level, Fragment& fragment) {
  return context.unprotect(level, fragment.header, fragment.data, fragment.trailer, fragment.token);
}

class GssContextTest : public RealmTest {
 protected:
  static void SetUpTestSuite() {
    ASSERT_NO_FATAL_FAILURE(RealmTest::SetUpTestSuite());
    auto acquired = acquire(PasswordLogon{*parse_account_name(kUser), Secret(kPassword), {}});
    ASSERT_TRUE(acquired) << acquired.error().detail;
    alice = *acquired;
    auto loaded = load_acceptor_keys(kdc->keytab(), kdc->replay_cache());
    ASSERT_TRUE(loaded) << loaded.error().detail;
    keys = *loaded;
  }
  static void TearDownTestSuite() {
    keys.reset();
    alice.reset();
    RealmTest::TearDownTestSuite();
  }

  static Pair make_pair(const ContextOptions& options = {}) {
    Pair pair;
    auto initiator = make_initiator(alice, *TargetName::from_spn(kSpn), options);
    auto acceptor = make_acceptor(keys, options);
    EXPECT_TRUE(initiator && acceptor);
    pair.initiator = std::move(*initiator);
    pair.acceptor = std::move(*acceptor);
    return pair;
  }
  static Pair established(const ContextOptions& options = {}) {
    Pair pair = make_pair(options);
    const auto shaken = shake_hands(pair);
    EXPECT_TRUE(shaken) << shaken.error().detail;
    return pair;
  }

  static inline std::shared_ptr<Credential> alice;
  static inline std::shared_ptr<const AcceptorKeys> keys;
};

constexpr ContextOptions kLdap{.auth_type = AuthType::kSpnego, .dce_style = false, .sealing = true};

// [MS-KILE] 3.4.5.1: three legs of Kerberos; SPNEGO may add legs of its own around them.
TEST_F(GssContextTest, HandshakeInEveryForm) {
  for (const AuthType type : {AuthType::kSpnego, AuthType::kKerberos}) {
    for (const bool dce_style : {true, false}) {
      Pair pair = established({.auth_type = type, .dce_style = dce_style, .sealing = true});
      EXPECT_EQ(pair.initiator->auth_type(), type);
      EXPECT_EQ(pair.acceptor->auth_type(), type);
      if (type == AuthType::kKerberos) EXPECT_EQ(pair.tokens, dce_style ? 3 : 2);
      EXPECT_EQ(pair.acceptor->peer_name().value_or("?"), "alice@TRIBUTARY.TEST");
      EXPECT_EQ(pair.initiator->peer_name().value_or("?"), "ldap/dc1.tributary.test@");
      for (auto* const end : {pair.initiator.get(), pair.acceptor.get()}) {
        ASSERT_TRUE(end->seconds_left());
        EXPECT_GT(*end->seconds_left(), 3600);
        EXPECT_LE(*end->seconds_left(), 36000 + 300) << "an acceptor adds the clock skew that it tolerates";
      }
    }
  }
}

TEST_F(GssContextTest, NothingButStepsBeforeTheEnd) {
  Pair pair = make_pair();
  Bytes data(16);
  Bytes token(76);
  for (auto* const end : {pair.initiator.get(), pair.acceptor.get()}) {
    EXPECT_FALSE(end->complete());
    EXPECT_EQ(end->token_size(AuthLevel::kPrivacy, 16).error().code, win32::kErrorInvalidHandle);
    EXPECT_EQ(end->protect(AuthLevel::kPrivacy, {}, data, {}, token).error().code, win32::kErrorInvalidHandle);
    EXPECT_EQ(end->unprotect(AuthLevel::kPrivacy, {}, data, {}, token).error().code, win32::kErrorInvalidHandle);
    EXPECT_FALSE(end->wrap(data));
    EXPECT_FALSE(end->unwrap(data));
    EXPECT_FALSE(end->wrap_bytes_max(100));
    EXPECT_FALSE(end->session_key());
    EXPECT_FALSE(end->peer_name());
    EXPECT_FALSE(end->pac_logon_info());
    EXPECT_EQ(end->seconds_left(), 0);
  }
}

TEST_F(GssContextTest, BothEndsHaveOneSessionKey) {
  Pair pair = established();
  Pair other = established();
  const auto key = pair.initiator->session_key();
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(key->size(), 32U);  // AES-256
  EXPECT_EQ(*key, pair.acceptor->session_key().value_or(Bytes{}));
  EXPECT_NE(*key, other.initiator->session_key().value_or(Bytes{}));
}

// MIT's KDC sends a PAC without logon info; [MS-KILE] 3.3.5.6.4.1 is for a domain's own KDC.
TEST_F(GssContextTest, NoLogonInfoFromAKdcThatHasNone) {
  Pair pair = established();
  EXPECT_FALSE(pair.acceptor->pac_logon_info());
  EXPECT_FALSE(pair.initiator->pac_logon_info());
}

TEST_F(GssContextTest, MessagesPassBothWaysAtBothLevels) {
  Pair pair = established();
  for (const AuthLevel level : {AuthLevel::kPrivacy, AuthLevel::kIntegrity}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{5840}, std::size_t{70000}}) {
      for (const bool forth : {true, false}) {
        GssContext& sender = forth ? *pair.initiator : *pair.acceptor;
        GssContext& receiver = forth ? *pair.acceptor : *pair.initiator;
        const Bytes plain(size, 0x5A);
        Fragment fragment = protected_by(sender, level, plain);
        if (size >= 16) EXPECT_EQ(fragment.data == plain, level == AuthLevel::kIntegrity) << "sealed means unreadable, in place";
        const auto done = unprotect(receiver, level, fragment);
        ASSERT_TRUE(done) << size << ": " << done.error().detail;
        EXPECT_EQ(fragment.data, plain);
      }
    }
  }
}

TEST_F(GssContextTest, WithoutHeaderSigningHeaderAndTrailerAreEmpty) {
  Pair pair = established();
  for (const AuthLevel level : {AuthLevel::kPrivacy, AuthLevel::kIntegrity}) {
    Bytes data(32, 7);
    Bytes token(pair.initiator->token_size(level, data.size()).value_or(0));
    ASSERT_TRUE(pair.initiator->protect(level, {}, data, {}, token));
    ASSERT_TRUE(pair.acceptor->unprotect(level, {}, data, {}, token));
    EXPECT_EQ(data, Bytes(32, 7));
  }
}

// The RPC layer writes auth_length before it knows the token: the promise must hold for every size.
TEST_F(GssContextTest, TokenSizeIsExactForEverySize) {
  Pair pair = established();
  for (std::size_t size = 0; size <= 70'000; size += size < 600 ? 1 : 997) {
    for (const AuthLevel level : {AuthLevel::kPrivacy, AuthLevel::kIntegrity}) {
      const auto expected = pair.initiator->token_size(level, size);
      ASSERT_TRUE(expected);
      EXPECT_EQ(*expected, level == AuthLevel::kPrivacy ? 76U : 28U) << size;
      Fragment fragment = protected_by(*pair.initiator, level, Bytes(size, 1));
      ASSERT_TRUE(unprotect(*pair.acceptor, level, fragment)) << size;
    }
  }
  Bytes data(16);
  for (const std::size_t wrong : {std::size_t{0}, std::size_t{75}, std::size_t{77}, std::size_t{1000}}) {
    Bytes token(wrong);
    EXPECT_EQ(pair.initiator->protect(AuthLevel::kPrivacy, {}, data, {}, token).error().code, win32::kErrorInvalidParameter);
    EXPECT_EQ(pair.acceptor->unprotect(AuthLevel::kPrivacy, {}, data, {}, token).error().code, win32::kErrorAccessDenied);
    EXPECT_EQ(pair.acceptor->unprotect(AuthLevel::kIntegrity, {}, data, {}, token).error().code, win32::kErrorAccessDenied);
  }
}

TEST_F(GssContextTest, LevelsBelowIntegrityAreNotOffered) {
  Pair pair = established();
  Bytes data(16);
  Bytes token(16);
  for (const AuthLevel level : {AuthLevel::kNone, AuthLevel::kConnect, AuthLevel::kCall, AuthLevel::kPacket}) {
    EXPECT_EQ(pair.initiator->token_size(level, 16).error().code, win32::kErrorNotSupported);
    EXPECT_EQ(pair.initiator->protect(level, {}, data, {}, token).error().code, win32::kErrorNotSupported);
    EXPECT_EQ(pair.acceptor->unprotect(level, {}, data, {}, token).error().code, win32::kErrorNotSupported);
  }
}

// Every octet of header, data, trailer and token counts; a fresh pair for each, because a refused message spends its sequence number.
TEST_F(GssContextTest, ATamperedMessageIsRefusedWhereverItWasTouched) {
  for (const AuthLevel level : {AuthLevel::kPrivacy, AuthLevel::kIntegrity}) {
    for (Bytes Fragment::* const part : {&Fragment::header, &Fragment::data, &Fragment::trailer, &Fragment::token}) {
      Pair pair = established();
      Fragment whole = protected_by(*pair.initiator, level, Bytes(48, 9));
      const std::size_t size = (whole.*part).size();
      // EC of a CFX token is 0 in DCE style and its RRC says where the checksum is: all of them are verified too.
      for (std::size_t at = 0; at < size; ++at) {
        Fragment touched = whole;
        (touched.*part)[at] ^= 0x40;
        const auto done = unprotect(*pair.acceptor, level, touched);
        ASSERT_FALSE(done) << "octet " << at;
        EXPECT_EQ(done.error().code, win32::kErrorAccessDenied);
        EXPECT_EQ(done.error().phase, Phase::kAuthenticate);
      }
      EXPECT_TRUE(unprotect(*pair.acceptor, level, whole)) << "what was refused has changed nothing";
    }
  }
}

TEST_F(GssContextTest, AMessageForTheOtherDirectionIsRefused) {
  for (const AuthLevel level : {AuthLevel::kPrivacy, AuthLevel::kIntegrity}) {
    Pair pair = established();
    Fragment fragment = protected_by(*pair.initiator, level, Bytes(16, 1));
    EXPECT_FALSE(unprotect(*pair.initiator, level, fragment)) << "reflected to its sender";
  }
}

TEST_F(GssContextTest, AMessageOfAnotherLevelIsRefused) {
  Pair pair = established();
  Fragment fragment = protected_by(*pair.initiator, AuthLevel::kIntegrity, Bytes(16, 1));
  EXPECT_FALSE(unprotect(*pair.acceptor, AuthLevel::kPrivacy, fragment));
}

TEST_F(GssContextTest, AReplayedMessageIsRefused) {
  for (const AuthLevel level : {AuthLevel::kPrivacy, AuthLevel::kIntegrity}) {
    Pair pair = established();
    Fragment first = protected_by(*pair.initiator, level, Bytes(16, 1));
    Fragment again = first;
    ASSERT_TRUE(unprotect(*pair.acceptor, level, first));
    const auto replayed = unprotect(*pair.acceptor, level, again);
    ASSERT_FALSE(replayed);
    EXPECT_EQ(replayed.error().code, win32::kErrorAccessDenied);
  }
}

TEST_F(GssContextTest, AMessageOutOfOrderIsRefused) {
  for (const AuthLevel level : {AuthLevel::kPrivacy, AuthLevel::kIntegrity}) {
    Pair pair = established();
    Fragment first = protected_by(*pair.initiator, level, Bytes(16, 1));
    Fragment second = protected_by(*pair.initiator, level, Bytes(16, 2));
    const auto early = unprotect(*pair.acceptor, level, second);
    ASSERT_FALSE(early) << "there is a gap before it";
    EXPECT_EQ(early.error().code, win32::kErrorAccessDenied);
    EXPECT_FALSE(unprotect(*pair.acceptor, level, first)) << "it is too late now";
  }
}

TEST_F(GssContextTest, AMessageOfAnotherContextIsRefused) {
  Pair pair = established();
  Pair other = established();
  Fragment fragment = protected_by(*pair.initiator, AuthLevel::kPrivacy, Bytes(16, 1));
  EXPECT_FALSE(unprotect(*other.acceptor, AuthLevel::kPrivacy, fragment));
}

// RFC 4752 and [MS-ADTS] 5.1.1.1.2: LDAP wraps whole buffers.
TEST_F(GssContextTest, WrapForLdap) {
  Pair pair = established(kLdap);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100'000}}) {
    const Bytes plain(size, 0x5A);
    const auto token = pair.initiator->wrap(plain);
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_GT(token->size(), size);
    EXPECT_EQ(pair.acceptor->unwrap(*token).value_or(Bytes{1}), plain);
    EXPECT_EQ(pair.acceptor->unwrap(*token).error().code, win32::kErrorAccessDenied) << "a replay";
  }
  const auto max = pair.initiator->wrap_bytes_max(0x10000);
  ASSERT_TRUE(max);
  EXPECT_LE(pair.initiator->wrap(Bytes(*max, 1)).value_or(Bytes(0x20000)).size(), 0x10000U);
  EXPECT_FALSE(pair.acceptor->unwrap(Bytes(40, 0)));
}

TEST_F(GssContextTest, WithSealingASignedMessageIsNotEnough) {
  Pair sealed = established(kLdap);
  Pair pair = make_pair(kLdap);
  pair.acceptor = std::move(*make_acceptor(keys, {.auth_type = AuthType::kSpnego, .dce_style = false, .sealing = false}));
  ASSERT_TRUE(shake_hands(pair));
  const auto signed_only = pair.acceptor->wrap(Bytes(16, 1));
  ASSERT_TRUE(signed_only);
  EXPECT_EQ(pair.initiator->unwrap(*signed_only).error().code, win32::kErrorAccessDenied);
  // And the other way, the one that asks for less still reads what is sealed.
  EXPECT_TRUE(pair.acceptor->unwrap(*pair.initiator->wrap(Bytes(16, 1))));
}

TEST_F(GssContextTest, EachStyleHasItsOwnProtection) {
  Pair rpc = established();
  EXPECT_EQ(rpc.initiator->wrap(Bytes(16)).error().code, win32::kErrorNotSupported);
  EXPECT_EQ(rpc.initiator->unwrap(Bytes(16)).error().code, win32::kErrorNotSupported);
  EXPECT_EQ(rpc.initiator->wrap_bytes_max(100).error().code, win32::kErrorNotSupported);
  Pair ldap = established(kLdap);
  EXPECT_EQ(ldap.initiator->token_size(AuthLevel::kPrivacy, 16).error().code, win32::kErrorNotSupported);
  Pair unsealed = established({.auth_type = AuthType::kSpnego, .dce_style = true, .sealing = false});
  EXPECT_EQ(unsealed.initiator->token_size(AuthLevel::kPrivacy, 16).error().code, win32::kErrorNotSupported);
  Fragment fragment = protected_by(*unsealed.initiator, AuthLevel::kIntegrity, Bytes(16, 1));
  EXPECT_TRUE(unprotect(*unsealed.acceptor, AuthLevel::kIntegrity, fragment));
}

/// A client that asks for neither sealing nor signing. MIT's library offers both unless its credential says otherwise.
Bytes first_token_without_protection(const std::string& cache_name, OM_uint32 flags) {
  OM_uint32 minor = 0;
  gss_key_value_element_desc element{"ccache", cache_name.c_str()};
  const gss_key_value_set_desc store{1, &element};
  gss_OID_desc mech = krb5_mech();
  gss_OID_set_desc mechs{1, &mech};
  GssCredential credential;
  GssName name;
  gss_buffer_desc text = borrow(as_bytes("ldap@dc1.tributary.test"));
  gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
  GssContextHandle context;
  GssBuffer token;
  EXPECT_EQ(gss_acquire_cred_from(&minor, nullptr, GSS_C_INDEFINITE, &mechs, GSS_C_INITIATE, &store, credential.out(), nullptr, nullptr), 0U);
  EXPECT_EQ(gss_set_cred_option(&minor, credential.out(), const_cast<gss_OID>(GSS_KRB5_CRED_NO_CI_FLAGS_X), &nothing), 0U);
  EXPECT_EQ(gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, name.out()), 0U);
  EXPECT_FALSE(GSS_ERROR(gss_init_sec_context(&minor, credential.get(), context.out(), name.get(), &mech, flags, 0, nullptr, nullptr,
                                              nullptr, token.out(), nullptr, nullptr)));
  return to_bytes(token.view());
}

// The rule of the house: an acceptor never settles for less than it was made for, whatever the client asks for.
TEST_F(GssContextTest, AnAcceptorRefusesAClientThatAsksForLess) {
  const auto cache = kdc->kinit("alice", kPassword);
  ASSERT_TRUE(cache);
  const OM_uint32 everything = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
  struct {
    OM_uint32 flags;
    bool sealing;
    std::string_view missing;
  } const cases[] = {
      {everything | GSS_C_INTEG_FLAG, true, "sealing"},
      {everything, false, "signing"},
      {GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG, true, "mutual authentication"},
  };
  for (const auto& [flags, sealing, missing] : cases) {
    auto acceptor = make_acceptor(keys, {.auth_type = AuthType::kKerberos, .dce_style = false, .sealing = sealing});
    const auto refused = (*acceptor)->step(first_token_without_protection(*cache, flags));
    ASSERT_FALSE(refused) << missing;
    EXPECT_EQ(refused.error().code, win32::kErrorAccessDenied);
    EXPECT_NE(refused.error().detail.find(missing), std::string::npos) << refused.error().detail;
    EXPECT_FALSE((*acceptor)->complete());
    EXPECT_EQ((*acceptor)->step(Bytes(10)).error().code, win32::kErrorInvalidHandle) << "a failed context stays failed";
  }
}

TEST_F(GssContextTest, AnAcceptorForRpcRefusesAClientWithoutDceStyle) {
  Pair pair = make_pair({.auth_type = AuthType::kSpnego, .dce_style = false, .sealing = true});
  pair.acceptor = std::move(*make_acceptor(keys));
  const auto shaken = shake_hands(pair);
  ASSERT_FALSE(shaken);
  EXPECT_NE(shaken.error().detail.find("DCE style"), std::string::npos) << shaken.error().detail;
}

TEST_F(GssContextTest, OtherMechanismsAreNotOffered) {
  const ContextOptions ntlm{.auth_type = AuthType::kNtlm, .dce_style = true, .sealing = true};
  EXPECT_EQ(make_initiator(alice, *TargetName::from_spn(kSpn), ntlm).error().code, win32::kErrorNotSupported);
  EXPECT_EQ(make_acceptor(keys, ntlm).error().code, win32::kErrorNotSupported);
}

// What the DC says at the end of SPNEGO is not an error, and neither is a rejection to be overlooked.
TEST_F(GssContextTest, TokensAfterTheEnd) {
  Pair pair = established();
  const Bytes accept_completed = *from_hex("a1073005a0030a0100");
  auto after = pair.initiator->step(accept_completed);
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->complete);
  EXPECT_TRUE(after->token.empty());
  EXPECT_TRUE(pair.initiator->step({}));
  EXPECT_EQ(pair.initiator->step(*from_hex("a1073005a0030a0102")).error().code, win32::kErrorAccessDenied);
  EXPECT_EQ(pair.initiator->step(Bytes(20, 1)).error().code, win32::kErrorAccessDenied);
}

TEST_F(GssContextTest, ARejectionInTheMiddleNamesItself) {
  Pair pair = make_pair();
  ASSERT_TRUE(pair.initiator->step({}));
  const auto rejected = pair.initiator->step(*from_hex("a1073005a0030a0102"));
  ASSERT_FALSE(rejected);
  EXPECT_EQ(rejected.error().code, win32::kErrorAccessDenied);
  EXPECT_NE(rejected.error().detail.find("rejects"), std::string::npos);
}

TEST_F(GssContextTest, GarbageTokensAreRefused) {
  for (const Bytes& garbage : {Bytes{}, Bytes(1, 0), Bytes(100, 0xFF), Bytes(kTokenBytesMax + 1, 0x60), *from_hex("60820102")}) {
    Pair pair = make_pair();
    const auto refused = pair.acceptor->step(garbage);
    ASSERT_FALSE(refused) << garbage.size();
    EXPECT_EQ(refused.error().phase, Phase::kAuthenticate);
    EXPECT_FALSE(refused.error().detail.empty());
    ASSERT_TRUE(pair.initiator->step({}));
    EXPECT_FALSE(pair.initiator->step(garbage)) << garbage.size();
  }
}

TEST_F(GssContextTest, EveryTruncationOfTheFirstTokenIsRefused) {
  Pair pair = make_pair();
  const auto first = pair.initiator->step({});
  ASSERT_TRUE(first);
  for (std::size_t size = 0; size < first->token.size(); size += 7) {
    auto acceptor = make_acceptor(keys);
    EXPECT_FALSE((*acceptor)->step(ByteView(first->token).first(size))) << size;
  }
}

TEST_F(GssContextTest, AReplayedFirstTokenIsRefusedByTheReplayCache) {
  Pair pair = make_pair({.auth_type = AuthType::kKerberos, .dce_style = false, .sealing = true});
  const auto first = pair.initiator->step({});
  ASSERT_TRUE(first);
  ASSERT_TRUE(pair.acceptor->step(first->token));
  auto second = make_acceptor(keys, {.auth_type = AuthType::kKerberos, .dce_style = false, .sealing = true});
  const auto replayed = (*second)->step(first->token);
  ASSERT_FALSE(replayed);
  EXPECT_EQ(replayed.error().code, win32::kErrorAccessDenied) << replayed.error().detail;
}

TEST_F(GssContextTest, AnUnknownServiceIsAWrongTargetName) {
  const auto target = TargetName::from_spn("ldap/nobody.tributary.test");
  ASSERT_TRUE(target);
  for (const AuthType type : {AuthType::kSpnego, AuthType::kKerberos}) {
    auto initiator = make_initiator(alice, *target, {.auth_type = type, .dce_style = true, .sealing = true});
    ASSERT_TRUE(initiator);
    const auto step = (*initiator)->step({});
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().code, win32::kErrorWrongTargetName) << step.error().detail;
    EXPECT_EQ(step.error().phase, Phase::kAuthenticate);
    EXPECT_TRUE(step.error().detail.starts_with("ldap/nobody.tributary.test: ")) << step.error().detail;
  }
}

TEST_F(GssContextTest, HostBasedNamesReachTheSameService) {
  const auto target = TargetName::host_based("ldap", "dc1.tributary.test");
  ASSERT_TRUE(target);
  Pair pair = make_pair();
  pair.initiator = std::move(*make_initiator(alice, *target));
  const auto shaken = shake_hands(pair);
  ASSERT_TRUE(shaken) << shaken.error().detail;
  EXPECT_EQ(pair.acceptor->peer_name().value_or("?"), "alice@TRIBUTARY.TEST");
}

TEST_F(GssContextTest, AServiceWithAnotherKeyIsAWrongTargetName) {
  ASSERT_TRUE(kdc->add_service("ldap/changed.tributary.test"));
  const auto stale = load_acceptor_keys(kdc->keytab(), kdc->replay_cache());
  ASSERT_TRUE(stale);
  // The KDC gets a new key of the same version; the service's keytab keeps the old one.
  ASSERT_TRUE(kdc->kadmin("delprinc -force ldap/changed.tributary.test"));
  ASSERT_TRUE(kdc->kadmin("addprinc -randkey ldap/changed.tributary.test"));
  ASSERT_TRUE(kdc->kadmin("cpw -randkey ldap/changed.tributary.test"));
  for (const AuthType type : {AuthType::kSpnego, AuthType::kKerberos}) {
    const ContextOptions options{.auth_type = type, .dce_style = true, .sealing = true};
    auto initiator = make_initiator(alice, *TargetName::from_spn("ldap/changed.tributary.test"), options);
    auto acceptor = make_acceptor(*stale, options);
    const auto token = (*initiator)->step({});
    ASSERT_TRUE(token) << token.error().detail;
    const auto refused = (*acceptor)->step(token->token);
    ASSERT_FALSE(refused);
    // Under SPNEGO the library hides the number, and the text alone tells.
    EXPECT_EQ(refused.error().code, type == AuthType::kSpnego ? win32::kRpcSSecPkgError : win32::kErrorWrongTargetName);
    EXPECT_NE(refused.error().detail.find("cannot decrypt ticket"), std::string::npos) << refused.error().detail;
    EXPECT_EQ(refused.error().detail.find("password,"), std::string::npos) << "no advice about a password here";
  }
}

/// What a service says when it cannot take a ticket: the token that GSSAPI makes for the client.
Bytes complaint_of_a_service(const std::string& keytab, ByteView first_token) {
  OM_uint32 minor = 0;
  gss_key_value_element_desc element{"keytab", keytab.c_str()};
  const gss_key_value_set_desc store{1, &element};
  GssCredential credential;
  GssContextHandle context;
  gss_buffer_desc in = borrow(first_token);
  GssBuffer out;
  EXPECT_EQ(gss_acquire_cred_from(&minor, nullptr, GSS_C_INDEFINITE, nullptr, GSS_C_ACCEPT, &store, credential.out(), nullptr, nullptr), 0U);
  EXPECT_TRUE(GSS_ERROR(gss_accept_sec_context(&minor, context.out(), credential.get(), &in, nullptr, nullptr, nullptr, out.out(),
                                               nullptr, nullptr, nullptr)));
  return to_bytes(out.view());
}

TEST_F(GssContextTest, WhatTheServiceComplainsAboutReachesTheClient) {
  ASSERT_TRUE(kdc->add_service("ldap/complains.tributary.test"));
  ASSERT_TRUE(kdc->kadmin("cpw -randkey ldap/complains.tributary.test"));
  auto initiator = make_initiator(alice, *TargetName::from_spn("ldap/complains.tributary.test"),
                                  {.auth_type = AuthType::kKerberos, .dce_style = true, .sealing = true});
  const auto token = (*initiator)->step({});
  ASSERT_TRUE(token) << token.error().detail;
  const auto refused = (*initiator)->step(complaint_of_a_service(kdc->keytab(), token->token));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorWrongTargetName) << refused.error().detail;
  EXPECT_TRUE(refused.error().detail.starts_with("ldap/complains.tributary.test: ")) << refused.error().detail;
}

// RFC 4120 section 7.5.9: 37 is KRB_AP_ERR_SKEW. The clocks themselves cannot be turned here, so the answer is written down.
TEST_F(GssContextTest, ASkewedClockOfTheServiceIsATimeSkew) {
  for (const AuthType type : {AuthType::kKerberos, AuthType::kSpnego}) {
    Pair pair = make_pair({.auth_type = type, .dce_style = true, .sealing = true});
    ASSERT_TRUE(pair.initiator->step({}));
    const auto refused = pair.initiator->step(
        *from_hex("7e463044a003020105a10302011ea411180f32303236303130313030303030305aa505020301e240a603020125a9061b0454455354"
                  "aa11300fa003020101a10830061b046c646170"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, win32::kErrorTimeSkew) << refused.error().detail;
    EXPECT_EQ(refused.error().phase, Phase::kAuthenticate);
  }
}

TEST_F(GssContextTest, KeysThatAreNotThere) {
  const auto missing = load_acceptor_keys(kdc->path("no-such.keytab"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, win32::kErrorFileNotFound) << missing.error().detail;
  EXPECT_NE(missing.error().detail.find("no-such.keytab"), std::string::npos);
  EXPECT_EQ(load_acceptor_keys(kdc->path("krb5.conf")).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(load_acceptor_keys("NOSUCHTYPE:x").error().code, win32::kErrorInvalidParameter);
}

// Contexts are one thread's, credentials and keys are everybody's.
TEST_F(GssContextTest, OneCredentialServesManyThreads) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 20;
  std::vector<int> good(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        Pair pair = make_pair();
        if (!shake_hands(pair)) continue;
        Fragment fragment = protected_by(*pair.initiator, AuthLevel::kPrivacy, Bytes(64, static_cast<std::uint8_t>(t)));
        if (unprotect(*pair.acceptor, AuthLevel::kPrivacy, fragment) && fragment.data == Bytes(64, static_cast<std::uint8_t>(t)))
          ++good[static_cast<std::size_t>(t)];
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const int count : good) EXPECT_EQ(count, kRounds);
}

}  // namespace
}  // namespace tributary::security
