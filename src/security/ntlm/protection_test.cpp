// SPDX-License-Identifier: Apache-2.0
// Sealing and opening ([MS-NLMP] 3.4): the worked example's octets (4.2.4.4), and everything that must not open.
#include "security/ntlm/protection.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::security::ntlm {
namespace {

using End = MessageProtection::End;

Key session_key() {
  Key key;
  std::ranges::fill(key.span(), 0x55);
  return key;
}

class NtlmProtection : public ::testing::Test {
 protected:
  Signature seal(std::string_view text, Bytes& data) {
    data = to_bytes(as_bytes(text));
    return *client_.seal(header_, data, trailer_);
  }
  MessageProtection client_{session_key(), End::kClient}, server_{session_key(), End::kServer};
  const Bytes header_ = to_bytes(as_bytes("header")), trailer_ = to_bytes(as_bytes("trailer"));
};

TEST_F(NtlmProtection, TheExample) {
  Bytes data = *from_hex("50006c00610069006e007400650078007400");
  const auto signature = client_.seal({}, data, {});
  ASSERT_TRUE(signature);
  EXPECT_EQ(to_hex(data), "54e50165bf1936dc996020c1811b0f06fb5f");
  EXPECT_EQ(to_hex(*signature), "010000007fb38ec5c55d497600000000");
  ASSERT_TRUE(server_.open({}, data, {}, *signature));
  EXPECT_EQ(to_hex(data), "50006c00610069006e007400650078007400");
}

TEST_F(NtlmProtection, BothDirectionsCountAndRunOnByThemselves) {
  for (int i = 0; i < 20; ++i) {
    Bytes data;
    const Signature signature = seal("message " + std::to_string(i), data);
    EXPECT_EQ(load_le<std::uint32_t>(signature.data() + 12), static_cast<std::uint32_t>(i));
    ASSERT_TRUE(server_.open(header_, data, trailer_, signature));
    EXPECT_EQ(data, to_bytes(as_bytes("message " + std::to_string(i))));
    if (i % 3 != 0) continue;
    Bytes answer(1000, static_cast<std::uint8_t>(i));
    const auto back = server_.seal(header_, answer, trailer_);
    ASSERT_TRUE(client_.open(header_, answer, trailer_, *back));
    EXPECT_EQ(answer, Bytes(1000, static_cast<std::uint8_t>(i)));
  }
}

TEST_F(NtlmProtection, AnyBitThatWasChangedIsSeen) {
  const auto opens = [](int part, std::size_t at) {
    MessageProtection client(session_key(), End::kClient), server(session_key(), End::kServer);
    Bytes parts[] = {Bytes(6, 1), Bytes(9, 2), Bytes(7, 3), {}};
    const auto signature = client.seal(parts[0], parts[1], parts[2]);
    parts[3] = to_bytes(*signature);
    if (part >= 0) parts[part][at / 8] ^= static_cast<std::uint8_t>(1 << at % 8);
    const auto opened = server.open(parts[0], parts[1], parts[2], parts[3]);
    if (opened) return true;
    EXPECT_EQ(opened.error().code, win32::kErrorAccessDenied);
    EXPECT_EQ(parts[1], Bytes(9)) << "nothing of a wrong message is left";
    return false;
  };
  EXPECT_TRUE(opens(-1, 0));
  constexpr std::size_t kSizes[] = {6, 9, 7, 16};
  for (int part = 0; part < 4; ++part)
    for (std::size_t bit = 0; bit < 8 * kSizes[part]; ++bit) EXPECT_FALSE(opens(part, bit)) << part << ' ' << bit;
}

TEST_F(NtlmProtection, WhatMovesBetweenHeaderAndDataIsSeen) {
  Bytes data = to_bytes(as_bytes("data"));
  const auto signature = client_.seal(as_bytes("he"), data, {});
  EXPECT_FALSE(server_.open(as_bytes("h"), data, {}, *signature));
}

TEST_F(NtlmProtection, AReplayedASkippedAndAShortSignature) {
  Bytes first, second;
  const Signature one = seal("one", first), two = seal("two", second);
  {
    MessageProtection server(session_key(), End::kServer);
    Bytes copy = first;
    ASSERT_TRUE(server.open(header_, copy, trailer_, one));
    copy = first;
    EXPECT_EQ(server.open(header_, copy, trailer_, one).error().code, win32::kErrorAccessDenied);
    copy = second;
    EXPECT_EQ(server.open(header_, copy, trailer_, two).error().code, win32::kErrorInvalidHandle) << "after a failure it is over";
    EXPECT_FALSE(server.seal({}, copy, {}));
  }
  {
    MessageProtection server(session_key(), End::kServer);
    Bytes copy = second;
    EXPECT_FALSE(server.open(header_, copy, trailer_, two));
  }
  for (const std::size_t size : {0, 15}) {
    MessageProtection server(session_key(), End::kServer);
    Bytes copy = first;
    EXPECT_FALSE(server.open(header_, copy, trailer_, ByteView(one).first(size)));
  }
}

TEST_F(NtlmProtection, AMessageOfTheServerIsNoneOfTheClient) {
  Bytes data = to_bytes(as_bytes("hello"));
  const auto signature = server_.seal({}, data, {});
  EXPECT_FALSE(server_.open({}, data, {}, *signature));
}

/// [MS-SPNG] 3.3.5.1: the list is signed by the message with number 0, and the first message has the number 1 and the handle's beginning.
TEST_F(NtlmProtection, TheListOfMechanismsCountsAndLeavesTheHandleAsItWas) {
  const auto mic = client_.sign_mech_list(as_bytes("list"));
  ASSERT_TRUE(server_.check_mech_list(as_bytes("list"), *mic));
  Bytes data = *from_hex("50006c00610069006e007400650078007400");
  const auto signature = client_.seal({}, data, {});
  EXPECT_EQ(to_hex(data), "54e50165bf1936dc996020c1811b0f06fb5f") << "as the first message of all";
  EXPECT_EQ(load_le<std::uint32_t>(signature->data() + 12), 1u);
  EXPECT_TRUE(server_.open({}, data, {}, *signature));
  MessageProtection other(session_key(), End::kServer);
  EXPECT_FALSE(other.check_mech_list(as_bytes("lest"), *mic));
}

}  // namespace
}  // namespace tributary::security::ntlm
