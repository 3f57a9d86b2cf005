// SPDX-License-Identifier: Apache-2.0
// SIDs, [MS-DTYP] 2.4.2.
#include "base/sid.hpp"

#include <gtest/gtest.h>

using namespace tributary;

TEST(Sid, TextAndPacket) {
  const auto sid = parse_sid("S-1-5-21-1-2-3-500");
  ASSERT_TRUE(sid);
  EXPECT_EQ(to_hex(encode_sid(*sid)), "010500000000000515000000010000000200000003000000f4010000");
  EXPECT_EQ(decode_sid(encode_sid(*sid)), *sid);
  EXPECT_EQ(to_string(*sid), "S-1-5-21-1-2-3-500");
}
