/* SPDX-License-Identifier: Apache-2.0
 *
 * DsCrackNames: translates names between formats (DS_NAME_FORMAT as numbers).
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    DS_NAME_RESULT *result = NULL;
    HANDLE ds;
    int status;

    if (argc < 5)
        return Usage(L"crack_names DC FORMAT-OFFERED FORMAT-DESIRED NAME...");
    ds = Bind(argv[1]);
    if (ds == NULL)
        return 1;
    status = Report(L"DsCrackNames", DsCrackNames(ds, DS_NAME_NO_FLAGS, (DS_NAME_FORMAT)_wtoi(argv[2]), (DS_NAME_FORMAT)_wtoi(argv[3]),
                                                  (DWORD)argc - 4, (LPCWSTR *)argv + 4, &result));
    if (status == 0)
        PrintNames(result);
    DsFreeNameResult(result);
    DsUnBind(&ds);
    return status;
}
