/* SPDX-License-Identifier: Apache-2.0
 *
 * The functions of include/compat/windows.h, but for time.
 */
#include "compat/windows.h"


#include "text.h"
#include "tributary_errors.h"

static _Thread_local DWORD last_error;

DWORD GetLastError(void) { return last_error; }
void SetLastError(DWORD dwErrCode) { last_error = dwErrCode; }

/* --- memory --- */

HLOCAL LocalAlloc(UINT uFlags, SIZE_T uBytes) {
  void* memory = (uFlags & LMEM_ZEROINIT) != 0 ? calloc(1, uBytes) : malloc(uBytes);
  if (memory == NULL) SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return memory;
}
HLOCAL LocalFree(HLOCAL hMem) {
  free(hMem);
  return NULL;
}
HANDLE GetProcessHeap(void) {
  static char the_heap;
  return &the_heap;
}
LPVOID HeapAlloc(HANDLE hHeap, DWORD dwFlags, SIZE_T dwBytes) {
  (void)hHeap;
  return (dwFlags & HEAP_ZERO_MEMORY) != 0 ? calloc(1, dwBytes) : malloc(dwBytes);
}
LPVOID HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes) {
  (void)hHeap;
  (void)dwFlags;
  return realloc(lpMem, dwBytes);
}
BOOL HeapFree(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem) {
  (void)hHeap;
  (void)dwFlags;
  free(lpMem);
  return TRUE;
}
PVOID SecureZeroMemory(PVOID ptr, SIZE_T cnt) {
  explicit_bzero(ptr, cnt);
  return ptr;
}

/* --- messages --- */

/* The sentence of a code with the line ending that Windows gives it; for free(). Null with the last error set. */
static WCHAR* system_message(DWORD code) {
  static const WCHAR ending[] = u"\r\n";
  if (TributaryErrorName(code) == NULL) {
    SetLastError(ERROR_MR_MID_NOT_FOUND);
    return NULL;
  }
  DWORD length = 0;
  TributaryDescribeErrorW(code, &length, NULL);
  WCHAR* text = malloc((length + 2) * sizeof *text);
  if (text == NULL || TributaryDescribeErrorW(code, &length, text) != 0) {
    free(text);
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
  }
  memcpy(text + length - 1, ending, sizeof ending);
  return text;
}

DWORD FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPWSTR lpBuffer, DWORD nSize,
                     va_list* Arguments) {
  (void)lpSource;
  (void)dwLanguageId;
  (void)Arguments;
  if ((dwFlags & FORMAT_MESSAGE_FROM_SYSTEM) == 0 || lpBuffer == NULL) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return 0;
  }
  WCHAR* text = system_message(dwMessageId);
  if (text == NULL) return 0;
  const DWORD length = (DWORD)text_length16(text);
  if ((dwFlags & FORMAT_MESSAGE_ALLOCATE_BUFFER) != 0) {
    memcpy(lpBuffer, &text, sizeof text); /* lpBuffer is a LPWSTR* in disguise */
    return length;
  }
  const bool fits = length < nSize;
  if (fits) memcpy(lpBuffer, text, (length + 1) * sizeof *text);
  free(text);
  if (!fits) SetLastError(ERROR_INSUFFICIENT_BUFFER);
  return fits ? length : 0;
}

DWORD FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId, LPSTR lpBuffer, DWORD nSize,
                     va_list* Arguments) {
  LPWSTR wide = NULL;
  if (lpBuffer == NULL) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return 0;
  }
  const DWORD units = FormatMessageW(dwFlags | FORMAT_MESSAGE_ALLOCATE_BUFFER, lpSource, dwMessageId, dwLanguageId, (LPWSTR)&wide, 0,
                                     Arguments);
  if (units == 0) return 0;
  char* text = text_utf8_of(wide, units);
  free(wide);
  if (text == NULL) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return 0;
  }
  const size_t length = strlen(text);
  if ((dwFlags & FORMAT_MESSAGE_ALLOCATE_BUFFER) != 0) {
    memcpy(lpBuffer, &text, sizeof text);
    return (DWORD)length;
  }
  const bool fits = length < nSize;
  if (fits) memcpy(lpBuffer, text, length + 1);
  free(text);
  if (!fits) SetLastError(ERROR_INSUFFICIENT_BUFFER);
  return fits ? (DWORD)length : 0;
}

/* --- text --- */

int lstrlenW(LPCWSTR lpString) { return lpString == NULL ? 0 : (int)text_length16(lpString); }
int lstrlenA(LPCSTR lpString) { return lpString == NULL ? 0 : (int)strlen(lpString); }
int lstrcmpA(LPCSTR lpString1, LPCSTR lpString2) { return strcmp(lpString1, lpString2); }
int lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2) { return strcasecmp(lpString1, lpString2); }
LPSTR lstrcpyA(LPSTR lpString1, LPCSTR lpString2) { return strcpy(lpString1, lpString2); }
LPSTR lstrcatA(LPSTR lpString1, LPCSTR lpString2) { return strcat(lpString1, lpString2); }

/* What is converted and whether a terminator comes along: -1 means all of it, with the terminator. */
static bool input_is_valid(const void* text, int count) { return text != NULL && (count > 0 || count == -1); }

static int converted(size_t needed, int room, bool to_buffer) {
  if (!to_buffer) return (int)needed;
  if (needed <= (size_t)room) return (int)needed;
  SetLastError(ERROR_INSUFFICIENT_BUFFER);
  return 0;
}

int MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr, int cbMultiByte, LPWSTR lpWideCharStr, int cchWideChar) {
  if ((CodePage != CP_ACP && CodePage != CP_UTF8) || !input_is_valid(lpMultiByteStr, cbMultiByte) || cchWideChar < 0) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return 0;
  }
  const size_t size = cbMultiByte == -1 ? strlen(lpMultiByteStr) + 1 : (size_t)cbMultiByte;
  bool malformed = false;
  const size_t needed = text_to_utf16(lpMultiByteStr, size, NULL, 0, &malformed);
  if (malformed && (dwFlags & MB_ERR_INVALID_CHARS) != 0) {
    SetLastError(ERROR_NO_UNICODE_TRANSLATION);
    return 0;
  }
  if (cchWideChar > 0) text_to_utf16(lpMultiByteStr, size, lpWideCharStr, (size_t)cchWideChar, NULL);
  return converted(needed, cchWideChar, cchWideChar > 0);
}

int WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr, int cchWideChar, LPSTR lpMultiByteStr, int cbMultiByte,
                        LPCSTR lpDefaultChar, LPBOOL lpUsedDefaultChar) {
  (void)lpDefaultChar;
  if ((CodePage != CP_ACP && CodePage != CP_UTF8) || !input_is_valid(lpWideCharStr, cchWideChar) || cbMultiByte < 0) {
    SetLastError(ERROR_INVALID_PARAMETER);
    return 0;
  }
  const size_t length = cchWideChar == -1 ? text_length16(lpWideCharStr) + 1 : (size_t)cchWideChar;
  bool malformed = false;
  const size_t needed = text_to_utf8(lpWideCharStr, length, NULL, 0, &malformed);
  if (malformed && (dwFlags & WC_ERR_INVALID_CHARS) != 0) {
    SetLastError(ERROR_NO_UNICODE_TRANSLATION);
    return 0;
  }
  if (lpUsedDefaultChar != NULL) *lpUsedDefaultChar = malformed;
  if (cbMultiByte > 0) text_to_utf8(lpWideCharStr, length, lpMultiByteStr, (size_t)cbMultiByte, NULL);
  return converted(needed, cbMultiByte, cbMultiByte > 0);
}
