// SPDX-License-Identifier: Apache-2.0
// The compressed replies of IDL_DRSGetNCChanges ([MS-DRSR] 4.1.10.2.17 to .19, 4.1.10.5.20, 4.1.10.6.18 and .19): from the
// octets of DRS_COMPRESSED_BLOB.pbCompressedData to the pickled reply (pickle.hpp) and back. Knows nothing of NDR
// and nothing of what the octets mean.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary {

/// DRS_COMP_ALG_TYPE of [MS-DRSR] 4.1.10.2.18, in the numbers of the wire. DRS_COMP_ALG_UNUSED (1) is refused.
enum class ReplyCompression : std::uint32_t { kNone = 0, kMszip = 2, kWin2k3 = 3 };

/// The most that one reply may claim to be when decompressed. A reply is one page of a cycle, which the destination
/// sizes itself with cMaxBytes (10 MB is usual); only one object of extreme size can exceed that.
inline constexpr std::size_t kDecompressedReplySizeMax = std::size_t{128} << 20;

/// What a V2 or V7 reply holds. `size` is DRS_COMPRESSED_BLOB.cbUncompressedSize, and `blob` its pbCompressedData.
/// The result has exactly `size` octets. Memory grows with what has really been decompressed, by at most one chunk
/// ahead of it, so a lying `size` costs nothing. kErrorInvalidData names the chunk that is wrong;
/// kErrorDsDraOutOfMem when `size` exceeds `size_max`.
[[nodiscard]] Result<Bytes> decompress_reply(ReplyCompression algorithm, ByteView blob, std::size_t size,
                                             std::size_t size_max = kDecompressedReplySizeMax);

/// The octets for pbCompressedData (its size is cbCompressedSize); cbUncompressedSize is `plain.size()`. When compression
/// gains nothing, or with kNone, the result is a copy of `plain`: equal sizes tell the reader so (4.1.10.6.19), but a server
/// does better to send V1, V6 or V9 then.
[[nodiscard]] Result<Bytes> compress_reply(ReplyCompression algorithm, ByteView plain);

}  // namespace tributary
