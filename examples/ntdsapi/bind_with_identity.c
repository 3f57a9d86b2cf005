/* SPDX-License-Identifier: Apache-2.0
 *
 * DsBindWithCred with a SEC_WINNT_AUTH_IDENTITY that the program fills itself.
 */
#include "example.h"

int wmain(int argc, wchar_t *argv[])
{
    SEC_WINNT_AUTH_IDENTITY identity;
    WCHAR password[256], *newline;
    HANDLE ds = NULL;
    DWORD code;

    if (argc != 4 || fgetws(password, ARRAYSIZE(password), stdin) == NULL)
        return Usage(L"bind_with_identity DC USER DOMAIN < password");
    newline = wcschr(password, L'\n');
    if (newline != NULL)
        *newline = L'\0';
    ZeroMemory(&identity, sizeof(identity));
    identity.User = (unsigned short *)argv[2];
    identity.UserLength = (ULONG)wcslen(argv[2]);
    identity.Domain = (unsigned short *)argv[3];
    identity.DomainLength = (ULONG)wcslen(argv[3]);
    identity.Password = (unsigned short *)password;
    identity.PasswordLength = (ULONG)wcslen(password);
    identity.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
    code = DsBindWithCred(argv[1], NULL, &identity, &ds);
    SecureZeroMemory(password, sizeof(password));
    if (code != ERROR_SUCCESS)
        return Report(L"DsBindWithCred", code);
    wprintf(L"bound as %s\n", argv[2]);
    return Report(L"DsUnBind", DsUnBind(&ds));
}
