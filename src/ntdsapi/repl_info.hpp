// SPDX-License-Identifier: Apache-2.0
// From an answer of IDL_DRSGetReplInfo ([MS-DRSR] 4.1.13) to the block that DsReplicaGetInfo returns: wire options become API options,
// then the C layout. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/guid.hpp"
#include "drsuapi/replinfo.hpp"

namespace tributary::ntdsapi {

/// The types that ntdsapi.h has a structure for: DS_REPL_INFO_NEIGHBORS to DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE.
inline constexpr std::uint32_t kInfoTypeMax = 10;

/// A block for free(). `reply` must be an answer of `type`: kRpcXBadStubData otherwise. A null answer is a structure without entries.
[[nodiscard]] Result<void*> repl_info_block(std::uint32_t type, drsuapi::DRS_MSG_GETREPLINFO_REPLY reply);

/// The type to ask instead when a DC does not serve one, though it serves what that one can be made of (Samba).
[[nodiscard]] std::optional<std::uint32_t> substitute_of(std::uint32_t type) noexcept;
/// The answer to `type` from the answer to its substitute. `dsa_names` has the DN of each DSA by its invocationId.
[[nodiscard]] drsuapi::DRS_MSG_GETREPLINFO_REPLY from_substitute(std::uint32_t type, const drsuapi::DRS_MSG_GETREPLINFO_REPLY& reply,
                                                                 const std::map<Guid, std::u16string>& dsa_names);

}  // namespace tributary::ntdsapi
