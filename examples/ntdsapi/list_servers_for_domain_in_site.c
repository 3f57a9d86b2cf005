/* SPDX-License-Identifier: Apache-2.0
 *
 * DsListServersForDomainInSite: the DCs of a domain in a site.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_NAME_RESULT *result = NULL;
    HANDLE ds;
    int status;

    if (argc != 4)
        return Usage(L"list_servers_for_domain_in_site DC DOMAIN-DN SITE-DN");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsListServersForDomainInSite", DsListServersForDomainInSite(ds, argv[2], argv[3], &result));
    if (status == 0)
        PrintNames(result);
    DsFreeNameResult(result);
    DsUnBind(&ds);
    return status;
}
