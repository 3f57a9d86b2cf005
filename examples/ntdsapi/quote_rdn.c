/* SPDX-License-Identifier: Apache-2.0
 *
 * DsQuoteRdnValue and DsUnquoteRdnValue: the value of an RDN, fit for a distinguished name and back.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    WCHAR quoted[512], plain[512];
    DWORD quotedLength = 512, plainLength = 512, code;

    if (argc != 2)
        return Usage(L"quote_rdn VALUE");
    code = DsQuoteRdnValue((DWORD)wcslen(argv[1]), argv[1], &quotedLength, quoted);
    if (code != ERROR_SUCCESS)
        return Report(L"DsQuoteRdnValue", code);
    code = DsUnquoteRdnValue(quotedLength, quoted, &plainLength, plain);
    if (code == ERROR_SUCCESS)
        wprintf(L"%.*s is %.*s\n", (int)quotedLength, quoted, (int)plainLength, plain);
    return Report(L"DsUnquoteRdnValue", code);
}
