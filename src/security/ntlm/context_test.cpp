// SPDX-License-Identifier: Apache-2.0
// NTLM without SPNEGO, end to end ([MS-NLMP] 3.1.5.1, 3.2.5.1): the specification's own client against our server, our two ends, and
// everything that has to be refused: wrong names, passwords, flags, versions, changed and repeated messages.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "security/ntlm/messages.hpp"
#include "security/ntlm/test_peers.hpp"

namespace tributary::security::ntlm {
namespace {

using testing::shake_hands;
using testing::World;
using ::testing::HasSubstr;

const Bytes kExampleAuthenticate = *from_hex(
    "4e544c4d53535000 03000000 1800 1800 6c000000 5400 5400 84000000 0c00 0c00 48000000 0800 0800 54000000 1000 1000 5c000000 1000 1000 d8000000"
    "358288e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200"
    "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"
    "68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000 02000c0044006f006d00610069006e00"
    "01000c00530065007200760065007200 00000000 00000000 c5dad2544fc9799094ce1ce90bc9d03e");

class NtlmContext : public ::testing::Test {
 protected:
  /// NEGOTIATE of a client that offers these flags.
  static Bytes negotiate(std::uint32_t flags = flag::kDemanded) { return encode_negotiate({.flags = flags}); }
  /// What becomes of a handshake whose AUTHENTICATE somebody changes on its way.
  Result<> with_changed(const std::function<void(Bytes&)>& change) {
    const auto client = world_.initiator(AuthType::kNtlm), server = world_.acceptor(AuthType::kNtlm);
    const auto challenge = server->step(client->step({})->token);
    Bytes last = client->step(challenge->token)->token;
    change(last);
    const auto done = server->step(last);
    if (!done) return std::unexpected(done.error());
    return {};
  }
  World world_;
};

/// 4.2.4: server challenge 0123456789abcdef, exported session key 16 times 0x55, "Plaintext" sealed by the client.
TEST_F(NtlmContext, TheSpecificationsClientAgainstOurServer) {
  world_.fixed.put(*from_hex("0123456789abcdef"));
  world_.server_random = &world_.fixed;
  const auto server = world_.acceptor(AuthType::kNtlm);
  const auto challenge = server->step(negotiate());
  ASSERT_TRUE(challenge);
  EXPECT_FALSE(challenge->complete);
  EXPECT_EQ(decode_challenge(challenge->token)->challenge, (ChallengeOctets{0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF}));
  const auto done = server->step(kExampleAuthenticate);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(done->complete);
  EXPECT_TRUE(done->token.empty());
  EXPECT_EQ(*server->session_key(), Bytes(16, 0x55));
  EXPECT_EQ(*server->peer_name(), "User@DOMAIN.EXAMPLE");
  EXPECT_EQ(server->auth_type(), AuthType::kNtlm);
  Bytes data = *from_hex("54e50165bf1936dc996020c1811b0f06fb5f");
  ASSERT_TRUE(server->unprotect(AuthLevel::kPrivacy, {}, data, {}, *from_hex("010000007fb38ec5c55d497600000000")));
  EXPECT_EQ(to_hex(data), "50006c00610069006e007400650078007400");
}

TEST_F(NtlmContext, OurTwoEndsAgree) {
  const auto client = world_.initiator(AuthType::kNtlm), server = world_.acceptor(AuthType::kNtlm);
  const auto done = shake_hands(*client, *server);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_EQ(*client->session_key(), *server->session_key());
  EXPECT_EQ(*client->peer_name(), "Domain");
  for (int i = 0; i < 5; ++i) {
    Bytes data(100, 1), token(*client->token_size(AuthLevel::kPrivacy, 100));
    ASSERT_TRUE(client->protect(AuthLevel::kPrivacy, as_bytes("h"), data, as_bytes("t"), token));
    EXPECT_NE(data, Bytes(100, 1));
    ASSERT_TRUE(server->unprotect(AuthLevel::kPrivacy, as_bytes("h"), data, as_bytes("t"), token));
    EXPECT_EQ(data, Bytes(100, 1));
  }
}

TEST_F(NtlmContext, TheChallengeTellsNamesAndTime) {
  const auto server = world_.acceptor(AuthType::kNtlm);
  const auto step = server->step(negotiate());
  const auto challenge = decode_challenge(step->token);
  const auto pairs = decode_av_pairs(challenge->target_info);
  ASSERT_TRUE(pairs);
  EXPECT_EQ(challenge->target_name, u"Domain");
  EXPECT_EQ(challenge->flags & flag::kDemanded, flag::kDemanded);
  EXPECT_NE(challenge->flags & flag::kTargetInfo, 0u);
  EXPECT_EQ(load_le<std::uint64_t>(find_av_pair(*pairs, AvId::kTimestamp)->value.data()), 133'000'000'000'000'000u);
  EXPECT_EQ(find_av_pair(*pairs, AvId::kDnsComputerName)->value.size(), 2 * std::string_view("server.domain.example").size());
  for (const AvId id : {AvId::kNbDomainName, AvId::kNbComputerName, AvId::kDnsDomainName, AvId::kDnsTreeName}) EXPECT_NE(find_av_pair(*pairs, id), nullptr);
}

/// No oracle: the code says the same for all of them, the words for the log do not.
TEST_F(NtlmContext, AWrongPasswordAnUnknownUserAndADisabledAccountAreOneToTheClient) {
  const auto attempt = [&] {
    const auto client = world_.initiator(AuthType::kNtlm), server = world_.acceptor(AuthType::kNtlm);
    const auto done = shake_hands(*client, *server);
    EXPECT_FALSE(done);
    EXPECT_FALSE(server->complete());
    EXPECT_FALSE(server->session_key());
    return done ? Error{} : done.error();
  };
  world_.password = "password";
  const Error wrong = attempt();
  EXPECT_THAT(wrong.detail, HasSubstr("Domain\\User: the password is wrong"));
  world_.password = "Password";
  world_.user = "Nobody";
  const Error unknown = attempt();
  EXPECT_THAT(unknown.detail, HasSubstr("there is no such account"));
  world_.user = "User";
  world_.refusal = Error{win32::kErrorAccountDisabled, Phase::kNone, "the account may not log on"};
  const Error disabled = attempt();
  EXPECT_THAT(disabled.detail, HasSubstr("ERROR_ACCOUNT_DISABLED"));
  for (const Error& each : {wrong, unknown, disabled}) {
    EXPECT_EQ(each.code, win32::kErrorLogonFailure);
    EXPECT_EQ(each.phase, Phase::kAuthenticate);
  }
  world_.password = "Passw0rd";
  EXPECT_THAT(attempt().detail, HasSubstr("the password is wrong")) << "of a disabled account nothing is said before its password is right";
}

/// A captured AUTHENTICATE answers a challenge that is never given again.
TEST_F(NtlmContext, ACapturedAnswerIsWorthNothing) {
  Bytes captured;
  {
    const auto client = world_.initiator(AuthType::kNtlm), server = world_.acceptor(AuthType::kNtlm);
    captured = client->step(server->step(client->step({})->token)->token)->token;
    ASSERT_TRUE(server->step(captured));
  }
  const auto again = world_.acceptor(AuthType::kNtlm);
  ASSERT_TRUE(again->step(negotiate()));
  const auto refused = again->step(captured);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorLogonFailure);
  EXPECT_EQ(again->step(captured).error().code, win32::kErrorInvalidHandle) << "and there is one try only";
}

TEST_F(NtlmContext, EveryBitOfAuthenticateIsProven) {
  ASSERT_TRUE(with_changed([](Bytes&) {}));
  std::size_t size = 0;
  ASSERT_TRUE(with_changed([&](Bytes& last) { size = last.size(); }));
  for (std::size_t at = 0; at < size; ++at) {
    EXPECT_FALSE(with_changed([&](Bytes& last) { last[at] ^= static_cast<std::uint8_t>(1 << at % 8); })) << at;
  }
}

TEST_F(NtlmContext, TheMicProvesTheOtherTwoMessages) {
  const auto client = world_.initiator(AuthType::kNtlm), server = world_.acceptor(AuthType::kNtlm);
  Bytes first = client->step({})->token;
  first[14] |= 0x20;  // a flag that somebody adds
  const auto last = client->step(server->step(first)->token);
  EXPECT_THAT(server->step(last->token).error().detail, HasSubstr("changed on the way"));
}

TEST_F(NtlmContext, ALessThanWhatIsDemandedIsRefusedAtOnce) {
  for (const auto& [flag, word] : {std::pair(flag::kSeal, "sealing"), {flag::kSign, "signing"}, {flag::k128, "128-bit"}, {flag::kKeyExchange, "key exchange"},
                                   {flag::kExtendedSessionSecurity, "extended session security"}, {flag::kUnicode, "Unicode"}, {flag::kNtlm, "NTLM"}}) {
    const auto server = world_.acceptor(AuthType::kNtlm);
    const auto refused = server->step(negotiate(flag::kDemanded & ~flag));
    ASSERT_FALSE(refused) << word;
    EXPECT_THAT(refused.error().detail, HasSubstr(word));
    if (flag == flag::kUnicode) continue;  // of AUTHENTICATE its decoder says so
    EXPECT_THAT(with_changed([&](Bytes& last) { store_le<std::uint32_t>(last.data() + 60, flag::kDemanded & ~flag); }).error().detail, HasSubstr(word));
  }
}

TEST_F(NtlmContext, NtlmV1LmAndTheAnonymousAreRefused) {
  const auto answer = [&](AuthenticateMessage message) {
    const auto server = world_.acceptor(AuthType::kNtlm);
    EXPECT_TRUE(server->step(negotiate()));
    return server->step(*encode_authenticate(message)).error();
  };
  const Bytes v1(24, 1), key(16, 2);
  EXPECT_THAT(answer({.flags = flag::kDemanded, .user = u"User", .domain = u"Domain", .workstation = {}, .lm_response = v1, .nt_response = v1, .encrypted_session_key = key}).detail,
              HasSubstr("NTLMv1"));
  EXPECT_THAT(answer({.flags = flag::kDemanded, .user = u"User", .domain = {}, .workstation = {}, .lm_response = v1, .nt_response = {}, .encrypted_session_key = key}).detail,
              HasSubstr("anonymous"));
  EXPECT_THAT(answer({.flags = flag::kDemanded, .user = {}, .domain = {}, .workstation = {}, .lm_response = {}, .nt_response = Bytes(60), .encrypted_session_key = key}).detail,
              HasSubstr("anonymous"));
  EXPECT_THAT(answer({.flags = flag::kDemanded | flag::kAnonymous, .user = u"User", .domain = {}, .workstation = {}, .lm_response = {}, .nt_response = Bytes(60), .encrypted_session_key = key}).detail,
              HasSubstr("anonymous"));
}

TEST_F(NtlmContext, ASessionKeyOfAnotherSizeIsRefused) {
  for (const unsigned size : {0U, 8U, 15U})
    EXPECT_FALSE(with_changed([&](Bytes& last) { store_le<std::uint16_t>(last.data() + 52, static_cast<std::uint16_t>(size)); })) << size;
}

TEST_F(NtlmContext, StepsOutOfOrder) {
  const auto server = world_.acceptor(AuthType::kNtlm);
  EXPECT_FALSE(server->step(kExampleAuthenticate)) << "AUTHENTICATE without a challenge";
  EXPECT_EQ(server->step(negotiate()).error().code, win32::kErrorInvalidHandle);
  const auto client = world_.initiator(AuthType::kNtlm);
  EXPECT_FALSE(client->step(negotiate()));
  EXPECT_FALSE(world_.acceptor(AuthType::kNtlm)->step({}));
  EXPECT_FALSE(world_.acceptor(AuthType::kNtlm)->step(Bytes(kTokenBytesMax + 1)));
}

TEST_F(NtlmContext, BeforeTheEndNothingIsProtected) {
  const auto server = world_.acceptor(AuthType::kNtlm);
  Bytes data(4), token(16);
  EXPECT_EQ(server->protect(AuthLevel::kPrivacy, {}, data, {}, token).error().code, win32::kErrorInvalidHandle);
  EXPECT_EQ(server->unprotect(AuthLevel::kPrivacy, {}, data, {}, token).error().code, win32::kErrorInvalidHandle);
  EXPECT_FALSE(server->token_size(AuthLevel::kPrivacy, 4));
  EXPECT_FALSE(server->peer_name());
  EXPECT_EQ(server->seconds_left(), 0);
}

TEST_F(NtlmContext, SealedOrNothing) {
  const auto client = world_.initiator(AuthType::kNtlm), server = world_.acceptor(AuthType::kNtlm);
  ASSERT_TRUE(shake_hands(*client, *server));
  Bytes data(4), token(16);
  for (const AuthLevel level : {AuthLevel::kConnect, AuthLevel::kPacket, AuthLevel::kIntegrity}) {
    EXPECT_EQ(client->token_size(level, 4).error().code, win32::kErrorNotSupported);
    EXPECT_EQ(client->protect(level, {}, data, {}, token).error().code, win32::kErrorNotSupported);
    EXPECT_EQ(server->unprotect(level, {}, data, {}, token).error().code, win32::kErrorNotSupported);
  }
  EXPECT_EQ(client->protect(AuthLevel::kPrivacy, {}, data, {}, std::span(token).first(15)).error().code, win32::kErrorInvalidParameter);
  EXPECT_TRUE(server->always_signs_headers());
}

TEST_F(NtlmContext, AContextEnds) {
  const auto client = world_.initiator(AuthType::kNtlm), server = world_.acceptor(AuthType::kNtlm);
  ASSERT_TRUE(shake_hands(*client, *server));
  EXPECT_EQ(server->seconds_left(), 36'000);
  world_.clock.now += std::chrono::seconds(36'001);
  EXPECT_EQ(server->seconds_left(), -1);
}

TEST_F(NtlmContext, TheClientIsAsStrictWithTheServer) {
  const auto answer = [&](const ChallengeMessage& challenge) {
    const auto client = world_.initiator(AuthType::kNtlm);
    EXPECT_TRUE(client->step({}));
    return client->step(encode_challenge(challenge));
  };
  const Bytes nothing = encode_av_pairs({});
  EXPECT_TRUE(answer({.flags = flag::kDemanded, .target_name = {}, .challenge = {}, .target_info = nothing}));
  EXPECT_THAT(answer({.flags = flag::kDemanded & ~flag::kSeal, .target_name = {}, .challenge = {}, .target_info = nothing}).error().detail, HasSubstr("sealing"));
  EXPECT_FALSE(answer({.flags = flag::kDemanded, .target_name = {}, .challenge = {}, .target_info = {}})) << "without AV pairs there is no NTLMv2";
}

TEST_F(NtlmContext, OtherAuthTypesAreNoneOfIts) {
  EXPECT_EQ(make_acceptor(AuthType::kKerberos, world_.server()).error().code, win32::kErrorNotSupported);
  EXPECT_EQ(make_initiator(AuthType::kKerberos, world_.client()).error().code, win32::kErrorNotSupported);
}

}  // namespace
}  // namespace tributary::security::ntlm
