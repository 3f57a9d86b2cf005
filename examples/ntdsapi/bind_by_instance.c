/* SPDX-License-Identifier: Apache-2.0
 *
 * DsBindByInstance: binds to a DC only if it is the instance with this DSA GUID.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    HANDLE ds = NULL;
    UUID instance;
    DWORD code;

    if (argc != 3 || !ParseGuid(argv[2], &instance))
        return Usage(L"bind_by_instance DC DSA-GUID");
    code = DsBindByInstance(argv[1], NULL, &instance, NULL, NULL, NULL, 0, &ds);
    if (code != ERROR_SUCCESS)
        return Report(L"DsBindByInstance", code);
    wprintf(L"bound to the instance\n");
    return Report(L"DsUnBind", DsUnBind(&ds));
}
