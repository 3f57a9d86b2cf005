/* SPDX-License-Identifier: Apache-2.0
 *
 * The names of the C library that become those of libntdsapi_compat (tributary_crt.h). In C++ only <windows.h> brings them, after
 * <string> and <cwchar>, which use the old names and undefine them; hence no guard.
 */
#ifndef TRIBUTARY_CRT_KEEP_NAMES /* the library itself wants the C library's functions */
#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#undef wprintf
#define wprintf tributary_crt_wprintf
#undef wprintf_s
#define wprintf_s tributary_crt_wprintf
#undef fwprintf
#define fwprintf tributary_crt_fwprintf
#undef fwprintf_s
#define fwprintf_s tributary_crt_fwprintf
#undef swprintf
#define swprintf tributary_crt_swprintf
#undef swprintf_s
#define swprintf_s tributary_crt_swprintf
#undef _snwprintf
#define _snwprintf tributary_crt__snwprintf
#undef vwprintf
#define vwprintf tributary_crt_vwprintf
#undef vfwprintf
#define vfwprintf tributary_crt_vfwprintf
#undef vswprintf
#define vswprintf tributary_crt_vswprintf
#undef fputws
#define fputws tributary_crt_fputws
#undef _putws
#define _putws tributary_crt__putws
#undef fputwc
#define fputwc tributary_crt_fputwc
#undef putwc
#define putwc tributary_crt_fputwc
#undef putwchar
#define putwchar(c) tributary_crt_fputwc((c), stdout)
#undef fgetws
#define fgetws tributary_crt_fgetws
#undef wcslen
#define wcslen tributary_crt_wcslen
#undef wcsnlen
#define wcsnlen tributary_crt_wcsnlen
#undef wcscmp
#define wcscmp tributary_crt_wcscmp
#undef wcsncmp
#define wcsncmp tributary_crt_wcsncmp
#undef _wcsicmp
#define _wcsicmp tributary_crt__wcsicmp
#undef _wcsnicmp
#define _wcsnicmp tributary_crt__wcsnicmp
#undef wcscasecmp
#define wcscasecmp tributary_crt__wcsicmp
#undef wcsncasecmp
#define wcsncasecmp tributary_crt__wcsnicmp
#undef wcscpy
#define wcscpy tributary_crt_wcscpy
#undef wcsncpy
#define wcsncpy tributary_crt_wcsncpy
#undef wcscat
#define wcscat tributary_crt_wcscat
#undef wcsncat
#define wcsncat tributary_crt_wcsncat
#undef wcscpy_s
#define wcscpy_s tributary_crt_wcscpy_s
#undef wcscat_s
#define wcscat_s tributary_crt_wcscat_s
#undef wcschr
#define wcschr tributary_crt_wcschr
#undef wcsrchr
#define wcsrchr tributary_crt_wcsrchr
#undef wcsstr
#define wcsstr tributary_crt_wcsstr
#undef _wcsdup
#define _wcsdup tributary_crt__wcsdup
#undef wcsdup
#define wcsdup tributary_crt__wcsdup
#undef wcstol
#define wcstol tributary_crt_wcstol
#undef wcstoul
#define wcstoul tributary_crt_wcstoul
#undef _wcstoui64
#define _wcstoui64 tributary_crt__wcstoui64
#undef _wtoi
#define _wtoi tributary_crt__wtoi
#undef _wtol
#define _wtol tributary_crt__wtoi
#endif

#ifndef __cplusplus /* there std::printf must stay what it is */
#undef printf
#define printf tributary_crt_printf
#undef printf_s
#define printf_s tributary_crt_printf
#undef fprintf
#define fprintf tributary_crt_fprintf
#undef fprintf_s
#define fprintf_s tributary_crt_fprintf
#undef sprintf
#define sprintf tributary_crt_sprintf
#undef sprintf_s
#define sprintf_s tributary_crt_snprintf
#undef snprintf
#define snprintf tributary_crt_snprintf
#undef vprintf
#define vprintf tributary_crt_vprintf
#undef vfprintf
#define vfprintf tributary_crt_vfprintf
#undef vsnprintf
#define vsnprintf tributary_crt_vsnprintf
#endif
#undef _snprintf
#define _snprintf tributary_crt__snprintf
#undef _stricmp
#define _stricmp strcasecmp
#undef _strnicmp
#define _strnicmp strncasecmp
#undef _strdup
#define _strdup strdup
#endif
