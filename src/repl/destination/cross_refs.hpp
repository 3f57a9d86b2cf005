// SPDX-License-Identifier: Apache-2.0
// What a crossRef that comes, goes or comes back does to the subordinate reference of its NC ([MS-DRSR] 4.1.10.6.9, 4.1.10.6.10, with
// AddSubRef 5.6 and DelSubRef 5.32).
#pragma once

#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"

namespace tributary::repl {

/// After the record was written: a living crossRef has the subordinate reference of its NC, where the NC above is held, a dead one has none.
/// Nothing happens for any other object.
[[nodiscard]] Result<void> follow_cross_ref(store::WriteTransaction& transaction, const Context& context, Dnt dnt);

}  // namespace tributary::repl
