// SPDX-License-Identifier: Apache-2.0
// From an answer of IDL_DRSGetReplInfo ([MS-DRSR] 4.1.13) to the block that DsReplicaGetInfo returns: wire options become API options,
// then the C layout. Pure.
#pragma once

#include "base/error.hpp"
#include "drsuapi/replinfo.hpp"

namespace tributary::ntdsapi {

/// The types that ntdsapi.h has a structure for: DS_REPL_INFO_NEIGHBORS to DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE.
inline constexpr std::uint32_t kInfoTypeMax = 10;

/// A block for free(). `reply` must be an answer of `type`: kRpcXBadStubData otherwise. A null answer is a structure without entries.
[[nodiscard]] Result<void*> repl_info_block(std::uint32_t type, drsuapi::DRS_MSG_GETREPLINFO_REPLY reply);

}  // namespace tributary::ntdsapi
