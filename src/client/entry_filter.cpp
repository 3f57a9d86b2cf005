// SPDX-License-Identifier: Apache-2.0
// See entry_filter.hpp.
#include "client/entry_filter.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::client {
namespace {

/// "\2a" becomes its octet. False for an escape that is none.
bool unescape(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const auto octet = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : Result<Bytes>(fail(win32::kErrorInvalidData));
    if (!octet || octet->size() != 1) return false;
    out += static_cast<char>(octet->front());
    i += 2;
  }
  return true;
}

}  // namespace

Result<EntryFilter> EntryFilter::parse(std::string_view text) {
  EntryFilter filter;
  auto rest = text;
  if (!parse_one(rest, filter, 0) || !rest.empty())
    return fail(win32::kErrorInvalidParameter, "not a filter that can be judged here: " + to_printable(text, 200));
  return filter;
}

bool EntryFilter::parse_one(std::string_view& text, EntryFilter& out, std::size_t depth) {
  if (depth == kDepthMax || text.size() < 3 || text[0] != '(') return false;
  text.remove_prefix(1);
  const char first = text[0];
  if (first != '&' && first != '|' && first != '!') return parse_item(text, out);
  out.kind_ = first == '&' ? Kind::kAnd : first == '|' ? Kind::kOr : Kind::kNot;
  text.remove_prefix(1);
  while (text.starts_with('('))
    if (!parse_one(text, out.parts_.emplace_back(), depth + 1)) return false;
  if (!text.starts_with(')') || (out.kind_ == Kind::kNot && out.parts_.size() != 1)) return false;
  text.remove_prefix(1);
  return true;
}

bool EntryFilter::parse_item(std::string_view& text, EntryFilter& out) {
  const auto close = text.find(')');
  const auto equals = text.substr(0, close).find('=');
  if (close == text.npos || equals == text.npos || equals == 0) return false;
  out.attribute_ = text.substr(0, equals);
  const auto value = text.substr(equals + 1, close - equals - 1);
  text.remove_prefix(close + 1);
  out.kind_ = value == "*" ? Kind::kPresent : Kind::kEqual;
  // The other comparisons have a mark before the sign, and a substring has an asterisk in it.
  const bool plain = out.attribute_.find_first_of("<>~:(*") == std::string::npos && (value == "*" || value.find_first_of("*(") == value.npos);
  return plain && unescape(value, out.value_);
}

bool EntryFilter::matches(const ldap_client::Entry& entry) const {
  const auto does = [&entry](const EntryFilter& part) { return part.matches(entry); };
  switch (kind_) {
    case Kind::kAnd: return std::ranges::all_of(parts_, does);
    case Kind::kOr: return std::ranges::any_of(parts_, does);
    case Kind::kNot: return !parts_.front().matches(entry);
    case Kind::kPresent: return equals_ignoring_case(attribute_, "objectClass") || !entry.values(attribute_).empty();
    case Kind::kEqual: break;
  }
  return std::ranges::any_of(entry.values(attribute_), [this](const Bytes& value) {
    return equals_ignoring_case({reinterpret_cast<const char*>(value.data()), value.size()}, value_);
  });
}

}  // namespace tributary::client
