// SPDX-License-Identifier: Apache-2.0
// The side of a comparison that is asked: one request and one state of the store in, a reply out; nothing is kept between calls. A node that
// is not the same costs a walk over its range. Must never know a connection: who asks was authenticated before, and what he may do is an
// argument.
#pragma once

#include "repl/divergence/messages.hpp"
#include "repl/source/source_call.hpp"

namespace tributary::repl {

/// Codes: kErrorDsDraBadNc (no replica here), kErrorDsDraAccessDenied (DS-Replication-Get-Changes, and for secrets
/// DS-Replication-Get-Changes-All), kErrorDsDraInvalidParameter (nodes that cannot be), kErrorDsDraIncompatiblePartialSet.
[[nodiscard]] Result<DigestReply> answer_digest(const Context& context, const store::Snapshot& snapshot, const DigestRequest& request,
                                                const ReplicationRights& rights);

/// What of the NC the replica here can have: its partial attribute set, and what a read-only DSA does not get.
[[nodiscard]] Result<DigestScope> scope_of_replica(const Context& context, const store::NcReplica& replica);
/// What both can have. Secrets only when both want them.
[[nodiscard]] DigestScope intersect(const DigestScope& a, const DigestScope& b);
/// The root of the replica with that objectGUID, and what is known of it. kErrorDsDraBadNc.
struct ReplicaHere {
  Dnt root = store::kNoDnt;
  store::NcReplica replica;
};
[[nodiscard]] Result<ReplicaHere> find_replica(const store::Snapshot& snapshot, const ObjectGuid& nc);

}  // namespace tributary::repl
