// SPDX-License-Identifier: Apache-2.0
// Type serialization headers ([MS-RPCE] 2.2.6, 2.2.7).
#include "drsuapi/compress/pickle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary {
namespace {

using ::testing::HasSubstr;

Bytes pickle_of(const Bytes& object) {
  Bytes octets(kPickleHeaderSize, 0x55);
  octets.insert(octets.end(), object.begin(), object.end());
  finish_pickle(octets);
  return octets;
}

std::string error_of(std::string_view hex, Win32 code = win32::kErrorInvalidData) {
  const auto octets = *from_hex(hex);
  const auto pickle = read_pickle(octets);
  if (pickle) return "no error";
  EXPECT_EQ(pickle.error().code, code);
  return pickle.error().detail;
}

// 2.2.6.1 and 2.2.6.2: version, byte order, header length, filler; object length with padding, zeros.
TEST(Pickle, HeadersOfVersion1) {
  EXPECT_EQ(to_hex(pickle_of({1, 2, 3, 4, 5, 6, 7, 8})), "01100800cccccccc" "0800000000000000" "0102030405060708");
  EXPECT_EQ(to_hex(pickle_of({1, 2, 3, 4, 5, 6, 7, 8, 9})), "01100800cccccccc" "1000000000000000" "01020304050607080900000000000000");
  EXPECT_EQ(to_hex(pickle_of({})), "01100800cccccccc" "0000000000000000");
}

TEST(Pickle, RoundTrip) {
  for (std::size_t size = 0; size < 40; ++size) {
    const auto octets = pickle_of(Bytes(size, 7));
    const auto pickle = read_pickle(octets);
    ASSERT_TRUE(pickle) << pickle.error().detail;
    EXPECT_TRUE(pickle->little_endian);
    EXPECT_EQ(pickle->syntax, PickleSyntax::kNdr);
    EXPECT_EQ(pickle->object.size(), (size + 7) / 8 * 8);
    EXPECT_EQ(pickle->object.data(), octets.data() + kPickleHeaderSize);
  }
}

// 2.2.6.1: the common header stays little-endian, the object and its length follow the byte order; fillers are ignored.
TEST(Pickle, BigEndian) {
  const auto octets = *from_hex("0100080012345678" "0000000887654321" "0102030405060708");
  const auto pickle = read_pickle(octets);
  ASSERT_TRUE(pickle) << pickle.error().detail;
  EXPECT_FALSE(pickle->little_endian);
  EXPECT_EQ(to_hex(pickle->object), "0102030405060708");
}

constexpr std::string_view kVersion2Start = "02104000cccccccc" "cccccccccccccccccccccccccccccccc";
constexpr std::string_view kVersion2End = "00000000000000000000000000000000" "00000000" "10000000000000000000000000000000"
                                          "0102030405060708090a0b0c0d0e0f10";

// 2.2.7: a longer header that names its transfer syntax.
TEST(Pickle, Version2) {
  const auto read = [](std::string_view syntax) {
    const auto octets = *from_hex(std::string(kVersion2Start) + std::string(syntax) + std::string(kVersion2End));
    const auto pickle = read_pickle(octets);
    EXPECT_TRUE(pickle) << pickle.error().detail;
    EXPECT_EQ(to_hex(pickle->object), "0102030405060708090a0b0c0d0e0f10");
    EXPECT_TRUE(pickle->little_endian);
    return pickle->syntax;
  };
  EXPECT_EQ(read("045d888aeb1cc9119fe808002b10486002000000"), PickleSyntax::kNdr);
  EXPECT_EQ(read("33057171babe37498319b5dbef9ccc3601000000"), PickleSyntax::kNdr64);
  const auto unknown = std::string(kVersion2Start) + std::string(40, '0') + std::string(kVersion2End);
  EXPECT_THAT(error_of(unknown, win32::kErrorNotSupported), HasSubstr("unknown transfer syntax 00000000-"));
  EXPECT_THAT(error_of(kVersion2Start), HasSubstr("cut off"));
}

TEST(Pickle, Lies) {
  EXPECT_THAT(error_of(""), HasSubstr("cut off"));
  EXPECT_THAT(error_of("01"), HasSubstr("cut off"));
  EXPECT_THAT(error_of("01100800cccccccc" "00000000000000"), HasSubstr("cut off"));
  EXPECT_THAT(error_of("01101000cccccccc" "0000000000000000"), HasSubstr("a header of 16 octets"));
  EXPECT_THAT(error_of("01100800cccccccc" "0900000000000000" "0102030405060708"), HasSubstr("announces 9 octets and has 8"));
  EXPECT_THAT(error_of("01100800cccccccc" "0000000000000000" "0102030405060708"), HasSubstr("announces 0 octets and has 8"));
  EXPECT_THAT(error_of("03100800cccccccc" "0000000000000000", win32::kErrorNotSupported), HasSubstr("version 3"));
}

// Padding that ObjectBufferLength does not count is taken for what it is.
TEST(Pickle, UncountedPadding) {
  const auto octets = *from_hex("01100800cccccccc" "0500000000000000" "0102030405000000");
  EXPECT_EQ(to_hex(read_pickle(octets)->object), "0102030405");
}

TEST(PickleDeathTest, TheCallerLeavesRoomForTheHeaders) {
  Bytes octets(15);
  EXPECT_DEATH(finish_pickle(octets), "kPickleHeaderSize");
}

}  // namespace
}  // namespace tributary
