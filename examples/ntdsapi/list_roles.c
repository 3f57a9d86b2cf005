/* SPDX-License-Identifier: Apache-2.0
 *
 * DsListRoles: who holds the FSMO roles: schema, domain naming, PDC, RID, infrastructure.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_NAME_RESULT *result = NULL;
    HANDLE ds;
    int status;

    if (argc != 2)
        return Usage(L"list_roles DC");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsListRoles", DsListRoles(ds, &result));
    if (status == 0)
        PrintNames(result);
    DsFreeNameResult(result);
    DsUnBind(&ds);
    return status;
}
