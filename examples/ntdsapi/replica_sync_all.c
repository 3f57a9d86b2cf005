/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaSyncAll: brings a naming context up to date everywhere and prints every step.
 */
#include "example.h"

static BOOL CALLBACK Watch(LPVOID data, PDS_REPSYNCALL_UPDATE update)
{
    int *stepsLeft = data;

    switch (update->event) {
    case DS_REPSYNCALL_EVENT_ERROR:
        wprintf(L"error %d, code %lu, at %s\n", update->pErrInfo->error, update->pErrInfo->dwWin32Err, update->pErrInfo->pszSvrId);
        break;
    case DS_REPSYNCALL_EVENT_SYNC_STARTED:
        wprintf(L"start %s <- %s\n", update->pSync->pszDstId, update->pSync->pszSrcId);
        break;
    case DS_REPSYNCALL_EVENT_SYNC_COMPLETED:
        wprintf(L"done %s <- %s (%s)\n", update->pSync->pszDstId, update->pSync->pszSrcId, update->pSync->pszNC);
        break;
    case DS_REPSYNCALL_EVENT_FINISHED:
        wprintf(L"finished\n");
        break;
    }
    return (*stepsLeft)-- > 0;
}

int wmain(int argc, wchar_t *argv[])
{
    PDS_REPSYNCALL_ERRINFO *errors = NULL;
    int stepsLeft, status, i;
    HANDLE ds;

    if (argc != 4 && argc != 5)
        return Usage(L"replica_sync_all DC NAMING-CONTEXT|null FLAGS [STOP-AFTER-EVENTS]");
    stepsLeft = argc == 5 ? _wtoi(argv[4]) : 1000000;
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaSyncAll", DsReplicaSyncAll(ds, OrNull(argv[2]), wcstoul(argv[3], NULL, 0), Watch, &stepsLeft, &errors));
    for (i = 0; errors != NULL && errors[i] != NULL; ++i)
        wprintf(L"failed: %s from %s: %lu\n", errors[i]->pszSvrId, errors[i]->pszSrcId ? errors[i]->pszSrcId : L"-", errors[i]->dwWin32Err);
    LocalFree(errors);
    DsUnBind(&ds);
    return status;
}
