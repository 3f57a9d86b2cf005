/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions that need no DC, in A form: text is UTF-8, lengths are bytes.
 */
#include "check.h"
#include "ntdsapi.h"
#include "tributary_errors.h"

enum { kInvalidParameter = 87, kBufferOverflow = 111, kNoUnicodeTranslation = 1113, kUnparseable = 8350 };

static void spns(void) {
  char spn[64], service_class[8], instance[32];
  DWORD length = 64, class_length = 8, instance_length = 32, count = 0;
  LPCSTR hosts[] = {"a"};
  LPSTR* array = NULL;
  USHORT port = 0;
  CHECK(DsMakeSpnA("ldap", "dc-\xC3\xA4", NULL, 1, NULL, &length, spn) == 0 && strcmp(spn, "ldap/dc-\xC3\xA4:1") == 0 && length == 13);
  CHECK(DsCrackSpnA(spn, &class_length, service_class, NULL, NULL, &instance_length, instance, &port) == 0);
  CHECK(strcmp(service_class, "ldap") == 0 && strcmp(instance, "dc-\xC3\xA4") == 0 && instance_length == 6 && port == 1);
  instance_length = 32;
  CHECK(DsCrackSpn2A("ldap/dc1XXX", 8, NULL, NULL, NULL, NULL, &instance_length, instance, NULL) == 0 && strcmp(instance, "dc1") == 0);
  CHECK(DsGetSpnA(DS_SPN_SERVICE, "svc", "cn=scp", 0, 1, hosts, NULL, &count, &array) == 0 && count == 1);
  CHECK(strcmp(array[0], "svc/a/cn=scp") == 0);
  DsFreeSpnArrayA(count, array);
  length = 64;
  CHECK(DsClientMakeSpnForTargetServerA("svc", "no-such-host.invalid", &length, spn) == 0);
  CHECK(strcmp(spn, "svc/no-such-host.invalid") == 0);
}

static void rdns(void) {
  static const char mangled[] = "Ada\nCNF:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab";
  char out[32];
  DWORD length = 32;
  GUID guid;
  DS_MANGLE_FOR reason;
  CHECK(DsQuoteRdnValueA(4, "\xC3\xA9,x", &length, out) == 0 && length == 5 && memcmp(out, "\xC3\xA9\\,x", 5) == 0);
  length = 32;
  CHECK(DsUnquoteRdnValueA(7, "\\C3\\A9x", &length, out) == 0 && length == 3 && memcmp(out, "\xC3\xA9x", 3) == 0);
  length = 1;
  CHECK(DsUnquoteRdnValueA(3, "abc", &length, out) == kBufferOverflow && length == 3);
  CHECK(DsUnquoteRdnValueA(3, "a+b", &length, out) == kUnparseable);
  CHECK(DsCrackUnquotedMangledRdnA(mangled, sizeof mangled - 1, &guid, &reason) == TRUE);
  CHECK(guid.Data2 == 0x4b5d && reason == DS_MANGLE_OBJECT_RDN_FOR_NAME_CONFLICT);
  CHECK(DsIsMangledRdnValueA(mangled, sizeof mangled - 1, DS_MANGLE_OBJECT_RDN_FOR_NAME_CONFLICT) == TRUE);
  CHECK(DsIsMangledDnA("CN=x\\0ADEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab", DS_MANGLE_OBJECT_RDN_FOR_DELETION) == TRUE);
  CHECK(DsIsMangledDnA("CN=x", DS_MANGLE_OBJECT_RDN_FOR_DELETION) == FALSE);
}

static void names_and_credentials(void) {
  LPCSTR names[] = {"CN=Zo\xC3\xAB,DC=x"};
  LPCSTR malformed[] = {"\xFF"};
  PDS_NAME_RESULTA result = NULL;
  RPC_AUTH_IDENTITY_HANDLE identity = NULL;
  char text[600];
  DWORD length = 600;
  CHECK(DsCrackNamesA(NULL, DS_NAME_FLAG_SYNTACTICAL_ONLY, DS_FQDN_1779_NAME, DS_CANONICAL_NAME, 1, names, &result) == 0);
  CHECK(strcmp(result->rItems[0].pName, "x/Zo\xC3\xAB") == 0);
  DsFreeNameResultA(result);
  CHECK(DsCrackNamesA(NULL, DS_NAME_FLAG_SYNTACTICAL_ONLY, DS_FQDN_1779_NAME, DS_CANONICAL_NAME, 1, malformed, &result) == kNoUnicodeTranslation);
  CHECK(DsMakePasswordCredentialsA("ada", NULL, "s\xC3\xA9" "cret", &identity) == 0);
  CHECK(((SEC_WINNT_AUTH_IDENTITY_W*)identity)->PasswordLength == 6);
  DsFreePasswordCredentials(identity);
  CHECK(DsMakePasswordCredentialsA("\xFF", NULL, NULL, &identity) == kNoUnicodeTranslation && identity == NULL);
  CHECK(TributaryDescribeErrorA(5, &length, text) == 0 && strstr(text, "ERROR_ACCESS_DENIED") != NULL);
  length = 600;
  CHECK(TributaryLastErrorA(&length, text) == 0 && strstr(text, "ERROR_NO_UNICODE_TRANSLATION") != NULL && strlen(text) + 1 == length);
  CHECK(TributaryLastErrorA(NULL, text) == kInvalidParameter);
}

int main(void) {
  spns();
  rdns();
  names_and_credentials();
  return CHECK_RESULT;
}
