/* SPDX-License-Identifier: Apache-2.0
 *
 * DsMakeSpn and DsClientMakeSpnForTargetServer: the name under which a client authenticates a service.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    WCHAR spn[512];
    DWORD length = ARRAYSIZE(spn), code;

    if (argc == 3)
        code = DsClientMakeSpnForTargetServer(argv[1], argv[2], &length, spn);
    else if (argc == 5)
        code = DsMakeSpn(argv[1], argv[2], OrNull(argv[3]), (USHORT)_wtoi(argv[4]), NULL, &length, spn);
    else
        return Usage(L"make_spn CLASS HOST | make_spn CLASS SERVICE INSTANCE|null PORT");
    if (code == ERROR_SUCCESS)
        wprintf(L"%s\n", spn);
    return Report(argc == 3 ? L"DsClientMakeSpnForTargetServer" : L"DsMakeSpn", code);
}
