// SPDX-License-Identifier: Apache-2.0
// What a native reply has to be before anything of it is applied: its shape, its source, its times, its position and its vector
// ([MS-DRSR] 4.1.10.1.1, 4.1.10.2.12, 4.1.10.6.1, 5.162). A source is believed about its data, never about what it makes impossible.
// Pure. docs/decisions/0044-replication.md says why these codes.
#pragma once

#include "drsuapi/getncchanges.hpp"
#include "repl/objects/context.hpp"
#include "repl/state/reps.hpp"
#include "repl/state/up_to_dateness.hpp"

namespace tributary::repl {

/// A clock may be ahead of ours by so much: a day covers a DC that was never told the time zone. A stamp from further away would win
/// every conflict until then, and is refused until then.
inline constexpr std::int64_t kStampAheadMax_s = 86'400;

struct ReplyExpectation {
  const drsuapi::DSNAME* nc = nullptr;      ///< of the request
  DsaGuid source;                           ///< null: not known yet
  InvocationId invocation;                  ///< the source's, as the position was given out; null: a cycle begins
  drsuapi::USN_VECTOR position;             ///< usnvecFrom of the request
  const ReplUpToDateVector* mine = nullptr; ///< without our own cursor
  InvocationId self;
  Usn highest_committed;
  DsTime now;
  bool is_extended = false;
};

/// kErrorDsDraInvalidParameter: what cannot be (an object without a GUID, stamps that do not match attributes, a link without an owner).
/// kErrorDsDraBadNc: another NC. kErrorTimeSkew: a stamp from the future. kErrorDsDraInternalError: more is announced and nothing moves.
/// kErrorDsDraSourceReinstalled: another DSA answers, or one that went back in time: its position or its vector is behind what it gave out
/// under the same invocationId. kErrorDsDraSinkDisabled: it knows updates of ours that we have not made: this database went back.
[[nodiscard]] Result<void> check_reply(const drsuapi::DRS_MSG_GETCHGREPLY_V9& reply, const ReplyExpectation& expected);

}  // namespace tributary::repl
