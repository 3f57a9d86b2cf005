// SPDX-License-Identifier: Apache-2.0
// Naming contexts: made ([MS-ADTS] 3.1.1.5.2.6, 3.1.1.5.2.8, 6.1.1.4), known by a subordinate reference where they are not held ([MS-DRSR]
// 5.6, 5.32), and taken down again (4.1.20.2). crossRef objects and the NC lists of nTDSDSA objects are ordinary objects and links: the
// caller changes them by add() and modify().
#pragma once

#include "repl/updates/add.hpp"
#include "repl/updates/checks.hpp"

namespace tributary::repl {

struct NcRequest {
  std::string dn;                      ///< of the root
  NcKind kind = NcKind::kApplication;  ///< decides the root's class and which containers there are
  std::optional<ObjectGuid> guid;      ///< as the crossRef names it; of a subordinate reference that is there: its own
  std::optional<Sid> sid;              ///< of a domain, and only of one
  std::vector<NewAttribute> attributes;  ///< of the root, beside objectClass
  Bytes container_descriptor;          ///< nTSecurityDescriptor of the containers; empty: none
};
struct NcCreation {
  Dnt root = kNoDnt;
  Dnt deleted_objects = kNoDnt;  ///< the Schema NC has no containers
  Dnt lost_and_found = kNoDnt;
  Updates updates;
};
/// The root, the NC replica (writable), Deleted Objects, LostAndFound and the further containers that every NC of its kind has, and
/// wellKnownObjects. isDeleted of Deleted Objects has a stamp of 9999-12-29 (6.1.1.4.2), so that it is never garbage.
/// Codes: kErrorDsObjStringNameExists, kErrorDsNamingViolation (3.1.1.5.2.6), kErrorDsReferral, those of add(); at kClient
/// kErrorDsUnwillingToPerform for anything but an application NC.
[[nodiscard]] Result<NcCreation> create_nc(WriteTransaction& tx, const Context& context, const NcRequest& request, CheckLevel level);

/// Seconds since 1601 of 9999-12-29T23:59:59Z.
inline constexpr DsTime kDeletedObjectsTime{265'046'601'599};
/// `deleted_objects` counts as deleted from now on and for ever; for containers that create_nc made or that replicated.
[[nodiscard]] Result<Updates> mark_deleted_objects(WriteTransaction& tx, const Context& context, Dnt deleted_objects);

/// Local bookkeeping, no originating update; for NCs that come by replication as well.
/// NC roots that stand below kRootDnt although an object of theirs parent's name is here now, move below it, have IT_NC_ABOVE and are in
/// its NC root's subRefs.
[[nodiscard]] Result<void> adopt_nc_roots(WriteTransaction& tx, const Context& context);

/// AddSubRef: what tells of an NC below one that is held here. Nothing happens when the parent's NC is not held, or the object is there;
/// one that is there and not in subRefs is added to them.
[[nodiscard]] Result<Updates> add_subref(WriteTransaction& tx, const Context& context, const ObjectGuid& guid, const std::optional<Sid>& sid,
                                         std::string_view dn);
/// DelSubRef. An NC that is held is only taken out of its parent's subRefs.
/// DEVIATION: the object goes at once instead of becoming a tombstone: it is not replicated, nobody would learn from it.
[[nodiscard]] Result<void> remove_subref(WriteTransaction& tx, const Context& context, Dnt subref);

/// The first step of taking an NC replica down: it is marked as going (IT_NC_GOING) and takes no updates any more; NC roots below it
/// stand by themselves. repsFrom and repsTo were judged before. kErrorDsDraBadNc for what is no replica.
[[nodiscard]] Result<void> begin_nc_removal(WriteTransaction& tx, const Context& context, Dnt nc);
struct NcRemoval {
  std::size_t removed = 0;  ///< objects and link values
  bool finished = false;    ///< otherwise commit and call again; a restart does no harm
};
/// The further steps, `removals_max` objects and link values at most in each. In the end the root goes, or becomes a subordinate reference
/// when the NC above is held and `is_in_forest` (its crossRef exists).
[[nodiscard]] Result<NcRemoval> continue_nc_removal(WriteTransaction& tx, const Context& context, Dnt nc, std::size_t removals_max,
                                                    bool is_in_forest);

}  // namespace tributary::repl
