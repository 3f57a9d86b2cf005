// SPDX-License-Identifier: Apache-2.0
// The names of LDAP's result codes (RFC 4511 appendix A), and one table from Win32 codes to them (result_codes.inc; [MS-ADTS] 3.1.1.3.1.9).
// Pure tables: no I/O.
#include "ldap/protocol/result_code.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/win32.hpp"

namespace tributary::ldap {
namespace {

struct Row {
  std::uint32_t win32;
  std::string_view name;
  ResultCode code;
};
constexpr Row kRows[] = {
#include "ldap/protocol/result_codes.inc"
};
static_assert(std::ranges::is_sorted(kRows, {}, &Row::win32));

// ERROR_DS_... of [MS-ERREF] 2.2. One that no section pairs with an LDAP code says that the directory will not do what was asked.
constexpr std::uint32_t kFirstDirectoryCode = 0x2008, kLastDirectoryCode = 0x21FF;

}  // namespace

std::string_view result_name(ResultCode code) noexcept {
  switch (code) {
    case ResultCode::kSuccess: return "success";
    case ResultCode::kOperationsError: return "operationsError";
    case ResultCode::kProtocolError: return "protocolError";
    case ResultCode::kTimeLimitExceeded: return "timeLimitExceeded";
    case ResultCode::kSizeLimitExceeded: return "sizeLimitExceeded";
    case ResultCode::kCompareFalse: return "compareFalse";
    case ResultCode::kCompareTrue: return "compareTrue";
    case ResultCode::kAuthMethodNotSupported: return "authMethodNotSupported";
    case ResultCode::kStrongerAuthRequired: return "strongerAuthRequired";
    case ResultCode::kReferral: return "referral";
    case ResultCode::kAdminLimitExceeded: return "adminLimitExceeded";
    case ResultCode::kUnavailableCriticalExtension: return "unavailableCriticalExtension";
    case ResultCode::kConfidentialityRequired: return "confidentialityRequired";
    case ResultCode::kSaslBindInProgress: return "saslBindInProgress";
    case ResultCode::kNoSuchAttribute: return "noSuchAttribute";
    case ResultCode::kUndefinedAttributeType: return "undefinedAttributeType";
    case ResultCode::kInappropriateMatching: return "inappropriateMatching";
    case ResultCode::kConstraintViolation: return "constraintViolation";
    case ResultCode::kAttributeOrValueExists: return "attributeOrValueExists";
    case ResultCode::kInvalidAttributeSyntax: return "invalidAttributeSyntax";
    case ResultCode::kNoSuchObject: return "noSuchObject";
    case ResultCode::kAliasProblem: return "aliasProblem";
    case ResultCode::kInvalidDnSyntax: return "invalidDNSyntax";
    case ResultCode::kAliasDereferencingProblem: return "aliasDereferencingProblem";
    case ResultCode::kInappropriateAuthentication: return "inappropriateAuthentication";
    case ResultCode::kInvalidCredentials: return "invalidCredentials";
    case ResultCode::kInsufficientAccessRights: return "insufficientAccessRights";
    case ResultCode::kBusy: return "busy";
    case ResultCode::kUnavailable: return "unavailable";
    case ResultCode::kUnwillingToPerform: return "unwillingToPerform";
    case ResultCode::kLoopDetect: return "loopDetect";
    case ResultCode::kSortControlMissing: return "sortControlMissing";
    case ResultCode::kOffsetRangeError: return "offsetRangeError";
    case ResultCode::kNamingViolation: return "namingViolation";
    case ResultCode::kObjectClassViolation: return "objectClassViolation";
    case ResultCode::kNotAllowedOnNonLeaf: return "notAllowedOnNonLeaf";
    case ResultCode::kNotAllowedOnRdn: return "notAllowedOnRDN";
    case ResultCode::kEntryAlreadyExists: return "entryAlreadyExists";
    case ResultCode::kObjectClassModsProhibited: return "objectClassModsProhibited";
    case ResultCode::kAffectsMultipleDsas: return "affectsMultipleDSAs";
    case ResultCode::kVirtualListViewError: return "virtualListViewError";
    case ResultCode::kOther: return "other";
    case ResultCode::kCanceled: return "canceled";
  }
  return "unknown";
}

ResultCode result_code_of(Win32 code) noexcept {
  const auto number = std::to_underlying(code);
  const auto* const row = std::ranges::lower_bound(kRows, number, {}, &Row::win32);
  if (row != std::end(kRows) && row->win32 == number) return row->code;
  return number >= kFirstDirectoryCode && number <= kLastDirectoryCode ? ResultCode::kUnwillingToPerform : ResultCode::kOther;
}

Outcome outcome_of(const Error& error) { return outcome_of(result_code_of(error.code), error); }

Outcome outcome_of(ResultCode code, const Error& error) {
  Outcome outcome;
  outcome.code = code;
  outcome.message = fmt::format("{:08X}: {}", std::to_underlying(error.code), win32_name(error.code));
  if (!error.detail.empty()) outcome.message += ": " + error.detail;
  return outcome;
}

}  // namespace tributary::ldap
