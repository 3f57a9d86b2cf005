/* SPDX-License-Identifier: Apache-2.0
 *
 * Sizes and offsets of the structures are those of 64-bit Windows: a program may hold them in files or pass them on.
 * The numbers follow from the IDL of [MS-DRSR] and natural alignment, counted by hand.
 */
#include "check.h"
#include "ntdsapi.h"

_Static_assert(sizeof(DWORD) == 4 && sizeof(ULONG) == 4 && sizeof(LONG) == 4 && sizeof(BOOL) == 4, "32 bits");
_Static_assert(sizeof(USN) == 8 && sizeof(LONGLONG) == 8 && sizeof(USHORT) == 2 && sizeof(WCHAR) == 2, "the others");
_Static_assert(sizeof(GUID) == 16 && _Alignof(GUID) == 4, "GUID");
_Static_assert(sizeof(FILETIME) == 8 && _Alignof(FILETIME) == 4, "FILETIME");
#if UINTPTR_MAX > 0xFFFFFFFFu
_Static_assert(sizeof(SEC_WINNT_AUTH_IDENTITY_W) == 48 && offsetof(SEC_WINNT_AUTH_IDENTITY_W, Flags) == 44, "identity");
_Static_assert(sizeof(SCHEDULE) == 20, "SCHEDULE");
_Static_assert(sizeof(DS_NAME_RESULT_ITEMW) == 24 && sizeof(DS_NAME_RESULTW) == 16, "names");
_Static_assert(sizeof(DS_REPL_NEIGHBORW) == 144 && offsetof(DS_REPL_NEIGHBORW, usnLastObjChangeSynced) == 104, "neighbor");
_Static_assert(offsetof(DS_REPL_NEIGHBORSW, rgNeighbor) == 8, "neighbors");
_Static_assert(sizeof(DS_REPL_NEIGHBORW_BLOB) == 128 && offsetof(DS_REPL_NEIGHBORW_BLOB, usnLastObjChangeSynced) == 88, "neighbor blob");
_Static_assert(sizeof(DS_REPL_CURSOR) == 24 && sizeof(DS_REPL_CURSOR_2) == 32 && sizeof(DS_REPL_CURSOR_3W) == 40, "cursors");
_Static_assert(sizeof(DS_REPL_ATTR_META_DATA) == 56 && sizeof(DS_REPL_ATTR_META_DATA_2) == 64, "metadata");
_Static_assert(offsetof(DS_REPL_ATTR_META_DATA, usnOriginatingChange) == 40, "metadata USN");
_Static_assert(sizeof(DS_REPL_KCC_DSA_FAILUREW) == 40, "failure");
_Static_assert(sizeof(DS_REPL_OPW) == 80 && offsetof(DS_REPL_OPW, pszNamingContext) == 24, "operation");
_Static_assert(offsetof(DS_REPL_PENDING_OPSW, rgPendingOp) == 16, "operations");
_Static_assert(sizeof(DS_REPL_VALUE_META_DATA) == 96 && sizeof(DS_REPL_VALUE_META_DATA_2) == 104, "value metadata");
_Static_assert(offsetof(DS_REPL_VALUE_META_DATA, pbData) == 24 && offsetof(DS_REPL_VALUE_META_DATA, usnOriginatingChange) == 80, "value");
_Static_assert(sizeof(DS_DOMAIN_CONTROLLER_INFO_1W) == 48 && sizeof(DS_DOMAIN_CONTROLLER_INFO_2W) == 136, "DC info");
_Static_assert(sizeof(DS_DOMAIN_CONTROLLER_INFO_3W) == 136 && offsetof(DS_DOMAIN_CONTROLLER_INFO_3W, SiteObjectGuid) == 72, "DC info 3");
_Static_assert(offsetof(DS_DOMAIN_CONTROLLER_INFO_2W, SiteObjectGuid) == 68, "DC info 2");
_Static_assert(sizeof(DS_SCHEMA_GUID_MAPW) == 32 && sizeof(DS_SITE_COST_INFO) == 8, "maps");
_Static_assert(sizeof(DS_REPSYNCALL_ERRINFOW) == 24 && sizeof(DS_REPSYNCALL_SYNCW) == 40 && sizeof(DS_REPSYNCALL_UPDATEW) == 24, "sync all");
#endif
_Static_assert(sizeof(DS_REPL_CURSOR_BLOB) == 40 && sizeof(DS_REPL_KCC_DSA_FAILUREW_BLOB) == 36 && sizeof(DS_REPL_OPW_BLOB) == 68, "blobs");
_Static_assert(sizeof(DS_REPL_ATTR_META_DATA_BLOB) == 56 && sizeof(DS_REPL_VALUE_META_DATA_BLOB) == 88, "metadata blobs");
_Static_assert(sizeof(DS_REPL_QUEUE_STATISTICSW) == 52, "statistics");

int main(void) {
  CHECK(DS_REPL_NBR_MODIFIABLE_MASK == 0x3C000260);
  CHECK(DS_REPL_INFO_TYPE_MAX == 11);
  CHECK(FRSCONN_GET_PRIORITY(0x30000000u) == 3 && FRSCONN_GET_PRIORITY(0u) == FRSCONN_MAX_PRIORITY);
  CHECK(NTDSCONN_IGNORE_SCHEDULE(0x80000000u) == 1);
  CHECK(sizeof(GUID_USERS_CONTAINER_W) == 33 * sizeof(WCHAR) && sizeof(GUID_USERS_CONTAINER_BYTE) == 17);
  return CHECK_RESULT;
}
