/* SPDX-License-Identifier: Apache-2.0
 *
 * Generic text: the wide names with UNICODE or _UNICODE, the narrow ones without.
 */
#ifndef TRIBUTARY_COMPAT_TCHAR_H
#define TRIBUTARY_COMPAT_TCHAR_H

#if defined(_UNICODE) && !defined(UNICODE)
#define UNICODE
#endif
#include "windows.h"

#define _T(literal) __TEXT(literal)
#define _TEXT(literal) __TEXT(literal)
typedef TCHAR _TCHAR;
#if defined(UNICODE)
#define _tmain wmain
#define _tprintf wprintf
#define _ftprintf fwprintf
#define _stprintf_s swprintf_s
#define _sntprintf _snwprintf
#define _tcslen wcslen
#define _tcscmp wcscmp
#define _tcsicmp _wcsicmp
#define _tcsncmp wcsncmp
#define _tcsnicmp _wcsnicmp
#define _tcscpy wcscpy
#define _tcscpy_s wcscpy_s
#define _tcscat wcscat
#define _tcschr wcschr
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcsdup _wcsdup
#define _tcstoul wcstoul
#define _ttoi _wtoi
#define _fputts fputws
#define _putts _putws
#else
#define _tmain main
#define _tprintf printf
#define _ftprintf fprintf
#define _sntprintf _snprintf
#define _tcslen strlen
#define _tcscmp strcmp
#define _tcsicmp _stricmp
#define _tcsncmp strncmp
#define _tcsnicmp _strnicmp
#define _tcscpy strcpy
#define _tcscat strcat
#define _tcschr strchr
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcsdup _strdup
#define _tcstoul strtoul
#define _ttoi atoi
#define _fputts fputs
#define _putts puts
#endif

#endif
