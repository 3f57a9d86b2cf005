// SPDX-License-Identifier: Apache-2.0
// How an LDAP operation ends: result codes (RFC 4511 4.1.9), and the failures of the directory in the form that clients of Active
// Directory expect ([MS-ADTS] 3.1.1.3.1.9): the code, and a diagnostic message that begins with the Win32 code in eight hex digits.
// Values only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary::ldap {

enum class ResultCode : std::uint8_t {
  kSuccess = 0,
  kOperationsError = 1,
  kProtocolError = 2,
  kTimeLimitExceeded = 3,
  kSizeLimitExceeded = 4,
  kCompareFalse = 5,
  kCompareTrue = 6,
  kAuthMethodNotSupported = 7,
  kStrongerAuthRequired = 8,
  kReferral = 10,
  kAdminLimitExceeded = 11,
  kUnavailableCriticalExtension = 12,
  kConfidentialityRequired = 13,
  kSaslBindInProgress = 14,
  kNoSuchAttribute = 16,
  kUndefinedAttributeType = 17,
  kInappropriateMatching = 18,
  kConstraintViolation = 19,
  kAttributeOrValueExists = 20,
  kInvalidAttributeSyntax = 21,
  kNoSuchObject = 32,
  kAliasProblem = 33,
  kInvalidDnSyntax = 34,
  kAliasDereferencingProblem = 36,
  kInappropriateAuthentication = 48,
  kInvalidCredentials = 49,
  kInsufficientAccessRights = 50,
  kBusy = 51,
  kUnavailable = 52,
  kUnwillingToPerform = 53,
  kLoopDetect = 54,
  kSortControlMissing = 60,
  kOffsetRangeError = 61,
  kNamingViolation = 64,
  kObjectClassViolation = 65,
  kNotAllowedOnNonLeaf = 66,
  kNotAllowedOnRdn = 67,
  kEntryAlreadyExists = 68,
  kObjectClassModsProhibited = 69,
  kAffectsMultipleDsas = 71,
  kVirtualListViewError = 76,
  kOther = 80,
  kCanceled = 118,
};

/// The name in RFC 4511's spelling ("noSuchObject"); "unknown" for a number without one.
[[nodiscard]] std::string_view result_name(ResultCode code) noexcept;

/// LDAPResult. `matched_dn` and `referrals` (URLs) where the code has them.
struct Outcome {
  ResultCode code = ResultCode::kSuccess;
  std::string matched_dn;
  std::string message;  ///< diagnosticMessage
  std::vector<std::string> referrals;
  [[nodiscard]] bool ok() const noexcept { return code == ResultCode::kSuccess; }
};

/// The LDAP code that a Win32 code of the directory means to a client.
[[nodiscard]] ResultCode result_code_of(Win32 code) noexcept;
/// "00002030: ERROR_DS_OBJ_NOT_FOUND: <detail>", with the code that result_code_of() has.
[[nodiscard]] Outcome outcome_of(const Error& error);
/// The same with another LDAP code, where the section of the operation has one of its own for the Win32 code.
[[nodiscard]] Outcome outcome_of(ResultCode code, const Error& error);

}  // namespace tributary::ldap
