// SPDX-License-Identifier: Apache-2.0
// Whether it is still safe to replicate from a source: after a silence longer than the tombstone lifetime deletions may have been made and
// forgotten on one side without the other ever hearing of them, and objects would come back ([MS-ADTS] 3.1.1.1.15, 6.1.1.2.4.1.1;
// [MS-ERREF] 2.2, ERROR_DS_REPL_LIFETIME_EXCEEDED). Pure. Must never know how the source is reached.
#pragma once

#include "repl/objects/context.hpp"
#include "repl/state/reps.hpp"
#include "repl/state/up_to_dateness.hpp"

namespace tributary::repl {

/// kErrorDsReplLifetimeExceeded when the last success with this source is longer ago than the tombstone lifetime, and strict consistency
/// is asked for. What counts is the later of its own last success and of the time of its cursor in our vector: by the latter its updates
/// have come to us by way of others. A source that never succeeded passes: a replica that begins has nothing that could be stale, and a
/// vector that never heard of the source says nothing either. A time that is not yet over (a clock went back) counts as now.
/// `source` is as stored, before the attempt; `utd` our stored vector of the NC.
[[nodiscard]] Result<void> check_source_age(const RepsFrom& source, const ReplUpToDateVector& utd, const DirectoryRules& rules, DsTime now);

/// When we last heard of the source, by whatever way; zero is never.
[[nodiscard]] DsTime last_heard_of(const RepsFrom& source, const ReplUpToDateVector& utd) noexcept;

}  // namespace tributary::repl
