// SPDX-License-Identifier: Apache-2.0
// The writing half of extended operations as a server: roles change their owner, RIDs are allocated, what a read-only DSA was told is
// written down ([MS-DRSR] 4.1.10.5.9, 4.1.10.5.12). All of it are originating updates; nothing is committed here.
#pragma once

#include <span>

#include "repl/source/page_builder.hpp"
#include "repl/source/source_call.hpp"
#include "repl/updates/updates.hpp"

namespace tributary::repl {

/// Windows gives out 500 RIDs at a time.
inline constexpr std::uint32_t kRidBlock = 500;

struct ExtendedWrites {
  std::uint32_t result = 0;          ///< EXOP_ERR: goes into SourceCall::extended_result
  Updates updates;
  /// EXOP_FSMO_ABANDON_ROLE: who owns the role. Ask it for the role (EXOP_FSMO_REQ_ROLE) and call again; `result` stands if that fails.
  std::optional<DsaGuid> ask_owner;
};

/// Whether the operation has a writing half: roles and RIDs.
[[nodiscard]] bool writes(std::uint32_t extended_op) noexcept;

/// In a transaction of its own; then commit, and get_nc_changes on a new snapshot. The access checks of the request were made by
/// get_nc_changes on the state before, called with the same request: an operation that fails there must not come here.
[[nodiscard]] Result<ExtendedWrites> perform_extended_writes(const Context& context, WriteTransaction& transaction, const SourceCall& call,
                                                             const drsuapi::DRS_MSG_GETCHGREQ& request);

/// UpdateRevealedList for what a reply revealed to `rodc`: msDS-RevealedUsers of its computer object.
[[nodiscard]] Result<Updates> update_revealed_list(const Context& context, WriteTransaction& transaction, const DsaGuid& rodc,
                                                   std::span<const RevealedSecret> revealed);

}  // namespace tributary::repl
