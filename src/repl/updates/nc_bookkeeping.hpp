// SPDX-License-Identifier: Apache-2.0
// What this DSA notes for itself about NCs: IT_NC_ABOVE and the like, and subRefs ([MS-ADTS] 3.1.1.5.2.6). Nothing of it replicates, and
// no stamp or uSNChanged is raised. A helper of this room.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

/// Sets and clears bits of instanceType; the stamp stays.
[[nodiscard]] Result<void> change_instance_type(WriteTransaction& tx, Dnt dnt, std::uint32_t set, std::uint32_t clear);
/// The NC root (or subordinate reference) in subRefs of the root of the NC above it, or not. Nothing happens below kRootDnt.
[[nodiscard]] Result<void> list_in_subrefs(WriteTransaction& tx, Dnt nc, bool is_listed);

}  // namespace tributary::repl
