// SPDX-License-Identifier: Apache-2.0
// Garbage collection: what was deleted long ago goes for good ([MS-ADTS] 3.1.1.1.5.1, 3.1.1.1.6, 3.1.1.1.9, 6.1.1.4.2), and a
// deleted-object whose lifetime is over becomes a recycled-object. In bounded pieces, each a transaction of its own.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

struct GarbageCollection {
  std::size_t objects_removed = 0;   ///< tombstones and recycled-objects that are gone
  std::size_t links_removed = 0;     ///< absent link values that are gone
  std::size_t objects_recycled = 0;  ///< deleted-objects that became recycled-objects, as originating updates
  bool more = false;                 ///< the limit was reached: commit and call again
  Updates updates;                   ///< of the recycled ones
};
/// Times are this DSA's own: since it applied the deletion. `changes_max` bounds removals, recyclings and their links together, roughly.
/// Removal is no update: nothing replicates. The Deleted Objects containers stay; an object that has children stays until they are gone.
/// Deleted-objects of an NC that is not writable here wait for the recycling to replicate.
[[nodiscard]] Result<GarbageCollection> collect_garbage(WriteTransaction& tx, const Context& context, std::size_t changes_max);

/// What enabling the recycle bin does to what was deleted before ([MS-ADTS] 3.1.1.9.1): tombstones become recycled-objects, isRecycled included,
/// as originating updates, `objects_max` in this transaction. Called until there is no more; on every DSA that sees the feature enabled.
struct TombstoneRecycling {
  Updates updates;
  bool more = false;
};
[[nodiscard]] Result<TombstoneRecycling> recycle_tombstones(WriteTransaction& tx, const Context& context, std::size_t objects_max);

/// Expunge ([MS-DRSR] 5.58): the record and the links from it and to it go at once, without a trace that replicates. References in other
/// objects' attributes that are not linked stay, to a phantom. For garbage, lingering objects and moves to another domain.
/// kErrorDsChildrenExist, kErrorDsObjNotFound.
[[nodiscard]] Result<void> expunge(WriteTransaction& tx, const Context& context, Dnt dnt);

}  // namespace tributary::repl
