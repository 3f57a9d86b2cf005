// SPDX-License-Identifier: Apache-2.0
// Quoting, unquoting and walking distinguished names. RFC 2253 sections 2.4 and 3, RFC 4514; [MS-ADTS] 3.1.1.5.5.
#include "base/rdn.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary {
namespace {

template <class Char>
using View = std::basic_string_view<Char>;
template <class Char>
using Text = std::basic_string<Char>;

constexpr std::string_view kSpecials = ",+\"\\<>;=";  // anywhere in a value; # and space only in front or at the end
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

template <class Char>
constexpr bool is_special(Char c) {
  return c > 0 && c < 0x80 && kSpecials.find(static_cast<char>(c)) != std::string_view::npos;
}
template <class Char>
constexpr bool is_blank(Char c) {
  return c == Char(' ') || c == Char('\t') || c == Char('\r') || c == Char('\n');
}
/// 0 to 15, or -1.
template <class Char>
constexpr int hex_value(Char c) {
  if (c >= Char('0') && c <= Char('9')) return static_cast<int>(c - Char('0'));
  if (c >= Char('a') && c <= Char('f')) return static_cast<int>(c - Char('a')) + 10;
  if (c >= Char('A') && c <= Char('F')) return static_cast<int>(c - Char('A')) + 10;
  return -1;
}

auto unparseable(const char* why) { return fail(win32::kErrorDsNameUnparseable, why); }

/// Octets that stand for text (UTF-8) in the width of the result.
Result<std::string> text_from_octets(std::string octets, char) { return octets; }
Result<std::u16string> text_from_octets(const std::string& octets, char16_t) {
  auto text = to_utf16(octets);
  if (!text) return unparseable("escaped octets are not UTF-8");
  return text;
}

/// The octet written as two hex digits at `at`, or -1.
template <class Char>
constexpr int hex_pair(View<Char> text, std::size_t at) {
  if (at + 1 >= text.size()) return -1;
  const int high = hex_value(text[at]);
  const int low = hex_value(text[at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/// Reads a run of \XX pairs from `at` on and moves `at` behind it.
template <class Char>
std::string take_hex_escapes(View<Char> text, std::size_t& at) {
  std::string octets;
  while (at < text.size() && text[at] == Char('\\') && hex_pair(text, at + 1) >= 0) {
    octets.push_back(static_cast<char>(hex_pair(text, at + 1)));
    at += 3;
  }
  return octets;
}

template <class Char>
Result<Text<Char>> unquote_quoted(View<Char> quoted) {
  Text<Char> value;
  std::size_t at = 1;
  while (at < quoted.size() && quoted[at] != Char('"')) {
    if (quoted[at] == Char('\\')) {
      if (++at == quoted.size()) return unparseable("the value ends in a backslash");
    }
    value.push_back(quoted[at++]);
  }
  if (at == quoted.size()) return unparseable("the closing quote is missing");
  const auto tail = quoted.substr(at + 1);
  if (!std::ranges::all_of(tail, is_blank<Char>)) return unparseable("text follows the closing quote");
  return value;
}

template <class Char>
Result<Text<Char>> unquote_escaped(View<Char> quoted) {
  Text<Char> value;
  for (std::size_t at = 0; at < quoted.size();) {
    if (quoted[at] != Char('\\')) {
      if (is_special(quoted[at])) return unparseable("a special character is not escaped");
      value.push_back(quoted[at++]);
      continue;
    }
    if (const auto octets = take_hex_escapes(quoted, at); !octets.empty()) {
      auto text = text_from_octets(octets, Char{});
      if (!text) return std::unexpected(text.error());
      value += *text;
      continue;
    }
    if (at + 1 == quoted.size()) return unparseable("the value ends in a backslash");
    const Char escaped = quoted[at + 1];
    if (!is_special(escaped) && escaped != Char('#') && escaped != Char(' ')) return unparseable("a backslash stands before an ordinary character");
    value.push_back(escaped);
    at += 2;
  }
  return value;
}

/// The text of a BER string: one definite-length TLV that fills `ber`.
Result<std::string> text_from_ber(const std::string& ber) {
  constexpr std::array<std::uint8_t, 8> kStringTags = {0x04, 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1B};
  constexpr std::uint8_t kBmpString = 0x1E;
  if (ber.size() < 2) return unparseable("the BER value is too short");
  const auto octet = [&ber](std::size_t i) { return static_cast<std::uint8_t>(ber[i]); };
  std::size_t length = octet(1);
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t length_octets = length & 0x7F;
    if (length_octets == 0 || length_octets > 4 || ber.size() < 2 + length_octets) return unparseable("the BER length is malformed");
    length = 0;
    for (std::size_t i = 0; i < length_octets; ++i) length = length << 8 | octet(2 + i);
    header += length_octets;
  }
  if (ber.size() - header != length) return unparseable("the BER length does not fit");
  if (std::ranges::find(kStringTags, octet(0)) != kStringTags.end()) return ber.substr(header);
  if (octet(0) != kBmpString || length % 2 != 0) return unparseable("the BER value is no string");
  std::u16string units;
  for (std::size_t i = header; i < ber.size(); i += 2) units.push_back(static_cast<char16_t>(octet(i) << 8 | octet(i + 1)));
  auto text = to_utf8(units);
  if (!text) return unparseable("the BER value is not well-formed text");
  return text;
}

template <class Char>
Result<Text<Char>> unquote_ber(View<Char> hex) {
  std::string ber;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    const int octet = hex_pair(hex, at);
    if (octet < 0) return unparseable("the hex of a BER value is malformed");
    ber.push_back(static_cast<char>(octet));
  }
  auto text = text_from_ber(ber);
  if (!text) return std::unexpected(text.error());
  return text_from_octets(*text, Char{});
}

/// Where the quoted value that begins at the front of `text` ends: at an unescaped separator or at the end. npos: a quote is open.
template <class Char>
std::size_t value_length(View<Char> text) {
  bool in_quotes = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == Char('\\')) {
      if (++at == text.size()) return View<Char>::npos;
    } else if (text[at] == Char('"')) {
      in_quotes = !in_quotes;
    } else if (!in_quotes && (text[at] == Char(',') || text[at] == Char(';') || text[at] == Char('+'))) {
      return at;
    }
  }
  return in_quotes ? View<Char>::npos : text.size();
}

