// SPDX-License-Identifier: Apache-2.0
// Filters as text (RFC 4515; extended by a filter item without its parentheses and by spaces between filters, as OpenLDAP's tools take
// them). Read and written without recursion. Values only.
#include "ldap/protocol/filter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "ldap/protocol/ber.hpp"

namespace tributary::ldap {
namespace {

bool is_name_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ';' || c == '_';
}
int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

class FilterParser {
 public:
  FilterParser(std::string_view text, std::vector<Bytes>& storage) : text_(text), storage_(storage) {}
  Result<Filter> parse();

 private:
  struct Open {
    std::uint32_t node;
  };
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const {
    return fail(win32::kErrorInvalidParameter, fmt::format("the filter at character {}: {}", at_ + 1, what));
  }
  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() noexcept {
    while (peek() == ' ') ++at_;
  }
  Result<> begin_filter();
  Result<> close();
  Result<> item();
  Result<> extensible(FilterNode& node);
  Result<ByteView> value(std::string_view raw);
  Result<> substrings(FilterNode& node, std::string_view raw);
  std::string_view name() noexcept;

  std::string_view text_;
  std::vector<Bytes>& storage_;
  std::size_t at_ = 0;
  Filter filter_;
  std::vector<Open> open_;
};

std::string_view FilterParser::name() noexcept {
  const auto begin = at_;
  while (is_name_character(peek())) ++at_;
  return text_.substr(begin, at_ - begin);
}

/// What was escaped, unescaped; what was not, in place.
Result<ByteView> FilterParser::value(std::string_view raw) {
  if (raw.find('\\') == std::string_view::npos) return as_bytes(raw);
  Bytes octets;
  octets.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      octets.push_back(static_cast<std::uint8_t>(raw[i]));
      continue;
    }
    const int high = i + 1 < raw.size() ? hex_digit(raw[i + 1]) : -1, low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
    if (high < 0 || low < 0) return wrong("a backslash is followed by two hex digits");
    octets.push_back(static_cast<std::uint8_t>(high << 4 | low));
    i += 2;
  }
  storage_.push_back(std::move(octets));
  return ByteView(storage_.back());
}

Result<> FilterParser::substrings(FilterNode& node, std::string_view raw) {
  node.kind = FilterKind::kSubstrings;
  node.substrings_begin = static_cast<std::uint32_t>(filter_.substrings.size());
  for (std::size_t begin = 0; begin <= raw.size();) {
    const auto star = std::min(raw.find('*', begin), raw.size());
    if (star != begin) {
      const auto place = begin == 0 ? Substring::Place::kInitial : star == raw.size() ? Substring::Place::kFinal : Substring::Place::kAny;
      auto part = value(raw.substr(begin, star - begin));
      if (!part) return std::unexpected(std::move(part.error()));
      if (filter_.substrings.size() == kFilterNodesMax) return wrong("too many parts");
      filter_.substrings.push_back({place, *part});
    }
    begin = star + 1;
  }
  node.substrings_end = static_cast<std::uint32_t>(filter_.substrings.size());
  if (node.substrings_begin == node.substrings_end) return wrong("nothing but asterisks");
  return {};
}

/// What follows the type, if there is one: [":dn"] [":" rule] ":=".
Result<> FilterParser::extensible(FilterNode& node) {
  node.kind = FilterKind::kExtensible;
  for (bool dn_may_come = true; peek() == ':' && text_.substr(at_, 2) != ":="; dn_may_come = false) {
    ++at_;
    const auto word = name();
    if (dn_may_come && equals_ignoring_case(word, "dn")) {
      node.dn_attributes = true;
      continue;
    }
    if (word.empty() || text_.substr(at_, 2) != ":=") return wrong("a matching rule is followed by :=");
    node.matching_rule = word;
  }
  if (text_.substr(at_, 2) != ":=") return wrong("an extensible match has := before its value");
  if (node.attribute.empty() && node.matching_rule.empty()) return wrong("an extensible match has an attribute or a matching rule");
  at_ += 2;
  return {};
}

Result<> FilterParser::item() {
  auto& node = filter_.nodes.emplace_back();
  node.end = static_cast<std::uint32_t>(filter_.nodes.size());
  node.attribute = name();
  if (node.attribute.empty() && peek() != ':') return wrong("an attribute is expected");
  node.kind = FilterKind::kEqual;
  switch (peek()) {
    case '~': node.kind = FilterKind::kApprox; ++at_; break;
    case '>': node.kind = FilterKind::kGreaterOrEqual; ++at_; break;
    case '<': node.kind = FilterKind::kLessOrEqual; ++at_; break;
    case ':':
      if (auto read = extensible(node); !read) return read;
      break;
    default: break;
  }
  if (node.kind != FilterKind::kExtensible) {
    if (peek() != '=') return wrong("one of = ~= >= <= := is expected");
    ++at_;
  }
  const auto end = std::min(text_.find_first_of(std::string_view("()\0", 3), at_), text_.size());
  const auto raw = text_.substr(at_, end - at_);
  const bool may_have_stars = node.kind == FilterKind::kEqual;
  if (raw.find('*') != std::string_view::npos) {
    if (!may_have_stars) return wrong("an asterisk in this value is written \\2a");
    if (raw == "*")
      node.kind = FilterKind::kPresent;
    else if (auto read = substrings(node, raw); !read)
      return read;
  } else {
    auto octets = value(raw);
    if (!octets) return std::unexpected(std::move(octets.error()));
    node.value = *octets;
  }
  at_ = end;
  return {};
}

