// SPDX-License-Identifier: Apache-2.0
// The Modify operation as an originating update: [MS-ADTS] 3.1.1.5.3, and raising stamps without a change of values ([MS-DRSR] 5.199).
// Undeletion is undelete.hpp's, moves and renames rename.hpp's.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

enum class ModifyOperation : std::uint8_t {
  kAdd,      ///< the values beside those that are there
  kDelete,   ///< the values; without values all of them
  kReplace,  ///< the values instead of those that are there; without values as kDelete, whether there are any or not
};
struct Modification {
  ModifyOperation operation{};
  Attid attid{};
  std::vector<NewValue> values;
};
struct ModifyOptions {
  CheckLevel level = CheckLevel::kClient;
  /// LDAP_SERVER_PERMISSIVE_MODIFY_OID: adding what is there and removing what is not succeed without an effect.
  bool permissive = false;
  /// LDAP_SERVER_SHOW_DEACTIVATED_LINK_OID: links from and to deleted-objects count as values ([MS-ADTS] 3.1.1.5.3.3).
  bool show_deactivated_links = false;
};

/// Modifications take effect in their order. An attribute that ends with the values that it began with is not written and keeps its stamp;
/// of linked attributes only those values that come or go get stamps. When only link values change, the object's uSNChanged stays.
/// Codes: kErrorDsObjNotFound, kErrorDsReferral, kErrorDsIllegalModOperation (a deleted object, LostAndFound, wellKnownObjects),
/// kErrorInvalidParameter (unknown or defunct attribute), kErrorDsConstructedAttMod, kErrorDsCantModSystemOnly (also name and the RDN
/// attribute), kErrorDsAttValAlreadyExists, kErrorDsCantRemMissingAttVal, kErrorDsAttIsNotOnObj, kErrorDsSingleValueConstraint,
/// kErrorDsInvalidRoleOwner, and those of checks.hpp.
[[nodiscard]] Result<Updates> modify(WriteTransaction& tx, const Context& context, Dnt dnt, std::span<const Modification> modifications,
                                     const ModifyOptions& options);

/// [MS-DRSR] 5.199: the stamps of these attributes are raised above their versions, the values stay. For authoritative restores and for
/// updates that must win. Attributes that were never written are left out.
[[nodiscard]] Result<Updates> raise_stamps(WriteTransaction& tx, const Context& context, Dnt dnt, std::span<const Attid> attids);

}  // namespace tributary::repl
