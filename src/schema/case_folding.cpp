// SPDX-License-Identifier: Apache-2.0
// See case_folding.hpp.
#include "schema/case_folding.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace tributary::schema {
namespace {

struct Folding {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t step;
  std::int32_t distance;
};
/// Ascending.
constexpr Folding kFoldings[] = {
#include "schema/data/case_folding.inc"
};
static_assert(std::ranges::is_sorted(kFoldings, {}, &Folding::first));

constexpr char32_t fold_ascii(char32_t code) { return code >= U'A' && code <= U'Z' ? code + 32 : code; }

void append_utf8(char32_t code, Bytes& out) {
  const auto tail = [code](int shift) { return static_cast<std::uint8_t>(0x80 | ((code >> shift) & 0x3F)); };
  if (code < 0x80) {
    out.push_back(static_cast<std::uint8_t>(code));
  } else if (code < 0x800) {
    out.insert(out.end(), {static_cast<std::uint8_t>(0xC0 | (code >> 6)), tail(0)});
  } else if (code < 0x10000) {
    out.insert(out.end(), {static_cast<std::uint8_t>(0xE0 | (code >> 12)), tail(6), tail(0)});
  } else {
    out.insert(out.end(), {static_cast<std::uint8_t>(0xF0 | (code >> 18)), tail(12), tail(6), tail(0)});
  }
}

struct Decoded {
  char32_t code = 0;
  std::size_t octets = 0;
};

/// A character of more than one octet (RFC 3629), without judging overlong forms and surrogates: they are characters of their own here.
std::optional<Decoded> decode(std::string_view rest) {
  const auto octet = [rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  const auto lead = octet(0);
  const std::size_t octets = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
  if (octets == 0 || rest.size() < octets) return std::nullopt;
  char32_t code = octets == 2 ? lead & 0x1Fu : octets == 3 ? lead & 0x0Fu : lead & 0x07u;
  for (std::size_t i = 1; i < octets; ++i) {
    if ((octet(i) & 0xC0) != 0x80) return std::nullopt;
    code = code << 6 | (octet(i) & 0x3Fu);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[octets] || code > 0x10FFFF) return std::nullopt;
  return Decoded{code, octets};
}

}  // namespace

char32_t fold_case(char32_t code) noexcept {
  if (code < 0x80) return fold_ascii(code);
  const auto* at = std::ranges::upper_bound(kFoldings, static_cast<std::uint32_t>(code), {}, &Folding::first);
  if (at == std::begin(kFoldings)) return code;
  --at;
  if (code > at->last || (code - at->first) % at->step != 0) return code;
  return static_cast<char32_t>(static_cast<std::int32_t>(code) + at->distance);
}

void append_folded_utf8(std::string_view utf8, Bytes& out) {
  out.reserve(out.size() + utf8.size());
  while (!utf8.empty()) {
    const auto octet = static_cast<std::uint8_t>(utf8.front());
    const auto decoded = octet < 0x80 ? Decoded{} : decode(utf8).value_or(Decoded{});
    if (decoded.octets == 0) {
      out.push_back(octet < 0x80 ? static_cast<std::uint8_t>(fold_ascii(octet)) : octet);
      utf8.remove_prefix(1);
    } else {
      append_utf8(fold_case(decoded.code), out);
      utf8.remove_prefix(decoded.octets);
    }
  }
}

void append_folded_utf16(ByteView utf16_le, Bytes& out) {
  out.reserve(out.size() + utf16_le.size());
  std::size_t at = 0;
  for (; at + 2 <= utf16_le.size(); at += 2) {
    char32_t code = load_le<std::uint16_t>(utf16_le.data() + at);
    if (code < 0x80) {
      out.push_back(static_cast<std::uint8_t>(fold_ascii(code)));
      continue;
    }
    if (code >= 0xD800 && code < 0xDC00 && at + 4 <= utf16_le.size()) {
      const char32_t low = load_le<std::uint16_t>(utf16_le.data() + at + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at += 2;
      }
    }
    append_utf8(fold_case(code), out);
  }
  if (at < utf16_le.size()) out.push_back(utf16_le.back());
}

Bytes rdn_form(std::string_view rdn) {
  Bytes out;
  append_folded_utf8(rdn, out);
  return out;
}

}  // namespace tributary::schema
