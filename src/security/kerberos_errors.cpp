// SPDX-License-Identifier: Apache-2.0
// The table from Kerberos error codes (RFC 4120 section 7.5.9 and MIT krb5's own) to Win32 codes ([MS-ERREF] 2.2).
// GSSAPI's mechanism layer renumbers minor codes under SPNEGO, so a code that is not in the table is looked up by its text.
#include "security/kerberos_errors.hpp"

#include <gssapi/gssapi_ext.h>

#include <algorithm>
#include <cerrno>

#include "base/win32.hpp"

namespace tributary::security {
namespace {

struct Entry {
  krb5_error_code krb5;
  Win32 code;
  std::string_view advice;
};

constexpr std::string_view kRunKinit = "run kinit, or give an account and a password";
constexpr std::string_view kCheckPassword = "check the password, and which realm the account is in";
constexpr std::string_view kCheckClocks = "set the clocks of this machine and of the domain controller; Kerberos allows 5 minutes";
constexpr std::string_view kCheckSpn =
    "check the host name, and that this service principal name is registered on the domain controller's account";
constexpr std::string_view kServiceKey =
    "the service holds another key than the KDC: it may be another machine under this name, or its password change has not replicated";
constexpr std::string_view kNoKdc = "check that a domain controller of the realm runs and that port 88 is reachable";
constexpr std::string_view kWrongRealm =
    "check the realm's spelling; KDCs are found through DNS SRV records (_kerberos._tcp) or the [realms] section of krb5.conf";

constexpr Entry kEntries[] = {
    // What the KDC answers about the account.
    {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, win32::kErrorLogonFailure, "no such account there; check its name and its realm"},
    {KRB5KDC_ERR_PREAUTH_FAILED, win32::kErrorLogonFailure, kCheckPassword},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, win32::kErrorLogonFailure, kCheckPassword},
    {KRB5_PREAUTH_FAILED, win32::kErrorLogonFailure, kCheckPassword},
    {KRB5KDC_ERR_NULL_KEY, win32::kErrorLogonFailure, "the account has no key; set its password"},
    {KRB5KDC_ERR_NAME_EXP, win32::kErrorAccountExpired, "the account's expiry date has passed; extend it"},
    {KRB5KDC_ERR_KEY_EXP, win32::kErrorPasswordExpired, "change the password (kpasswd), then try again"},
    {KRB5KDC_ERR_CLIENT_REVOKED, win32::kErrorAccountDisabled, "enable or unlock the account"},
    {KRB5KDC_ERR_CLIENT_NOTYET, win32::kErrorAccountRestriction, "the account is not valid yet"},
    {KRB5KDC_ERR_POLICY, win32::kErrorAccountRestriction, "the KDC's policy forbids this account such a ticket"},
    {KRB5KDC_ERR_WRONG_REALM, win32::kErrorNoSuchDomain, kWrongRealm},
    // What the KDC answers about the service.
    {KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, win32::kErrorWrongTargetName, kCheckSpn},
    {KRB5KDC_ERR_SERVICE_EXP, win32::kErrorWrongTargetName, "the service's account has expired"},
    {KRB5KDC_ERR_SERVICE_REVOKED, win32::kErrorWrongTargetName, "the service's account is disabled"},
    {KRB5KDC_ERR_MUST_USE_USER2USER, win32::kErrorWrongTargetName, kCheckSpn},
    {KRB5KDC_ERR_SVC_UNAVAILABLE, win32::kErrorNoLogonServers, kNoKdc},
    {KRB5KRB_ERR_GENERIC, win32::kRpcSSecPkgError, "the KDC's own log says more"},
    {KRB5KDC_ERR_ETYPE_NOSUPP, win32::kRpcSSecPkgError, "the KDC and this machine have no encryption type in common"},
    // Tickets and time.
    {KRB5KRB_AP_ERR_TKT_EXPIRED, win32::kErrorContextExpired, kRunKinit},
    {KRB5KRB_AP_ERR_TKT_NYV, win32::kErrorTimeSkew, kCheckClocks},
    {KRB5KRB_AP_ERR_SKEW, win32::kErrorTimeSkew, kCheckClocks},
    {KRB5_KDCREP_SKEW, win32::kErrorTimeSkew, kCheckClocks},
    {KRB5KDC_ERR_NEVER_VALID, win32::kErrorTimeSkew, kCheckClocks},
    // What the service answers to the ticket.
    {KRB5KRB_AP_ERR_MODIFIED, win32::kErrorWrongTargetName, kServiceKey},
    {KRB5KRB_AP_ERR_NOT_US, win32::kErrorWrongTargetName, kServiceKey},
    {KRB5KRB_AP_ERR_BADKEYVER, win32::kErrorWrongTargetName, kServiceKey},
    {KRB5KRB_AP_ERR_NOKEY, win32::kErrorWrongTargetName, kServiceKey},
    {KRB5KRB_AP_WRONG_PRINC, win32::kErrorWrongTargetName, kServiceKey},
    {KRB5KRB_AP_ERR_MUT_FAIL, win32::kErrorMutualAuthFailed, kServiceKey},
    {KRB5KRB_AP_ERR_REPEAT, win32::kErrorAccessDenied, "the request is a replay of an earlier one"},
    // Finding the KDC.
    {KRB5_KDC_UNREACH, win32::kErrorNoLogonServers, kNoKdc},
    {KRB5_REALM_CANT_RESOLVE, win32::kErrorNoLogonServers, kNoKdc},
    {KRB5_REALM_UNKNOWN, win32::kErrorNoSuchDomain, kWrongRealm},
    {KRB5_ERR_HOST_REALM_UNKNOWN, win32::kErrorNoSuchDomain, kWrongRealm},
    {KRB5_ERR_NUMERIC_REALM, win32::kErrorNoSuchDomain, "use the host's name instead of its address"},
    {KRB5_CONFIG_NODEFREALM, win32::kErrorNoSuchDomain, "write user@REALM, or set default_realm in krb5.conf"},
    {KRB5_CONFIG_CANTOPEN, win32::kErrorInvalidData, "krb5.conf (or the file that KRB5_CONFIG names) cannot be read"},
    {KRB5_CONFIG_BADFORMAT, win32::kErrorInvalidData, "krb5.conf (or the file that KRB5_CONFIG names) is malformed"},
    // Credential caches and keytabs.
    {KRB5_FCC_NOFILE, win32::kErrorNoSuchLogonSession, kRunKinit},
    {KRB5_CC_NOTFOUND, win32::kErrorNoSuchLogonSession, kRunKinit},
    {KRB5_CC_END, win32::kErrorNoSuchLogonSession, kRunKinit},
    {KRB5_NO_TKT_SUPPLIED, win32::kErrorNoSuchLogonSession, kRunKinit},
    {KRB5_FCC_PERM, win32::kErrorAccessDenied, "another user owns this credential cache"},
    {KRB5_CC_BADNAME, win32::kErrorInvalidParameter, "write the cache as FILE:/path, DIR:/path or KEYRING:name"},
    {KRB5_CC_UNKNOWN_TYPE, win32::kErrorInvalidParameter, "write the cache as FILE:/path, DIR:/path or KEYRING:name"},
    {KRB5_CC_FORMAT, win32::kErrorInvalidData, "this file is not a credential cache"},
    {KRB5_CC_IO, win32::kErrorInvalidData, "the credential cache cannot be read"},
    {KRB5_KT_NOTFOUND, win32::kErrorNotFound, "klist -k shows whose keys the keytab holds"},
    {KRB5_KT_KVNONOTFOUND, win32::kErrorNotFound, "the keytab is older than the account's key; export it again"},
    {KRB5_KT_BADNAME, win32::kErrorInvalidParameter, "write the keytab as /path or FILE:/path"},
    {KRB5_KT_UNKNOWN_TYPE, win32::kErrorInvalidParameter, "write the keytab as /path or FILE:/path"},
    {KRB5_KT_FORMAT, win32::kErrorInvalidData, "this file is not a keytab"},
    {KRB5_KEYTAB_BADVNO, win32::kErrorInvalidData, "this file is not a keytab"},
    {KRB5_CCACHE_BADVNO, win32::kErrorInvalidData, "this file is not a credential cache"},
    // Names.
    {KRB5_PARSE_MALFORMED, win32::kErrorInvalidAccountName, {}},
    {KRB5_PARSE_ILLCHAR, win32::kErrorInvalidAccountName, {}},
    // The operating system's, which libkrb5 passes on as they are.
    {ENOENT, win32::kErrorFileNotFound, {}},
    {EACCES, win32::kErrorAccessDenied, "the file's permissions do not allow it"},
    {EPERM, win32::kErrorAccessDenied, {}},
    {ENOMEM, win32::kErrorNotEnoughMemory, {}},
};

[[nodiscard]] const Entry* find(krb5_error_code code) noexcept {
  const auto* const found = std::ranges::find(kEntries, code, &Entry::krb5);
  return found == std::end(kEntries) ? nullptr : found;
}

/// The library's text for a code. Without a context it is static, and freeing it does nothing.
[[nodiscard]] const char* plain_text(krb5_error_code code) noexcept { return krb5_get_error_message(nullptr, code); }

/// Under SPNEGO the number is one that the mechanism layer made up, but the text is still libkrb5's.
[[nodiscard]] const Entry* find_by_text(std::string_view text) noexcept {
  if (text.empty()) return nullptr;
  const auto* const found =
      std::ranges::find_if(kEntries, [&](const Entry& entry) { return text == plain_text(entry.krb5); });
  return found == std::end(kEntries) ? nullptr : found;
}

[[nodiscard]] std::string display(OM_uint32 status, int type, gss_OID mech) {
  constexpr int kPartsMax = 8;
  std::string text;
  OM_uint32 more = 0;
  for (int i = 0; i < kPartsMax; ++i) {
    OM_uint32 minor = 0;
    gss_buffer_desc part = GSS_C_EMPTY_BUFFER;
    if (GSS_ERROR(gss_display_status(&minor, status, type, mech, &more, &part))) break;
    if (!text.empty()) text += ", ";
    text.append(static_cast<const char*>(part.value), part.length);
    gss_release_buffer(&minor, &part);
    if (more == 0) break;
  }
  return text;
}

[[nodiscard]] Win32 win32_of_gss_major(OM_uint32 major) noexcept {
  switch (GSS_ROUTINE_ERROR(major)) {
    case GSS_S_NO_CRED: return win32::kErrorNoSuchLogonSession;
    case GSS_S_CREDENTIALS_EXPIRED:
    case GSS_S_CONTEXT_EXPIRED: return win32::kErrorContextExpired;
    case GSS_S_BAD_SIG:
    case GSS_S_DEFECTIVE_TOKEN:
    case GSS_S_UNAUTHORIZED: return win32::kErrorAccessDenied;
    case GSS_S_BAD_NAME:
    case GSS_S_BAD_NAMETYPE: return win32::kErrorInvalidParameter;
    default: break;
  }
  // Out of sequence, replayed: not a routine error, and no success either.
  if (GSS_SUPPLEMENTARY_INFO(major) & ~GSS_S_CONTINUE_NEEDED) return win32::kErrorAccessDenied;
  return win32::kRpcSSecPkgError;
}

[[nodiscard]] Error assemble(Win32 code, std::string_view doing, std::string_view message, std::string_view advice) {
  std::string detail(doing);
  if (!message.empty()) detail.append(": ").append(message);
  if (!advice.empty()) detail.append("; ").append(advice);
  return Error{code, Phase::kAuthenticate, std::move(detail)};
}

}  // namespace

