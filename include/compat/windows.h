/* SPDX-License-Identifier: Apache-2.0
 *
 * What C programs that were written for Windows against ntdsapi need of <windows.h>, so that they compile and run unchanged.
 * Not a Windows emulation: types, codes, memory, time, messages and text, no more. The functions are in libntdsapi_compat.
 * Compile with -fshort-wchar when the program has L"..." literals: pkg-config --cflags ntdsapi-compat.
 */
#ifndef TRIBUTARY_COMPAT_WINDOWS_H
#define TRIBUTARY_COMPAT_WINDOWS_H

#include <stdarg.h>
#ifdef __cplusplus
#include <cstdio>
#include <cwchar>
#include <string>
#endif

#include "../tributary/wintypes.h"
#include "tributary_crt.h"
#include "winerror.h"

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif

/* Calling conventions and annotations mean nothing here. */
#define __cdecl
#define __stdcall
#define APIENTRY WINAPI
#define IN
#define OUT
#define OPTIONAL
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_
#define _In_reads_(count)
#define _Out_writes_(count)
#define _Outptr_
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))

#define __int64 long long
#define __int32 int
#define __int16 short
#define __int8 char
#define FAR
#define NEAR
#define INFINITE 0xFFFFFFFFu
#define MAX_PATH 260
#define INVALID_HANDLE_VALUE ((HANDLE)(intptr_t)-1)
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
#ifndef _countof
#define _countof(array) ARRAYSIZE(array)
#endif
#define MAKEWORD(low, high) ((WORD)(((BYTE)(low)) | ((WORD)((BYTE)(high))) << 8))
#define LOWORD(value) ((WORD)((value) & 0xFFFF))
#define HIWORD(value) ((WORD)(((DWORD)(value)) >> 16))
#define ZeroMemory(target, length) memset((target), 0, (length))
#define FillMemory(target, length, value) memset((target), (value), (length))
#define CopyMemory(target, source, length) memcpy((target), (source), (length))
#define MoveMemory(target, source, length) memmove((target), (source), (length))

#if defined(UNICODE)
typedef WCHAR TCHAR;
#define __TEXT(literal) TRIBUTARY_W(literal)
#else
typedef CHAR TCHAR;
#define __TEXT(literal) literal
#endif
typedef TCHAR *LPTSTR, *PTSTR, *PTCHAR;
typedef const TCHAR *LPCTSTR, *PCTSTR;
#define TEXT(literal) __TEXT(literal)

typedef intptr_t INT_PTR, LONG_PTR;
typedef uintptr_t UINT_PTR, ULONG_PTR, DWORD_PTR;
typedef size_t SIZE_T;
typedef uint64_t ULONG64, UINT64;
typedef int64_t LONG64, INT64;
typedef uint32_t UINT32;
typedef int32_t INT32;
typedef int* PINT;
typedef unsigned int* PUINT;
typedef LONGLONG* PLONGLONG;
typedef ULONGLONG* PULONGLONG;
typedef HANDLE HLOCAL;
typedef HANDLE HMODULE;
typedef HANDLE HINSTANCE;
typedef DWORD LCID;
typedef WORD LANGID;

