/* SPDX-License-Identifier: Apache-2.0
 *
 * DsQuerySitesByCost: what replication costs from one site to others.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    PDS_SITE_COST_INFO costs = NULL;
    HANDLE ds;
    int status, i;

    if (argc < 4)
        return Usage(L"query_sites_by_cost DC FROM-SITE TO-SITE...");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsQuerySitesByCost", DsQuerySitesByCost(ds, argv[2], argv + 3, (DWORD)argc - 3, 0, &costs));
    for (i = 0; status == 0 && i < argc - 3; ++i)
        wprintf(L"%s: error %lu, cost %lu\n", argv[i + 3], costs[i].errorCode, costs[i].cost);
    DsQuerySitesFree(costs);
    DsUnBind(&ds);
    return status;
}
