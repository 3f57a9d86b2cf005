// SPDX-License-Identifier: Apache-2.0
// The framing of compressed GetNCChanges replies ([MS-DRSR] 4.1.10.2.17, 4.1.10.6.19).
//
//   blob    = plain                        ; when cbCompressedSize = cbUncompressedSize
//           | { chunk }
//   chunk   = cbDecompressedSize cbCompressedSize data padding
//   sizes   : 32 bits, little-endian, of the data alone: neither the two sizes nor the padding count
//   data    = plain                        ; when the two sizes are equal
//           | "CK" deflate                 ; MSZIP, at most 32768 octets decompressed (mszip.hpp)
//           | DIRECT2                      ; WIN2K3, at most 65536 octets decompressed (direct2.hpp)
//   padding = zeros up to a multiple of 4 from the start of the blob
//
// DEVIATION: 4.1.10.6.19 advances by cbCompressedSize alone, as if it counted the sizes before it, and goes on while the position
// is at most the end. Samba, which has read MSZIP replies of Windows for many years, advances by 8 more; so does this.
#include "drsuapi/compress/compression.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/compress/direct2.hpp"
#include "drsuapi/compress/mszip.hpp"

namespace tributary {
namespace {

constexpr std::size_t kChunkHeaderSize = 8;
constexpr std::size_t kAlignment = 4;
/// Memory set aside before anything is decompressed, as a multiple of the input: replies shrink to a tenth at best.
constexpr std::size_t kExpectedRatio = 16;

std::unexpected<Error> unknown(ReplyCompression algorithm) {
  const auto number = static_cast<std::uint32_t>(algorithm);
  return fail(win32::kErrorNotSupported, fmt::format("compression algorithm {} is not one of [MS-DRSR]", number));
}

constexpr std::size_t align(std::size_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

std::size_t chunk_size_max(ReplyCompression algorithm) {
  return algorithm == ReplyCompression::kMszip ? kMszipChunkSizeMax : kDirect2ChunkSizeMax;
}

struct Chunk {
  std::size_t plain_size;
  ByteView data;
};

/// Walks the chunks of a blob.
class ChunkReader {
 public:
  explicit ChunkReader(ByteView blob) : blob_(blob) {}

  /// Fewer octets left than a chunk header has: padding, or the end.
  [[nodiscard]] bool at_end() const { return blob_.size() - offset_ < kChunkHeaderSize; }

  Result<Chunk> next(std::size_t plain_size_max) {
    if (at_end()) return fail(win32::kErrorInvalidData, "the blob ends before its data does");
    const std::uint8_t* const header = &blob_[offset_];
    const std::size_t plain_size = load_le<std::uint32_t>(header);
    const std::size_t data_size = load_le<std::uint32_t>(header + 4);
    const std::size_t left = blob_.size() - offset_ - kChunkHeaderSize;
    if (data_size > left) return fail(win32::kErrorInvalidData, fmt::format("{} octets announced, {} left", data_size, left));
    if (plain_size > plain_size_max)
      return fail(win32::kErrorInvalidData, fmt::format("{} octets announced where at most {} fit", plain_size, plain_size_max));
    const Chunk chunk{plain_size, blob_.subspan(offset_ + kChunkHeaderSize, data_size)};
    offset_ = std::min(align(offset_ + kChunkHeaderSize + data_size), blob_.size());
    return chunk;
  }

 private:
  ByteView blob_;
  std::size_t offset_ = 0;
};

/// Decompresses one chunk after the other into one buffer.
class ReplyDecompressor {
 public:
  ReplyDecompressor(ReplyCompression algorithm, std::size_t reserve) {
    if (algorithm == ReplyCompression::kMszip) mszip_.emplace();
    plain_.reserve(reserve);
  }

  Result<> append(const Chunk& chunk) {
    const std::size_t begin = plain_.size();
    if (chunk.plain_size == chunk.data.size()) {
      plain_.insert(plain_.end(), chunk.data.begin(), chunk.data.end());
      return {};
    }
    plain_.resize(begin + chunk.plain_size);
    const auto target = std::span(plain_).subspan(begin);
    return mszip_ ? mszip_->decompress_chunk(chunk.data, ByteView(plain_).first(begin), target)
                  : direct2_decompress(chunk.data, target);
  }
  [[nodiscard]] std::size_t size() const { return plain_.size(); }
  Bytes take() { return std::move(plain_); }

 private:
  std::optional<MszipDecompressor> mszip_;  // none: WIN2K3
  Bytes plain_;
};

std::unexpected<Error> in_chunk(std::size_t number, Error error) {
  error.detail = fmt::format("compressed reply, chunk {}: {}", number, error.detail);
  return std::unexpected(std::move(error));
}

Result<Bytes> decompress_chunks(ReplyCompression algorithm, ByteView blob, std::size_t size) {
  ChunkReader reader(blob);
  ReplyDecompressor decompressor(algorithm, std::min(size, blob.size() * kExpectedRatio));
  // Chunks of no octets are tolerated (Samba ends a message with one when its last chunk is full); each takes input.
  for (std::size_t number = 0; decompressor.size() < size || !reader.at_end(); ++number) {
    const auto chunk = reader.next(std::min(chunk_size_max(algorithm), size - decompressor.size()));
    if (!chunk) return in_chunk(number, chunk.error());
    if (const auto done = decompressor.append(*chunk); !done) return in_chunk(number, done.error());
  }
  return decompressor.take();
}

/// Appends room for the header of a chunk; returns where the chunk starts.
std::size_t begin_chunk(Bytes& out) {
  const std::size_t begin = out.size();
  out.resize(begin + kChunkHeaderSize);
  return begin;
}

/// Fills in the header of the chunk whose data end `out`, and pads it.
void end_chunk(Bytes& out, std::size_t begin, std::size_t plain_size) {
  store_le<std::uint32_t>(&out[begin], static_cast<std::uint32_t>(plain_size));
  store_le<std::uint32_t>(&out[begin + 4], static_cast<std::uint32_t>(out.size() - begin - kChunkHeaderSize));
  out.resize(align(out.size()));
}

Result<Bytes> compress_mszip(ByteView plain) {
  MszipCompressor compressor;
  Bytes out;
  for (std::size_t at = 0; at < plain.size(); at += kMszipChunkSizeMax) {
    const auto chunk = plain.subspan(at, std::min(kMszipChunkSizeMax, plain.size() - at));
    const std::size_t begin = begin_chunk(out);
    if (const auto done = compressor.compress_chunk(chunk, plain.first(at), out); !done) return std::unexpected(done.error());
    end_chunk(out, begin, chunk.size());
  }
  return out;
}

Bytes compress_win2k3(ByteView plain) {
  Direct2Compressor compressor;
  Bytes out;
  for (std::size_t at = 0; at < plain.size(); at += kDirect2ChunkSizeMax) {
    const auto chunk = plain.subspan(at, std::min(kDirect2ChunkSizeMax, plain.size() - at));
    const std::size_t begin = begin_chunk(out);
    compressor.compress_chunk(chunk, out);
    if (out.size() - begin - kChunkHeaderSize >= chunk.size()) {
      out.resize(begin + kChunkHeaderSize);
      out.insert(out.end(), chunk.begin(), chunk.end());
    }
    end_chunk(out, begin, chunk.size());
  }
  return out;
}

}  // namespace

Result<Bytes> decompress_reply(ReplyCompression algorithm, ByteView blob, std::size_t size, std::size_t size_max) {
  if (size > size_max)
    return fail(win32::kErrorDsDraOutOfMem,
                fmt::format("a compressed reply announces {} octets, the limit is {}", size, size_max));
  if (blob.size() == size) return to_bytes(blob);
  switch (algorithm) {
    case ReplyCompression::kMszip:
    case ReplyCompression::kWin2k3:
      return decompress_chunks(algorithm, blob, size);
    case ReplyCompression::kNone:
      return fail(win32::kErrorInvalidData,
                  fmt::format("a reply without compression has {} octets and announces {}", blob.size(), size));
  }
  return unknown(algorithm);
}

Result<Bytes> compress_reply(ReplyCompression algorithm, ByteView plain) {
  if (plain.size() > kDecompressedReplySizeMax)
    return fail(win32::kErrorInvalidParameter,
                fmt::format("a reply of {} octets, the limit is {}", plain.size(), kDecompressedReplySizeMax));
  Result<Bytes> compressed;
  switch (algorithm) {
    case ReplyCompression::kMszip:
      compressed = compress_mszip(plain);
      break;
    case ReplyCompression::kWin2k3:
      compressed = compress_win2k3(plain);
      break;
    case ReplyCompression::kNone:
      return to_bytes(plain);
    default:
      return unknown(algorithm);
  }
  if (compressed && compressed->size() >= plain.size()) return to_bytes(plain);
  return compressed;
}

}  // namespace tributary
