// SPDX-License-Identifier: Apache-2.0
// SIDs, [MS-DTYP] 2.4.2.
#include "base/sid.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

using namespace tributary;

namespace {

constexpr std::string_view kAdministrator = "S-1-5-21-1-2-3-500";

Sid sid_of(std::string_view text) {
  const auto sid = parse_sid(text);
  EXPECT_TRUE(sid) << text;
  return sid.value_or(Sid{});
}

}  // namespace

// [MS-DTYP] 2.4.2.2: the authority stands big-endian, the sub-authorities little-endian.
TEST(Sid, PacketForm) {
  EXPECT_EQ(to_hex(encode_sid(sid_of(kAdministrator))), "010500000000000515000000010000000200000003000000f4010000");
  EXPECT_EQ(to_hex(encode_sid(sid_of("S-1-1-0"))), "010100000000000100000000");
  EXPECT_EQ(decode_sid(encode_sid(sid_of(kAdministrator))), sid_of(kAdministrator));
}

// [MS-DTYP] 2.4.2.1: below 2^32 the authority is decimal, from there on twelve hex digits.
TEST(Sid, AuthorityIsDecimalBelowTwoToTheThirtyTwo) {
  Sid sid{.identifier_authority = {0, 0, 0xFF, 0xFF, 0xFF, 0xFF}, .sub_authority_count = 1, .sub_authority = {4'294'967'295}};
  EXPECT_EQ(to_string(sid), "S-1-4294967295-4294967295");
  EXPECT_EQ(parse_sid("S-1-4294967295-4294967295"), sid);
  sid.identifier_authority = {0, 1, 0, 0, 0, 0};
  EXPECT_EQ(to_string(sid), "S-1-0x000100000000-4294967295");
  EXPECT_EQ(parse_sid("S-1-0x000100000000-4294967295"), sid);
  sid.identifier_authority = {0xAB, 0, 0, 0, 0, 0xCD};
  EXPECT_EQ(to_string(sid), "S-1-0xab00000000cd-4294967295");
  EXPECT_EQ(parse_sid("s-1-0XAB00000000CD-4294967295"), sid);
}

// [MS-DTYP] 2.4.2.2: at most fifteen sub-authorities.
TEST(Sid, EveryCountOfSubAuthoritiesRoundTrips) {
  Sid sid{.identifier_authority = {0, 0, 0, 0, 0, 5}};
  for (std::size_t count = 0; count <= kSidSubAuthoritiesMax; ++count) {
    sid.sub_authority_count = static_cast<std::uint8_t>(count);
    if (count > 0) sid.sub_authority[count - 1] = static_cast<std::uint32_t>(count * 0x01020304);
    EXPECT_EQ(parse_sid(to_string(sid)), sid);
    EXPECT_EQ(decode_sid(encode_sid(sid)), sid);
    EXPECT_EQ(encode_sid(sid).size(), 8 + 4 * count);
  }
  EXPECT_FALSE(parse_sid(to_string(sid) + "-16"));
}

TEST(Sid, TextRejectsWhatTheGrammarDoesNotHave) {
  for (const std::string_view text :
       {"", "S", "S-1", "S-1-", "S-2-5-21", "X-1-5-21", "S-1-5-", "S-1--5", "S-1-5--21", "S-1-5-21-", "S-1-5-021", "S-1-05-21", "S-1-5-4294967296",
        "S-1-4294967296-1", "S-1-5- 21", "S-1-5-21 ", "S-1-5-+1", "S-1-5-0x15", "S-1-0x5-1", "S-1-0x0000000000005-1", "S-1-0x00000000000g-1",
        "S-1-0x          00-1", "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16", "S-1-a-1"}) {
    const auto sid = parse_sid(text);
    ASSERT_FALSE(sid) << text;
    EXPECT_EQ(sid.error().code, win32::kErrorInvalidParameter) << text;
  }
  EXPECT_EQ(parse_sid("\x7f").error().detail, "not a SID: \\x7f");
}

TEST(Sid, ZeroIsWrittenAsZero) {
  EXPECT_EQ(to_string(sid_of("S-1-0-0")), "S-1-0-0");
  EXPECT_EQ(to_string(sid_of("S-1-5")), "S-1-5");  // no sub-authority: the packet form allows it
}

TEST(Sid, PacketRejectsEveryOtherLengthRevisionAndCount) {
  const Bytes good = encode_sid(sid_of(kAdministrator));
  for (std::size_t length = 0; length < good.size(); ++length) {
    const auto cut = decode_sid(ByteView(good).first(length));
    ASSERT_FALSE(cut) << length;
    EXPECT_EQ(cut.error().code, win32::kErrorInvalidData);
  }
  Bytes changed = good;
  changed.push_back(0);
  EXPECT_EQ(decode_sid(changed).error().detail, "a SID with 5 sub-authorities does not have 29 octets");
  changed = good;
  changed[0] = 2;
  EXPECT_EQ(decode_sid(changed).error().detail, "SID revision 2 is not 1");
  changed = good;
  changed[1] = 16;
  changed.resize(8 + 16 * 4);
  EXPECT_EQ(decode_sid(changed).error().detail, "a SID has at most 15 sub-authorities, not 16");
}

TEST(SidDeathTest, CountBeyondTheArrayIsOurOwnFault) {
  const Sid sid{.sub_authority_count = 16};
  EXPECT_DEATH(static_cast<void>(to_string(sid)), "invariant broken");
  EXPECT_DEATH(static_cast<void>(encode_sid(sid)), "invariant broken");
}
