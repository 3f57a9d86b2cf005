// SPDX-License-Identifier: Apache-2.0
// SIDs for new accounts out of the pool of this DSA: the rIDSet object of its computer ([MS-ADTS] 3.1.1.1.12, 6.1.5.3). Filling the pool is
// the RID master's (repl/source/extended_writes.hpp); asking for it is the caller's, when is_low() or kErrorDsNoRidsAllocated.
#pragma once

#include "base/error.hpp"
#include "repl/updates/updates.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

inline constexpr Win32 kErrorDsNoRidsAllocated{8208};

struct RidDraw {
  Sid sid;
  repl::Updates updates;  ///< of the rIDSet object
  bool is_low = false;    ///< less than a fifth is left: time to ask for more
};
/// What draw_sid() would give next, without writing anything. The same codes.
[[nodiscard]] Result<RidDraw> peek_sid(const store::Snapshot& snapshot, const repl::Context& context);
/// kErrorDsNoRidsAllocated when the DSA has no pool or has used it up, kErrorNotSupported when it holds no domain.
[[nodiscard]] Result<RidDraw> draw_sid(store::WriteTransaction& tx, const repl::Context& context);

}  // namespace tributary::service
