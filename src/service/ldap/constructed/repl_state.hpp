// SPDX-License-Identifier: Apache-2.0
// Replication state of a whole DSA, as the rootDSE shows it: [MS-ADTS] 3.1.1.3.2.28 to 3.1.1.3.2.30.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/dsa.hpp"

namespace tributary::service::ldap_face {

/// msDS-ReplAllInboundNeighbors, msDS-ReplAllOutboundNeighbors, msDS-ReplConnectionFailures, msDS-ReplLinkFailures, msDS-ReplPendingOps and
/// msDS-ReplQueueStatistics, in any case.
[[nodiscard]] bool is_repl_state(std::string_view attribute) noexcept;
/// Its values: XML, or with `binary` (";binary") the structures of 2.2. None for a caller who may not see them (the rights of
/// IDL_DRSGetReplInfo). kErrorInvalidParameter for any other attribute.
[[nodiscard]] Result<std::vector<std::string>> repl_state_values(Dsa& dsa, const Caller& caller, std::string_view attribute, bool binary);

}  // namespace tributary::service::ldap_face
