// SPDX-License-Identifier: Apache-2.0
// What a caller may do, as the facts that the engine's procedures ask for. [MS-DRSR] 5.101, 4.1.13.3. Reads only.
#pragma once

#include "repl/source/source_call.hpp"
#include "service/access.hpp"
#include "service/dsa.hpp"

namespace tributary::service {

/// IsGetNCChangesPermissionGranted's rights on the root of an NC. Without a root: none.
[[nodiscard]] Result<repl::ReplicationRights> replication_rights(const repl::Context& context, const store::Snapshot& snapshot,
                                                                 const security::Token& token, store::Dnt nc_root);

/// The control access right on the object, or, where there is none, on the default NC (5.30): the domain that is held here, else the
/// Configuration NC.
[[nodiscard]] Result<bool> has_right(const repl::Context& context, const store::Snapshot& snapshot, const CallContext& call, const DsaIdentity& dsa,
                                     store::Dnt object, const Guid& right);
[[nodiscard]] Result<store::Dnt> default_nc(const store::Snapshot& snapshot, const DsaIdentity& dsa);

/// A member of Enterprise Read-Only Domain Controllers ([MS-DTYP] 2.4.2.4: the domain's RID 498).
[[nodiscard]] bool is_read_only_dsa(const security::Token& token) noexcept;

}  // namespace tributary::service
