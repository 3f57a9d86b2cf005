/* SPDX-License-Identifier: Apache-2.0
 *
 * The C run-time functions that Windows programs use and that the C library has not, or has for a wchar_t of 32 bits.
 * With -fshort-wchar a wide literal is UTF-16, which wprintf() and wcslen() of the C library cannot read: their names become
 * those of libntdsapi_compat here. printf() and its kin also become ours, in C: %S, %I64d, %ws, and a long that has 32 bits.
 * What goes to a FILE is UTF-8. (Every name is undefined first: with _FORTIFY_SOURCE the C library has macros of some.)
 */
#ifndef TRIBUTARY_COMPAT_CRT_H
#define TRIBUTARY_COMPAT_CRT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#if defined(TRIBUTARY_CRT_KEEP_NAMES)
#include <uchar.h>
#endif
#include <wchar.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int errno_t;

int tributary_crt_printf(const char* format, ...);
int tributary_crt_fprintf(FILE* stream, const char* format, ...);
int tributary_crt_sprintf(char* buffer, const char* format, ...);
int tributary_crt_snprintf(char* buffer, size_t count, const char* format, ...);
int tributary_crt_vprintf(const char* format, va_list arguments);
int tributary_crt_vfprintf(FILE* stream, const char* format, va_list arguments);
int tributary_crt_vsnprintf(char* buffer, size_t count, const char* format, va_list arguments);
/* Like _snprintf: no terminator when the text fills the buffer, -1 when it does not fit. */
int tributary_crt__snprintf(char* buffer, size_t count, const char* format, ...);

/* A unit of wide text: a wchar_t of 16 bits to programs, char16_t to the library, whose own wchar_t has 32. */
#if defined(TRIBUTARY_CRT_KEEP_NAMES)
#define TRIBUTARY_WIDE char16_t
#elif defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#define TRIBUTARY_WIDE wchar_t
#endif
#if defined(TRIBUTARY_WIDE)
int tributary_crt_wprintf(const TRIBUTARY_WIDE* format, ...);
int tributary_crt_fwprintf(FILE* stream, const TRIBUTARY_WIDE* format, ...);
int tributary_crt_swprintf(TRIBUTARY_WIDE* buffer, size_t count, const TRIBUTARY_WIDE* format, ...);
int tributary_crt__snwprintf(TRIBUTARY_WIDE* buffer, size_t count, const TRIBUTARY_WIDE* format, ...);
int tributary_crt_vwprintf(const TRIBUTARY_WIDE* format, va_list arguments);
int tributary_crt_vfwprintf(FILE* stream, const TRIBUTARY_WIDE* format, va_list arguments);
int tributary_crt_vswprintf(TRIBUTARY_WIDE* buffer, size_t count, const TRIBUTARY_WIDE* format, va_list arguments);
int tributary_crt_fputws(const TRIBUTARY_WIDE* text, FILE* stream);
int tributary_crt__putws(const TRIBUTARY_WIDE* text);
wint_t tributary_crt_fputwc(TRIBUTARY_WIDE c, FILE* stream);
TRIBUTARY_WIDE* tributary_crt_fgetws(TRIBUTARY_WIDE* buffer, int count, FILE* stream);
size_t tributary_crt_wcslen(const TRIBUTARY_WIDE* text);
size_t tributary_crt_wcsnlen(const TRIBUTARY_WIDE* text, size_t count);
int tributary_crt_wcscmp(const TRIBUTARY_WIDE* a, const TRIBUTARY_WIDE* b);
int tributary_crt_wcsncmp(const TRIBUTARY_WIDE* a, const TRIBUTARY_WIDE* b, size_t count);
int tributary_crt__wcsicmp(const TRIBUTARY_WIDE* a, const TRIBUTARY_WIDE* b);
int tributary_crt__wcsnicmp(const TRIBUTARY_WIDE* a, const TRIBUTARY_WIDE* b, size_t count);
TRIBUTARY_WIDE* tributary_crt_wcscpy(TRIBUTARY_WIDE* to, const TRIBUTARY_WIDE* from);
TRIBUTARY_WIDE* tributary_crt_wcsncpy(TRIBUTARY_WIDE* to, const TRIBUTARY_WIDE* from, size_t count);
TRIBUTARY_WIDE* tributary_crt_wcscat(TRIBUTARY_WIDE* to, const TRIBUTARY_WIDE* from);
TRIBUTARY_WIDE* tributary_crt_wcsncat(TRIBUTARY_WIDE* to, const TRIBUTARY_WIDE* from, size_t count);
errno_t tributary_crt_wcscpy_s(TRIBUTARY_WIDE* to, size_t room, const TRIBUTARY_WIDE* from);
errno_t tributary_crt_wcscat_s(TRIBUTARY_WIDE* to, size_t room, const TRIBUTARY_WIDE* from);
TRIBUTARY_WIDE* tributary_crt_wcschr(const TRIBUTARY_WIDE* text, TRIBUTARY_WIDE c);
TRIBUTARY_WIDE* tributary_crt_wcsrchr(const TRIBUTARY_WIDE* text, TRIBUTARY_WIDE c);
TRIBUTARY_WIDE* tributary_crt_wcsstr(const TRIBUTARY_WIDE* text, const TRIBUTARY_WIDE* part);
TRIBUTARY_WIDE* tributary_crt__wcsdup(const TRIBUTARY_WIDE* text);
/* `long` has 32 bits on Windows, so these return that many; values beyond are clamped. */
int tributary_crt_wcstol(const TRIBUTARY_WIDE* text, TRIBUTARY_WIDE** end, int base);
unsigned int tributary_crt_wcstoul(const TRIBUTARY_WIDE* text, TRIBUTARY_WIDE** end, int base);
unsigned long long tributary_crt__wcstoui64(const TRIBUTARY_WIDE* text, TRIBUTARY_WIDE** end, int base);
int tributary_crt__wtoi(const TRIBUTARY_WIDE* text);
#endif

#ifdef __cplusplus
}
#endif

#if defined(__cplusplus) && defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
/* In C++ too wmain is the program's entry, under the name that the library calls, in each form that programs give it. */
int wmain() __asm__("wmain");
int wmain(int argc, wchar_t* argv[]) __asm__("wmain");
int wmain(int argc, const wchar_t* argv[]) __asm__("wmain");
int wmain(int argc, wchar_t* argv[], wchar_t* envp[]) __asm__("wmain");
#endif

#ifndef __cplusplus /* there <windows.h> does it, when the C++ library's headers have been read */
#include "tributary_crt_names.h"
#endif

#endif
