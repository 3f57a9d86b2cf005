/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaGetInfo: every type of information that needs no more than an object.
 */
#include "example.h"

static void PrintMetadata(const DS_REPL_OBJ_META_DATA *metadata)
{
    DWORD i;

    for (i = 0; i < metadata->cNumEntries; ++i) {
        const DS_REPL_ATTR_META_DATA *m = &metadata->rgMetaData[i];
        wprintf(L"%s version %lu USN %I64d by ", m->pszAttributeName, m->dwVersion, m->usnLocalChange);
        PrintGuid(&m->uuidLastOriginatingDsaInvocationID);
        wprintf(L"\n");
    }
}

static void Print(DS_REPL_INFO_TYPE type, VOID *info)
{
    DWORD i;

    if (type == DS_REPL_INFO_NEIGHBORS) {
        const DS_REPL_NEIGHBORS *neighbors = info;
        for (i = 0; i < neighbors->cNumNeighbors; ++i) {
            wprintf(L"%s from ", neighbors->rgNeighbor[i].pszNamingContext);
            PrintGuid(&neighbors->rgNeighbor[i].uuidSourceDsaObjGuid);
            wprintf(L" USN %I64d\n", neighbors->rgNeighbor[i].usnLastObjChangeSynced);
        }
    } else if (type == DS_REPL_INFO_CURSORS_FOR_NC) {
        const DS_REPL_CURSORS *cursors = info;
        for (i = 0; i < cursors->cNumCursors; ++i) {
            PrintGuid(&cursors->rgCursor[i].uuidSourceDsaInvocationID);
            wprintf(L" USN %I64d\n", cursors->rgCursor[i].usnAttributeFilter);
        }
    } else if (type == DS_REPL_INFO_METADATA_FOR_OBJ) {
        PrintMetadata(info);
    } else if (type == DS_REPL_INFO_KCC_DSA_CONNECT_FAILURES || type == DS_REPL_INFO_KCC_DSA_LINK_FAILURES) {
        const DS_REPL_KCC_DSA_FAILURES *failures = info;
        for (i = 0; i < failures->cNumEntries; ++i)
            wprintf(L"%s failed %lu times\n", failures->rgDsaFailure[i].pszDsaDN, failures->rgDsaFailure[i].cNumFailures);
        wprintf(L"%lu failures\n", failures->cNumEntries);
    } else if (type == DS_REPL_INFO_PENDING_OPS) {
        wprintf(L"%lu operations\n", ((DS_REPL_PENDING_OPS *)info)->cNumPendingOps);
    } else if (type == DS_REPL_INFO_CURSORS_3_FOR_NC) {
        const DS_REPL_CURSORS_3 *cursors = info;
        for (i = 0; i < cursors->cNumCursors; ++i)
            wprintf(L"%s USN %I64d\n", cursors->rgCursor[i].pszSourceDsaDN ? cursors->rgCursor[i].pszSourceDsaDN : L"-",
                    cursors->rgCursor[i].usnAttributeFilter);
    } else {
        wprintf(L"received\n");
    }
}

int wmain(int argc, wchar_t *argv[])
{
    DS_REPL_INFO_TYPE type;
    VOID *info = NULL;
    HANDLE ds;
    int status;

    if (argc != 4)
        return Usage(L"replica_get_info DC TYPE OBJECT|null");
    type = (DS_REPL_INFO_TYPE)_wtoi(argv[2]);
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaGetInfo", DsReplicaGetInfo(ds, type, OrNull(argv[3]), NULL, &info));
    if (status == 0)
        Print(type, info);
    DsReplicaFreeInfo(type, info);
    DsUnBind(&ds);
    return status;
}
