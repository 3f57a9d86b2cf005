// SPDX-License-Identifier: Apache-2.0
// Hex and base64 (RFC 4648), loads and stores, the name of each phase, and what a broken invariant does.
#include "base/bytes.hpp"

#include <random>

#include <gtest/gtest.h>

#include "base/assert.hpp"
#include "base/win32.hpp"

using namespace tributary;

namespace {

Bytes octets(std::string_view text) { return to_bytes(as_bytes(text)); }

template <class T>
void expect_invalid(const Result<T>& result, std::string_view text) {
  ASSERT_FALSE(result) << text;
  EXPECT_EQ(result.error().code, win32::kErrorInvalidData) << text;
  EXPECT_FALSE(result.error().detail.empty()) << text;
}

}  // namespace

// RFC 4648 section 10: the test vectors of the document.
TEST(Base64, VectorsOfRfc4648Section10) {
  constexpr std::pair<std::string_view, std::string_view> vectors[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), coded);
    EXPECT_EQ(from_base64(coded), octets(plain));
  }
}

TEST(Base64, EveryDigitAndEveryPairOfOctetsRoundTrips) {
  EXPECT_EQ(to_base64(Bytes{0x00, 0x10, 0x83}), "ABCD");
  EXPECT_EQ(to_base64(Bytes{0xFB, 0xFF, 0xBF}), "+/+/");
  for (unsigned i = 0; i < 0x10000; ++i) {
    const Bytes two{static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
    ASSERT_EQ(from_base64(to_base64(two)), two) << i;
  }
}

TEST(Base64, EveryLengthRoundTrips) {
  std::mt19937 random(1);
  Bytes bytes;
  for (int length = 0; length < 300; ++length) {
    const std::string coded = to_base64(bytes);
    EXPECT_EQ(coded.size(), (bytes.size() + 2) / 3 * 4);
    EXPECT_EQ(from_base64(coded), bytes);
    bytes.push_back(static_cast<std::uint8_t>(random()));
  }
}

TEST(Base64, SkipsWhiteSpaceAnywhere) {
  EXPECT_EQ(from_base64(" Zm9v\r\n\tYg= = \n"), octets("foob"));
  EXPECT_EQ(from_base64(" \t\r\n"), Bytes{});
}

// RFC 4648 sections 3.2, 3.3 and 3.5: padding is required and stands only at the end, foreign characters are rejected,
// and the bits under the padding are zero.
TEST(Base64, RejectsWhatIsNotTheOneSpelling) {
  for (const std::string_view text : {"Z", "Zg", "Zg=", "Zm9vY", "Zm9vYg", "=", "==", "===", "====", "Z===", "Zg==Zg==", "Zg=a", "Zm9=vYg=",
                                      "Zm9v====", "Zh==", "Zn==", "Zm9=", "Zm-_", "Zm9!", "Zm9\x80"})
    expect_invalid(from_base64(text), text);
  expect_invalid(from_base64(std::string_view("Zm9\0", 4)), "NUL");
}

TEST(Hex, RoundTripsEveryOctetInLowerCase) {
  Bytes all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  const std::string text = to_hex(all);
  EXPECT_EQ(text.substr(0, 8), "00010203");
  EXPECT_EQ(text.substr(504), "fcfdfeff");
  EXPECT_EQ(from_hex(text), all);
  EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, TakesEitherCaseAndWhiteSpaceBetweenOctets) {
  EXPECT_EQ(from_hex("DeadBEEF"), (Bytes{0xDE, 0xAD, 0xBE, 0xEF}));
  EXPECT_EQ(from_hex(" 01 02\t03\r\n04 "), (Bytes{1, 2, 3, 4}));
  EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, RejectsEveryOtherCharacterInEitherPlace) {
  for (const std::string_view text : {"0", "012", "0 1", "0x01", "0g", "g0", "00-01"}) expect_invalid(from_hex(text), text);
  for (int c = 0; c < 256; ++c) {
    const bool is_digit = std::string_view("0123456789abcdefABCDEF").find(static_cast<char>(c)) != std::string_view::npos;
    EXPECT_EQ(from_hex(std::string{static_cast<char>(c), '0'}).has_value(), is_digit) << c;
    EXPECT_EQ(from_hex(std::string{'0', static_cast<char>(c)}).has_value(), is_digit) << c;
  }
  EXPECT_EQ(from_hex("00 0z").error().detail, "not hex at character 3");
}

TEST(Octets, LoadAndStoreInBothOrdersAtAnyAddress) {
  std::uint8_t at[9] = {};
  store_le<std::uint64_t>(at + 1, 0x0102030405060708);
  EXPECT_EQ(to_hex(at), "000807060504030201");
  EXPECT_EQ(load_le<std::uint64_t>(at + 1), 0x0102030405060708u);
  store_be<std::uint32_t>(at + 1, 0xA1B2C3D4);
  EXPECT_EQ(to_hex(ByteView(at, 5)), "00a1b2c3d4");
  EXPECT_EQ(load_be<std::uint32_t>(at + 1), 0xA1B2C3D4u);
  EXPECT_EQ(load_be<std::uint16_t>(at + 2), 0xB2C3u);
  EXPECT_EQ(load_le<std::uint8_t>(at + 1), 0xA1u);
}

TEST(Error, TheInnermostPhaseWins) {
  const Error plain{win32::kErrorTimeout, Phase::kNone, "x"};
  EXPECT_EQ(in_phase(plain, Phase::kBind).phase, Phase::kBind);
  EXPECT_EQ(in_phase(in_phase(plain, Phase::kBind), Phase::kCall).phase, Phase::kBind);
}

TEST(Error, EveryPhaseHasItsWord) {
  EXPECT_EQ(phase_name(Phase::kNone), "");
  EXPECT_EQ(phase_name(Phase::kDns), "DNS");
  EXPECT_EQ(phase_name(Phase::kConnect), "connect");
  EXPECT_EQ(phase_name(Phase::kEndpointMap), "endpoint map");
  EXPECT_EQ(phase_name(Phase::kBind), "bind");
  EXPECT_EQ(phase_name(Phase::kAuthenticate), "authenticate");
  EXPECT_EQ(phase_name(Phase::kCall), "call");
  EXPECT_EQ(phase_name(Phase::kLdap), "LDAP");
  EXPECT_EQ(phase_name(static_cast<Phase>(200)), "");
}

TEST(AssertDeathTest, ABrokenInvariantAbortsAndSaysWhere) {
  const int one = 1;
  TRIBUTARY_ASSERT(one == 1);
  EXPECT_DEATH(TRIBUTARY_ASSERT(one == 2), "bytes_test.cpp:[0-9]+: invariant broken: one == 2");
}
