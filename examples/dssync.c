/* SPDX-License-Identifier: Apache-2.0
 *
 * The classic: makes a domain controller replicate a naming context from a source and shows the state of its sources before
 * and after. Written as for Windows, not a line is for Linux: DsBindWithCredW, DsReplicaGetInfoW, DsReplicaSyncW, DsUnBindW.
 *
 *   cc dssync.c $(pkg-config --cflags --libs ntdsapi-compat)
 *   dssync DC NAMING-CONTEXT SOURCE-DSA-GUID [USER DOMAIN]     the password is read from standard input
 */
#define UNICODE
#define _UNICODE

#include <windows.h>
#include <rpc.h>
#include <ntdsapi.h>
#include <stdio.h>
#include <wchar.h>

static int Fail(LPCWSTR what, DWORD code)
{
    LPWSTR text = NULL;

    FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, code,
                  MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPWSTR)&text, 0, NULL);
    fwprintf(stderr, L"%s: error %lu: %s", what, code, text ? text : L"\n");
    LocalFree(text);
    return 1;
}

static void ShowTime(const FILETIME *fileTime)
{
    SYSTEMTIME time;

    if (fileTime->dwLowDateTime == 0 && fileTime->dwHighDateTime == 0)
        wprintf(L"never");
    else if (FileTimeToSystemTime(fileTime, &time))
        wprintf(L"%04u-%02u-%02u %02u:%02u:%02u UTC", time.wYear, time.wMonth, time.wDay, time.wHour, time.wMinute, time.wSecond);
}

static DWORD ShowNeighbors(HANDLE ds, LPCWSTR namingContext)
{
    DS_REPL_NEIGHBORSW *neighbors = NULL;
    DWORD code, i;

    code = DsReplicaGetInfo(ds, DS_REPL_INFO_NEIGHBORS, namingContext, NULL, (VOID **)&neighbors);
    if (code != ERROR_SUCCESS)
        return code;
    for (i = 0; i < neighbors->cNumNeighbors; ++i) {
        const DS_REPL_NEIGHBORW *n = &neighbors->rgNeighbor[i];
        RPC_WSTR guid = NULL;

        if (UuidToStringW(&n->uuidSourceDsaObjGuid, &guid) == RPC_S_OK) {
            wprintf(L"  from %s\n    DSA %s, USN %I64d, flags 0x%08lx, last success ", n->pszSourceDsaDN, (LPCWSTR)guid,
                    n->usnLastObjChangeSynced, n->dwReplicaFlags);
            RpcStringFreeW(&guid);
        }
        ShowTime(&n->ftimeLastSyncSuccess);
        wprintf(L", last result %lu\n", n->dwLastSyncResult);
    }
    DsReplicaFreeInfo(DS_REPL_INFO_NEIGHBORS, neighbors);
    return ERROR_SUCCESS;
}

int wmain(int argc, wchar_t *argv[])
{
    RPC_AUTH_IDENTITY_HANDLE credentials = NULL;
    HANDLE ds = NULL;
    UUID source;
    DWORD code;

    if (argc != 4 && argc != 6) {
        wprintf(L"usage: dssync DC NAMING-CONTEXT SOURCE-DSA-GUID [USER DOMAIN]\n");
        return 2;
    }
    if (UuidFromStringW((RPC_WSTR)argv[3], &source) != RPC_S_OK) {
        wprintf(L"%s is no GUID\n", argv[3]);
        return 2;
    }
    if (argc == 6) {
        WCHAR password[256];

        if (fgetws(password, ARRAYSIZE(password), stdin) == NULL)
            return 2;
        password[wcslen(password) - (wcschr(password, L'\n') != NULL)] = L'\0';
        code = DsMakePasswordCredentials(argv[4], argv[5], password, &credentials);
        SecureZeroMemory(password, sizeof(password));
        if (code != ERROR_SUCCESS)
            return Fail(L"DsMakePasswordCredentials", code);
    }

    code = DsBindWithCred(argv[1], NULL, credentials, &ds);
    DsFreePasswordCredentials(credentials);
    if (code != ERROR_SUCCESS)
        return Fail(L"DsBindWithCred", code);

    wprintf(L"Sources of %s on %s before:\n", argv[2], argv[1]);
    code = ShowNeighbors(ds, argv[2]);
    if (code == ERROR_SUCCESS) {
        code = DsReplicaSync(ds, argv[2], &source, DS_REPSYNC_URGENT);
        if (code == ERROR_SUCCESS) {
            wprintf(L"DsReplicaSync succeeded. After:\n");
            code = ShowNeighbors(ds, argv[2]);
        } else {
            Fail(L"DsReplicaSync", code);
        }
    } else {
        Fail(L"DsReplicaGetInfo", code);
    }
    DsUnBind(&ds);
    return code == ERROR_SUCCESS ? 0 : 1;
}
