/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaSync: replicates a naming context from a source, with options as a number (DS_REPSYNC_*).
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    UUID source;
    HANDLE ds;
    int status;

    if (argc != 5 || (OrNull(argv[3]) != NULL && !ParseGuid(argv[3], &source)))
        return Usage(L"replica_sync DC NAMING-CONTEXT SOURCE-DSA-GUID|null OPTIONS");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaSync", DsReplicaSync(ds, argv[2], OrNull(argv[3]) ? &source : NULL, wcstoul(argv[4], NULL, 0)));
    if (status == 0)
        wprintf(L"replicated\n");
    DsUnBind(&ds);
    return status;
}
