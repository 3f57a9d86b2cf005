/* SPDX-License-Identifier: Apache-2.0
 *
 * DsReplicaModify: changes the flags of a source (DS_REPL_NBR_*).
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    UUID source;
    HANDLE ds;
    int status;

    if (argc != 5 || !ParseGuid(argv[3], &source))
        return Usage(L"replica_modify DC NAMING-CONTEXT SOURCE-DSA-GUID REPLICA-FLAGS");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsReplicaModify", DsReplicaModify(ds, argv[2], &source, NULL, NULL, NULL, wcstoul(argv[4], NULL, 0),
                                                        DS_REPMOD_UPDATE_FLAGS, 0));
    DsUnBind(&ds);
    return status;
}
