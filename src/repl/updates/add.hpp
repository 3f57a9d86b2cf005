// SPDX-License-Identifier: Apache-2.0
// The Add operation as an originating update: [MS-ADTS] 3.1.1.5.2. NC roots are made by nc.hpp, schema objects by schema_update.hpp.
#pragma once

#include "repl/updates/updates.hpp"

namespace tributary::repl {

struct AddRequest {
  Dnt parent = kNoDnt;
  std::string rdn;                ///< the value, UTF-8, unquoted
  std::optional<Attid> rdn_type;  ///< as the DN had it: it has to be that of the class
  /// objectClass, as much of its chain as the caller likes, and all else; each attribute once. Absent: defaults as 3.1.1.5.2.4 has them.
  /// nTSecurityDescriptor is the caller's business.
  std::vector<NewAttribute> attributes;
  std::optional<ObjectGuid> guid;  ///< who may choose it was judged before
  std::optional<Sid> sid;          ///< objectSid of a security principal: its RID was drawn before
};

struct AddResult {
  Dnt dnt = kNoDnt;
  Updates updates;
};

/// Codes: kErrorDsObjNotFound (no parent, or a deleted one), kErrorDsReferral, kErrorDsObjectClassRequired, kErrorInvalidParameter (unknown
/// or defunct class or attribute), kErrorDsObjClassNotSubclass, kErrorDsClassMustBeConcrete, kErrorDsCantAddSystemOnly,
/// kErrorDsRdnDoesntMatchSchema, kErrorDsNamingViolation, kErrorDsObjStringNameExists, kErrorDsBadInstanceType,
/// kErrorDsAddReplicaInhibited, kErrorDsSecurityIllegalModify, kErrorDsIllegalSuperior, and those of checks.hpp.
[[nodiscard]] Result<AddResult> add(WriteTransaction& tx, const Context& context, const AddRequest& request, CheckLevel level);

}  // namespace tributary::repl
