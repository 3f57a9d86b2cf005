// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629) to UTF-16 (RFC 2781) and back. One decoder per direction reports either a scalar value or
// the length of the malformed part; strict and lossy conversion differ only in what they do with the latter.
#include "base/utf.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr char32_t kMalformed = 0xFFFFFFFF;
constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t scalar = kMalformed;
  std::size_t length = 1;  ///< units consumed, at least 1
};

/// What the first octet of a UTF-8 sequence promises: the number of octets, its payload bits, and the range of the
/// second octet, which is where overlong forms, surrogates and values above U+10FFFF are told apart (RFC 3629 section 4).
struct Lead {
  std::size_t octets;
  std::uint8_t payload;
  std::uint8_t second_min;
  std::uint8_t second_max;
};

constexpr Lead classify(std::uint8_t lead) {
  if (lead < 0x80) return {1, lead, 0x80, 0xBF};
  if (lead >= 0xC2 && lead <= 0xDF) return {2, static_cast<std::uint8_t>(lead & 0x1F), 0x80, 0xBF};
  if (lead >= 0xE0 && lead <= 0xEF) {
    return {3, static_cast<std::uint8_t>(lead & 0x0F), static_cast<std::uint8_t>(lead == 0xE0 ? 0xA0 : 0x80),
            static_cast<std::uint8_t>(lead == 0xED ? 0x9F : 0xBF)};
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    return {4, static_cast<std::uint8_t>(lead & 0x07), static_cast<std::uint8_t>(lead == 0xF0 ? 0x90 : 0x80),
            static_cast<std::uint8_t>(lead == 0xF4 ? 0x8F : 0xBF)};
  }
  return {0, 0, 0, 0};
}

/// `rest` is not empty. A malformed part is the longest prefix that could have begun a sequence.
Decoded decode_utf8(std::string_view rest) {
  const auto octet = [rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  const Lead lead = classify(octet(0));
  if (lead.octets == 0) return {};
  char32_t scalar = lead.payload;
  for (std::size_t i = 1; i < lead.octets; ++i) {
    const std::uint8_t low = i == 1 ? lead.second_min : 0x80;
    const std::uint8_t high = i == 1 ? lead.second_max : 0xBF;
    if (i >= rest.size() || octet(i) < low || octet(i) > high) return {kMalformed, i};
    scalar = scalar << 6 | (octet(i) & 0x3Fu);
  }
  return {scalar, lead.octets};
}

constexpr bool is_high_surrogate(char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// `rest` is not empty.
Decoded decode_utf16(std::u16string_view rest) {
  if (!is_high_surrogate(rest[0]) && !is_low_surrogate(rest[0])) return {rest[0], 1};
  if (is_low_surrogate(rest[0]) || rest.size() < 2 || !is_low_surrogate(rest[1])) return {};
  return {0x10000u + (static_cast<char32_t>(rest[0] & 0x3FF) << 10) + (rest[1] & 0x3FFu), 2};
}

void append_scalar(std::string& text, char32_t scalar) {
  const auto put = [&text](char32_t octet) { text.push_back(static_cast<char>(octet)); };
  if (scalar < 0x80) return put(scalar);
  if (scalar < 0x800) {
    put(0xC0 | scalar >> 6);
  } else {
    if (scalar < 0x10000) {
      put(0xE0 | scalar >> 12);
    } else {
      put(0xF0 | scalar >> 18);
      put(0x80 | (scalar >> 12 & 0x3F));
    }
    put(0x80 | (scalar >> 6 & 0x3F));
  }
  put(0x80 | (scalar & 0x3F));
}

void append_scalar(std::u16string& text, char32_t scalar) {
  if (scalar < 0x10000) {
    text.push_back(static_cast<char16_t>(scalar));
  } else {
    text.push_back(static_cast<char16_t>(0xD800 + ((scalar - 0x10000) >> 10)));
    text.push_back(static_cast<char16_t>(0xDC00 + ((scalar - 0x10000) & 0x3FF)));
  }
}

Decoded decode(std::string_view rest) { return decode_utf8(rest); }
Decoded decode(std::u16string_view rest) { return decode_utf16(rest); }

/// Converts all of `from`, or up to the first malformed part when `lossy` is false. Returns where it stopped.
template <class To, class From>
std::size_t convert(From from, To& to, bool lossy) {
  to.reserve(from.size());
  std::size_t at = 0;
  while (at < from.size()) {
    const Decoded next = decode(from.substr(at));
    if (next.scalar == kMalformed && !lossy) break;
    append_scalar(to, next.scalar == kMalformed ? kReplacement : next.scalar);
    at += next.length;
  }
  return at;
}

struct Range {
  char32_t first;
  char32_t last;
};
/// What a terminal obeys instead of showing: C0, DEL and C1; zero-width characters and direction marks; line and paragraph
/// separators; direction overrides and isolates; the byte order mark.
constexpr Range kUnprintable[] = {{0x00, 0x1F}, {0x7F, 0x9F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

Result<std::u16string> to_utf16(std::string_view utf8) {
  std::u16string utf16;
  const std::size_t stopped = convert(utf8, utf16, false);
  if (stopped < utf8.size()) return fail(win32::kErrorNoUnicodeTranslation, "malformed UTF-8 at octet " + std::to_string(stopped));
  return utf16;
}

Result<std::string> to_utf8(std::u16string_view utf16) {
  std::string utf8;
  const std::size_t stopped = convert(utf16, utf8, false);
  if (stopped < utf16.size()) return fail(win32::kErrorNoUnicodeTranslation, "unpaired surrogate at UTF-16 unit " + std::to_string(stopped));
  return utf8;
}

std::string to_utf8_lossy(std::u16string_view utf16) {
  std::string utf8;
  convert(utf16, utf8, true);
  return utf8;
}

std::u16string to_utf16_lossy(std::string_view utf8) {
  std::u16string utf16;
  convert(utf8, utf16, true);
  return utf16;
}

std::string to_printable(std::string_view utf8, std::size_t octets_max) {
  std::string text;
  std::string piece;
  for (std::size_t at = 0; at < utf8.size();) {
    const Decoded next = decode(utf8.substr(at));
    const char32_t scalar = next.scalar == kMalformed ? kReplacement : next.scalar;
    piece.clear();
    if (std::ranges::any_of(kUnprintable, [scalar](Range range) { return scalar >= range.first && scalar <= range.last; })) {
      const auto number = static_cast<std::uint32_t>(scalar);
      piece = number <= 0xFF ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{:04x}", number);
    } else {
      append_scalar(piece, scalar);
    }
    if (text.size() + piece.size() > octets_max) return text + "...";
    text += piece;
    at += next.length;
  }
  return text;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string to_lower_ascii(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower);
  return result;
}

}  // namespace tributary
