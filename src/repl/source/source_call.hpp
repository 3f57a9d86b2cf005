// SPDX-License-Identifier: Apache-2.0
// What a GetNCChanges server knows of the call beside the request: who calls, what he may do, under which key ([MS-DRSR] 5.101, 4.1.10.5).
#pragma once

#include <optional>

#include "repl/source/native_request.hpp"

namespace tributary::repl {

/// IsGetNCChangesPermissionGranted (5.101) as facts: the control access rights of the caller on the NC's root.
struct ReplicationRights {
  bool get_changes = true;
  bool get_changes_all = true;             ///< needed for secrets
  bool get_changes_filtered_set = true;    ///< needed for the filtered attribute set, unless get_changes_all
};

struct SourceCall {
  SourceTerms terms;
  ReplicationRights rights;
  ByteView session_key;            ///< of the caller's security context; empty: no secret attribute can travel
  bool caller_is_rodc = false;     ///< a member of Enterprise Read-Only Domain Controllers
  bool outbound_disabled = false;  ///< NTDSDSA_OPT_DISABLE_OUTBOUND_REPL
  std::optional<std::uint32_t> extended_result;  ///< EXOP_ERR of perform_extended_writes, for an operation that wrote
};

}  // namespace tributary::repl
