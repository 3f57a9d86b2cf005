// SPDX-License-Identifier: Apache-2.0
// What a DSA that joins does with its own database: the NCs in the order in which they are pulled, the schema when it has come, and whether
// the DSA is complete ([MS-ADTS] 6.1.2.1, 6.1.2.3). The database begins empty, with the DSA's GUID as the server that made its NTDS Settings gave
// it, an invocationId of its own and the embedded schema; the forest's side is add_dsa.hpp.
#pragma once

#include <memory>

#include "repl/objects/context.hpp"
#include "service/forest/names.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

/// The Schema NC goes first, since all values are read by it, the Configuration NC next, then the domain.
[[nodiscard]] std::vector<std::string> ncs_to_join(const ForestNames& forest);

/// The schema of the replica of the Schema NC, as policy of the store from now on. Null when none is held: the embedded one applies.
[[nodiscard]] Result<std::shared_ptr<const schema::Schema>> take_schema(store::DirectoryStore& store);

/// Every NC of the forest is here and complete, and this DSA's own objects are: NTDS Settings with our invocationId, the server above it, its
/// computer. kErrorDsCantFindExpectedNc for an NC, kErrorDsObjNotFound for an object,
/// kErrorDsDraInconsistentDit for another invocationId.
[[nodiscard]] Result<void> check_joined(const store::Snapshot& snapshot, const schema::Schema& schema, const ForestNames& forest);

}  // namespace tributary::service
