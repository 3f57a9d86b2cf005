/* SPDX-License-Identifier: Apache-2.0
 *
 * DsAddSidHistory: adds the SID of a principal of another forest to one of this domain.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds;
    int status;

    if (argc != 6)
        return Usage(L"add_sid_history DC SOURCE-DOMAIN SOURCE-PRINCIPAL DOMAIN PRINCIPAL");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsAddSidHistory", DsAddSidHistory(ds, 0, argv[2], argv[3], NULL, NULL, argv[4], argv[5]));
    DsUnBind(&ds);
    return status;
}
