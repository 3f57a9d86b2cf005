/* SPDX-License-Identifier: Apache-2.0
 *
 * DsCrackUnquotedMangledRdn and DsIsMangledRdnValue: the objectGUID in a mangled name.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    WCHAR plain[512];
    DWORD length = 512, code;
    DS_MANGLE_FOR reason;
    GUID guid;

    if (argc != 2)
        return Usage(L"crack_mangled_rdn QUOTED-VALUE");
    code = DsUnquoteRdnValue((DWORD)wcslen(argv[1]), argv[1], &length, plain);
    if (code != ERROR_SUCCESS)
        return Report(L"DsUnquoteRdnValue", code);
    if (!DsCrackUnquotedMangledRdn(plain, length, &guid, &reason)) {
        wprintf(L"not mangled\n");
        return 0;
    }
    wprintf(L"%s, object ", DsIsMangledRdnValue(plain, length, DS_MANGLE_OBJECT_RDN_FOR_DELETION) ? L"deleted" : L"conflict");
    PrintGuid(&guid);
    wprintf(L"\n");
    return 0;
}
