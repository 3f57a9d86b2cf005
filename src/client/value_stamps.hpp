// SPDX-License-Identifier: Apache-2.0
// The stamps of linked values, also where IDL_DRSGetReplInfo does not tell them: one object is replicated (EXOP_REPL_OBJ,
// [MS-DRSR] 4.1.10.2.22), and its link values come with their stamps. Takes the right to replicate; the local USN is not known then.
#pragma once

#include "client/repl_state.hpp"

namespace tributary::client {

/// read_value_stamps, or the second way when the DC lacks that call.
[[nodiscard]] Result<ReplState<ValueStamp>> read_value_stamps_any_way(DcView dc, const std::string& object_dn, const std::string& attribute = {},
                                                                      const std::string& value_dn = {});

}  // namespace tributary::client