Win32 win32_of_krb5(krb5_error_code code) noexcept {
  const Entry* const entry = find(code);
  return entry != nullptr ? entry->code : win32::kRpcSSecPkgError;
}

std::string_view advice_of_krb5(krb5_error_code code) noexcept {
  const Entry* const entry = find(code);
  return entry != nullptr ? entry->advice : std::string_view();
}

Error krb5_failure(krb5_context context, krb5_error_code code, std::string_view doing) {
  const char* const message = krb5_get_error_message(context, code);
  Error error = assemble(win32_of_krb5(code), doing, message, advice_of_krb5(code));
  krb5_free_error_message(context, message);
  return error;
}

Error gss_failure(OM_uint32 major, OM_uint32 minor, gss_OID mech, std::string_view doing) {
  const std::string text = minor != 0 ? display(minor, GSS_C_MECH_CODE, mech) : std::string();
  const Entry* entry = find_by_text(text);
  if (entry == nullptr && minor != 0) entry = find(static_cast<krb5_error_code>(minor));
  // What cannot be decrypted here is a ticket or an answer, not the reply to a password.
  if (entry != nullptr && entry->krb5 == KRB5KRB_AP_ERR_BAD_INTEGRITY) entry = find(KRB5KRB_AP_ERR_MODIFIED);
  if (entry != nullptr) return assemble(entry->code, doing, text, entry->advice);
  return assemble(win32_of_gss_major(major), doing, display(major, GSS_C_GSS_CODE, mech) + (text.empty() ? "" : ", " + text), {});
}

}  // namespace tributary::security
