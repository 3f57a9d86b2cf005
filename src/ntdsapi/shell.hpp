// SPDX-License-Identifier: Apache-2.0
// What every exported function is wrapped in: a Result becomes a Win32 code, nothing is thrown into C, the failure is kept for
// TributaryLastError. Also the two ways in which text goes back to a caller's buffer.
// Must never know what a function does.
#pragma once

#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.hpp"
#include "base/win32.hpp"
#include "ntdsapi.h"
#include "ntdsapi/codes.hpp"

namespace tributary::ntdsapi {

/// Remembers a failure for this thread. Never throws: without memory the detail is lost, the code is not.
void remember_failure(const Error& error) noexcept;
/// The last failure of this thread, if there was one.
[[nodiscard]] const std::optional<Error>& last_failure() noexcept;

/// Runs the body of an exported function.
template <class Body>
[[nodiscard]] DWORD run(Body&& body) noexcept {
  static_assert(std::is_same_v<std::invoke_result_t<Body>, Result<>>);
  try {
    if (const Result<> result = body(); !result) {
      remember_failure(result.error());
      return static_cast<DWORD>(result.error().code);
    }
    return 0;
  } catch (const std::bad_alloc&) {
    remember_failure(Error{win32::kErrorNotEnoughMemory, Phase::kNone, {}});
    return static_cast<DWORD>(win32::kErrorNotEnoughMemory);
  } catch (...) {
    remember_failure(Error{win32::kErrorInternalError, Phase::kNone, "an exception reached the C API"});
    return static_cast<DWORD>(win32::kErrorInternalError);
  }
}

[[nodiscard]] inline std::unexpected<Error> null_argument(std::string_view name) {
  return fail(win32::kErrorInvalidParameter, std::string(name) + " is null");
}

/// A caller's text; none for null.
template <class Char>
[[nodiscard]] std::optional<std::basic_string_view<Char>> text_of(const Char* text) {
  if (text == nullptr) return std::nullopt;
  return std::basic_string_view<Char>(text);
}
/// The same with null as empty text.
template <class Char>
[[nodiscard]] std::basic_string_view<Char> text_or_empty(const Char* text) {
  return text == nullptr ? std::basic_string_view<Char>() : std::basic_string_view<Char>(text);
}

/// Text with its terminator into `buffer`, which has room for *length. *length becomes what it takes.
/// kErrorBufferOverflow when the room is too small, also for a null buffer.
template <class Char>
[[nodiscard]] Result<> put_terminated(std::basic_string_view<Char> text, DWORD* length, Char* buffer) {
  const DWORD room = *length;
  const auto needed = static_cast<DWORD>(text.size() + 1);
  *length = needed;
  if (buffer == nullptr || room < needed) return fail(kErrorBufferOverflow, "the buffer is too small");
  std::memcpy(buffer, text.data(), text.size() * sizeof(Char));
  buffer[text.size()] = Char(0);
  return {};
}
/// The same without a terminator.
template <class Char>
[[nodiscard]] Result<> put_unterminated(std::basic_string_view<Char> text, DWORD* length, Char* buffer) {
  const DWORD room = *length;
  *length = static_cast<DWORD>(text.size());
  if (text.empty()) return {};
  if (buffer == nullptr || room < text.size()) return fail(kErrorBufferOverflow, "the buffer is too small");
  std::memcpy(buffer, text.data(), text.size() * sizeof(Char));
  return {};
}

}  // namespace tributary::ntdsapi