/// "(" and an operator, which then is open, or "(" item ")".
Result<> FilterParser::begin_filter() {
  if (peek() != '(') return wrong("an opening parenthesis is expected");
  if (filter_.nodes.size() == kFilterNodesMax) return fail(win32::kErrorDsAdminLimitExceeded, "the filter has too many parts");
  ++at_;
  const char first = peek();
  if (first != '&' && first != '|' && first != '!') {
    if (auto read = item(); !read) return read;
    if (peek() != ')') return wrong("a closing parenthesis is expected");
    ++at_;
    return {};
  }
  if (open_.size() + 1 >= kFilterDepthMax) return fail(win32::kErrorDsAdminLimitExceeded, "the filter is too deep");
  ++at_;
  open_.push_back({static_cast<std::uint32_t>(filter_.nodes.size())});
  filter_.nodes.emplace_back().kind = first == '&' ? FilterKind::kAnd : first == '|' ? FilterKind::kOr : FilterKind::kNot;
  return {};
}

Result<> FilterParser::close() {
  const auto index = open_.back().node;
  auto& node = filter_.nodes[index];
  node.end = static_cast<std::uint32_t>(filter_.nodes.size());
  if (node.kind == FilterKind::kNot && (index + 1 == node.end || filter_.nodes[index + 1].end != node.end)) return wrong("! has one filter");
  open_.pop_back();
  ++at_;
  return {};
}

Result<Filter> FilterParser::parse() {
  skip_spaces();
  if (peek() != '(') {
    if (auto read = item(); !read) return std::unexpected(std::move(read.error()));
  } else {
    do {
      if (!open_.empty() && peek() == ')') {
        if (auto closed = close(); !closed) return std::unexpected(std::move(closed.error()));
      } else if (auto read = begin_filter(); !read) {
        return std::unexpected(std::move(read.error()));
      }
      skip_spaces();
    } while (!open_.empty());
  }
  if (at_ != text_.size()) return wrong("more than one filter");
  return std::move(filter_);
}

bool is_utf8(ByteView octets) {
  const auto text = as_text(octets);
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }) || to_utf16(text).has_value();
}

void append_value(std::string& out, ByteView octets) {
  const bool is_text = is_utf8(octets);
  for (const auto octet : octets) {
    const char c = static_cast<char>(octet);
    if (octet < 0x20 || octet == 0x7F || (octet >= 0x80 && !is_text) || c == '*' || c == '(' || c == ')' || c == '\\')
      fmt::format_to(std::back_inserter(out), "\\{:02x}", octet);
    else
      out += c;
  }
}

void append_substrings(std::string& out, const Filter& filter, const FilterNode& node) {
  for (auto i = node.substrings_begin; i < node.substrings_end; ++i) {
    const auto& part = filter.substrings[i];
    if (part.place != Substring::Place::kInitial) out += '*';
    append_value(out, part.value);
    if (i + 1 == node.substrings_end && part.place != Substring::Place::kFinal) out += '*';
  }
}

void append_leaf(std::string& out, const Filter& filter, const FilterNode& node) {
  append_value(out, as_bytes(node.attribute));
  switch (node.kind) {
    case FilterKind::kPresent: out += "=*"; return;
    case FilterKind::kSubstrings: out += '='; append_substrings(out, filter, node); return;
    case FilterKind::kGreaterOrEqual: out += ">="; break;
    case FilterKind::kLessOrEqual: out += "<="; break;
    case FilterKind::kApprox: out += "~="; break;
    case FilterKind::kExtensible:
      if (node.dn_attributes) out += ":dn";
      if (!node.matching_rule.empty()) {
        out += ':';
        append_value(out, as_bytes(node.matching_rule));
      }
      out += ":=";
      break;
    default: out += '='; break;
  }
  append_value(out, node.value);
}

}  // namespace

Result<Filter> parse_filter(std::string_view text, std::vector<Bytes>& storage) { return FilterParser(text, storage).parse(); }

std::string format_filter(const Filter& filter) {
  std::string out;
  std::vector<std::uint32_t> ends;
  for (std::uint32_t i = 0; i < filter.nodes.size(); ++i) {
    const auto& node = filter.nodes[i];
    out += '(';
    if (node.kind == FilterKind::kAnd || node.kind == FilterKind::kOr || node.kind == FilterKind::kNot) {
      out += node.kind == FilterKind::kAnd ? '&' : node.kind == FilterKind::kOr ? '|' : '!';
      ends.push_back(node.end);
    } else {
      append_leaf(out, filter, node);
      out += ')';
    }
    for (; !ends.empty() && ends.back() == i + 1; ends.pop_back()) out += ')';
  }
  return out;
}

}  // namespace tributary::ldap
