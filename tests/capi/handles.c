/* SPDX-License-Identifier: Apache-2.0
 *
 * Handles that are null, closed or were never one: every function that takes one says ERROR_INVALID_HANDLE, none follows it,
 * and out parameters are null afterwards. Also from several threads at once.
 */
#include <pthread.h>

#include "check.h"
#include "ntdsapi.h"
#include "tributary_errors.h"

enum { kInvalidHandle = 6 };

static UUID guid;
static GUID guids[1];
static WCHAR wide[] = u"x";
static LPWSTR wides[] = {wide};
static LPCWSTR const_wides[] = {wide};
static CHAR narrow[] = "x";
static LPSTR narrows[] = {narrow};
static LPCSTR const_narrows[] = {narrow};

/* Calls every W function with `ds`; counts those that did not refuse it. */
static int accepted_wide(HANDLE ds) {
  static char junk;
  PDS_NAME_RESULTW names;
  DS_SCHEMA_GUID_MAPW* map;
  PDS_SITE_COST_INFO costs;
  PDS_REPSYNCALL_ERRINFOW* errors;
  void* info;
  DWORD count;
  int accepted = 0;
#define REFUSED_AND_NULL(out, call) accepted += (out = (void*)&junk, (call) != kInvalidHandle || out != NULL)
#define REFUSED(call) accepted += (call) != kInvalidHandle
  REFUSED(DsBindingSetTimeout(ds, 1));
  REFUSED(DsReplicaSyncW(ds, wide, &guid, 0));
  REFUSED(DsReplicaAddW(ds, wide, wide, wide, wide, NULL, 0));
  REFUSED(DsReplicaDelW(ds, wide, wide, 0));
  REFUSED(DsReplicaModifyW(ds, wide, &guid, NULL, wide, NULL, 0, 1, 0));
  REFUSED(DsReplicaUpdateRefsW(ds, wide, wide, &guid, DS_REPUPD_ADD_REFERENCE));
  REFUSED(DsReplicaConsistencyCheck(ds, DS_KCC_TASKID_UPDATE_TOPOLOGY, 0));
  REFUSED(DsReplicaVerifyObjectsW(ds, wide, &guid, 0));
  REFUSED(DsWriteAccountSpnW(ds, DS_SPN_ADD_SPN_OP, wide, 1, const_wides));
  REFUSED(DsRemoveDsServerW(ds, wide, NULL, NULL, FALSE));
  REFUSED(DsRemoveDsDomainW(ds, wide));
  REFUSED(DsAddSidHistoryW(ds, 0, wide, wide, NULL, NULL, wide, wide));
  REFUSED(DsInheritSecurityIdentityW(ds, 0, wide, wide));
  REFUSED_AND_NULL(info, DsReplicaGetInfoW(ds, DS_REPL_INFO_NEIGHBORS, NULL, NULL, &info));
  REFUSED_AND_NULL(info, DsReplicaGetInfo2W(ds, DS_REPL_INFO_NEIGHBORS, NULL, NULL, NULL, NULL, 0, 0, &info));
  REFUSED_AND_NULL(errors, DsReplicaSyncAllW(ds, NULL, 0, NULL, NULL, &errors));
  REFUSED_AND_NULL(names, DsCrackNamesW(ds, DS_NAME_NO_FLAGS, DS_UNKNOWN_NAME, DS_FQDN_1779_NAME, 1, const_wides, &names));
  REFUSED_AND_NULL(names, DsListSitesW(ds, &names));
  REFUSED_AND_NULL(names, DsListServersInSiteW(ds, wide, &names));
  REFUSED_AND_NULL(names, DsListDomainsInSiteW(ds, wide, &names));
  REFUSED_AND_NULL(names, DsListServersForDomainInSiteW(ds, wide, wide, &names));
  REFUSED_AND_NULL(names, DsListInfoForServerW(ds, wide, &names));
  REFUSED_AND_NULL(names, DsListRolesW(ds, &names));
  REFUSED_AND_NULL(map, DsMapSchemaGuidsW(ds, 1, guids, &map));
  REFUSED_AND_NULL(costs, DsQuerySitesByCostW(ds, wide, wides, 1, 0, &costs));
  REFUSED_AND_NULL(info, DsGetDomainControllerInfoW(ds, wide, 1, &count, &info));
  return accepted;
}

