/* SPDX-License-Identifier: Apache-2.0
 *
 * What every example beside this file begins with: the includes of a Windows program, a sentence for a failed call, a bound handle.
 * Each example shows one function of ntdsapi.h. Exit status: 0 done, 1 the function failed, 2 usage.
 */
#define UNICODE
#define _UNICODE

#include <windows.h>
#include <rpc.h>
#include <ntdsapi.h>
#include <stdio.h>
#include <wchar.h>

static inline int Usage(LPCWSTR arguments)
{
    fwprintf(stderr, L"usage: %s\n", arguments);
    return 2;
}

/* 0 for success; otherwise says what failed and gives 1. */
static inline int Report(LPCWSTR function, DWORD code)
{
    WCHAR text[1024];

    if (code == ERROR_SUCCESS)
        return 0;
    if (FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code, 0, text, ARRAYSIZE(text), NULL) == 0)
        wcscpy_s(text, ARRAYSIZE(text), L"\n");
    fwprintf(stderr, L"%s: %lu: %s", function, code, text);
    return 1;
}

/* A handle to the DC, with the caller's tickets; null when that failed, which has been reported. */
static inline HANDLE Bind(LPCWSTR domainController)
{
    HANDLE ds = NULL;

    Report(L"DsBind", DsBind(domainController, NULL, &ds));
    return ds;
}

/* "null" where the argument stands for a null pointer. */
static inline LPCWSTR OrNull(LPCWSTR argument)
{
    return wcscmp(argument, L"null") == 0 ? NULL : argument;
}

static inline BOOL ParseGuid(LPCWSTR text, UUID *guid)
{
    return UuidFromStringW((RPC_WSTR)text, guid) == RPC_S_OK;
}

static inline void PrintGuid(const UUID *guid)
{
    RPC_WSTR text = NULL;

    if (UuidToStringW(guid, &text) == RPC_S_OK)
        wprintf(L"%s", (LPCWSTR)text);
    RpcStringFreeW(&text);
}

/* The items of a list or of cracked names, one in a line. */
static inline void PrintNames(const DS_NAME_RESULT *names)
{
    DWORD i;

    for (i = 0; i < names->cItems; ++i)
        wprintf(L"%lu %s\n", names->rItems[i].status, names->rItems[i].pName ? names->rItems[i].pName : L"-");
}
