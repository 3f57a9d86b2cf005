// SPDX-License-Identifier: Apache-2.0
// GetNCChanges replies of any version as the native one, which is V9, and back: GetNCChangesNativeReply ([MS-DRSR] 4.1.10.3.8),
// DecompressReplyMessage (4.1.10.6.18), the lists of 4.1.10.5.18 and .19, and the versions of TransformOutput (4.1.10.5.20).
// Pure shape: knows nothing of what a reply means, and negotiates nothing.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "drsuapi/compress/compression.hpp"
#include "drsuapi/getncchanges.hpp"
#include "ndr/arena.hpp"

namespace tributary::drsuapi {

/// What the version lacks is zero. The result borrows from `arena`, from whatever `answer` borrowed from, and from `plain`, which takes
/// the decompressed message (and stays as it was for V1, V6 and V9). kErrorInvalidData or RPC_X_BAD_STUB_DATA for what does not decode.
[[nodiscard]] Result<DRS_MSG_GETCHGREPLY_V9> native_reply(DRS_MSG_GETCHGREPLY&& answer, ndr::Arena& arena, Bytes& plain);

/// `version` is 1, 6 or 9, before compression; with anything but kNone the result is V2 or V7, unless compression gains nothing.
/// The result borrows from `arena` and from whatever `native` borrowed from; a compressed one owns its octets.
/// V1 has no link values, and carries the NC's size in ulExtendedRet when there is one. kErrorRevisionMismatch for another version,
/// and for V2 with kWin2k3.
[[nodiscard]] Result<DRS_MSG_GETCHGREPLY> reply_of_version(DRS_MSG_GETCHGREPLY_V9&& native, std::uint32_t version, ndr::Arena& arena,
                                                           ReplyCompression compression = ReplyCompression::kNone);

}  // namespace tributary::drsuapi
