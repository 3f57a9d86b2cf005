// SPDX-License-Identifier: Apache-2.0
// GUIDs, [MS-DTYP] 2.3.4.
#include "base/guid.hpp"

#include <gtest/gtest.h>

using namespace tributary;

// [MS-DTYP] 2.3.4.2: Data1 to Data3 stand little-endian in the packet, Data4 as written.
TEST(Guid, TextOrderDiffersFromPacketOrder) {
  const Guid guid = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"_guid;
  EXPECT_EQ(to_hex(guid.octets), "354251e3064bd111ab0400c04fc2dcd2");
  EXPECT_EQ(to_string(guid), "e3514235-4b06-11d1-ab04-00c04fc2dcd2");
  EXPECT_EQ(parse_guid("{E3514235-4B06-11D1-AB04-00C04FC2DCD2}"), guid);
}
