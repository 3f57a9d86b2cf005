/* SPDX-License-Identifier: Apache-2.0
 *
 * DsListSites: the sites of the forest.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_NAME_RESULT *result = NULL;
    HANDLE ds;
    int status;

    if (argc != 2)
        return Usage(L"list_sites DC");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsListSites", DsListSites(ds, &result));
    if (status == 0)
        PrintNames(result);
    DsFreeNameResult(result);
    DsUnBind(&ds);
    return status;
}
