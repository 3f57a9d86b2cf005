// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.166, 5.202 to 5.205: replUpToDateVector; 5.11: replPropertyMetaData; 5.147: partialAttributeSet; 5.181: schemaInfo.
#include "drsuapi/blobs/vectors.hpp"

#include <gtest/gtest.h>

namespace tributary::drsuapi::blobs {
namespace {

TEST(Vectors, SchemaInfoExampleOfAdts311121) {
  const auto octets = from_hex("FF 00 00 07 C7 20 79 92 E6 84 B6 F6 40 99 47 21 8B C9 E0 F1 F3").value();
  const auto info = decode_whole<SCHEMA_INFO>("schemaInfo", octets);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->value.marker, 0xFF);
  EXPECT_EQ(info->value.version.value, 1991u);
  EXPECT_EQ(to_string(info->value.invocationId), "e6927920-b684-40f6-9947-218bc9e0f1f3");
  EXPECT_EQ(encode_whole(*info), octets);
}

}  // namespace
}  // namespace tributary::drsuapi::blobs
