/* SPDX-License-Identifier: Apache-2.0
 *
 * DsBindingSetTimeout: a call on a DC that has stopped answering ends when the time is over. Waits for a line on standard
 * input between binding and calling, so that the DC can be stopped in the meantime.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_NAME_RESULT *roles = NULL;
    ULONGLONG begin;
    WCHAR line[16];
    HANDLE ds;
    int status;

    if (argc != 3)
        return Usage(L"binding_set_timeout DC SECONDS");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsBindingSetTimeout", DsBindingSetTimeout(ds, wcstoul(argv[2], NULL, 10)));
    wprintf(L"bound\n");
    fflush(stdout);
    if (status == 0 && fgetws(line, ARRAYSIZE(line), stdin) != NULL) {
        begin = GetTickCount64();
        status = Report(L"DsListRoles", DsListRoles(ds, &roles));
        wprintf(L"after %I64u ms\n", GetTickCount64() - begin);
    }
    DsFreeNameResult(roles);
    DsUnBind(&ds);
    return status;
}
