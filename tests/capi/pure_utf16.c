/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions that need no DC, in W form, from a C program of ours: u"..." literals, no compatibility headers.
 * The buffer protocols and codes are those of the comments in ntdsapi.h. Compiled as C11, C17, C23 and C++.
 */
#include <stdlib.h>

#include "check.h"
#include "ntdsapi.h"
#include "tributary_errors.h"

enum { kInvalidHandle = 6, kInvalidParameter = 87, kBufferOverflow = 111, kNoUnicodeTranslation = 1113, kUnparseable = 8350 };

static int equal(const WCHAR* a, const WCHAR* b) {
  while (*a == *b && *a != 0) ++a, ++b;
  return *a == *b;
}

static void make_spn(void) {
  WCHAR spn[64];
  DWORD length = 64;
  CHECK(DsMakeSpnW(u"ldap", u"dc1.lab.example", NULL, 0, NULL, &length, spn) == 0);
  CHECK(equal(spn, u"ldap/dc1.lab.example") && length == 21);
  length = 64;
  CHECK(DsMakeSpnW(u"ldap", u"lab.example", u"dc1", 389, NULL, &length, spn) == 0);
  CHECK(equal(spn, u"ldap/dc1:389/lab.example"));
  length = 0; /* asking for the length */
  CHECK(DsMakeSpnW(u"ldap", u"dc1", NULL, 0, NULL, &length, NULL) == kBufferOverflow && length == 9);
  length = 8; /* one too few */
  CHECK(DsMakeSpnW(u"ldap", u"dc1", NULL, 0, NULL, &length, spn) == kBufferOverflow && length == 9);
  length = 9;
  CHECK(DsMakeSpnW(u"ldap", u"dc1", NULL, 0, NULL, &length, spn) == 0 && length == 9);
  CHECK(DsMakeSpnW(u"ldap", u"dc1", NULL, 0, NULL, &length, NULL) == kInvalidParameter);
  CHECK(DsMakeSpnW(NULL, u"dc1", NULL, 0, NULL, &length, spn) == kInvalidParameter);
  CHECK(DsMakeSpnW(u"ldap", NULL, NULL, 0, NULL, &length, spn) == kInvalidParameter);
  CHECK(DsMakeSpnW(u"ldap", u"a/b", NULL, 0, NULL, &length, spn) == kInvalidParameter);
  CHECK(DsMakeSpnW(u"ldap", u"dc1", NULL, 0, NULL, NULL, spn) == kInvalidParameter);
}

static void client_spn(void) {
  WCHAR spn[600];
  DWORD length = 600;
  CHECK(DsClientMakeSpnForTargetServerW(u"ldap", u"no-such-host.invalid", &length, spn) == 0);
  CHECK(equal(spn, u"ldap/no-such-host.invalid") && length == 26);
  length = 0;
  CHECK(DsClientMakeSpnForTargetServerW(u"ldap", u"no-such-host.invalid", &length, NULL) == kBufferOverflow && length == 26);
  CHECK(DsClientMakeSpnForTargetServerW(NULL, u"h", &length, spn) == kInvalidParameter);
  CHECK(DsClientMakeSpnForTargetServerW(u"ldap", NULL, &length, spn) == kInvalidParameter);
  CHECK(DsClientMakeSpnForTargetServerW(u"ldap", u"h", NULL, spn) == kInvalidParameter);
}

static void get_spn(void) {
  LPCWSTR hosts[] = {u"a.example", u"b.example"};
  const USHORT ports[] = {1, 2};
  LPWSTR* spns = NULL;
  DWORD count = 99;
  CHECK(DsGetSpnW(DS_SPN_DNS_HOST, u"svc", NULL, 0, 2, hosts, ports, &count, &spns) == 0 && count == 2);
  CHECK(equal(spns[0], u"svc/a.example:1") && equal(spns[1], u"svc/b.example:2"));
  DsFreeSpnArrayW(count, spns);
  CHECK(DsGetSpnW(DS_SPN_DNS_HOST, u"svc", NULL, 0, 0, NULL, NULL, &count, &spns) == 0 && count == 1);
  DsFreeSpnArrayW(count, spns);
  spns = (LPWSTR*)&count;
  CHECK(DsGetSpnW(DS_SPN_DNS_HOST, u"svc", u"x", 0, 0, NULL, NULL, &count, &spns) == kInvalidParameter);
  CHECK(spns == NULL && count == 0);
  CHECK(DsGetSpnW(DS_SPN_DNS_HOST, u"svc", NULL, 0, 2, NULL, NULL, &count, &spns) == kInvalidParameter);
  CHECK(DsGetSpnW(DS_SPN_DNS_HOST, u"svc", NULL, 0, 0, NULL, NULL, NULL, &spns) == kInvalidParameter);
  CHECK(DsGetSpnW(DS_SPN_DNS_HOST, u"svc", NULL, 0, 0, NULL, NULL, &count, NULL) == kInvalidParameter);
  DsFreeSpnArrayW(0, NULL);
}

