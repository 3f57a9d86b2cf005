// SPDX-License-Identifier: Apache-2.0
// Secret values: which attributes ([MS-DRSR] 4.1.10.3.11), the payload (4.1.10.2.20), encryption (4.1.10.5.11), decryption
// (4.1.10.6.17), the RID layer ([MS-SAMR] 2.2.11.1.2). The values of other implementations are in golden_test.cpp.
#include "drsuapi/compress/secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <utility>

#include "base/win32.hpp"
#include "drsuapi/compress/test_data.hpp"

namespace tributary {
namespace {

using ::testing::HasSubstr;

const Bytes kKey = test_data::random_octets(32, 1);
constexpr SecretSalt kSalt = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

// 4.1.10.3.11 names eleven attributes; their ATTRTYPs follow from their OIDs and prefix 9.
TEST(SecretAttributes, TheElevenOfTheSpecification) {
  EXPECT_EQ(secret_attributes().size(), 11u);
  std::uint32_t before = 0;
  for (const auto& attribute : secret_attributes()) {
    EXPECT_LT(before, attribute.attrtyp);
    before = attribute.attrtyp;
    EXPECT_EQ(attribute.oid, "1.2.840.113556.1.4." + std::to_string(attribute.attrtyp - 0x90000));
    EXPECT_EQ(find_secret_attribute(attribute.attrtyp), &attribute);
    EXPECT_EQ(find_secret_attribute(attribute.name), &attribute);
  }
  EXPECT_EQ(find_secret_attribute(0x9005A)->name, "unicodePwd");
  EXPECT_EQ(find_secret_attribute("UNICODEPWD")->attrtyp, 0x9005Au);
}

TEST(SecretAttributes, NothingElseIsSecret) {
  for (const auto attrtyp : {0u, 3u, 0x9005Bu, 0x90000u, 0x9021Du, 0xFFFFFFFFu, 0x5Au}) EXPECT_EQ(find_secret_attribute(attrtyp), nullptr);
  for (const auto* name : {"", "unicodePw", "unicodePwdX", "member"}) EXPECT_EQ(find_secret_attribute(name), nullptr);
}

TEST(SecretAttributes, HashesHaveTheRidLayer) {
  for (const auto& attribute : secret_attributes()) {
    const bool is_hash = attribute.name == "dBCSPwd" || attribute.name == "unicodePwd" || attribute.name == "ntPwdHistory" ||
                         attribute.name == "lmPwdHistory";
    EXPECT_EQ(attribute.has_rid_layer, is_hash) << attribute.name;
  }
}

// 4.1.10.5.11: the payload is 20 octets longer, begins with the salt, and differs with each salt.
TEST(SecretValue, Payload) {
  const auto clear = test_data::random_octets(40, 3);
  const auto payload = encrypt_secret_value(kKey, kSalt, clear);
  ASSERT_TRUE(payload);
  EXPECT_EQ(payload->size(), clear.size() + 20);
  EXPECT_TRUE(std::equal(kSalt.begin(), kSalt.end(), payload->begin()));
  SecretSalt other = kSalt;
  other[0] ^= 1;
  EXPECT_NE(to_bytes(ByteView(*payload).subspan(16)), to_bytes(ByteView(*encrypt_secret_value(kKey, other, clear)).subspan(16)));
}

TEST(SecretValue, RoundTripsOfAllSmallSizes) {
  for (std::size_t size = 0; size < 70; ++size) {
    const auto clear = test_data::random_octets(size, static_cast<std::uint32_t>(size));
    const auto payload = encrypt_secret_value(kKey, kSalt, clear);
    ASSERT_TRUE(payload);
    const auto back = decrypt_secret_value(kKey, *payload);
    ASSERT_TRUE(back) << back.error().detail;
    EXPECT_EQ(to_bytes(back->view()), clear);
  }
}

// 4.1.10.6.17: a wrong checksum, by a wrong key or by any changed octet, stops the reply.
TEST(SecretValue, AnyChangeIsNoticed) {
  const auto payload = *encrypt_secret_value(kKey, kSalt, test_data::random_octets(9, 4));
  for (std::size_t i = 0; i < payload.size(); ++i) {
    auto changed = payload;
    changed[i] ^= 0x40;
    const auto clear = decrypt_secret_value(kKey, changed);
    ASSERT_FALSE(clear) << i;
    EXPECT_EQ(clear.error().code, kSecEAlgorithmMismatch);
    EXPECT_THAT(clear.error().detail, HasSubstr("session key"));
  }
  EXPECT_FALSE(decrypt_secret_value(test_data::random_octets(32, 99), payload));
}

TEST(SecretValue, ImpossibleArguments) {
  EXPECT_EQ(decrypt_secret_value(kKey, Bytes(19)).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(decrypt_secret_value(kKey, Bytes(kSecretSizeMax + kSecretOverhead + 1)).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(decrypt_secret_value({}, Bytes(40)).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(encrypt_secret_value({}, kSalt, Bytes(4)).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(encrypt_secret_value(kKey, kSalt, Bytes(kSecretSizeMax + 1)).error().code, win32::kErrorInvalidParameter);
}

// [MS-SAMR] 2.2.11.1.2: two DES blocks a hash, so that equal halves and equal hashes behave as ECB under two keys.
TEST(RidLayer, RoundTrips) {
  for (const std::uint32_t rid : {1u, 500u, 1106u, 0x7FFFFFFFu, 0xFFFFFFFFu}) {
    const auto hashes = test_data::random_octets(48, rid);
    const auto covered = apply_rid_layer(rid, hashes);
    ASSERT_TRUE(covered) << covered.error().detail;
    EXPECT_NE(to_bytes(covered->view()), hashes);
    EXPECT_EQ(to_bytes(remove_rid_layer(rid, covered->view())->view()), hashes);
    EXPECT_TRUE(std::ranges::equal(apply_rid_layer(rid, ByteView(hashes).first(16))->view(), covered->view().first(16)));
  }
  const auto twice = apply_rid_layer(1000, Bytes(32));
  EXPECT_TRUE(std::ranges::equal(twice->view().first(16), twice->view().last(16)));
  EXPECT_FALSE(std::ranges::equal(twice->view().first(8), twice->view().subspan(8, 8)));
  EXPECT_EQ(remove_rid_layer(500, {})->size(), 0u);
}

TEST(RidLayer, ImpossibleArguments) {
  EXPECT_EQ(remove_rid_layer(0, Bytes(16)).error().code, win32::kErrorInvalidParameter);
  EXPECT_EQ(apply_rid_layer(500, Bytes(17)).error().code, win32::kErrorInvalidData);
  EXPECT_EQ(apply_rid_layer(500, Bytes(kSecretSizeMax + 16)).error().code, win32::kErrorInvalidData);
}

TEST(SecretBytes, Moves) {
  SecretBytes first(as_bytes("abc"));
  SecretBytes second(std::move(first));
  EXPECT_EQ(to_bytes(second.view()), to_bytes(as_bytes("abc")));
  SecretBytes third(2);
  EXPECT_EQ(to_bytes(third.view()), Bytes(2));
  third.span()[0] = 7;
  third = std::move(second);
  EXPECT_EQ(to_bytes(third.view()), to_bytes(as_bytes("abc")));
  EXPECT_EQ(SecretBytes().size(), 0u);
  static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_assignable_v<SecretBytes>);
}

/// Ends with 0 when every operation says that the provider is missing.
void exit_without_provider() {
  setenv("OPENSSL_MODULES", "/nonexistent", 1);
  const auto missing = [](const auto& result) {
    return !result && result.error().code == win32::kErrorNotSupported && result.error().detail.contains("legacy provider");
  };
  const bool all = missing(encrypt_secret_value(kKey, kSalt, Bytes(4))) && missing(decrypt_secret_value(kKey, Bytes(40))) &&
                   missing(remove_rid_layer(500, Bytes(16)));
  std::exit(all ? 0 : 1);
}

// A machine whose OpenSSL has no legacy provider gets a sentence that says so. In a process of its own: providers are loaded once.
TEST(SecretValueDeathTest, WithoutTheLegacyProvider) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(exit_without_provider(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tributary
