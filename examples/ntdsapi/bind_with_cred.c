/* SPDX-License-Identifier: Apache-2.0
 *
 * DsMakePasswordCredentials, DsBindWithCred, DsFreePasswordCredentials: binds as another account. The password is read from standard input.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    RPC_AUTH_IDENTITY_HANDLE credentials = NULL;
    WCHAR password[256], *newline;
    HANDLE ds = NULL;
    DWORD code;

    if (argc != 4 || fgetws(password, ARRAYSIZE(password), stdin) == NULL)
        return Usage(L"bind_with_cred DC USER DOMAIN|null < password");
    newline = wcschr(password, L'\n');
    if (newline != NULL)
        *newline = L'\0';
    code = DsMakePasswordCredentials(argv[2], OrNull(argv[3]), password, &credentials);
    SecureZeroMemory(password, sizeof(password));
    if (code != ERROR_SUCCESS)
        return Report(L"DsMakePasswordCredentials", code);
    code = DsBindWithCred(argv[1], NULL, credentials, &ds);
    DsFreePasswordCredentials(credentials);
    if (code != ERROR_SUCCESS)
        return Report(L"DsBindWithCred", code);
    wprintf(L"bound as %s\n", argv[2]);
    return Report(L"DsUnBind", DsUnBind(&ds));
}
