/* SPDX-License-Identifier: Apache-2.0
 *
 * What Windows has no call for: the name of a Win32 code, what it means for directory replication and what to do, and what exactly
 * went wrong in the last call (which phase, which host). Exported by libntdsapi beside the functions of ntdsapi.h.
 */
#ifndef TRIBUTARY_ERRORS_H
#define TRIBUTARY_ERRORS_H

#include "ntdsapi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* TributaryErrorName: "ERROR_DS_DRA_BAD_NC" for 8440; null for a code that [MS-ERREF] 2.2 does not list.
 * Owner: static text. Thread: any. */
NTDSAPI LPCSTR WINAPI TributaryErrorName(DWORD Code);

/* TributaryDescribeError: a code in sentences: its name, what it means, what an administrator can do.
 * pcchText: in, the room in pszText; out, the length; both with the terminator, in characters of the function's width.
 * Errors: ERROR_BUFFER_OVERFLOW (111) *pcchText says what it takes (pszText may then be null). A code that is not listed
 *   is described by its number. */
NTDSAPI DWORD WINAPI TributaryDescribeErrorW(DWORD Code, DWORD* pcchText, LPWSTR pszText);
NTDSAPI DWORD WINAPI TributaryDescribeErrorA(DWORD Code, DWORD* pcchText, LPSTR pszText);
#define TributaryDescribeError TRIBUTARY_AW(TributaryDescribeError)

/* TributaryLastError: the same for the last function of ntdsapi.h that failed in this thread, with the phase in which it failed (DNS,
 * connect, endpoint map, bind, authenticate, call) and the particulars, which never hold a secret. Empty when none has failed.
 * pcchText, Errors: as TributaryDescribeError. Thread: each thread has its own; success leaves it alone. */
NTDSAPI DWORD WINAPI TributaryLastErrorW(DWORD* pcchText, LPWSTR pszText);
NTDSAPI DWORD WINAPI TributaryLastErrorA(DWORD* pcchText, LPSTR pszText);
#define TributaryLastError TRIBUTARY_AW(TributaryLastError)

#ifdef __cplusplus
}
#endif

#endif
