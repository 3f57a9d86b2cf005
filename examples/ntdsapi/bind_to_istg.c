/* SPDX-License-Identifier: Apache-2.0
 *
 * DsBindToISTG: binds to the intersite topology generator of a site.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds = NULL;
    DWORD code;

    if (argc != 2)
        return Usage(L"bind_to_istg SITE|null");
    code = DsBindToISTG(OrNull(argv[1]), &ds);
    if (code != ERROR_SUCCESS)
        return Report(L"DsBindToISTG", code);
    wprintf(L"bound to the generator\n");
    return Report(L"DsUnBind", DsUnBind(&ds));
}
