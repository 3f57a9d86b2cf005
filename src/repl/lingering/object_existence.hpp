// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetObjectExistence ([MS-DRSR] 4.1.12): GuidSequence and ComputeDigest, which both ends use, and the server. Reads only.
// A sequence costs a walk in the index of GUIDs over as many objects as it has, whatever the size of the NC.
// Must never know what the client does with the answer.
#pragma once

#include <array>
#include <vector>

#include "drsuapi/replica.hpp"
#include "repl/objects/context.hpp"
#include "repl/state/up_to_dateness.hpp"
#include "store/directory_store.hpp"

namespace tributary::repl {

using Md5 = std::array<std::uint8_t, 16>;

/// So many GUIDs does a server look at for one call, and a client ask for: one megabyte. Windows asks for 1,000.
inline constexpr std::uint32_t kExistenceGuidsMax = 65'536;

/// ComputeDigest (4.1.12.2.1). kErrorNotSupported where OpenSSL may not do MD5.
[[nodiscard]] Result<Md5> compute_digest(std::span<const ObjectGuid> guids);

/// GuidSequence (4.1.12.2.1) without its digest: objects and tombstones of the NC whose creation the vector covers, in ascending order of
/// the octets of their GUIDs (5.87), from `start` on, at most `count`. Subordinate references are no objects of the NC; an object whose
/// whenCreated has no stamp was not created by replication's rules and is left out.
[[nodiscard]] Result<std::vector<ObjectGuid>> guid_sequence(const store::Snapshot& snapshot, store::Dnt nc, const ObjectGuid& start, std::uint32_t count,
                                                            const ReplUpToDateVector& utd);

/// The object is, at this moment, a member of the candidate set of 4.1.12.2.1.
[[nodiscard]] bool is_candidate(const store::ObjectView& object, store::Dnt nc, const ReplUpToDateVector& utd) noexcept;

/// The server. `may_get_changes`: AccessCheckCAR(nc, DS-Replication-Get-Changes). Codes in the order of 4.1.12.4:
/// kErrorDsDraInvalidParameter (no replica of the NC that is writable here, a null guidStart), kErrorDsDraAccessDenied.
/// DEVIATION: kErrorDsDraInvalidParameter as well when no vector came or more than kExistenceGuidsMax GUIDs are asked for.
[[nodiscard]] Result<drsuapi::DRS_MSG_EXISTREPLY> object_existence(const Context& context, const store::Snapshot& snapshot,
                                                                   const drsuapi::DRS_MSG_EXISTREQ& request, bool may_get_changes);

}  // namespace tributary::repl
