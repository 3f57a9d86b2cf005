/* SPDX-License-Identifier: Apache-2.0
 *
 * DsGetRdnW and DsIsMangledDn: walks a distinguished name, and tells whether its object was deleted or lost a name conflict.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    LPCWCH rest, key, value;
    DWORD restLength, keyLength, valueLength, code;

    if (argc != 2)
        return Usage(L"get_rdn DN");
    rest = argv[1];
    restLength = (DWORD)wcslen(argv[1]);
    while ((code = DsGetRdnW(&rest, &restLength, &key, &keyLength, &value, &valueLength)) == ERROR_SUCCESS && keyLength != 0)
        wprintf(L"%.*s: %.*s\n", (int)keyLength, key, (int)valueLength, value);
    if (DsIsMangledDn(argv[1], DS_MANGLE_OBJECT_RDN_FOR_DELETION))
        wprintf(L"deleted\n");
    if (DsIsMangledDn(argv[1], DS_MANGLE_OBJECT_RDN_FOR_NAME_CONFLICT))
        wprintf(L"lost a name conflict\n");
    return Report(L"DsGetRdnW", code);
}
