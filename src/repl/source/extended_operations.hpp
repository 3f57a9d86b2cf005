// SPDX-License-Identifier: Apache-2.0
// Extended operations as a server: ProcessFsmoRoleRequest and GetRoleScope ([MS-DRSR] 4.1.10.5.12, .16). What goes wrong inside of one
// is an EXOP_ERR in the reply; only a damaged store is an Error.
// Those that write (roles, RID allocation) have two halves: perform_extended_writes in a transaction, and then get_nc_changes on the
// state after it, with the first half's outcome in SourceCall::extended_result.
#pragma once

#include "repl/source/page_builder.hpp"
#include "repl/source/source_call.hpp"

namespace tributary::repl {

struct ExtendedRequest {
  const SourceCall& call;
  const NativeRequest& native;
  Dnt object = store::kNoDnt;   ///< fsmoObj: pNC
  Dnt nc_root = store::kNoDnt;
  const store::NcReplica& nc;
};

/// The reading half: everything that is in the operation's scope and that the destination lacks goes into the page; ulExtendedRet is set.
[[nodiscard]] Result<void> process_extended_request(const Context& context, const store::Snapshot& snapshot, const ExtendedRequest& request,
                                                    PageBuilder& page, drsuapi::DRS_MSG_GETCHGREPLY_V9& reply);

/// GetRoleScope (4.1.10.5.16): the objects that make up the role of `role_object`, in the order of the tree.
[[nodiscard]] Result<std::vector<Dnt>> get_role_scope(const Context& context, const store::Snapshot& snapshot, Dnt role_object);

}  // namespace tributary::repl
