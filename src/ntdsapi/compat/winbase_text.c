/* SPDX-License-Identifier: Apache-2.0
 *
 * The wide lstr functions of include/compat/windows.h, over those of the run-time library.
 */
#include "compat/windows.h"

int lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2) { return tributary_crt_wcscmp(lpString1, lpString2); }
int lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2) { return tributary_crt__wcsicmp(lpString1, lpString2); }
LPWSTR lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2) { return tributary_crt_wcscpy(lpString1, lpString2); }
LPWSTR lstrcatW(LPWSTR lpString1, LPCWSTR lpString2) { return tributary_crt_wcscat(lpString1, lpString2); }
