// SPDX-License-Identifier: Apache-2.0
// The attribute list of a search request (RFC 4511 4.5.1.8; [MS-ADTS] 3.1.1.3.1.3.3). Declared in entry.hpp.
#include <algorithm>
#include <charconv>

#include "base/utf.hpp"
#include "service/ldap/entry.hpp"

namespace tributary::service::ldap_face {
namespace {

std::optional<std::size_t> number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty() && value <= UINT32_MAX ? std::optional(value) : std::nullopt;
}

std::optional<ValueRange> read_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto low = number(text.substr(0, dash));
  const auto last = text.substr(dash + 1);
  const auto high = number(last);
  if (!low || (last != "*" && (!high || *high < *low))) return std::nullopt;
  return ValueRange{*low, high};
}

/// False for options that are not known: the attribute is then none that an object has.
bool read_options(std::string_view options, WantedAttribute& wanted) {
  while (!options.empty()) {
    options.remove_prefix(1);
    const auto option = options.substr(0, options.find(';'));
    options.remove_prefix(option.size());
    if (equals_ignoring_case(option, "binary")) {
      wanted.is_binary = true;
    } else if (option.size() > 6 && equals_ignoring_case(option.substr(0, 6), "range=")) {
      wanted.range = read_range(option.substr(6));
      if (!wanted.range) return false;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

Selection read_selection(std::shared_ptr<const schema::Schema> schema, std::span<const std::string_view> attributes) {
  Selection selection;
  selection.schema = std::move(schema);
  selection.all = attributes.empty();
  for (const auto text : attributes) {
    if (text == "*") selection.all = true;
    const auto semicolon = std::min(text.find(';'), text.size());
    WantedAttribute wanted;
    wanted.attribute = selection.schema->find_attribute(text.substr(0, semicolon));
    if (wanted.attribute == nullptr || !read_options(text.substr(semicolon), wanted)) continue;
    wanted.name = wanted.attribute->ldap_display_name;
    if (wanted.is_binary) wanted.name += ";binary";
    const auto is_same = [&](const WantedAttribute& each) { return each.name == wanted.name; };
    if (std::ranges::none_of(selection.wanted, is_same)) selection.wanted.push_back(std::move(wanted));
    if (selection.wanted.size() == 2'000) break;  // more than any schema's client has names for
  }
  return selection;
}

}  // namespace tributary::service::ldap_face
