/* SPDX-License-Identifier: Apache-2.0
 *
 * DsListInfoForServer: the DSA object, the host name and the account of a server.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_NAME_RESULT *result = NULL;
    HANDLE ds;
    int status;

    if (argc != 3)
        return Usage(L"list_info_for_server DC SERVER-DN");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsListInfoForServer", DsListInfoForServer(ds, argv[2], &result));
    if (status == 0)
        PrintNames(result);
    DsFreeNameResult(result);
    DsUnBind(&ds);
    return status;
}
