// SPDX-License-Identifier: Apache-2.0
// A caller's text in the width that the callee wants: UTF-8 for the client library, UTF-16 for messages. Text that is not
// well formed is kErrorNoUnicodeTranslation in both widths.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/utf.hpp"
#include "ndr/types.hpp"
#include "ntdsapi/shell.hpp"

namespace tributary::ntdsapi {

[[nodiscard]] inline Result<std::string> utf8_of(std::u16string_view text) { return to_utf8(text); }
[[nodiscard]] inline Result<std::string> utf8_of(std::string_view text) {
  if (auto wide = to_utf16(text); !wide) return std::unexpected(wide.error());
  return std::string(text);
}

/// Null is empty.
template <class Char>
[[nodiscard]] Result<std::string> optional_utf8(const Char* text) {
  return utf8_of(text_or_empty(text));
}
/// kErrorInvalidParameter for null.
template <class Char>
[[nodiscard]] Result<std::string> required_utf8(const Char* text, std::string_view name) {
  if (text == nullptr) return null_argument(name);
  return optional_utf8(text);
}
/// Null stays null.
template <class Char>
[[nodiscard]] Result<ndr::WString> optional_wide(const Char* text) {
  if (text == nullptr) return ndr::WString{};
  if constexpr (std::is_same_v<Char, char16_t>) {
    if (auto narrow = to_utf8(text); !narrow) return std::unexpected(narrow.error());
    return ndr::WString(text);
  } else {
    auto wide = to_utf16(text);
    if (!wide) return std::unexpected(wide.error());
    return ndr::WString(std::move(*wide));
  }
}
template <class Char>
[[nodiscard]] Result<ndr::WString> required_wide(const Char* text, std::string_view name) {
  if (text == nullptr) return null_argument(name);
  return optional_wide(text);
}

}  // namespace tributary::ntdsapi

/// Leaves a function that returns a Result when `expression` failed; else `name` is its value.
#define TRIBUTARY_TRY(name, expression)                      \
  auto name##_or_error = (expression);                       \
  if (!name##_or_error) return std::unexpected(std::move(name##_or_error.error())); \
  auto& name = *name##_or_error
