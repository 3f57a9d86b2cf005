// SPDX-License-Identifier: Apache-2.0
// UTF-8 (our side) and UTF-16 (the wire's side). Strict both ways: an unpaired surrogate or a malformed octet is an error,
// unless the caller asks for the lossy form, which is for showing to people only.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tributary {

/// kErrorNoUnicodeTranslation when the input is malformed.
[[nodiscard]] Result<std::u16string> to_utf16(std::string_view utf8);
[[nodiscard]] Result<std::string> to_utf8(std::u16string_view utf16);
/// Malformed parts become U+FFFD.
[[nodiscard]] std::string to_utf8_lossy(std::u16string_view utf16);
[[nodiscard]] std::u16string to_utf16_lossy(std::string_view utf8);

/// What may be shown on a terminal, whoever wrote it: control characters, invisible direction marks and line separators are written
/// as \xNN or \uNNNN, malformed parts become U+FFFD, and what lies beyond `octets_max` octets of the result becomes "...".
[[nodiscard]] std::string to_printable(std::string_view utf8, std::size_t octets_max);

/// ASCII only: names of protocols, hosts, options.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string to_lower_ascii(std::string_view text);

}  // namespace tributary
