// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 4.1.10.3.8, 4.1.10.5.18 to .20, 4.1.10.6.18: what one version carries comes back from it, compressed or not.
#include "drsuapi/compress/native_reply.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "ndr/generate.hpp"

namespace tributary::drsuapi {
namespace {

DRS_MSG_GETCHGREPLY_V9 sample(std::uint64_t seed) {
  auto reply = ndr::generate<DRS_MSG_GETCHGREPLY_V9>({.seed = seed, .count_max = 6});
  reply.pUpToDateVecSrc.emplace().rgCursors.push_back({Guid{{1}}, 7, 9});
  return reply;
}

/// What is left of a native reply when it has travelled as `version`.
DRS_MSG_GETCHGREPLY_V9 as_seen_through(DRS_MSG_GETCHGREPLY_V9 reply, std::uint32_t version) {
  if (version == 9) return reply;
  for (auto& link : reply.rgValues) {
    link.MetaData.unused1 = link.MetaData.unused2 = link.MetaData.unused3 = 0;
    link.MetaData.timeExpired = 0;
  }
  if (version == 6) return reply;
  for (auto& cursor : reply.pUpToDateVecSrc->rgCursors) cursor.timeLastSyncSuccess = 0;
  reply.pUpToDateVecSrc->dwVersion = 2;
  reply.pUpToDateVecSrc->dwReserved1 = reply.pUpToDateVecSrc->dwReserved2 = 0;
  if (reply.cNumNcSizeObjects > 0) reply.ulExtendedRet = reply.cNumNcSizeObjects;
  reply.cNumNcSizeObjects = reply.cNumNcSizeValues = reply.dwDRSError = 0;
  reply.rgValues.clear();
  return reply;
}

TEST(NativeReply, EveryVersionKeepsWhatItHasRoomFor) {
  for (std::uint64_t seed = 0; seed < 40; ++seed)
    for (const std::uint32_t version : {1u, 6u, 9u})
      for (const auto compression : {ReplyCompression::kNone, ReplyCompression::kMszip, ReplyCompression::kWin2k3}) {
        if (version == 1 && compression == ReplyCompression::kWin2k3) continue;
        ndr::Arena arena;
        Bytes plain;
        auto message = reply_of_version(sample(seed), version, arena, compression);
        ASSERT_TRUE(message) << message.error().detail;
        if (compression == ReplyCompression::kNone) EXPECT_EQ(message->tag(), version);
        const auto native = native_reply(std::move(*message), arena, plain);
        ASSERT_TRUE(native) << native.error().detail;
        EXPECT_EQ(*native, as_seen_through(sample(seed), version)) << seed << " V" << version;
      }
}

TEST(NativeReply, CompressionIsUsedWhenItGains) {
  auto reply = sample(1);
  reply.pObjects.clear();
  for (int i = 0; i < 50; ++i) reply.pObjects.push_back({.Entinf = {.pName = DSNAME{}, .ulFlags = 0, .AttrBlock = {}}, .fIsNCPrefix = 0, .pParentGuid = {}, .pMetaDataExt = {}});
  ndr::Arena arena;
  EXPECT_EQ(reply_of_version(DRS_MSG_GETCHGREPLY_V9(reply), 6, arena, ReplyCompression::kWin2k3)->tag(), 7u);
  EXPECT_EQ(reply_of_version(DRS_MSG_GETCHGREPLY_V9(reply), 1, arena, ReplyCompression::kMszip)->tag(), 2u);
}

TEST(NativeReply, VersionsThatDoNotExistAreRefused) {
  ndr::Arena arena;
  EXPECT_EQ(reply_of_version(sample(2), 7, arena).error().code, win32::kErrorRevisionMismatch);
  EXPECT_EQ(reply_of_version(sample(2), 1, arena, ReplyCompression::kWin2k3).error().code, win32::kErrorRevisionMismatch);
  DRS_MSG_GETCHGREPLY_V7 nested;
  nested.dwCompressedVersion = 7;
  Bytes plain;
  EXPECT_FALSE(native_reply(DRS_MSG_GETCHGREPLY(nested), arena, plain));
}

}  // namespace
}  // namespace tributary::drsuapi
