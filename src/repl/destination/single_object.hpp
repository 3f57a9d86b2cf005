// SPDX-License-Identifier: Apache-2.0
// The replication of one object alone: ReplSingleObjRequestMsg and what its reply does ([MS-DRSR] 4.1.10.4.2, 4.1.10.6.1). Neither repsFrom nor
// the vector moves: the next cycle brings the object again, and finds nothing new in it. Must never know how messages travel.
#pragma once

#include "repl/destination/request.hpp"
#include "repl/updates/updates.hpp"

namespace tributary::repl {

/// `object` is here, as a name at least. kErrorDsObjNotFound when it has no NC that is held here.
[[nodiscard]] Result<drsuapi::DRS_MSG_GETCHGREQ> single_object_request(const Context& context, const store::Snapshot& snapshot, Dnt nc_root,
                                                                       drsuapi::DSNAME object, const drsuapi::DRS_EXTENSIONS_INT& server);

/// Applies the reply. kErrorDsObjNotFound when the source has no such object, or a deleted one; the codes of PageApplier, of which
/// kErrorDsDraMissingParent says that its parent is not here. After an error the transaction has to be dropped.
[[nodiscard]] Result<Updates> apply_single_object(const Context& context, store::WriteTransaction& tx, Dnt nc_root, const DsaGuid& source,
                                                  const drsuapi::DRS_MSG_GETCHGREPLY_V9& reply, const drsuapi::DSNAME& object, ByteView session_key);

}  // namespace tributary::repl
