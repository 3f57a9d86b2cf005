// SPDX-License-Identifier: Apache-2.0
// What the KCC reads ([MS-ADTS] 6.2.2), from a snapshot: the Configuration NC as topology::ConfigurationView, and what only this DSA knows as
// topology::LocalState. Deleted objects and what leads to them are left out. Reads only; must never know a rule of the KCC.
#pragma once

#include "schema/schema.hpp"
#include "store/directory_store.hpp"
#include "topology/configuration.hpp"

namespace tributary::service {

/// kErrorDsCantFindExpectedNc when the Configuration NC is not held.
[[nodiscard]] Result<topology::ConfigurationView> read_configuration(const store::Snapshot& snapshot, const schema::Schema& schema);
/// `contacts` stays empty: the caller makes them.
[[nodiscard]] Result<topology::LocalState> read_local_state(const store::Snapshot& snapshot, const schema::Schema& schema);

}  // namespace tributary::service
