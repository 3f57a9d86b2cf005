/* SPDX-License-Identifier: Apache-2.0
 *
 * DsBindWithSpn and DsBindWithSpnEx: binds under a given service principal name, and with flags.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds = NULL;
    DWORD code;

    if (argc != 3 && argc != 4)
        return Usage(L"bind_with_spn DC SPN [FLAGS]");
    if (argc == 3)
        code = DsBindWithSpn(argv[1], NULL, NULL, argv[2], &ds);
    else
        code = DsBindWithSpnEx(argv[1], NULL, NULL, argv[2], wcstoul(argv[3], NULL, 0), &ds);
    if (code != ERROR_SUCCESS)
        return Report(argc == 3 ? L"DsBindWithSpn" : L"DsBindWithSpnEx", code);
    wprintf(L"bound under %s\n", argv[2]);
    return Report(L"DsUnBind", DsUnBind(&ds));
}
