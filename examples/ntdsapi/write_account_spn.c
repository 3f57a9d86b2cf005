/* SPDX-License-Identifier: Apache-2.0
 *
 * DsWriteAccountSpn: adds (0), replaces (1) or deletes (2) service principal names of an account.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds;
    int status;

    if (argc < 4)
        return Usage(L"write_account_spn DC OPERATION ACCOUNT-DN [SPN...]");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsWriteAccountSpn",
                    DsWriteAccountSpn(ds, (DS_SPN_WRITE_OP)_wtoi(argv[2]), argv[3], (DWORD)argc - 4, (LPCWSTR *)argv + 4));
    DsUnBind(&ds);
    return status;
}
