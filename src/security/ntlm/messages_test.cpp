// SPDX-License-Identifier: Apache-2.0
// The messages ([MS-NLMP] 2.2.1, 2.2.2): what is written is read, the worked example's AUTHENTICATE, and what hostile peers send.
#include "security/ntlm/messages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::security::ntlm {
namespace {

using testing::HasSubstr;

/// 4.2.4.3.
const Bytes kExample = *from_hex(
    "4e544c4d53535000 03000000 1800 1800 6c000000 5400 5400 84000000 0c00 0c00 48000000 0800 0800 54000000 1000 1000 5c000000 1000 1000 d8000000"
    "358288e2 0501280a0000000f 44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200"
    "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"
    "68cd0ab851e51c96aabc927bebef6a1c 0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000 02000c0044006f006d00610069006e00"
    "01000c00530065007200760065007200 00000000 00000000 c5dad2544fc9799094ce1ce90bc9d03e");

std::string why(const auto& result) { return result ? "no fault" : result.error().detail; }
Bytes with(Bytes octets, std::size_t at, std::uint32_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) octets[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  return octets;
}

TEST(NtlmMessages, TheExampleOfTheSpecification) {
  const auto message = decode_authenticate(kExample);
  ASSERT_TRUE(message) << why(message);
  EXPECT_EQ(message->user, u"User");
  EXPECT_EQ(message->domain, u"Domain");
  EXPECT_EQ(message->workstation, u"COMPUTER");
  EXPECT_EQ(message->flags, 0xE2888235u);
  EXPECT_EQ(missing_flags(message->flags), "");
  EXPECT_EQ(to_hex(message->encrypted_session_key), "c5dad2544fc9799094ce1ce90bc9d03e");
  const auto response = decode_nt_response(message->nt_response);
  ASSERT_TRUE(response) << why(response);
  EXPECT_EQ(to_hex(response->proof), "68cd0ab851e51c96aabc927bebef6a1c");
  EXPECT_EQ(response->timestamp.ticks, 0);
  EXPECT_FALSE(response->has_mic());
  ASSERT_EQ(response->pairs.size(), 2u);
  EXPECT_EQ(response->pairs[0].id, AvId::kNbDomainName);
  EXPECT_EQ(find_av_pair(response->pairs, AvId::kNbComputerName)->value.size(), 12u);
  EXPECT_EQ(find_av_pair(response->pairs, AvId::kTimestamp), nullptr);
}

TEST(NtlmMessages, WhatIsWrittenIsRead) {
  const std::array<std::uint8_t, 4> mic_flag{2, 0, 0, 0};
  const std::vector<AvPair> pairs{{AvId::kDnsTreeName, as_bytes("t.")}, {AvId::kFlags, mic_flag}};
  Bytes nt_response(16, 7);
  const Bytes behind = encode_client_challenge(FileTime{0x0102030405060708}, {1, 2, 3, 4, 5, 6, 7, 8}, pairs);
  nt_response.insert(nt_response.end(), behind.begin(), behind.end());
  const Bytes key(16, 9);
  const auto octets = encode_authenticate({.flags = flag::kDemanded, .user = u"\u00E4nn", .domain = u"", .workstation = u"W", .lm_response = {},
                                           .nt_response = nt_response, .encrypted_session_key = key});
  const auto message = decode_authenticate(*octets);
  ASSERT_TRUE(message) << why(message);
  EXPECT_EQ(message->user, u"\u00E4nn");
  EXPECT_TRUE(message->domain.empty());
  EXPECT_EQ(to_bytes(message->encrypted_session_key), key);
  const auto response = decode_nt_response(message->nt_response);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->timestamp.ticks, 0x0102030405060708);
  EXPECT_TRUE(response->has_mic());
  EXPECT_EQ(to_bytes(response->client_challenge), behind);

  const auto challenge = decode_challenge(encode_challenge({.flags = 5, .target_name = u"LAB", .challenge = {1, 2, 3}, .target_info = encode_av_pairs(pairs)}));
  ASSERT_TRUE(challenge) << why(challenge);
  EXPECT_EQ(challenge->target_name, u"LAB");
  EXPECT_EQ(challenge->challenge, (ChallengeOctets{1, 2, 3}));
  EXPECT_EQ(challenge->flags, 5u);
  EXPECT_EQ(decode_negotiate(encode_negotiate({.flags = 0xE0000001}))->flags, 0xE0000001u);
}