template <class Char>
View<Char> trim_blanks(View<Char> text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  const auto last_is_escaped = [&text] {  // by an odd number of backslashes: then it belongs to the value
    std::size_t backslashes = 0;
    while (backslashes + 1 < text.size() && text[text.size() - 2 - backslashes] == Char('\\')) ++backslashes;
    return backslashes % 2 == 1;
  };
  while (!text.empty() && is_blank(text.back()) && !last_is_escaped()) text.remove_suffix(1);
  return text;
}

template <class Char>
constexpr bool is_key_character(Char c) {
  return (c >= Char('a') && c <= Char('z')) || (c >= Char('A') && c <= Char('Z')) || (c >= Char('0') && c <= Char('9')) ||
         c == Char('-') || c == Char('.') || c == Char('_');
}

}  // namespace

template <class Char>
Text<Char> quote_rdn_value(View<Char> value) {
  Text<Char> quoted;
  quoted.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Char c = value[i];
    const bool at_end = i == 0 || i + 1 == value.size();
    if (c == 0 || c == Char('\n') || c == Char('\r') || (c == Char('\t') && at_end)) {
      quoted.push_back(Char('\\'));
      quoted.push_back(static_cast<Char>(kHexDigits[static_cast<std::size_t>(c) >> 4]));
      quoted.push_back(static_cast<Char>(kHexDigits[static_cast<std::size_t>(c) & 15]));
      continue;
    }
    if (is_special(c) || (c == Char(' ') && at_end) || (c == Char('#') && i == 0)) quoted.push_back(Char('\\'));
    quoted.push_back(c);
  }
  return quoted;
}

