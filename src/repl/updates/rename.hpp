// SPDX-License-Identifier: Apache-2.0
// Modify DN within an NC as an originating update, moves and renames: [MS-ADTS] 3.1.1.5.4.1.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

struct RenameRequest {
  Dnt object = kNoDnt;
  std::optional<Dnt> new_parent;       ///< nothing: it stays where it is
  std::optional<std::string> new_rdn;  ///< the value; nothing: it keeps its name
  std::optional<Attid> rdn_type;       ///< as the new DN had it: the type of an object's RDN never changes
};

/// One stamp tells of a move as of a rename: that of `name`. An object that is already there under that name is not written.
/// Codes: kErrorDsObjNotFound, kErrorDsReferral, kErrorDsNoParentObject, kErrorDsIllegalModOperation (another NC, below itself, deleted),
/// kErrorDsModifydnDisallowedByInstanceType (NC roots), kErrorDsModifydnDisallowedByFlag (systemFlags), kErrorDsNoObjectMoveInSchemaNc,
/// kErrorDsIllegalBaseSchemaMod, kErrorDsDisallowedInSystemContainer, kErrorDsIllegalSuperior, kErrorDsObjStringNameExists,
/// kErrorDsRdnDoesntMatchSchema, and those of check_rdn.
[[nodiscard]] Result<Updates> modify_dn(WriteTransaction& tx, const Context& context, const RenameRequest& request, CheckLevel level);

}  // namespace tributary::repl
