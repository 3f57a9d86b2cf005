// SPDX-License-Identifier: Apache-2.0
// Stands in front of src/repl/state/reps.hpp as conflicts.hpp does: the source's position may be written down wrongly.
#pragma once

#include "../../../../src/repl/state/reps.hpp"
#include "sim/planted/bugs.hpp"

namespace tributary::repl {

/// The bug: the position is one change further than what was applied.
inline void planted_after_reply(RepsFrom& source, const InvocationId& invocation, drsuapi::USN_VECTOR usn_to, DsTime now) {
  if (sim::planted_bug() == sim::Bug::kCursor) {
    ++usn_to.usnHighObjUpdate;
    ++usn_to.usnHighPropUpdate;
  }
  after_reply(source, invocation, usn_to, now);
}

}  // namespace tributary::repl

#define after_reply planted_after_reply