TEST(NtlmMessages, AnotherMessageAndOneThatIsCutShort) {
  for (std::size_t size = 0; size < 64; ++size) EXPECT_FALSE(decode_authenticate(ByteView(kExample).first(size))) << size;
  for (std::size_t size = 64; size < kExample.size(); ++size)
    EXPECT_THAT(why(decode_authenticate(ByteView(kExample).first(size))), HasSubstr("is not inside of it")) << size;
  EXPECT_THAT(why(decode_negotiate(kExample)), HasSubstr("another message"));
  EXPECT_THAT(why(decode_authenticate(with(kExample, 8, 2, 4))), HasSubstr("another message"));
  EXPECT_THAT(why(decode_authenticate(with(kExample, 0, 'M', 1))), HasSubstr("another message"));
  EXPECT_THAT(why(decode_challenge(*from_hex("4e544c4d5353500002000000"))), HasSubstr("cut short"));
  EXPECT_THAT(why(decode_negotiate(*from_hex("4e544c4d5353500001000000ffffff"))), HasSubstr("cut short"));
}

TEST(NtlmMessages, FieldsThatPointOutsideIntoTheHeaderOrIntoEachOther) {
  const std::size_t fields[] = {12, 20, 28, 36, 44, 52};
  for (const std::size_t at : fields) {
    EXPECT_THAT(why(decode_authenticate(with(kExample, at + 4, 0xFFFFFFFF, 4))), HasSubstr("is not inside of it")) << at;
    EXPECT_THAT(why(decode_authenticate(with(kExample, at + 4, static_cast<std::uint32_t>(kExample.size()), 4))), HasSubstr("is not inside of it")) << at;
    EXPECT_THAT(why(decode_authenticate(with(kExample, at, 0xFFFF, 2))), HasSubstr("is not inside of it")) << at;
    EXPECT_THAT(why(decode_authenticate(with(kExample, at + 4, 60, 4))), HasSubstr("lies in the header")) << at;
  }
  EXPECT_THAT(why(decode_authenticate(with(kExample, 36 + 4, 0x4A, 4))), HasSubstr("UserName overlaps another field"));
  EXPECT_THAT(why(decode_authenticate(with(kExample, 52 + 4, 0x84, 4))), HasSubstr("EncryptedRandomSessionKey overlaps another field"));
  EXPECT_TRUE(decode_authenticate(with(with(kExample, 44, 0, 2), 44 + 4, 0xFFFFFFFF, 4))) << "of an empty field the place does not matter";
}

TEST(NtlmMessages, NamesThatAreNoUtf16) {
  EXPECT_THAT(why(decode_authenticate(with(kExample, 36, 7, 2))), HasSubstr("UserName is no UTF-16"));
  EXPECT_THAT(why(decode_authenticate(with(kExample, 0x54, 0xD800, 2))), HasSubstr("UserName is no UTF-16"));
  EXPECT_THAT(why(decode_authenticate(with(kExample, 60, 0xE2888234, 4))), HasSubstr("not in Unicode"));
}

TEST(NtlmMessages, NtlmV1AndOtherResponsesAreNone) {
  EXPECT_EQ(decode_nt_response(Bytes(24)).error().code, win32::kErrorNotSupported);
  for (const std::size_t size : {0, 1, 16, 23, 25, 43}) EXPECT_THAT(why(decode_nt_response(Bytes(size))), HasSubstr("cut short")) << size;
  Bytes response(48);
  EXPECT_THAT(why(decode_nt_response(response)), HasSubstr("version"));
  response[16] = response[17] = 1;
  EXPECT_TRUE(decode_nt_response(response)) << "an empty list of pairs";
  response.resize(47);
  EXPECT_THAT(why(decode_nt_response(response)), HasSubstr("does not end"));
}

TEST(NtlmMessages, AvPairsThatLie) {
  EXPECT_THAT(why(decode_av_pairs(*from_hex("0100 ffff 41"))), HasSubstr("cut short"));
  EXPECT_THAT(why(decode_av_pairs(*from_hex("0100 0200 4100"))), HasSubstr("does not end"));
  EXPECT_THAT(why(decode_av_pairs(*from_hex("0000 0100 41"))), HasSubstr("the end has a value"));
  EXPECT_THAT(why(decode_av_pairs({})), HasSubstr("does not end"));
  Bytes many;
  for (std::size_t i = 0; i <= kAvPairsMax; ++i) many.insert(many.end(), {1, 0, 0, 0});
  many.insert(many.end(), 4, 0);
  EXPECT_THAT(why(decode_av_pairs(many)), HasSubstr("too many"));
  EXPECT_TRUE(decode_av_pairs(ByteView(many).subspan(4)));
  Bytes huge{1, 0, 0xFF, 0xFF};
  huge.insert(huge.end(), 0xFFFF, 0x41);
  huge.insert(huge.end(), 4, 0);
  EXPECT_EQ(decode_av_pairs(huge)->at(0).value.size(), 0xFFFFu);
}

TEST(NtlmMessages, WhatIsTooLongForItsLengthIsNotWritten) {
  EXPECT_EQ(encode_authenticate({.flags = 1, .user = std::u16string(40'000, u'a'), .domain = {}, .workstation = {}, .lm_response = {}, .nt_response = {}, .encrypted_session_key = {}})
                .error().code, win32::kErrorInvalidParameter);
}

}  // namespace
}  // namespace tributary::security::ntlm
