// SPDX-License-Identifier: Apache-2.0
// MSZIP chunks ([MS-DRSR] 4.1.10.2.18, 4.1.10.6.19; RFC 1951): the signature, one whole deflate stream, the window.
#include "drsuapi/compress/mszip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/compress/test_data.hpp"

namespace tributary {
namespace {

using ::testing::HasSubstr;

Bytes compress(ByteView plain, ByteView history = {}) {
  MszipCompressor compressor;
  Bytes out;
  EXPECT_TRUE(compressor.compress_chunk(plain, history, out));
  return out;
}

Result<Bytes> decompress(ByteView chunk, std::size_t size, ByteView history = {}) {
  MszipDecompressor decompressor;
  Bytes plain(size);
  if (const auto done = decompressor.decompress_chunk(chunk, history, plain); !done) return std::unexpected(done.error());
  return plain;
}

std::string error_of(ByteView chunk, std::size_t size, ByteView history = {}) {
  const auto plain = decompress(chunk, size, history);
  if (plain) return "no error";
  EXPECT_EQ(plain.error().code, win32::kErrorInvalidData);
  return plain.error().detail;
}

// RFC 1951 3.2.4 and 3.2.6, written by hand: a stored block of "abc", and the empty block of fixed codes.
TEST(MszipDecompress, HandMadeChunks) {
  EXPECT_EQ(decompress(*from_hex("434b 01 0300 fcff 616263"), 3), to_bytes(as_bytes("abc")));
  EXPECT_EQ(decompress(*from_hex("434b 0300"), 0), Bytes{});
}

// A match may reach back into the chunk before; only its last 32768 octets count. (zlib itself writes no distance
// above 32506, so the data come from within that.)
TEST(Mszip, HistoryIsTheWindow) {
  const auto history = test_data::random_octets(40000, 1);
  const auto plain = to_bytes(ByteView(history).last(32000));
  const auto chunk = compress(plain, history);
  EXPECT_LT(chunk.size(), plain.size() / 100);
  EXPECT_EQ(decompress(chunk, plain.size(), history), plain);
  EXPECT_EQ(decompress(chunk, plain.size(), ByteView(history).last(kMszipChunkSizeMax)), plain);
  EXPECT_THAT(error_of(chunk, plain.size(), ByteView(history).last(100)), HasSubstr("not valid deflate data"));
}

TEST(Mszip, RoundTrips) {
  using namespace test_data;
  MszipCompressor compressor;
  MszipDecompressor decompressor;
  for (const auto& plain : {Bytes{}, repeated("x", 1), repeated("ab", 7), Bytes(kMszipChunkSizeMax), random_octets(kMszipChunkSizeMax, 2),
                            few_letters(5000, 3, 4), self_similar(kMszipChunkSizeMax - 1, 4), reply_like(5, 5)}) {
    Bytes chunk = {0xEE};  // what stands in the buffer stays
    ASSERT_TRUE(compressor.compress_chunk(plain, {}, chunk));
    EXPECT_EQ(chunk[0], 0xEE);
    Bytes back(plain.size());
    const auto done = decompressor.decompress_chunk(ByteView(chunk).subspan(1), {}, back);
    ASSERT_TRUE(done) << done.error().detail;
    EXPECT_EQ(back, plain);
  }
}

// Data that deflate cannot shrink goes into one stored block: "CK", five octets of header, the data. That is within the 12 octets
// that every MSZIP reader allows for, and it is never as long as the data, which would mean something else.
TEST(MszipCompress, IncompressibleDataIsOneStoredBlock) {
  const auto plain = test_data::random_octets(kMszipChunkSizeMax, 8);
  const auto chunk = compress(plain);
  EXPECT_EQ(chunk.size(), plain.size() + 7);
  EXPECT_EQ(to_hex(ByteView(chunk).first(7)), "434b01" "0080" "ff7f");
}

TEST(MszipCompress, NeverAsLongAsTheData) {
  MszipCompressor compressor;
  for (unsigned letters = 1; letters < 64; ++letters) {
    for (std::size_t size = 1; size < 64; ++size) {
      const auto plain = test_data::few_letters(size, static_cast<std::uint32_t>(size), letters);
      Bytes chunk;
      ASSERT_TRUE(compressor.compress_chunk(plain, {}, chunk));
      ASSERT_NE(chunk.size(), plain.size());
      ASSERT_LE(chunk.size(), plain.size() + 7);
      ASSERT_EQ(decompress(chunk, size), plain);
    }
  }
}

TEST(MszipDecompress, BrokenChunks) {
  const auto plain = test_data::reply_like(3, 5);
  const auto chunk = compress(plain);
  EXPECT_THAT(error_of({}, 3), HasSubstr("does not start with CK"));
  EXPECT_THAT(error_of(*from_hex("43"), 3), HasSubstr("does not start with CK"));
  EXPECT_THAT(error_of(*from_hex("4b43 0300"), 0), HasSubstr("does not start with CK"));
  EXPECT_THAT(error_of(*from_hex("434b"), 3), HasSubstr("does not end where its lengths say"));
  EXPECT_THAT(error_of(*from_hex("434b 07"), 3), HasSubstr("not valid deflate data"));
  EXPECT_THAT(error_of(*from_hex("434b 0300"), 1), HasSubstr("less than its header says"));
  EXPECT_THAT(error_of(*from_hex("434b 0300 00"), 0), HasSubstr("octets follow"));
  EXPECT_THAT(error_of(chunk, plain.size() - 1), HasSubstr("does not end where its lengths say"));
  EXPECT_THAT(error_of(chunk, plain.size() + 1), HasSubstr("less than its header says"));
  EXPECT_THAT(error_of(chunk, kMszipChunkSizeMax + 1), HasSubstr("over 32768"));
  for (std::size_t size = 0; size < chunk.size(); ++size) ASSERT_FALSE(decompress(ByteView(chunk).first(size), plain.size())) << size;
}

// A reader that met a broken chunk reads the next message as if nothing had happened.
TEST(MszipDecompress, RecoversAfterAnError) {
  MszipDecompressor decompressor;
  Bytes plain(3);
  EXPECT_FALSE(decompressor.decompress_chunk(*from_hex("434b 07"), {}, plain));
  EXPECT_TRUE(decompressor.decompress_chunk(*from_hex("434b 01 0300 fcff 616263"), {}, plain));
}

// zlib has ten levels; anything else never gets a compressor.
TEST(MszipCompress, AnImpossibleLevelIsAnError) {
  MszipCompressor compressor(99);
  Bytes out;
  const auto done = compressor.compress_chunk(Bytes(4), {}, out);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, win32::kErrorNotEnoughMemory);
}

TEST(MszipCompressDeathTest, AChunkIsNeverLargerThanTheFormatAllows) {
  const Bytes plain(kMszipChunkSizeMax + 1);
  EXPECT_DEATH(compress(plain), "kMszipChunkSizeMax");
}

}  // namespace
}  // namespace tributary