template <class Char>
Result<Text<Char>> unquote_rdn_value(View<Char> quoted) {
  while (!quoted.empty() && is_blank(quoted.front())) quoted.remove_prefix(1);
  if (quoted.empty()) return Text<Char>{};
  if (quoted.front() == Char('"')) return unquote_quoted(quoted);
  if (quoted.front() == Char('#')) return unquote_ber(quoted.substr(1));
  return unquote_escaped(quoted);
}

template <class Char>
Result<FirstRdn<Char>> first_rdn(View<Char> dn) {
  const auto skip_blanks = [&dn] {
    while (!dn.empty() && is_blank(dn.front())) dn.remove_prefix(1);
  };
  skip_blanks();
  if (!dn.empty() && (dn.front() == Char(',') || dn.front() == Char(';'))) {
    dn.remove_prefix(1);
    skip_blanks();
    if (dn.empty()) return unparseable("a separator ends the name");
  }
  if (dn.empty()) return FirstRdn<Char>{{}, {}, dn};

  const auto equals = dn.find(Char('='));
  if (equals == View<Char>::npos) return unparseable("an RDN without =");
  FirstRdn<Char> rdn;
  rdn.key = trim_blanks(dn.substr(0, equals));
  if (rdn.key.empty() || !std::ranges::all_of(rdn.key, is_key_character<Char>)) return unparseable("the attribute of an RDN is malformed");
  const View<Char> after = dn.substr(equals + 1);
  const auto length = value_length(after);
  if (length == View<Char>::npos) return unparseable("a quote or an escape is not finished");
  if (length < after.size() && after[length] == Char('+')) return unparseable("an RDN has several values");
  rdn.value = trim_blanks(after.substr(0, length));
  rdn.rest = after.substr(length);
  if (rdn.value.empty()) return unparseable("an RDN without a value");
  return rdn;
}

template <class Char>
std::optional<Mangling> mangling_of(View<Char> unquoted) {
  constexpr std::size_t kGuidCharacters = 36;
  constexpr std::size_t kTailCharacters = 1 + 4 + kGuidCharacters;
  if (unquoted.size() < kTailCharacters) return std::nullopt;
  const auto tail = unquoted.substr(unquoted.size() - kTailCharacters);
  if (tail.front() != Char('\n')) return std::nullopt;
  std::string narrow;
  for (const Char c : tail.substr(1)) {
    if (c <= 0 || c >= 0x7F) return std::nullopt;
    narrow.push_back(static_cast<char>(c));
  }
  const std::string_view tag = std::string_view(narrow).substr(0, 4);
  const auto guid = parse_guid(std::string_view(narrow).substr(4));
  if (!guid) return std::nullopt;
  if (tag == "DEL:") return Mangling{MangledFor::kDeletion, *guid};
  if (tag == "CNF:") return Mangling{MangledFor::kNameConflict, *guid};
  return std::nullopt;
}

template <class Char>
std::optional<Mangling> mangling_of_quoted(View<Char> value) {
  if (auto mangling = mangling_of(value)) return mangling;
  const auto unquoted = unquote_rdn_value(value);
  return unquoted ? mangling_of(View<Char>(*unquoted)) : std::nullopt;
}

#define TRIBUTARY_RDN_FOR(Char)                                    \
  template Text<Char> quote_rdn_value(View<Char>);                 \
  template Result<Text<Char>> unquote_rdn_value(View<Char>);       \
  template Result<FirstRdn<Char>> first_rdn(View<Char>);           \
  template std::optional<Mangling> mangling_of(View<Char>);        \
  template std::optional<Mangling> mangling_of_quoted(View<Char>);
TRIBUTARY_RDN_FOR(char)
TRIBUTARY_RDN_FOR(char16_t)

}  // namespace tributary