static void crack_spn(void) {
  WCHAR service_class[8], service[32], instance[32];
  DWORD class_length = 8, service_length = 32, instance_length = 32;
  USHORT port = 1;
  CHECK(DsCrackSpnW(u"ldap/dc1:389/lab", &class_length, service_class, &service_length, service, &instance_length, instance, &port) == 0);
  CHECK(equal(service_class, u"ldap") && class_length == 5 && equal(service, u"lab") && equal(instance, u"dc1") && port == 389);
  service_length = 32;
  CHECK(DsCrackSpnW(u"ldap/dc1", NULL, NULL, &service_length, service, NULL, NULL, &port) == 0);
  CHECK(equal(service, u"dc1") && port == 0);
  class_length = 1; /* one unit asks for the length */
  instance_length = 32;
  CHECK(DsCrackSpnW(u"ldap/dc1", &class_length, service_class, NULL, NULL, &instance_length, instance, NULL) == kBufferOverflow);
  CHECK(class_length == 5 && equal(instance, u"dc1"));
  class_length = 0; /* and none asks for nothing */
  CHECK(DsCrackSpnW(u"ldap/dc1", &class_length, service_class, NULL, NULL, NULL, NULL, NULL) == 0 && class_length == 0);
  CHECK(DsCrackSpnW(u"ldap", NULL, NULL, NULL, NULL, NULL, NULL, NULL) == kInvalidParameter);
  CHECK(DsCrackSpnW(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == kInvalidParameter);
  instance_length = 32;
  CHECK(DsCrackSpn2W(u"ldap/dc1GARBAGE", 8, NULL, NULL, NULL, NULL, &instance_length, instance, NULL) == 0 && equal(instance, u"dc1"));
  CHECK(DsCrackSpn2W(NULL, 8, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == kInvalidParameter);
}

static void crack_spn_with_realm(void) {
  static const WCHAR spn[] = u"MSSQLSvc/db:1433/dom@REALM";
  static const WCHAR named[] = u"MSSQLSvc/db:SALES";
  WCHAR host[32], instance[32], domain[32], realm[32], port_name[32];
  DWORD lengths[5] = {32, 32, 32, 32, 32};
  USHORT port = 0;
  CHECK(DsCrackSpn3W(spn, sizeof spn / sizeof spn[0] - 1, &lengths[0], host, &lengths[1], instance, &port, &lengths[2], domain,
                     &lengths[3], realm) == 0);
  CHECK(equal(host, u"MSSQLSvc") && equal(instance, u"db") && port == 1433 && equal(domain, u"dom") && equal(realm, u"REALM"));
  CHECK(DsCrackSpn3W(named, sizeof named / sizeof named[0] - 1, NULL, NULL, NULL, NULL, &port, NULL, NULL, NULL, NULL) == kInvalidParameter);
  CHECK(DsCrackSpn3W(NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == kInvalidParameter);
  CHECK(DsCrackSpn4W(named, sizeof named / sizeof named[0] - 1, NULL, NULL, NULL, NULL, &lengths[4], port_name, NULL, NULL, NULL, NULL) == 0);
  CHECK(equal(port_name, u"SALES"));
  CHECK(DsCrackSpn4W(NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL) == kInvalidParameter);
}

static void quote(void) {
  WCHAR out[32];
  DWORD length = 32;
  CHECK(DsQuoteRdnValueW(5, u"a,b=c", &length, out) == 0 && length == 7 && memcmp(out, u"a\\,b\\=c", 14) == 0);
  length = 0;
  CHECK(DsQuoteRdnValueW(5, u"a,b=c", &length, NULL) == kBufferOverflow && length == 7);
  length = 6;
  CHECK(DsQuoteRdnValueW(5, u"a,b=c", &length, out) == kBufferOverflow && length == 7);
  CHECK(DsQuoteRdnValueW(5, NULL, &length, out) == kInvalidParameter);
  CHECK(DsQuoteRdnValueW(1, u"a", NULL, out) == kInvalidParameter);
  length = 0;
  CHECK(DsQuoteRdnValueW(0, NULL, &length, NULL) == 0 && length == 0);
  length = 32;
  CHECK(DsUnquoteRdnValueW(7, u"a\\,b\\=c", &length, out) == 0 && length == 5 && memcmp(out, u"a,b=c", 10) == 0);
  length = 32;
  CHECK(DsUnquoteRdnValueW(3, u"a,b", &length, out) == kUnparseable);
  CHECK(DsUnquoteRdnValueW(3, NULL, &length, out) == kInvalidParameter);
  CHECK(DsUnquoteRdnValueW(3, u"abc", NULL, out) == kInvalidParameter);
}

static void get_rdn(void) {
  static const WCHAR name[] = u"CN=Lovelace\\, Ada,DC=example";
  LPCWCH dn = name, key, value;
  DWORD dn_length = sizeof name / sizeof name[0] - 1, key_length, value_length;
  CHECK(DsGetRdnW(&dn, &dn_length, &key, &key_length, &value, &value_length) == 0);
  CHECK(key == name && key_length == 2 && value == name + 3 && value_length == 14 && dn == name + 17 && dn_length == 11);
  CHECK(DsGetRdnW(&dn, &dn_length, &key, &key_length, &value, &value_length) == 0);
  CHECK(key_length == 2 && memcmp(key, u"DC", 4) == 0 && value_length == 7 && dn_length == 0);
  CHECK(DsGetRdnW(&dn, &dn_length, &key, &key_length, &value, &value_length) == 0 && key_length == 0 && value_length == 0);
  dn = u"nonsense";
  dn_length = 8;
  CHECK(DsGetRdnW(&dn, &dn_length, &key, &key_length, &value, &value_length) == kUnparseable && dn_length == 8);
  CHECK(DsGetRdnW(NULL, &dn_length, &key, &key_length, &value, &value_length) == kInvalidParameter);
  CHECK(DsGetRdnW(&dn, &dn_length, NULL, &key_length, &value, &value_length) == kInvalidParameter);
}

static void mangled(void) {
  static const WCHAR value[] = u"Ada\nDEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab";
  const DWORD length = sizeof value / sizeof value[0] - 1;
  GUID guid = {0, 0, 0, {0}};
  DS_MANGLE_FOR reason = DS_MANGLE_UNKNOWN;
  CHECK(DsCrackUnquotedMangledRdnW(value, length, &guid, &reason) == TRUE);
  CHECK(guid.Data1 == 0x0f6c2a31 && guid.Data4[7] == 0xab && reason == DS_MANGLE_OBJECT_RDN_FOR_DELETION);
  CHECK(DsCrackUnquotedMangledRdnW(value, length, NULL, NULL) == TRUE);
  CHECK(DsCrackUnquotedMangledRdnW(value, length - 1, &guid, &reason) == FALSE);
  CHECK(DsCrackUnquotedMangledRdnW(NULL, 0, &guid, &reason) == FALSE);
  CHECK(DsIsMangledRdnValueW(value, length, DS_MANGLE_OBJECT_RDN_FOR_DELETION) == TRUE);
  CHECK(DsIsMangledRdnValueW(value, length, DS_MANGLE_OBJECT_RDN_FOR_NAME_CONFLICT) == FALSE);
  CHECK(DsIsMangledRdnValueW(value, length, DS_MANGLE_UNKNOWN) == FALSE);
  CHECK(DsIsMangledRdnValueW(NULL, 0, DS_MANGLE_UNKNOWN) == FALSE);
  CHECK(DsIsMangledDnW(u"CN=Ada\\0ACNF:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab,DC=x", DS_MANGLE_OBJECT_RDN_FOR_NAME_CONFLICT) == TRUE);
  CHECK(DsIsMangledDnW(u"CN=Ada,DC=x", DS_MANGLE_OBJECT_RDN_FOR_NAME_CONFLICT) == FALSE);
  CHECK(DsIsMangledDnW(u"nonsense", DS_MANGLE_OBJECT_RDN_FOR_DELETION) == FALSE);
  CHECK(DsIsMangledDnW(NULL, DS_MANGLE_OBJECT_RDN_FOR_DELETION) == FALSE);
}

static void credentials(void) {
  static const WCHAR lone_surrogate[] = {0xD800, 0};
  RPC_AUTH_IDENTITY_HANDLE identity = NULL;
  HANDLE ds = &identity;
  CHECK(DsMakePasswordCredentialsW(u"ada", u"LAB", u"secret", &identity) == 0 && identity != NULL);
  CHECK(equal(((SEC_WINNT_AUTH_IDENTITY_W*)identity)->User, u"ada"));
  DsFreePasswordCredentials(identity);
  CHECK(DsMakePasswordCredentialsW(NULL, NULL, u"secret", &identity) == kInvalidParameter && identity == NULL);
  CHECK(DsMakePasswordCredentialsW(lone_surrogate, NULL, NULL, &identity) == kNoUnicodeTranslation);
  CHECK(DsMakePasswordCredentialsW(u"ada", NULL, NULL, NULL) == kInvalidParameter);
  CHECK(DsMakePasswordCredentialsW(NULL, NULL, NULL, &identity) == 0); /* anonymous: binding refuses it */
  CHECK(DsBindWithCredW(u"dc1.lab.example", NULL, identity, &ds) == 5 && ds == NULL);
  DsFreePasswordCredentials(identity);
  DsFreePasswordCredentials(NULL);
}

static void crack_names_without_dc(void) {
  LPCWSTR names[] = {u"CN=Ada,OU=Staff,DC=example,DC=com", u"nonsense"};
  PDS_NAME_RESULTW result = NULL;
  CHECK(DsCrackNamesW(NULL, DS_NAME_FLAG_SYNTACTICAL_ONLY, DS_FQDN_1779_NAME, DS_CANONICAL_NAME, 2, names, &result) == 0);
  CHECK(result->cItems == 2 && result->rItems[0].status == DS_NAME_NO_ERROR);
  CHECK(equal(result->rItems[0].pName, u"example.com/Staff/Ada") && equal(result->rItems[0].pDomain, u"example.com"));
  CHECK(result->rItems[1].status == DS_NAME_ERROR_NO_SYNTACTICAL_MAPPING && result->rItems[1].pName == NULL);
  DsFreeNameResultW(result);
  CHECK(DsCrackNamesW(NULL, DS_NAME_NO_FLAGS, DS_FQDN_1779_NAME, DS_CANONICAL_NAME, 2, names, &result) == kInvalidHandle && result == NULL);
  CHECK(DsCrackNamesW(NULL, DS_NAME_FLAG_SYNTACTICAL_ONLY, DS_FQDN_1779_NAME, DS_CANONICAL_NAME, 0, names, &result) == kInvalidParameter);
  CHECK(DsCrackNamesW(NULL, DS_NAME_FLAG_SYNTACTICAL_ONLY, DS_FQDN_1779_NAME, DS_CANONICAL_NAME, 10001, names, &result) == kInvalidParameter);
  DsFreeNameResultW(NULL);
}

static void errors_in_words(void) {
  WCHAR text[512];
  DWORD length = 0;
  CHECK(strcmp(TributaryErrorName(8440), "ERROR_DS_DRA_BAD_NC") == 0 && TributaryErrorName(0xDEADBEEF) == NULL);
  CHECK(TributaryDescribeErrorW(8440, &length, NULL) == kBufferOverflow && length > 20 && length < 512);
  CHECK(TributaryDescribeErrorW(8440, &length, text) == 0 && text[length - 1] == 0);
  CHECK(TributaryDescribeErrorW(8440, NULL, text) == kInvalidParameter);
  HANDLE ds = NULL;
  CHECK(DsBindWithSpnExW(u"x", NULL, NULL, NULL, 0x80, &ds) == 1004);
  length = 512;
  CHECK(TributaryLastErrorW(&length, text) == 0 && length > 20);
}

int main(void) {
  make_spn();
  client_spn();
  get_spn();
  crack_spn();
  crack_spn_with_realm();
  quote();
  get_rdn();
  mangled();
  credentials();
  crack_names_without_dc();
  errors_in_words();
  return CHECK_RESULT;
}
