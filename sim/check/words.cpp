// SPDX-License-Identifier: Apache-2.0
// See words.hpp.
#include "sim/check/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "schema/schema.hpp"

namespace tributary::sim {
namespace {

/// RDNs have line feeds in them when they were mangled.
std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string name_of(Attid attid) {
  const auto* attribute = schema::Schema::embedded()->find_attribute(attid);
  return attribute != nullptr ? attribute->ldap_display_name : fmt::format("attribute {:#x}", static_cast<std::uint32_t>(attid));
}
std::string name_of(const ObjectFact& object) {
  return fmt::format("\"{}\" ({})", object.rdn.empty() ? "the NC root" : printable(object.rdn), to_string(object.guid));
}
std::string name_of(const LinkId& link) {
  return fmt::format("{} of {} to {}", name_of(link.attid), to_string(link.source), to_string(link.target));
}
std::string to_text(const AttributeStamp& stamp) {
  return fmt::format("version {} of {} by {} at USN {}", stamp.version, to_string(stamp.time_changed),
                     to_string(stamp.uuid_originating).substr(0, 8), stamp.usn_originating.value);
}
std::string to_text(const LinkValueStamp& stamp) { return fmt::format("created {}, {}", to_string(stamp.time_created), to_text(stamp.stamp)); }

std::string value_text(ByteView value) {
  constexpr std::size_t kOctetsMax = 48;
  const auto shown = value.first(std::min(value.size(), kOctetsMax));
  std::string text;
  bool is_text = value.size() >= 2 && value.size() % 2 == 0;
  for (std::size_t i = 0; is_text && i < shown.size(); i += 2) {
    is_text = shown[i] >= 0x20 && shown[i] < 0x7F && shown[i + 1] == 0;
    text += static_cast<char>(shown[i]);
  }
  if (!is_text) text = to_hex(shown);
  return text + (shown.size() < value.size() ? "..." : "");
}

}  // namespace tributary::sim
