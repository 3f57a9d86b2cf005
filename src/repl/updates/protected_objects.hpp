// SPDX-License-Identifier: Apache-2.0
// Objects without which this DSA would not be one: [MS-ADTS] 3.1.1.5.5.3, 3.1.1.5.5.5. A helper of this room.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

/// kErrorDsCantDeleteDsaObj for this DSA's nTDSDSA object and what is above it; kErrorDsCantDelete for its rIDSet object likewise;
/// kErrorDsCantOnNonLeaf, kErrorDsNcStillHasDsas or kErrorDsCantDelMasterCrossref for the crossRef of the Configuration NC, the Schema NC or
/// the domain that is held here.
[[nodiscard]] Result<void> check_not_protected(const Snapshot& snapshot, const Context& context, const ObjectView& object);

}  // namespace tributary::repl
