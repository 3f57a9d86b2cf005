// SPDX-License-Identifier: Apache-2.0
// Where a replicated object goes and what it is called: NameObject, FindBestParentObject, ResolveNameConflict ([MS-DRSR] 4.1.10.6.8,
// .11, .12). The rules of who wins are in repl/state. Must never know attributes other than the name.
#pragma once

#include "repl/objects/context.hpp"
#include "repl/objects/names.hpp"
#include "repl/state/stamps.hpp"

namespace tributary::repl {

/// What is to be named.
struct NameClaimant {
  ObjectGuid guid;
  Dnt existing = kNoDnt;       ///< kNoDnt: it is not here yet
  bool is_deleted = false;     ///< it will be, when the update is applied
  std::string_view rdn;
  std::optional<ObjectGuid> parent_guid;
  store::AttributeStamp stamp;                      ///< of `name`, in the update
  std::optional<store::AttributeStamp> local_stamp; ///< of `name`, here
  bool may_originate = true;                        ///< the replica is writable
};

/// A free place. The stamp is an originating one when the place is not what the update said.
struct NamedPlace {
  Dnt parent = kNoDnt;
  std::string rdn;
  store::AttributeStamp stamp;
  bool is_conflict = false;
  bool is_aside = false;  ///< of a replica that is not writable: it gave way for now (note_place_aside when the object is written)
};

/// Finds a free place in the NC, and makes it free: an object that loses its name is renamed (an originating update). `usn` is that of
/// the change that will use the place. Views of the store do not survive the call.
/// kErrorDsDraMissingParent, kErrorDsDraObjNcMismatch, kErrorDsInsufficientAttrToCreateObject, kErrorDsDraNameCollision.
/// DEVIATION: the pseudocode has no answer when the new parent lies below the object itself (two DCs each moved one below the other): the
/// object goes where orphans go. And in a replica that is not writable names give way without an originating update, which nobody would
/// hear of: stamps stay as they are, so that the update wins by which the writable replicas settle the same conflict. Where the NC has no LostAndFound container that is the NC's root.
[[nodiscard]] Result<NamedPlace> name_object(store::WriteTransaction& transaction, const Context& context, Dnt nc_root,
                                             const NameClaimant& claimant, Usn usn);

/// A deletion has come for an object with living children, which its originator had not seen: they go where orphans go, by originating updates
/// where the replica is writable. Roots of other NCs stay. DEVIATION: [MS-DRSR] looks at the parent when the child arrives
/// (4.1.10.6.11), which leaves them to the DSA that deleted; if that one has lost its database meanwhile nobody would ever move them.
[[nodiscard]] Result<void> orphan_children(store::WriteTransaction& transaction, const Context& context, Dnt nc_root, Dnt parent,
                                           bool may_originate);

/// Remembers in the DSA's value "placesAside" where an object should be, and is not for now. Its `name` has the stamp that says so.
[[nodiscard]] Result<void> note_place_aside(store::WriteTransaction& transaction, Dnt dnt, const ObjectGuid& parent, std::string_view rdn);
/// At the end of a page: objects go where they should be if that is free by now. What was named anew since, or is dead, is forgotten.
[[nodiscard]] Result<void> give_places_back(store::WriteTransaction& transaction);

}  // namespace tributary::repl
