/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaConsistencyCheck: makes the KCC compute the topology anew (DS_KCC_FLAG_*).
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds;
    int status;

    if (argc != 3)
        return Usage(L"replica_consistency_check DC FLAGS");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaConsistencyCheck", DsReplicaConsistencyCheck(ds, DS_KCC_TASKID_UPDATE_TOPOLOGY, wcstoul(argv[2], NULL, 0)));
    DsUnBind(&ds);
    return status;
}
