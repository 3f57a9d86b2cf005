/* SPDX-License-Identifier: Apache-2.0
 *
 * A program as it is written for Windows (these includes, UNICODE, wmain, L"..." literals), compiled with -fshort-wchar and the
 * compatibility headers: the pure functions, and the run-time functions that such programs lean on.
 */
#define UNICODE
#define _UNICODE
#include <windows.h>
#include <rpc.h>
#include <ntdsapi.h>
#include <stdio.h>
#include <wchar.h>

static int failures;
#define CHECK(expression) \
  do { \
    if (!(expression)) { \
      ++failures; \
      wprintf(L"%S:%d: does not hold: %S\n", __FILE__, __LINE__, #expression); \
    } \
  } while (0)

static void names(void) {
  WCHAR spn[64];
  DWORD length = ARRAYSIZE(spn);
  CHECK(DsMakeSpn(L"ldap", L"dc1.lab.example", NULL, 0, NULL, &length, spn) == ERROR_SUCCESS);
  CHECK(wcscmp(spn, L"ldap/dc1.lab.example") == 0);
  length = 0;
  CHECK(DsMakeSpn(L"ldap", L"dc1", NULL, 0, NULL, &length, NULL) == ERROR_BUFFER_OVERFLOW && length == 9);
  CHECK(DsIsMangledDn(L"CN=a\\0ADEL:0f6c2a31-4b5d-4c1e-9a7b-1234567890ab", DS_MANGLE_OBJECT_RDN_FOR_DELETION));
}

static void formats(void) {
  WCHAR wide[128];
  char narrow[128];
  GUID guid = {0x01020304, 0x0506, 0x0708, {9, 10, 11, 12, 13, 14, 15, 16}};
  CHECK(swprintf(wide, 128, L"%s|%S|%hs|%ls|%c", L"wide", "narrow", "h", L"l", L'\x00e9') == 17);
  CHECK(wcscmp(wide, L"wide|narrow|h|l|\x00e9") == 0);
  CHECK(swprintf(wide, 128, L"%I64d %I64u %lu %ld %lld", -5LL, 5ULL, (DWORD)4294967295u, (LONG)-1, 7LL) > 0);
  CHECK(wcscmp(wide, L"-5 5 4294967295 -1 7") == 0);
  CHECK(swprintf(wide, 128, L"%08lX-%04hX-%02x %5s|%-5s|%.2s %%", guid.Data1, guid.Data2, guid.Data4[0], L"r", L"l", L"cut") > 0);
  CHECK(wcscmp(wide, L"01020304-0506-09     r|l    |cu %") == 0);
  CHECK(swprintf(wide, 4, L"%s", L"too long") == -1 && wide[3] == 0);
  CHECK(swprintf(wide, 128, L"%s %p %.1f %*d", (WCHAR*)NULL, (void*)0x1f, 2.25, 4, 7) > 0);
  CHECK(wcscmp(wide, L"(null) 000000000000001F 2.2    7") == 0);
  CHECK(sprintf(narrow, "%S %ws %s %I64x", L"w\x00e4", L"v", "n", 255LL) == 10);
  CHECK(strcmp(narrow, "w\xC3\xA4 v n ff") == 0);
  CHECK(_snprintf(narrow, 3, "%s", "abcdef") == -1 && memcmp(narrow, "abc", 3) == 0);
  CHECK(_snwprintf(wide, 3, L"%s", L"abc") == 3);
  CHECK(snprintf(NULL, 0, "%d", 12345) == 5);
}

static void strings(void) {
  WCHAR text[16] = L"abc";
  WCHAR* end = NULL;
  WCHAR* copy = _wcsdup(L"dup");
  CHECK(wcslen(text) == 3 && wcsnlen(text, 2) == 2 && sizeof(L"") == 2);
  CHECK(wcscmp(L"a", L"b") < 0 && wcsncmp(L"abX", L"abY", 2) == 0 && _wcsicmp(L"ABC", L"abc") == 0 && _wcsnicmp(L"ABx", L"aby", 2) == 0);
  CHECK(wcschr(text, L'b') == text + 1 && wcsrchr(text, L'c') == text + 2 && wcschr(text, L'x') == NULL && wcsrchr(text, 0) == text + 3);
  CHECK(wcsstr(text, L"bc") == text + 1 && wcsstr(text, L"x") == NULL && wcsstr(text, L"") == text);
  CHECK(wcscmp(wcscat(text, L"def"), L"abcdef") == 0 && wcscmp(wcsncat(text, L"ghi", 1), L"abcdefg") == 0);
  CHECK(wcscpy_s(text, 16, L"xyz") == 0 && wcscat_s(text, 16, L"!") == 0 && wcscmp(text, L"xyz!") == 0);
  CHECK(wcscpy_s(text, 3, L"xyz") != 0 && text[0] == 0);
  wcsncpy(text, L"ab", 4);
  CHECK(text[1] == L'b' && text[2] == 0 && text[3] == 0);
  CHECK(wcstoul(L"0x1F,rest", &end, 0) == 31 && *end == L',' && wcstol(L"-9999999999", NULL, 10) == -2147483647L - 1);
  CHECK(_wtoi(L"42x") == 42 && _wcstoui64(L"18446744073709551615", NULL, 10) == 18446744073709551615ULL);
  CHECK(copy != NULL && wcscmp(copy, L"dup") == 0);
  free(copy);
  CHECK(lstrlenW(L"four") == 4 && lstrlenW(NULL) == 0 && lstrcmpiW(L"A", L"a") == 0 && lstrcmp(L"A", L"a") != 0);
  CHECK(lstrcmp(lstrcat(lstrcpy(text, L"p"), L"q"), L"pq") == 0);
}

static void conversions(void) {
  WCHAR wide[8];
  char narrow[8];
  BOOL used = TRUE;
  CHECK(MultiByteToWideChar(CP_UTF8, 0, "z\xC3\xA4", -1, NULL, 0) == 3);
  CHECK(MultiByteToWideChar(CP_UTF8, 0, "z\xC3\xA4", -1, wide, 8) == 3 && wide[1] == 0xE4 && wide[2] == 0);
  CHECK(MultiByteToWideChar(CP_UTF8, 0, "abc", 3, wide, 2) == 0 && GetLastError() == ERROR_INSUFFICIENT_BUFFER);
  CHECK(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xFF", 1, wide, 8) == 0 && GetLastError() == ERROR_NO_UNICODE_TRANSLATION);
  CHECK(MultiByteToWideChar(CP_ACP, 0, "\xF0\x9F\x98\x80", 4, wide, 8) == 2 && wide[0] == 0xD83D && wide[1] == 0xDE00);
  CHECK(WideCharToMultiByte(CP_UTF8, 0, L"z\x00e4", -1, narrow, 8, NULL, &used) == 4 && !used && strcmp(narrow, "z\xC3\xA4") == 0);
  CHECK(WideCharToMultiByte(CP_UTF8, 0, L"\xD83D\xDE00", 2, NULL, 0, NULL, NULL) == 4);
  CHECK(WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, L"\xD83D", 1, narrow, 8, NULL, NULL) == 0);
  CHECK(WideCharToMultiByte(1252, 0, L"x", 1, narrow, 8, NULL, NULL) == 0 && GetLastError() == ERROR_INVALID_PARAMETER);
}

static void uuids(void) {
  UUID uuid, other;
  RPC_WSTR text = NULL;
  RPC_CSTR narrow = NULL;
  RPC_STATUS status = 1;
  CHECK(UuidFromString((RPC_WSTR)L"E3514235-4b06-11d1-ab04-00c04fc2dcd2", &uuid) == RPC_S_OK && uuid.Data1 == 0xE3514235 && uuid.Data4[7] == 0xd2);
  CHECK(UuidToString(&uuid, &text) == RPC_S_OK && wcscmp((wchar_t*)text, L"e3514235-4b06-11d1-ab04-00c04fc2dcd2") == 0);
  CHECK(RpcStringFree(&text) == RPC_S_OK && text == NULL);
  CHECK(UuidToStringA(&uuid, &narrow) == RPC_S_OK && UuidFromStringA(narrow, &other) == RPC_S_OK && UuidEqual(&uuid, &other, &status) && status == 0);
  CHECK(RpcStringFreeA(&narrow) == RPC_S_OK);
  CHECK(UuidFromString((RPC_WSTR)L"E3514235-4b06-11d1-ab04-00c04fc2dcd", &uuid) == RPC_S_INVALID_STRING_UUID);
  CHECK(UuidFromString((RPC_WSTR)L"E3514235-4b06-11d1-ab04-00c04fc2dcd2x", &uuid) == RPC_S_INVALID_STRING_UUID);
  CHECK(UuidFromString((RPC_WSTR)L"E3514235x4b06-11d1-ab04-00c04fc2dcd2", &uuid) == RPC_S_INVALID_STRING_UUID);
  CHECK(UuidFromString(NULL, &uuid) == RPC_S_OK && UuidIsNil(&uuid, &status));
  CHECK(UuidCreate(&uuid) == RPC_S_OK && UuidCreate(&other) == RPC_S_OK && UuidCompare(&uuid, &other, &status) != 0);
  CHECK((uuid.Data3 >> 12) == 4 && (uuid.Data4[0] & 0xC0) == 0x80);
}

static void times(void) {
  SYSTEMTIME system = {2026, 11, 0, 22, 14, 31, 20, 125}, back;
  FILETIME file, later, local;
  LARGE_INTEGER large;
  CHECK(SystemTimeToFileTime(&system, &file));
  large.LowPart = file.dwLowDateTime;
  large.HighPart = (LONG)file.dwHighDateTime;
  CHECK(large.QuadPart == 134398314801250000LL);
  CHECK(FileTimeToSystemTime(&file, &back) && back.wYear == 2026 && back.wMonth == 11 && back.wDay == 22 && back.wDayOfWeek == 0);
  CHECK(back.wHour == 14 && back.wMinute == 31 && back.wSecond == 20 && back.wMilliseconds == 125);
  file.dwLowDateTime = file.dwHighDateTime = 0;
  CHECK(FileTimeToSystemTime(&file, &back) && back.wYear == 1601 && back.wMonth == 1 && back.wDay == 1 && back.wDayOfWeek == 1);
  file.dwHighDateTime = 0x80000000;
  CHECK(!FileTimeToSystemTime(&file, &back) && GetLastError() == ERROR_INVALID_PARAMETER);
  system.wMonth = 2;
  system.wDay = 29;
  CHECK(!SystemTimeToFileTime(&system, &file)); /* 2026 is no leap year */
  system.wYear = 2000;
  CHECK(SystemTimeToFileTime(&system, &file));
  GetSystemTimeAsFileTime(&later);
  CHECK(CompareFileTime(&file, &later) < 0 && CompareFileTime(&later, &later) == 0 && CompareFileTime(&later, &file) > 0);
  CHECK(FileTimeToLocalFileTime(&later, &local));
  GetSystemTime(&back);
  CHECK(back.wYear >= 2026);
  GetLocalTime(&back);
  CHECK(back.wYear >= 2025 && GetTickCount64() > 0);
  Sleep(1);
}

static void messages(void) {
  LPWSTR text = NULL;
  char narrow[512];
  WCHAR little[4];
  DWORD length = FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                               ERROR_DS_DRA_BAD_NC, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), (LPWSTR)&text, 0, NULL);
  CHECK(length > 20 && wcslen(text) == length && wcscmp(text + length - 2, L"\r\n") == 0 && wcsstr(text, L"8440") != NULL);
  CHECK(LocalFree(text) == NULL);
  CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED, 0, narrow, sizeof narrow, NULL) == strlen(narrow));
  CHECK(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0xDEADBEEF, 0, little, 4, NULL) == 0 && GetLastError() == ERROR_MR_MID_NOT_FOUND);
  CHECK(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_ACCESS_DENIED, 0, little, 4, NULL) == 0 && GetLastError() == ERROR_INSUFFICIENT_BUFFER);
  CHECK(FormatMessage(FORMAT_MESSAGE_FROM_STRING, L"x", 0, 0, little, 4, NULL) == 0 && GetLastError() == ERROR_INVALID_PARAMETER);
  SetLastError(42);
  CHECK(GetLastError() == 42 && HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED) == (HRESULT)0x80070005u && FAILED(HRESULT_FROM_WIN32(5)));
}

static void memory(void) {
  char* block = (char*)LocalAlloc(LPTR, 8);
  CHECK(block != NULL && block[7] == 0);
  SecureZeroMemory(block, 8);
  LocalFree(block);
  block = (char*)HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 4);
  block = (char*)HeapReAlloc(GetProcessHeap(), 0, block, 400);
  CHECK(block != NULL && block[3] == 0 && HeapFree(GetProcessHeap(), 0, block));
}

int wmain(int argc, wchar_t* argv[]) {
  CHECK(argc == 2 && wcscmp(argv[1], L"\x00fcml\x00e4ut \xD83D\xDE00") == 0); /* given by the test's definition */
  names();
  formats();
  strings();
  conversions();
  uuids();
  times();
  messages();
  memory();
  fwprintf(stdout, L"argument: %s\n", argc > 1 ? argv[1] : L"none");
  fputws(failures == 0 ? L"all of it holds\n" : L"failed\n", stdout);
  return failures;
}