typedef union _LARGE_INTEGER {
  struct {
    DWORD LowPart;
    LONG HighPart;
  } u;
  __extension__ struct {
    DWORD LowPart;
    LONG HighPart;
  };
  LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
  struct {
    DWORD LowPart;
    DWORD HighPart;
  } u;
  __extension__ struct {
    DWORD LowPart;
    DWORD HighPart;
  };
  ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _SYSTEMTIME {
  WORD wYear;
  WORD wMonth;
  WORD wDayOfWeek; /* 0 is Sunday */
  WORD wDay;
  WORD wHour;
  WORD wMinute;
  WORD wSecond;
  WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

typedef GUID IID;
typedef const GUID* REFGUID;
#define IsEqualGUID(a, b) (memcmp((a), (b), sizeof(GUID)) == 0)

#if defined(UNICODE)
#define SEC_WINNT_AUTH_IDENTITY SEC_WINNT_AUTH_IDENTITY_W
#define PSEC_WINNT_AUTH_IDENTITY PSEC_WINNT_AUTH_IDENTITY_W
#else
#define SEC_WINNT_AUTH_IDENTITY SEC_WINNT_AUTH_IDENTITY_A
#define PSEC_WINNT_AUTH_IDENTITY PSEC_WINNT_AUTH_IDENTITY_A
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The last error of this thread. Functions of ntdsapi return their code and do not set it, as on Windows. */
DWORD WINAPI GetLastError(void);
void WINAPI SetLastError(DWORD dwErrCode);

/* Messages: only FORMAT_MESSAGE_FROM_SYSTEM, the text of a Win32 code, ended by a carriage return and a newline.
 * With FORMAT_MESSAGE_ALLOCATE_BUFFER lpBuffer points to a pointer, freed by LocalFree. 0 on failure, see GetLastError. */
#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS 0x00000200
#define FORMAT_MESSAGE_FROM_STRING 0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE 0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM 0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY 0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK 0x000000FF
#define LANG_NEUTRAL 0x00
#define LANG_ENGLISH 0x09
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_ENGLISH_US 0x01
#define SORT_DEFAULT 0x0
#define MAKELANGID(primary, sub) ((WORD)(((WORD)(sub)) << 10 | (WORD)(primary)))
#define MAKELCID(language, sort) ((DWORD)(((DWORD)(WORD)(sort)) << 16 | (DWORD)(WORD)(language)))
DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPWSTR lpBuffer, DWORD nSize,
                            va_list* Arguments);
DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPSTR lpBuffer, DWORD nSize,
                            va_list* Arguments);
#define FormatMessage TRIBUTARY_AW(FormatMessage)

/* Memory: malloc under other names. LMEM_ZEROINIT and HEAP_ZERO_MEMORY clear it. */
#define LMEM_FIXED 0x0000
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
#define HEAP_ZERO_MEMORY 0x00000008
HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);
HLOCAL WINAPI LocalFree(HLOCAL hMem);
HANDLE WINAPI GetProcessHeap(void);
LPVOID WINAPI HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes);
LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes);
BOOL WINAPI HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem);
PVOID WINAPI SecureZeroMemory(PVOID ptr, SIZE_T cnt);

/* Time. FALSE with ERROR_INVALID_PARAMETER for a time outside of the years 1601 to 30827. */
BOOL WINAPI FileTimeToSystemTime(const FILETIME* lpFileTime, LPSYSTEMTIME lpSystemTime);
BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME* lpSystemTime, LPFILETIME lpFileTime);
BOOL WINAPI FileTimeToLocalFileTime(const FILETIME* lpFileTime, LPFILETIME lpLocalFileTime);
LONG WINAPI CompareFileTime(const FILETIME* lpFileTime1, const FILETIME* lpFileTime2);
void WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime);
void WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime);
void WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime);
DWORD WINAPI GetTickCount(void);
ULONGLONG WINAPI GetTickCount64(void);
void WINAPI Sleep(DWORD dwMilliseconds);

/* Text. Comparisons ignore the case of ASCII letters only. Code pages: CP_ACP and CP_UTF8, both UTF-8. */
#define CP_ACP 0
#define CP_UTF8 65001
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_ERR_INVALID_CHARS 0x00000080
int WINAPI lstrlenW(LPCWSTR lpString);
int WINAPI lstrlenA(LPCSTR lpString);
int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2);
int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2);
int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2);
LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2);
LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr, int cbMultiByte, LPWSTR lpWideCharStr,
                               int cchWideChar);
int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr, int cchWideChar, LPSTR lpMultiByteStr,
                               int cbMultiByte, LPCSTR lpDefaultChar, LPBOOL lpUsedDefaultChar);
#define lstrlen TRIBUTARY_AW(lstrlen)
#define lstrcmp TRIBUTARY_AW(lstrcmp)
#define lstrcmpi TRIBUTARY_AW(lstrcmpi)
#define lstrcpy TRIBUTARY_AW(lstrcpy)
#define lstrcat TRIBUTARY_AW(lstrcat)

#ifdef __cplusplus
}
#endif

#endif

#include "tributary_crt_names.h"
