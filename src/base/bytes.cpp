// SPDX-License-Identifier: Apache-2.0
// Hex and base64 (RFC 4648 sections 4 and 8).
#include "base/bytes.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/win32.hpp"

namespace tributary {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

constexpr std::uint8_t hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<std::uint8_t>(lower - 'a' + 10);
  return kNoDigit;
}

constexpr auto kBase64Values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNoDigit);
  for (std::size_t i = 0; i < kBase64Digits.size(); ++i)
    table[static_cast<std::uint8_t>(kBase64Digits[i])] = static_cast<std::uint8_t>(i);
  return table;
}();

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto octet : bytes) {
    text.push_back(kHexDigits[octet >> 4]);
    text.push_back(kHexDigits[octet & 15]);
  }
  return text;
}

Result<Bytes> from_hex(std::string_view text) {
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_space(text[i])) continue;
    const auto high = hex_value(text[i]);
    const auto low = i + 1 < text.size() ? hex_value(text[i + 1]) : kNoDigit;
    if (high == kNoDigit || low == kNoDigit) return fail(win32::kErrorInvalidData, "not hex at character " + std::to_string(i));
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    ++i;
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t group = static_cast<std::uint32_t>(bytes[i] << 16) |
                                (left > 1 ? static_cast<std::uint32_t>(bytes[i + 1] << 8) : 0u) | (left > 2 ? bytes[i + 2] : 0u);
    text.push_back(kBase64Digits[group >> 18]);
    text.push_back(kBase64Digits[group >> 12 & 63]);
    text.push_back(left > 1 ? kBase64Digits[group >> 6 & 63] : '=');
    text.push_back(left > 2 ? kBase64Digits[group & 63] : '=');
  }
  return text;
}

Result<Bytes> from_base64(std::string_view text) {
  std::string digits;
  digits.reserve(text.size());
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return !is_space(c); });
  if (digits.size() % 4 != 0)
    return fail(win32::kErrorInvalidData, "base64 comes in groups of four characters, and these are " + std::to_string(digits.size()));
  const std::size_t padding = digits.ends_with("==") ? 2 : digits.ends_with('=') ? 1 : 0;
  std::fill(digits.end() - static_cast<std::ptrdiff_t>(padding), digits.end(), 'A');  // the digit of value 0
  Bytes bytes;
  bytes.reserve(digits.size() / 4 * 3);
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto value = kBase64Values[static_cast<std::uint8_t>(digits[i])];
    if (value == kNoDigit) return fail(win32::kErrorInvalidData, "not base64 at character " + std::to_string(i) + ", white space left out");
    group = group << 6 | value;
    if (i % 4 != 3) continue;
    for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(group >> shift));
  }
  // RFC 4648 section 3.5: the bits that padding makes superfluous are zero, so that every text has one spelling.
  for (std::size_t i = 0; i < padding; ++i, bytes.pop_back())
    if (bytes.back() != 0) return fail(win32::kErrorInvalidData, "base64 with bits set under its padding");
  return bytes;
}

}  // namespace tributary
