// SPDX-License-Identifier: Apache-2.0
// A C++ program as it is written for Windows, with wmain and wide literals, and beside them the narrow standard library, which the
// compatibility headers must leave alone. (std::wstring is out: the C++ library has it compiled for a wchar_t of 32 bits.)
#define UNICODE
#include <cstdio>
#include <iostream>
#include <string>
#include <windows.h>
#include <rpc.h>
#include <ntdsapi.h>
#include <vector>

int wmain(int argc, wchar_t* argv[]) {
  const std::vector<wchar_t> host(argv[argc - 1], argv[argc - 1] + wcslen(argv[argc - 1]) + 1);
  WCHAR spn[100];
  DWORD length = ARRAYSIZE(spn);
  const DWORD code = DsMakeSpn(L"ldap", host.data(), nullptr, 0, nullptr, &length, spn);
  wprintf(L"%s %lu %I64u\n", spn, code, static_cast<ULONGLONG>(wcslen(spn)));
  fflush(stdout);
  const std::string narrow(spn, spn + wcslen(spn));
  std::printf("%d characters of %d\n", static_cast<int>(narrow.size()), static_cast<int>(sizeof(wchar_t)));
  HANDLE ds = nullptr;
  std::cout << (DsUnBind(&ds) == ERROR_INVALID_HANDLE ? "refused" : "accepted") << std::endl;
  return 0;
}
