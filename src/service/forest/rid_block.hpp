// SPDX-License-Identifier: Apache-2.0
// The RID master's next block of RIDs for itself ([MS-ADTS] 3.1.1.1.12, 6.1.5.3), as it would give one to any other DSA ([MS-DRSR]
// 4.1.10.5.12). Drawing from a block is service/forest/rid_pool.hpp's.
#pragma once

#include "base/sid.hpp"
#include "repl/updates/updates.hpp"

namespace tributary::service {

/// kErrorDsCouldntContactFsmo when this DSA is not the RID master, kErrorDsNoServerObject when it has no RID Set.
[[nodiscard]] Result<repl::Updates> take_rid_block(store::WriteTransaction& tx, const repl::Context& context);
/// The SID of the domain in which the computer object of this DSA is. kErrorDsNoServerObject.
[[nodiscard]] Result<Sid> domain_sid_of_dsa(const store::Snapshot& snapshot, const repl::Context& context);

}  // namespace tributary::service
