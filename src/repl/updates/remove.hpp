// SPDX-License-Identifier: Apache-2.0
// The Delete operation as an originating update: [MS-ADTS] 3.1.1.5.5; RemoveObj and RecycleObj of [MS-DRSR] 5.160 and 5.161.
//
// Without the recycle bin an object becomes a tombstone: flags kDeleted and kRecycled, isDeleted TRUE, isRecycled absent. With it an object
// becomes a deleted-object (kDeleted), and a deleted-object becomes a recycled-object (kDeleted and kRecycled, both attributes TRUE).
#pragma once

#include <functional>

#include "repl/updates/updates.hpp"

namespace tributary::repl {

/// Deletes an object; a deleted-object of the recycle bin becomes a recycled-object. The root of an NC is not deleted but removed (nc.hpp).
/// Codes: kErrorDsObjNotFound, kErrorDsReferral, kErrorDsCantDelete (FLAG_DISALLOW_DELETE, tombstones, recycled-objects, the Schema NC,
/// NC roots, this DSA's rIDSet), kErrorDsChildrenExist, kErrorDsCantDeleteDsaObj, kErrorDsNcStillHasDsas, kErrorDsCantOnNonLeaf,
/// kErrorDsDatabaseError (3.1.1.1.16: link work under way).
[[nodiscard]] Result<Updates> remove_object(WriteTransaction& tx, const Context& context, Dnt dnt, CheckLevel level);

/// 3.1.1.5.5.7: the tree below and with an object, leaves first, at most `objects_max` in this transaction.
struct TreeRemoval {
  Updates updates;
  bool finished = false;         ///< the object itself is deleted
  std::optional<Error> stopped;  ///< what could not be deleted: what was deleted before stays so
};
/// An error of the call itself means that nothing was deleted. When it is neither finished nor stopped, commit and call again
/// (LDAP says kErrorDsTreeDeleteNotFinished meanwhile). Critical system objects that are not SAM's stop it.
/// `judge` may refuse each object that is about to go; empty: nobody is asked.
using TreeJudge = std::function<Result<void>(const ObjectView& object)>;
[[nodiscard]] Result<TreeRemoval> remove_tree(WriteTransaction& tx, const Context& context, Dnt dnt, std::size_t objects_max, CheckLevel level,
                                              const TreeJudge& judge = {});

/// [MS-DRSR] 5.160. For garbage collection, and for what enabling the recycle bin does to tombstones (4.1.10.6.2). Nothing happens to an
/// object that is recycled already. kErrorDsIllegalModOperation for one that is not deleted.
[[nodiscard]] Result<Updates> recycle_object(WriteTransaction& tx, const Context& context, Dnt dnt);

}  // namespace tributary::repl
