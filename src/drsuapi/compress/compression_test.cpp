// SPDX-License-Identifier: Apache-2.0
// Compressed replies as a whole ([MS-DRSR] 4.1.10.2.17, 4.1.10.6.18, 4.1.10.6.19): chunk sizes, headers, padding, raw data,
// and peers that lie.
#include "drsuapi/compress/compression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/compress/test_data.hpp"

namespace tributary {
namespace {

using ::testing::HasSubstr;
using enum ReplyCompression;

std::string error_of(ReplyCompression algorithm, ByteView blob, std::size_t size) {
  const auto plain = decompress_reply(algorithm, blob, size);
  if (plain) return "no error";
  EXPECT_EQ(plain.error().code, win32::kErrorInvalidData);
  return plain.error().detail;
}

/// A chunk with any header, padded as the blob wants it.
Bytes chunk(std::uint32_t plain_size, std::uint32_t data_size, ByteView data) {
  Bytes out(8);
  store_le<std::uint32_t>(out.data(), plain_size);
  store_le<std::uint32_t>(&out[4], data_size);
  out.insert(out.end(), data.begin(), data.end());
  out.resize((out.size() + 3) / 4 * 4);
  return out;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

class BothAlgorithms : public ::testing::TestWithParam<ReplyCompression> {
 protected:
  std::size_t chunk_size() const { return GetParam() == kMszip ? 32768 : 65536; }
};

INSTANTIATE_TEST_SUITE_P(Compression, BothAlgorithms, ::testing::Values(kMszip, kWin2k3),
                         [](const auto& param) { return param.param == kMszip ? "Mszip" : "Win2k3"; });

TEST_P(BothAlgorithms, RoundTripsAroundTheChunkSizes) {
  for (const std::size_t size : {1, 2, 3, 4, 5, 8, 100, 32767, 32768, 32769, 65535, 65536, 65537, 98304, 131072, 131075, 200000}) {
    for (const auto& plain : {test_data::repeated("reply", size), test_data::random_octets(size, 1), test_data::self_similar(size, 2)}) {
      const auto blob = compress_reply(GetParam(), plain);
      ASSERT_TRUE(blob) << blob.error().detail;
      EXPECT_LE(blob->size(), plain.size());
      const auto back = decompress_reply(GetParam(), *blob, plain.size());
      ASSERT_TRUE(back) << back.error().detail;
      ASSERT_EQ(*back, plain) << size;
    }
  }
}

// 4.1.10.6.19: the chunk size of the algorithm, each with its two sizes, each starting at a multiple of four.
TEST_P(BothAlgorithms, Framing) {
  const auto plain = test_data::reply_like(60, 3);
  const auto blob = compress_reply(GetParam(), plain);
  ASSERT_TRUE(blob);
  EXPECT_LT(blob->size() * 3, plain.size());
  EXPECT_EQ(blob->size() % 4, 0u);
  std::size_t at = 0;
  std::size_t total = 0;
  while (at < blob->size()) {
    const std::size_t plain_size = load_le<std::uint32_t>(&(*blob)[at]);
    const std::size_t data_size = load_le<std::uint32_t>(&(*blob)[at + 4]);
    EXPECT_EQ(plain_size, std::min(chunk_size(), plain.size() - total));
    total += plain_size;
    const std::size_t end = at + 8 + data_size;
    at = (end + 3) / 4 * 4;
    ASSERT_LE(at, blob->size());
    for (std::size_t i = end; i < at; ++i) EXPECT_EQ((*blob)[i], 0);
  }
  EXPECT_EQ(total, plain.size());
}

// 4.1.10.6.19: when the two sizes of the whole are equal, nothing is compressed. Whoever compresses must never let that happen
// by chance.
TEST_P(BothAlgorithms, EqualSizesMeanRaw) {
  const auto plain = test_data::random_octets(5000, 4);
  EXPECT_EQ(compress_reply(GetParam(), plain), plain);
  EXPECT_EQ(decompress_reply(GetParam(), plain, plain.size()), plain);
  EXPECT_EQ(compress_reply(GetParam(), {}), Bytes{});
  EXPECT_EQ(decompress_reply(GetParam(), {}, 0), Bytes{});
  for (std::size_t size = 1; size < 400; ++size) {
    const auto text = test_data::few_letters(size, static_cast<std::uint32_t>(size), 5);
    const auto blob = compress_reply(GetParam(), text);
    ASSERT_TRUE(blob);
    ASSERT_EQ(decompress_reply(GetParam(), *blob, size), text);
  }
}

// 4.1.10.2.17: a chunk whose two sizes are equal holds its data as they are; it is history for the MSZIP chunk after it.
TEST_P(BothAlgorithms, StoredChunks) {
  const auto stored = to_bytes(as_bytes("hello"));
  const Bytes blob = chunk(5, 5, stored) + chunk(5, 5, stored);
  const auto plain = decompress_reply(GetParam(), blob, 10);
  ASSERT_TRUE(plain) << plain.error().detail;
  EXPECT_EQ(*plain, to_bytes(as_bytes("hellohello")));
}

TEST_P(BothAlgorithms, OneIncompressibleChunkAmongOthers) {
  const auto zeros = Bytes(chunk_size());
  const Bytes plain = zeros + test_data::random_octets(chunk_size(), 5) + zeros + test_data::random_octets(99, 6);
  const auto blob = compress_reply(GetParam(), plain);
  ASSERT_TRUE(blob);
  EXPECT_LT(blob->size(), plain.size() / 2);
  EXPECT_EQ(decompress_reply(GetParam(), *blob, plain.size()), plain);
}

// The last padding may be missing, and Samba ends a message of full chunks with a chunk of no octets.
TEST_P(BothAlgorithms, WhatMayFollowTheLastChunk) {
  const auto data = to_bytes(as_bytes("hello"));
  auto blob = chunk(5, 5, data);
  const auto plain = data;
  EXPECT_EQ(decompress_reply(GetParam(), ByteView(blob).first(13), 5), plain);
  EXPECT_EQ(decompress_reply(GetParam(), blob + Bytes(4), 5), plain);
  EXPECT_EQ(decompress_reply(GetParam(), blob + chunk(0, 0, {}), 5), plain);
  EXPECT_EQ(decompress_reply(GetParam(), blob + chunk(0, 4, *from_hex(GetParam() == kMszip ? "434b0300" : "ffffffff")), 5), plain);
  EXPECT_THAT(error_of(GetParam(), blob + chunk(1, 1, Bytes(1)), 5), HasSubstr("chunk 1: 1 octets announced where at most 0 fit"));
}

TEST_P(BothAlgorithms, LyingSizes) {
  const auto plain = test_data::reply_like(40, 7);
  const auto blob = *compress_reply(GetParam(), plain);
  EXPECT_THAT(error_of(GetParam(), blob, plain.size() + 1), HasSubstr("the blob ends before its data does"));
  EXPECT_THAT(error_of(GetParam(), blob, plain.size() - 1), HasSubstr("fit"));
  EXPECT_THAT(error_of(GetParam(), blob, kDecompressedReplySizeMax), HasSubstr("the blob ends before its data does"));
  EXPECT_THAT(error_of(GetParam(), chunk(9, 6, Bytes(5)), 9), HasSubstr("chunk 0"));
  EXPECT_THAT(error_of(GetParam(), chunk(9, 0xFFFFFFFF, Bytes(5)), 9), HasSubstr("4294967295 octets announced, 8 left"));
  EXPECT_THAT(error_of(GetParam(), chunk(0xFFFFFFFF, 4, Bytes(4)), 90), HasSubstr("at most 90 fit"));
  EXPECT_THAT(error_of(GetParam(), chunk(70000, 4, Bytes(4)), 90000), HasSubstr("octets announced where at most " + std::to_string(chunk_size())));
  EXPECT_THAT(error_of(GetParam(), chunk(9, 4, *from_hex("12345678")), 9), HasSubstr("compressed reply, chunk 0: a"));
}

TEST_P(BothAlgorithms, EveryPrefixIsRefused) {
  const auto plain = test_data::reply_like(4, 7);
  const auto blob = *compress_reply(GetParam(), plain);
  for (std::size_t size = 0; size + 8 < blob.size(); ++size)
    ASSERT_FALSE(decompress_reply(GetParam(), ByteView(blob).first(size), plain.size())) << size;
}

// A blob that is smaller than its data by any factor is fine within the limit, and refused before any work beyond it.
TEST_P(BothAlgorithms, Bombs) {
  const Bytes zeros(std::size_t{4} << 20);
  const auto blob = *compress_reply(GetParam(), zeros);
  EXPECT_LT(blob.size(), zeros.size() / 150);
  EXPECT_EQ(decompress_reply(GetParam(), blob, zeros.size()), zeros);
  const auto refused = decompress_reply(GetParam(), blob, zeros.size(), zeros.size() - 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorDsDraOutOfMem);
  EXPECT_FALSE(decompress_reply(GetParam(), blob, 0xFFFFFFFF));
}

TEST_P(BothAlgorithms, AReplyBeyondTheLimitIsNotCompressed) {
  const Bytes huge(kDecompressedReplySizeMax + 1);
  const auto blob = compress_reply(GetParam(), huge);
  ASSERT_FALSE(blob);
  EXPECT_EQ(blob.error().code, win32::kErrorInvalidParameter);
}

// DRS_COMP_ALG_NONE is raw data, DRS_COMP_ALG_UNUSED must not be used, others do not exist.
TEST(Compression, OtherAlgorithms) {
  const Bytes plain = {1, 2, 3};
  EXPECT_EQ(compress_reply(kNone, plain), plain);
  EXPECT_EQ(decompress_reply(kNone, plain, 3), plain);
  EXPECT_THAT(error_of(kNone, plain, 4), HasSubstr("3 octets and announces 4"));
  for (const auto number : {1u, 4u, 0xFFFFFFFFu}) {
    EXPECT_EQ(compress_reply(static_cast<ReplyCompression>(number), plain).error().code, win32::kErrorNotSupported);
    EXPECT_EQ(decompress_reply(static_cast<ReplyCompression>(number), plain, 4).error().code, win32::kErrorNotSupported);
  }
}

}  // namespace
}  // namespace tributary
