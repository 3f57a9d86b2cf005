// SPDX-License-Identifier: Apache-2.0
// tributary_errors.h: codes in words, and the last failure of each thread.
#include <string>

#include "base/utf.hpp"
#include "ntdsapi/shell.hpp"
#include "tributary_errors.h"

namespace tributary::ntdsapi {
namespace {

thread_local std::optional<Error> t_last_failure;

std::string last_failure_text() { return t_last_failure ? describe_error(*t_last_failure) : std::string(); }

/// Gives `text` back in the width of the buffer. Not through run(): asking about a failure must not become one.
template <class Char>
DWORD put_text(const std::string& text, DWORD* length, Char* buffer) {
  if (length == nullptr) return static_cast<DWORD>(win32::kErrorInvalidParameter);
  Result<> put;
  if constexpr (std::is_same_v<Char, char>) {
    put = put_terminated<char>(text, length, buffer);
  } else {
    const std::u16string wide = to_utf16_lossy(text);
    put = put_terminated<char16_t>(wide, length, buffer);
  }
  return put ? 0 : static_cast<DWORD>(put.error().code);
}

template <class Make, class Char>
DWORD answer(Make make, DWORD* length, Char* buffer) noexcept {
  try {
    return put_text(make(), length, buffer);
  } catch (...) {
    return static_cast<DWORD>(win32::kErrorNotEnoughMemory);
  }
}

std::string describe_code(DWORD code) { return describe_error(Error{Win32{code}, Phase::kNone, {}}); }

}  // namespace

void remember_failure(const Error& error) noexcept {
  try {
    t_last_failure = error;
  } catch (...) {
    t_last_failure = Error{error.code, error.phase, {}};
  }
}

const std::optional<Error>& last_failure() noexcept { return t_last_failure; }

}  // namespace tributary::ntdsapi

using namespace tributary;
using namespace tributary::ntdsapi;

LPCSTR TributaryErrorName(DWORD Code) {
  const auto* info = find_win32(Win32{Code});
  return info == nullptr ? nullptr : info->name.data();  // a literal of the table
}

DWORD TributaryDescribeErrorW(DWORD Code, DWORD* pcchText, LPWSTR pszText) {
  return answer([Code] { return describe_code(Code); }, pcchText, pszText);
}
DWORD TributaryDescribeErrorA(DWORD Code, DWORD* pcchText, LPSTR pszText) {
  return answer([Code] { return describe_code(Code); }, pcchText, pszText);
}
DWORD TributaryLastErrorW(DWORD* pcchText, LPWSTR pszText) { return answer(last_failure_text, pcchText, pszText); }
DWORD TributaryLastErrorA(DWORD* pcchText, LPSTR pszText) { return answer(last_failure_text, pcchText, pszText); }
