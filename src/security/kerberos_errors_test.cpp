// SPDX-License-Identifier: Apache-2.0
// The table from Kerberos errors (RFC 4120 section 7.5.9) to Win32 codes ([MS-ERREF] 2.2), without a KDC.
#include "security/kerberos_errors.hpp"

#include <gssapi/gssapi_ext.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "base/win32.hpp"
#include "security/gss_raii.hpp"
#include "security/krb5_raii.hpp"

namespace tributary::security {
namespace {

struct Row {
  krb5_error_code krb5;
  std::uint32_t win32;
};

TEST(KerberosErrors, WhatAnAdministratorMeets) {
  const Row rows[] = {
      {KRB5KDC_ERR_PREAUTH_FAILED, 1326},      {KRB5KRB_AP_ERR_BAD_INTEGRITY, 1326}, {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, 1326},
      {KRB5KDC_ERR_KEY_EXP, 1330},             {KRB5KDC_ERR_CLIENT_REVOKED, 1331},   {KRB5KDC_ERR_NAME_EXP, 1793},
      {KRB5KDC_ERR_POLICY, 1327},              {KRB5KRB_AP_ERR_SKEW, 1398},          {KRB5KRB_AP_ERR_TKT_NYV, 1398},
      {KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, 1396}, {KRB5KRB_AP_ERR_MODIFIED, 1396},      {KRB5KRB_AP_ERR_MUT_FAIL, 1397},
      {KRB5_KDC_UNREACH, 1311},                {KRB5_REALM_UNKNOWN, 1355},           {KRB5KDC_ERR_WRONG_REALM, 1355},
      {KRB5_FCC_NOFILE, 1312},                 {KRB5KRB_AP_ERR_TKT_EXPIRED, 1931},   {KRB5_KT_NOTFOUND, 1168},
      {KRB5_CC_FORMAT, 13},                    {KRB5_CC_UNKNOWN_TYPE, 87},           {ENOENT, 2},
      {EACCES, 5},                             {KRB5KRB_AP_ERR_BADVERSION, 1825},
  };
  for (const auto& row : rows) EXPECT_EQ(static_cast<std::uint32_t>(win32_of_krb5(row.krb5)), row.win32) << row.krb5;
}

TEST(KerberosErrors, AdviceIsAFragmentOfASentence) {
  for (krb5_error_code code = KRB5KDC_ERR_NONE; code < KRB5KDC_ERR_NONE + 256; ++code) {
    const auto advice = advice_of_krb5(code);
    if (!advice.empty()) EXPECT_FALSE(advice.ends_with('.')) << advice;
  }
  EXPECT_TRUE(advice_of_krb5(KRB5KRB_AP_ERR_BADVERSION).empty());
}

TEST(KerberosErrors, TheSentenceSaysWhatWhoAndWhatToDo) {
  const KrbContext context;
  ASSERT_EQ(context.code(), 0);
  for (krb5_context given : {context.get(), krb5_context{}}) {
    const Error error = krb5_failure(given, KRB5KDC_ERR_PREAUTH_FAILED, "alice@LAB.EXAMPLE");
    EXPECT_EQ(error.code, win32::kErrorLogonFailure);
    EXPECT_EQ(error.phase, Phase::kAuthenticate);
    EXPECT_EQ(error.detail, "alice@LAB.EXAMPLE: Preauthentication failed; check the password, and which realm the account is in");
  }
}

TEST(KerberosErrors, GssFailuresAreFoundByCodeByTextAndByMajor) {
  gss_OID_desc mech = krb5_mech();
  // The mechanism's own number.
  EXPECT_EQ(gss_failure(GSS_S_FAILURE, static_cast<OM_uint32>(KRB5KRB_AP_ERR_SKEW), &mech, "x").code, win32::kErrorTimeSkew);
  // Nothing but a major status.
  EXPECT_EQ(gss_failure(GSS_S_NO_CRED, 0, &mech, "x").code, win32::kErrorNoSuchLogonSession);
  EXPECT_EQ(gss_failure(GSS_S_CREDENTIALS_EXPIRED, 0, &mech, "x").code, win32::kErrorContextExpired);
  EXPECT_EQ(gss_failure(GSS_S_CONTEXT_EXPIRED, 0, &mech, "x").code, win32::kErrorContextExpired);
  EXPECT_EQ(gss_failure(GSS_S_BAD_SIG, 0, &mech, "x").code, win32::kErrorAccessDenied);
  EXPECT_EQ(gss_failure(GSS_S_DEFECTIVE_TOKEN, 0, &mech, "x").code, win32::kErrorAccessDenied);
  EXPECT_EQ(gss_failure(GSS_S_BAD_NAME, 0, &mech, "x").code, win32::kErrorInvalidParameter);
  EXPECT_EQ(gss_failure(GSS_S_BAD_MECH, 0, &mech, "x").code, win32::kRpcSSecPkgError);
  // Informational bits are failures too: a replayed or reordered message.
  EXPECT_EQ(gss_failure(GSS_S_DUPLICATE_TOKEN, 0, &mech, "x").code, win32::kErrorAccessDenied);
  EXPECT_EQ(gss_failure(GSS_S_GAP_TOKEN, 0, &mech, "x").code, win32::kErrorAccessDenied);
  EXPECT_NE(gss_failure(GSS_S_BAD_SIG, 0, &mech, "verifying").detail.find("verifying: "), std::string::npos);
}

}  // namespace
}  // namespace tributary::security
