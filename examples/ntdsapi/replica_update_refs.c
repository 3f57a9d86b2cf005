/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaUpdateRefs: adds or removes a destination that the DC notifies (DS_REPUPD_*).
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    UUID destination;
    HANDLE ds;
    int status;

    if (argc != 6 || !ParseGuid(argv[4], &destination))
        return Usage(L"replica_update_refs DC NAMING-CONTEXT DESTINATION-ADDRESS DESTINATION-DSA-GUID OPTIONS");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaUpdateRefs", DsReplicaUpdateRefs(ds, argv[2], argv[3], &destination, wcstoul(argv[5], NULL, 0)));
    DsUnBind(&ds);
    return status;
}
