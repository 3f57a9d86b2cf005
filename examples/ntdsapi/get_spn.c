/* SPDX-License-Identifier: Apache-2.0
 *
 * DsGetSpn: the names under which a service of this machine registers itself.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    LPWSTR *spns = NULL;
    DWORD count = 0, i, code;

    if (argc != 4)
        return Usage(L"get_spn TYPE CLASS SERVICE|null");
    code = DsGetSpn((DS_SPN_NAME_TYPE)_wtoi(argv[1]), argv[2], OrNull(argv[3]), 0, 0, NULL, NULL, &count, &spns);
    for (i = 0; i < count; ++i)
        wprintf(L"%s\n", spns[i]);
    DsFreeSpnArray(count, spns);
    return Report(L"DsGetSpn", code);
}
