/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaVerifyObjects: finds lingering objects by comparison with a reference DC; options 1 only reports.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    UUID source;
    HANDLE ds;
    int status;

    if (argc != 5 || !ParseGuid(argv[3], &source))
        return Usage(L"replica_verify_objects DC NAMING-CONTEXT SOURCE-DSA-GUID OPTIONS");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaVerifyObjects", DsReplicaVerifyObjects(ds, argv[2], &source, wcstoul(argv[4], NULL, 0)));
    DsUnBind(&ds);
    return status;
}
