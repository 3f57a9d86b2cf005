/* SPDX-License-Identifier: Apache-2.0
 *
 * DsGetDomainControllerInfo: the DCs of a domain, at level 2.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_DOMAIN_CONTROLLER_INFO_2 *info = NULL;
    DWORD count = 0, i;
    HANDLE ds;
    int status;

    if (argc != 3)
        return Usage(L"get_domain_controller_info DC DOMAIN");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsGetDomainControllerInfo", DsGetDomainControllerInfo(ds, argv[2], 2, &count, (VOID **)&info));
    for (i = 0; i < count; ++i) {
        wprintf(L"%s in %s%s%s, DSA ", info[i].DnsHostName, info[i].SiteName, info[i].fIsPdc ? L", PDC" : L"", info[i].fIsGc ? L", GC" : L"");
        PrintGuid(&info[i].NtdsDsaObjectGuid);
        wprintf(L"\n");
    }
    DsFreeDomainControllerInfo(2, count, info);
    DsUnBind(&ds);
    return status;
}
