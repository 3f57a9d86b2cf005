// SPDX-License-Identifier: Apache-2.0
// The Undelete operation as an originating update: [MS-ADTS] 3.1.1.5.3.7. Without the recycle bin a tombstone comes back with what it
// kept; with it a deleted-object comes back as it was, and its links and those to it are seen again.
#pragma once

#include "repl/updates/modify.hpp"

namespace tributary::repl {

struct UndeleteRequest {
  Dnt object = kNoDnt;
  Dnt new_parent = kNoDnt;
  std::string new_rdn;
  std::optional<Attid> rdn_type;            ///< as the new DN had it
  std::vector<Modification> modifications;  ///< beside isDeleted and distinguishedName
};

/// lastKnownParent and msDS-LastKnownRDN stay: they say where it was.
/// Codes: kErrorDsObjNotFound, kErrorDsReferral, kErrorDsAttIsNotOnObj (not deleted, or recycled), kErrorDsIllegalModOperation (the Deleted
/// Objects container, another NC), kErrorDsNoParentObject, kErrorDsObjStringNameExists, kErrorDsDatabaseError (3.1.1.1.16: link work under
/// way), kErrorDsIllegalSuperior, and those of modify() and check_rdn.
[[nodiscard]] Result<Updates> undelete(WriteTransaction& tx, const Context& context, const UndeleteRequest& request, CheckLevel level);

}  // namespace tributary::repl
