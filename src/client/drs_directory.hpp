// SPDX-License-Identifier: Apache-2.0
// A directory's entries read from a DC that has drsuapi and no LDAP: names by IDL_DRSCrackNames ([MS-DRSR] 4.1.4), entries of the
// configuration and the schema NC by replicating them once (IDL_DRSGetNCChanges, 4.1.10), any other object by EXOP_REPL_OBJ. Behind the
// interface that reading over LDAP has, so that who reads need not care.
// Takes the right DS-Replication-Get-Changes. Blocks. One thread at a time.
#pragma once

#include <chrono>
#include <memory>

#include "client/client.hpp"
#include "ldap/ldap_client.hpp"

namespace tributary::client {

/// A connection that is authenticated already: bind() does nothing. What it cannot do is kErrorNotSupported with a sentence that says what
/// can: searches of another NC than the two, attributes that do not replicate, and every change.
[[nodiscard]] std::unique_ptr<ldap_client::Connection> entries_over_drsuapi(std::shared_ptr<DrsHandle> dc, std::chrono::milliseconds timeout);

}  // namespace tributary::client