static int accepted_narrow(HANDLE ds) {
  static char junk;
  PDS_NAME_RESULTA names;
  DS_SCHEMA_GUID_MAPA* map;
  PDS_SITE_COST_INFO costs;
  PDS_REPSYNCALL_ERRINFOA* errors;
  void* info;
  DWORD count;
  int accepted = 0;
  REFUSED(DsReplicaSyncA(ds, narrow, &guid, 0));
  REFUSED(DsReplicaAddA(ds, narrow, narrow, narrow, narrow, NULL, 0));
  REFUSED(DsReplicaDelA(ds, narrow, narrow, 0));
  REFUSED(DsReplicaModifyA(ds, narrow, &guid, NULL, narrow, NULL, 0, 1, 0));
  REFUSED(DsReplicaUpdateRefsA(ds, narrow, narrow, &guid, DS_REPUPD_ADD_REFERENCE));
  REFUSED(DsReplicaVerifyObjectsA(ds, narrow, &guid, 0));
  REFUSED(DsWriteAccountSpnA(ds, DS_SPN_ADD_SPN_OP, narrow, 1, const_narrows));
  REFUSED(DsRemoveDsServerA(ds, narrow, NULL, NULL, FALSE));
  REFUSED(DsRemoveDsDomainA(ds, narrow));
  REFUSED(DsAddSidHistoryA(ds, 0, narrow, narrow, NULL, NULL, narrow, narrow));
  REFUSED(DsInheritSecurityIdentityA(ds, 0, narrow, narrow));
  REFUSED_AND_NULL(errors, DsReplicaSyncAllA(ds, NULL, 0, NULL, NULL, &errors));
  REFUSED_AND_NULL(names, DsCrackNamesA(ds, DS_NAME_NO_FLAGS, DS_UNKNOWN_NAME, DS_FQDN_1779_NAME, 1, const_narrows, &names));
  REFUSED_AND_NULL(names, DsListSitesA(ds, &names));
  REFUSED_AND_NULL(names, DsListServersInSiteA(ds, narrow, &names));
  REFUSED_AND_NULL(names, DsListDomainsInSiteA(ds, narrow, &names));
  REFUSED_AND_NULL(names, DsListServersForDomainInSiteA(ds, narrow, narrow, &names));
  REFUSED_AND_NULL(names, DsListInfoForServerA(ds, narrow, &names));
  REFUSED_AND_NULL(names, DsListRolesA(ds, &names));
  REFUSED_AND_NULL(map, DsMapSchemaGuidsA(ds, 1, guids, &map));
  REFUSED_AND_NULL(costs, DsQuerySitesByCostA(ds, narrow, narrows, 1, 0, &costs));
  REFUSED_AND_NULL(info, DsGetDomainControllerInfoA(ds, narrow, 1, &count, &info));
  return accepted;
}

static void* from_a_thread(void* ds) {
  int accepted = 0;
  for (int i = 0; i < 50; ++i) accepted += accepted_wide(ds) + accepted_narrow(ds);
  return accepted == 0 ? NULL : ds;
}

static void frees_of_null(void) {
  DsReplicaFreeInfo(DS_REPL_INFO_NEIGHBORS, NULL);
  DsFreeNameResultA(NULL);
  DsFreeSchemaGuidMapW(NULL);
  DsFreeSchemaGuidMapA(NULL);
  DsQuerySitesFree(NULL);
  DsFreeDomainControllerInfoW(1, 0, NULL);
  DsFreeDomainControllerInfoA(1, 0, NULL);
}

static void failed_binds(void) {
  HANDLE ds = &guid;
  char text[600];
  DWORD length = sizeof text;
  SEC_WINNT_AUTH_IDENTITY_W no_width;
  memset(&no_width, 0, sizeof no_width);
  no_width.User = wide;
  CHECK(DsBindW(u"dc", NULL, NULL) == 87);
  CHECK(DsBindWithCredW(u"dc", NULL, &no_width, &ds) == 87 && ds == NULL);
  ds = &guid;
  CHECK(DsBindByInstanceA("dc", "50000", NULL, NULL, NULL, NULL, 0, &ds) == 50 && ds == NULL);
  CHECK(TributaryLastErrorA(&length, text) == 0 && strstr(text, "ERROR_NOT_SUPPORTED") != NULL);
  CHECK(DsUnBindW(NULL) == 87);
  CHECK(DsUnBindW(&ds) == kInvalidHandle);
  ds = &guid;
  CHECK(DsUnBindA(&ds) == kInvalidHandle);
  CHECK(DsServerRegisterSpnW(DS_SPN_REPLACE_SPN_OP, u"svc", NULL) == 87);
  CHECK(DsServerRegisterSpnA(DS_SPN_ADD_SPN_OP, NULL, NULL) == 87);
}

int main(void) {
  int local = 0;
  HANDLE bad[] = {NULL, &local, (HANDLE)(intptr_t)-1, (HANDLE)0x4453000000000010, (HANDLE)16};
  pthread_t threads[4];
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
    CHECK(accepted_wide(bad[i]) == 0);
    CHECK(accepted_narrow(bad[i]) == 0);
  }
  for (size_t i = 0; i < 4; ++i) CHECK(pthread_create(&threads[i], NULL, from_a_thread, bad[1]) == 0);
  for (size_t i = 0; i < 4; ++i) {
    void* result = bad[1];
    CHECK(pthread_join(threads[i], &result) == 0 && result == NULL);
  }
  frees_of_null();
  failed_binds();
  return CHECK_RESULT;
}
