/* SPDX-License-Identifier: Apache-2.0
 *
 * DsListServersInSite: the servers of a site.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_NAME_RESULT *result = NULL;
    HANDLE ds;
    int status;

    if (argc != 3)
        return Usage(L"list_servers_in_site DC SITE-DN");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsListServersInSite", DsListServersInSite(ds, argv[2], &result));
    if (status == 0)
        PrintNames(result);
    DsFreeNameResult(result);
    DsUnBind(&ds);
    return status;
}
