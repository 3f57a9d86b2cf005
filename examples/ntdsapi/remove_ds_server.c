/* SPDX-License-Identifier: Apache-2.0
 *
 * DsRemoveDsServer: removes the DSA of a DC that is gone; without "commit" it only asks.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    BOOL last = FALSE;
    HANDLE ds;
    int status;

    if (argc != 4 && argc != 5)
        return Usage(L"remove_ds_server DC SERVER-DN DOMAIN-DN [commit]");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsRemoveDsServer", DsRemoveDsServer(ds, argv[2], argv[3], &last, argc == 5));
    if (status == 0)
        wprintf(L"last DC of the domain: %s\n", last ? L"yes" : L"no");
    DsUnBind(&ds);
    return status;
}
