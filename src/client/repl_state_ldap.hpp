// SPDX-License-Identifier: Apache-2.0
// The second way to the replication state of a DC: the raw values that it keeps, read through LDAP and decoded here.
// [MS-DRSR] 5.166, 5.170, 5.171; replPropertyMetaData as docs/formats/blobs.md has it. For repl_state.cpp only.
#pragma once

#include "client/repl_state.hpp"

namespace tributary::client {

[[nodiscard]] Result<std::vector<Neighbor>> neighbors_through_ldap(Directory& directory, Direction direction, const std::string& nc_dn);
/// The stored vector leaves the DC itself out; the cursor of the DC is added from its highestCommittedUSN, as the call does it.
[[nodiscard]] Result<std::vector<Cursor>> cursors_through_ldap(Directory& directory, const std::string& nc_dn);
[[nodiscard]] Result<std::vector<AttributeStamp>> object_stamps_through_ldap(Directory& directory, const std::string& object_dn);

}  // namespace tributary::client
