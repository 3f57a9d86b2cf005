// SPDX-License-Identifier: Apache-2.0
// The table of categories, and the union that carries them.
#include "service/directory/directory_error.hpp"

#include "base/win32.hpp"

namespace tributary::service::directory {
namespace {

using namespace drsuapi;
using namespace win32;

constexpr struct {
  Win32 code;
  std::uint32_t category;
  PROBLEM problem;
} kErrors[] = {
    {kErrorDsObjNotFound, nameError, NA_PROBLEM_NO_OBJECT},
    {kErrorDsNoParentObject, nameError, NA_PROBLEM_NO_OBJECT},
    {kErrorDsObjStringNameExists, updError, UP_PROBLEM_ENTRY_EXISTS},
    {kErrorAlreadyExists, updError, UP_PROBLEM_ENTRY_EXISTS},
    {kErrorDsMissingRequiredAtt, updError, UP_PROBLEM_OBJ_CLASS_VIOLATION},
    {kErrorDsAttNotDefForClass, updError, UP_PROBLEM_OBJ_CLASS_VIOLATION},
    {kErrorDsObjectClassRequired, updError, UP_PROBLEM_OBJ_CLASS_VIOLATION},
    {kErrorDsObjClassNotSubclass, updError, UP_PROBLEM_OBJ_CLASS_VIOLATION},
    {kErrorDsObjClassNotDefined, updError, UP_PROBLEM_OBJ_CLASS_VIOLATION},
    {kErrorDsClassMustBeConcrete, updError, UP_PROBLEM_OBJ_CLASS_VIOLATION},
    {kErrorDsIllegalSuperior, updError, UP_PROBLEM_NAME_VIOLATION},
    {kErrorDsNamingViolation, updError, UP_PROBLEM_NAME_VIOLATION},
    {kErrorDsNameUnparseable, updError, UP_PROBLEM_NAME_VIOLATION},
    {kErrorDsRdnDoesntMatchSchema, updError, UP_PROBLEM_NAME_VIOLATION},
    {kErrorDsAttributeTypeUndefined, attributeError, PR_PROBLEM_UNDEFINED_ATT_TYPE},
    {kErrorInvalidParameter, attributeError, PR_PROBLEM_UNDEFINED_ATT_TYPE},
    {kErrorDsInvalidAttributeSyntax, attributeError, PR_PROBLEM_INVALID_ATT_SYNTAX},
    {kErrorDsSingleValueConstraint, attributeError, PR_PROBLEM_CONSTRAINT_ATT_TYPE},
    {kErrorDsRangeConstraint, attributeError, PR_PROBLEM_CONSTRAINT_ATT_TYPE},
    {kErrorDsNameReferenceInvalid, attributeError, PR_PROBLEM_CONSTRAINT_ATT_TYPE},
    {kErrorDsAttValAlreadyExists, attributeError, PR_PROBLEM_ATT_OR_VALUE_EXISTS},
    {kErrorDsAttIsNotOnObj, attributeError, PR_PROBLEM_NO_ATTRIBUTE_OR_VAL},
    {kErrorDsCantRemMissingAttVal, attributeError, PR_PROBLEM_NO_ATTRIBUTE_OR_VAL},
    {kErrorAccessDenied, securityError, SE_PROBLEM_INSUFF_ACCESS_RIGHTS},
    {kErrorDsInsuffAccessRights, securityError, SE_PROBLEM_INSUFF_ACCESS_RIGHTS},
    {kErrorDsReferral, serviceError, SV_PROBLEM_INVALID_REFERENCE},
    {kErrorDsCantModSystemOnly, serviceError, SV_PROBLEM_WILL_NOT_PERFORM},
    {kErrorDsCantAddSystemOnly, serviceError, SV_PROBLEM_WILL_NOT_PERFORM},
    {kErrorDsIllegalModOperation, serviceError, SV_PROBLEM_WILL_NOT_PERFORM},
    {kErrorDsUnwillingToPerform, serviceError, SV_PROBLEM_WILL_NOT_PERFORM},
    {kErrorDsBusy, serviceError, SV_PROBLEM_BUSY},
};

/// The structures that say no more than a problem.
template <class T>
T plain(const DirectoryError& error) {
  T made;
  made.extendedErr = static_cast<std::uint32_t>(error.code);
  if constexpr (requires { made.problem; }) made.problem = error.problem;
  return made;
}

DIRERR_DRS_WIRE_V1 attribute_error(const DirectoryError& error, const Unique<DSNAME>& object) {
  ATRERR_DRS_WIRE_V1 made;
  made.pObject = object;
  made.count = 1;
  made.FirstProblem.push_back({plain<INTFORMPROB_DRS_WIRE_V1>(error)});
  return made;
}

Unique<DIRERR_DRS_WIRE_V1> to_wire(const DirectoryError& error, const Unique<DSNAME>& object) {
  using Wire = DIRERR_DRS_WIRE_V1;
  switch (error.category) {
    case attributeError: return attribute_error(error, object);
    case nameError: return Wire(plain<NAMERR_DRS_WIRE_V1>(error));
    case securityError: return Wire(plain<SECERR_DRS_WIRE_V1>(error));
    case serviceError: return Wire(plain<SVCERR_DRS_WIRE_V1>(error));
    case updError: return Wire(plain<UPDERR_DRS_WIRE_V1>(error));
    case systemError: return Wire(plain<SYSERR_DRS_WIRE_V1>(error));
    default: return nullptr;
  }
}

}  // namespace

DirectoryError directory_error_of(Win32 code) noexcept {
  for (const auto& each : kErrors)
    if (each.code == code) return {each.category, static_cast<std::uint16_t>(each.problem), code};
  return {serviceError, SV_PROBLEM_DIR_ERROR, code};
}

DRS_MSG_ADDENTRYREPLY error_reply(std::uint32_t version, const DirectoryError& error, const Unique<DSNAME>& object) {
  DRS_MSG_ADDENTRYREPLY reply;
  if (version == 2) {
    auto& v2 = reply.emplace<2>();
    v2.pErrorObject = object;
    v2.errCode = error.category;
    v2.extendedErr = static_cast<std::uint32_t>(error.code);
    v2.problem = error.problem;
    return reply;
  }
  auto& v3 = reply.emplace<3>();
  v3.pdsErrObject = object;
  v3.dwErrVer = 1;
  DRS_ERROR_DATA_V1 data;
  data.errCode = error.category;
  data.pErrInfo = to_wire(error, object);
  // An error without a category has no structure for its code.
  if (!data.pErrInfo) data.dwRepError = static_cast<std::uint32_t>(error.code);
  v3.pErrData = DRS_ERROR_DATA(std::move(data));
  return reply;
}

}  // namespace tributary::service::directory
