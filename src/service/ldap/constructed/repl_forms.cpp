// SPDX-License-Identifier: Apache-2.0
// See repl_forms.hpp.
#include "service/ldap/constructed/repl_forms.hpp"

#include <algorithm>

#include "base/utf.hpp"

namespace tributary::service::ldap_face::constructed {

namespace {

/// XML 1.0 has no way to write U+FFFE, U+FFFF and most control characters: they become U+FFFD.
void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD", kNoCharacter = "\xEF\xBF\xBE", kNoOther = "\xEF\xBF\xBF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto rest = text.substr(i);
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') out += kReplacement;
    else if (rest.starts_with(kNoCharacter) || rest.starts_with(kNoOther)) out += kReplacement, i += 2;
    else out += c;
  }
}

/// xsd:dateTime in UTC and in seconds; what has never happened is the first second of 1601.
std::string date_time(FileTime time) {
  const DsTime seconds = to_ds_time(time);
  if (seconds.seconds == 0) return "1601-01-01T00:00:00Z";
  const auto text = to_string(seconds);
  return text.starts_with('[') ? "9999-12-31T23:59:59Z" : text;
}

struct Text {
  std::string operator()(std::uint64_t value) const { return std::to_string(value); }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const Guid& value) const { return to_string(value); }
  std::string operator()(FileTime value) const { return date_time(value); }
  std::string operator()(const std::optional<std::string>& value) const { return value.value_or(std::string()); }
  std::string operator()(const Bytes& value) const { return to_hex(value); }
};

}  // namespace

void FieldCollector::unique_string(std::string_view name, const drsuapi::WString& v) {
  fields_.push_back({name, v ? std::optional(to_utf8_lossy(*v)) : std::nullopt});
}

std::string to_xml(std::string_view element, const ReplFields& fields) {
  std::string out;
  const auto tag = [&](std::string_view before, std::string_view name) {
    out += before;
    out += name;
    out += '>';
  };
  tag("<", element);
  out += '\n';
  for (const auto& field : fields) {
    tag("\t<", field.name);
    append_escaped(out, std::visit(Text{}, field.value));
    tag("</", field.name);
    out += '\n';
  }
  tag("</", element);
  out += '\n';
  return out;
}

const ReplField* FieldFiller::find(std::string_view name) const {
  const auto at = std::ranges::find_if(fields_, [&](const auto& field) { return equals_ignoring_case(field.name, name); });
  return at == fields_.end() ? nullptr : &*at;
}

void FieldFiller::referent(std::string_view name, std::string_view, drsuapi::blobs::Referent& v) {
  const auto* const found = find("psz" + std::string(name.substr(3)));
  const auto* const text = found == nullptr ? nullptr : std::get_if<std::optional<std::string>>(&found->value);
  if (text != nullptr && *text) v.set_text(**text);
}

void FieldFiller::counted_referent(std::string_view, std::string_view name, drsuapi::blobs::Referent& v) {
  const auto* const found = find(name);
  const auto* const octets = found == nullptr ? nullptr : std::get_if<Bytes>(&found->value);
  if (octets != nullptr && !octets->empty()) v.set_octets(*octets);
}

}  // namespace tributary::service::ldap_face::constructed
