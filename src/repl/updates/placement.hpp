// SPDX-License-Identifier: Apache-2.0
// Where an object may go: what moves, deletions and undeletions have in common ([MS-ADTS] 3.1.1.5.4.1, 3.1.1.5.3.7). Helpers of this room.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

/// The parent is there, not deleted, of the same NC, and neither the object nor below it. kErrorDsNoParentObject,
/// kErrorDsIllegalModOperation.
[[nodiscard]] Result<void> check_new_parent(const Snapshot& snapshot, const ObjectView& object, Dnt parent);
/// Nothing moves into the System container or out of it. kErrorDsDisallowedInSystemContainer.
[[nodiscard]] Result<void> check_system_container(const Snapshot& snapshot, const ObjectView& object, Dnt new_parent);
/// The flags of a record whose RDN was just set: kRdnMangled as its name says.
[[nodiscard]] store::ObjectFlags object_flags_with_mangling(const store::ObjectDraft& draft);
/// The object has children that are not deleted.
[[nodiscard]] Result<bool> has_living_children(const Snapshot& snapshot, Dnt parent);

}  // namespace tributary::repl
