/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaDel: removes a source from a naming context.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds;
    int status;

    if (argc != 5)
        return Usage(L"replica_del DC NAMING-CONTEXT SOURCE-ADDRESS|null OPTIONS");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaDel", DsReplicaDel(ds, argv[2], OrNull(argv[3]), wcstoul(argv[4], NULL, 0)));
    DsUnBind(&ds);
    return status;
}
