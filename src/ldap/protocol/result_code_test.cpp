// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.3.1.9: the table of result codes against the names of [MS-ERREF], and the form of the diagnostic message.
#include "ldap/protocol/result_code.hpp"

#include <gtest/gtest.h>

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

TEST(ResultCode, EveryRowHasTheNameOfItsCodeAndIsFound) {
  for (const auto& row : kRows) {
    EXPECT_EQ(win32_name(Win32{row.win32}), row.name);
    EXPECT_EQ(result_code_of(Win32{row.win32}), row.code) << row.name;
    EXPECT_NE(result_name(row.code), "unknown") << row.name;
  }
}

TEST(ResultCode, WhatClientsRelyOn) {
  EXPECT_EQ(result_code_of(win32::kErrorDsObjNotFound), ResultCode::kNoSuchObject);
  EXPECT_EQ(result_code_of(win32::kErrorDsObjStringNameExists), ResultCode::kEntryAlreadyExists);
  EXPECT_EQ(result_code_of(win32::kErrorDsAttValAlreadyExists), ResultCode::kAttributeOrValueExists);
  EXPECT_EQ(result_code_of(win32::kErrorDsInsuffAccessRights), ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(result_code_of(win32::kErrorAccessDenied), ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(result_code_of(win32::kErrorDsMissingRequiredAtt), ResultCode::kObjectClassViolation);
  EXPECT_EQ(result_code_of(win32::kErrorDsAttNotDefForClass), ResultCode::kObjectClassViolation);
  EXPECT_EQ(result_code_of(win32::kErrorDsRangeConstraint), ResultCode::kConstraintViolation);
  EXPECT_EQ(result_code_of(win32::kErrorDsIllegalModOperation), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(result_code_of(win32::kErrorDsChildrenExist), ResultCode::kNotAllowedOnNonLeaf);
  EXPECT_EQ(result_code_of(win32::kErrorDsNamingViolation), ResultCode::kNamingViolation);
  EXPECT_EQ(result_code_of(win32::kErrorDsNoAttributeOrValue), ResultCode::kNoSuchAttribute);
}

TEST(ResultCode, WhatNoSectionNames) {
  EXPECT_EQ(result_code_of(win32::kErrorDsDraBadNc), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(result_code_of(win32::kErrorInternalError), ResultCode::kOther);
  EXPECT_EQ(result_code_of(Win32{0xFFFF'FFFF}), ResultCode::kOther);
  EXPECT_EQ(result_name(ResultCode{255}), "unknown");
}

TEST(ResultCode, TheMessageBeginsWithTheCodeInHex) {
  const auto outcome = outcome_of(Error{win32::kErrorDsObjNotFound, Phase::kNone, "CN=x"});
  EXPECT_EQ(outcome.code, ResultCode::kNoSuchObject);
  EXPECT_EQ(outcome.message, "0000208D: ERROR_DS_OBJ_NOT_FOUND: CN=x");
  EXPECT_FALSE(outcome.ok());
  EXPECT_EQ(outcome_of(ResultCode::kOperationsError, Error{win32::kErrorDsObjNotFound, Phase::kNone, {}}).message, "0000208D: ERROR_DS_OBJ_NOT_FOUND");
  EXPECT_TRUE(Outcome{}.ok());
}

}  // namespace
}  // namespace tributary::ldap
