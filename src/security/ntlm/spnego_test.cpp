// SPDX-License-Identifier: Apache-2.0
// NTLM inside SPNEGO (RFC 4178, [MS-SPNG] 3.3.5.1), and the choice between mechanisms (RFC 4178 section 3.2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "security/chosen_acceptor.hpp"
#include "security/der.hpp"
#include "security/ntlm/messages.hpp"
#include "security/ntlm/test_peers.hpp"
#include "security/spnego_messages.hpp"

namespace tributary::security::ntlm {
namespace {

using testing::shake_hands;
using testing::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Bytes kKerberosOid = *from_hex("2a864886f712010202"), kNtlmOid = *from_hex("2b06010401823702020a");
const Bytes kNegoExOid = *from_hex("2b06010401823702021e");

/// A MechTypeList.
Bytes mech_list(std::initializer_list<ByteView> oids) {
  Bytes items;
  for (const ByteView oid : oids) {
    const Bytes item = der_item(kDerObjectIdentifier, {oid});
    items.insert(items.end(), item.begin(), item.end());
  }
  return der_item(kDerSequence, {items});
}

class NtlmSpnego : public ::testing::Test {
 protected:
  /// An NTLM client that does its SPNEGO by hand: `offer` is its list, `sealed_list` the one that its MIC is over.
  Result<SecurityContext::Step> by_hand(SecurityContext& server, ByteView offer, ByteView sealed_list, bool token_first) {
    auto inner = std::move(*make_initiator(AuthType::kNtlm, world_.client()));
    const Bytes negotiate = inner->step({})->token;
    auto step = server.step(encode_neg_token_init(offer, token_first ? negotiate : Bytes(1)));
    if (!step) return step;
    auto answer = decode_neg_token_resp(step->token);
    if (!token_first) {
      EXPECT_EQ(answer->state, NegState::kRequestMic);
      step = server.step(encode_neg_token_resp({.state = {}, .mech = {}, .token = negotiate, .mic = {}}));
      if (!step) return step;
      answer = decode_neg_token_resp(step->token);
    }
    EXPECT_EQ(answer->state, NegState::kAcceptIncomplete);
    const Bytes authenticate = inner->step(*answer->token)->token;
    Bytes mic(16);
    Bytes nothing;
    EXPECT_TRUE(inner->protect(AuthLevel::kPrivacy, sealed_list, nothing, {}, mic));  // the same signature, number 0
    return server.step(encode_neg_token_resp({.state = {}, .mech = {}, .token = authenticate, .mic = sealed_list.empty() ? std::nullopt : std::optional<ByteView>(mic)}));
  }
  World world_;
};

TEST_F(NtlmSpnego, OurTwoEndsAgree) {
  const auto client = world_.initiator(AuthType::kSpnego), server = world_.acceptor(AuthType::kSpnego);
  const auto done = shake_hands(*client, *server);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(client->complete());
  EXPECT_TRUE(server->complete());
  EXPECT_EQ(server->auth_type(), AuthType::kSpnego);
  EXPECT_EQ(*client->session_key(), *server->session_key());
  for (SecurityContext* from : {client.get(), server.get(), client.get()}) {
    SecurityContext* const to = from == client.get() ? server.get() : client.get();
    Bytes data(33, 4), token(16);
    ASSERT_TRUE(from->protect(AuthLevel::kPrivacy, as_bytes("h"), data, as_bytes("t"), token));
    ASSERT_TRUE(to->unprotect(AuthLevel::kPrivacy, as_bytes("h"), data, as_bytes("t"), token));
    EXPECT_EQ(data, Bytes(33, 4));
  }
}

TEST_F(NtlmSpnego, AClientThatLikesAnotherMechanismBetter) {
  const auto server = world_.acceptor(AuthType::kSpnego);
  const Bytes list = mech_list({kNegoExOid, kNtlmOid});
  const auto done = by_hand(*server, list, list, false);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(done->complete);
  EXPECT_EQ(spnego_state(done->token), NegState::kAcceptCompleted);
  EXPECT_TRUE(decode_neg_token_resp(done->token)->mic);
}

TEST_F(NtlmSpnego, TheListOfMechanismsMustBeProven) {
  const Bytes ntlm = mech_list({kNtlmOid}), both = mech_list({kKerberosOid, kNtlmOid});
  ASSERT_TRUE(by_hand(*world_.acceptor(AuthType::kSpnego), ntlm, ntlm, true));
  EXPECT_THAT(by_hand(*world_.acceptor(AuthType::kSpnego), ntlm, {}, true).error().detail, HasSubstr("mechListMIC"));
  // Somebody took Kerberos out of the client's list on the way.
  EXPECT_EQ(by_hand(*world_.acceptor(AuthType::kSpnego), ntlm, both, true).error().code, win32::kErrorAccessDenied);
}

TEST_F(NtlmSpnego, ATokenThatIsNone) {
  const auto refused = [&](ByteView token) { return world_.acceptor(AuthType::kSpnego)->step(token).error().detail; };
  EXPECT_THAT(refused({}), HasSubstr("NegTokenInit"));
  EXPECT_THAT(refused(encode_negotiate({.flags = flag::kDemanded})), HasSubstr("NegTokenInit"));
  EXPECT_THAT(refused(encode_neg_token_init(mech_list({kKerberosOid}), Bytes(1))), HasSubstr("does not offer NTLM"));
  EXPECT_THAT(refused(encode_neg_token_init(mech_list({}), Bytes(1))), HasSubstr("does not offer NTLM"));
  const auto server = world_.acceptor(AuthType::kSpnego);
  ASSERT_TRUE(server->step(encode_neg_token_init(mech_list({kNtlmOid}), encode_negotiate({.flags = flag::kDemanded}))));
  EXPECT_THAT(server->step(encode_neg_token_resp({.state = NegState::kReject, .mech = {}, .token = {}, .mic = {}})).error().detail, HasSubstr("does not go on"));
  EXPECT_FALSE(server->complete());
}

TEST_F(NtlmSpnego, TheServersProofIsDemandedToo) {
  const auto client = world_.initiator(AuthType::kSpnego), server = world_.acceptor(AuthType::kSpnego);
  const auto last = server->step(client->step(server->step(client->step({})->token)->token)->token);
  ASSERT_TRUE(last && last->complete);
  EXPECT_FALSE(client->complete());
  EXPECT_THAT(client->step(encode_neg_token_resp({.state = NegState::kAcceptCompleted, .mech = {}, .token = {}, .mic = {}})).error().detail, HasSubstr("mechListMIC"));
}

/// Which of two acceptors gets the first message.
struct Marked final : SecurityContext {
  explicit Marked(std::string name) : name_(std::move(name)) {}
  Result<Step> step(ByteView) override { return fail(win32::kErrorAccessDenied, name_); }
  bool complete() const noexcept override { return false; }
  AuthType auth_type() const noexcept override { return AuthType::kSpnego; }
  Result<std::size_t> token_size(AuthLevel, std::size_t) override { return 0; }
  Result<> protect(AuthLevel, ByteView, std::span<std::uint8_t>, ByteView, std::span<std::uint8_t>) override { return {}; }
  Result<> unprotect(AuthLevel, ByteView, std::span<std::uint8_t>, ByteView, ByteView) override { return {}; }
  Result<Bytes> session_key() override { return Bytes{}; }
  Result<std::string> peer_name() override { return name_; }
  std::optional<std::int64_t> seconds_left() override { return 7; }
  std::string name_;
};

TEST_F(NtlmSpnego, TheClientsPreferenceChoosesTheMechanism) {
  const auto chosen = [](ByteView token) {
    const auto acceptor = make_chosen_acceptor([] { return std::make_shared<Marked>("Kerberos"); }, [] { return std::make_shared<Marked>("NTLM"); });
    EXPECT_FALSE(acceptor->complete());
    EXPECT_FALSE(acceptor->peer_name());
    EXPECT_EQ(acceptor->seconds_left(), 0);
    const std::string name = acceptor->step(token).error().detail;
    EXPECT_EQ(*acceptor->peer_name(), name);
    return name;
  };
  EXPECT_EQ(chosen(encode_neg_token_init(mech_list({kNtlmOid}), {})), "NTLM");
  EXPECT_EQ(chosen(encode_neg_token_init(mech_list({kKerberosOid}), {})), "Kerberos");
  EXPECT_EQ(chosen(encode_neg_token_init(mech_list({kKerberosOid, kNtlmOid}), {})), "Kerberos");
  EXPECT_EQ(chosen(encode_neg_token_init(mech_list({kNtlmOid, kKerberosOid}), {})), "NTLM");
  EXPECT_EQ(chosen(encode_neg_token_init(mech_list({kNegoExOid, kNtlmOid}), {})), "NTLM");
  EXPECT_EQ(chosen(encode_neg_token_init(mech_list({kNegoExOid, *from_hex("2a864882f712010202"), kNtlmOid}), {})), "Kerberos");
  EXPECT_EQ(chosen(encode_neg_token_init(mech_list({kNegoExOid}), {})), "Kerberos") << "which then says what is wrong";
  EXPECT_EQ(chosen(as_bytes("rubbish")), "Kerberos");
}

TEST_F(NtlmSpnego, AChoiceThatCannotBeMade) {
  const auto acceptor = make_chosen_acceptor([] { return nullptr; }, [] { return nullptr; });
  EXPECT_EQ(acceptor->step(as_bytes("x")).error().code, win32::kErrorNotSupported);
  Bytes data(1), token(16);
  EXPECT_FALSE(acceptor->protect(AuthLevel::kPrivacy, {}, data, {}, token));
  EXPECT_FALSE(acceptor->unprotect(AuthLevel::kPrivacy, {}, data, {}, token));
  EXPECT_FALSE(acceptor->session_key());
}

TEST(SpnegoMessages, WhatIsWrittenIsRead) {
  const Bytes list = mech_list({kKerberosOid, kNegoExOid, kNtlmOid}), token(300, 5);
  const Bytes octets = encode_neg_token_init(list, token);
  const auto init = decode_neg_token_init(octets);
  ASSERT_TRUE(init);
  EXPECT_THAT(init->mechs, ElementsAre(Mech::kKerberos, Mech::kUnknown, Mech::kNtlm));
  EXPECT_EQ(to_bytes(init->mech_list), list);
  EXPECT_EQ(to_bytes(*init->token), token);
  const Bytes mic(16, 6);
  const Bytes answer = encode_neg_token_resp({.state = NegState::kRequestMic, .mech = Mech::kKerberos, .token = token, .mic = mic});
  const auto resp = decode_neg_token_resp(answer);
  ASSERT_TRUE(resp);
  EXPECT_EQ(resp->state, NegState::kRequestMic);
  EXPECT_EQ(resp->mech, Mech::kKerberos);
  EXPECT_EQ(to_bytes(*resp->token), token);
  EXPECT_EQ(to_bytes(*resp->mic), mic);
  for (std::size_t size = 0; size < octets.size(); ++size) EXPECT_FALSE(decode_neg_token_init(ByteView(octets).first(size))) << size;
  for (std::size_t size = 0; size < answer.size(); ++size) EXPECT_FALSE(decode_neg_token_resp(ByteView(answer).first(size))) << size;
}

TEST(SpnegoMessages, ALengthOfSeveralOctets) {
  for (const std::size_t size : {0u, 127u, 128u, 255u, 256u, 65'535u, 65'536u}) {
    const Bytes item = der_item(kDerOctetString, {Bytes(size, 1)});
    EXPECT_EQ(only_der(item, kDerOctetString)->size(), size);
  }
}

TEST(SpnegoMessages, TooManyMechanismsAndFieldsThatAreNone) {
  Bytes items;
  for (std::size_t i = 0; i <= kMechsMax; ++i) {
    const Bytes item = der_item(kDerObjectIdentifier, {kNtlmOid});
    items.insert(items.end(), item.begin(), item.end());
  }
  EXPECT_FALSE(decode_neg_token_init(encode_neg_token_init(der_item(kDerSequence, {items}), {})));
  EXPECT_FALSE(decode_neg_token_init(encode_neg_token_init(der_item(kDerSequence, {der_item(kDerInteger, {kNtlmOid})}), {})));
  EXPECT_FALSE(decode_neg_token_resp(der_item(der_field(1), {der_item(kDerSequence, {der_item(der_field(2), {der_item(kDerInteger, {Bytes(1)})})})})));
  EXPECT_FALSE(decode_neg_token_resp(der_item(der_field(1), {der_item(kDerSequence, {der_item(der_field(0), {der_item(kDerEnumerated, {Bytes(1, 4)})})})})));
}

}  // namespace
}  // namespace tributary::security::ntlm
