// SPDX-License-Identifier: Apache-2.0
// See blob_text.hpp.
#include "cli/blob_text.hpp"

#include <algorithm>
#include <array>

#include "base/win32.hpp"

namespace tributary::cli {
namespace {

/// The value of "name:: base64" with the blanks at the line starts gone; the input itself when it is not that.
std::string_view without_ldif_name(std::string_view input) {
  const auto colons = input.find("::");
  if (colons == std::string_view::npos || colons == 0) return input;
  const auto is_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ';'; };
  return std::ranges::all_of(input.substr(0, colons), is_name) ? input.substr(colons + 2) : input;
}

Result<Bytes> octets_of(std::string_view input, OctetForm form) {
  switch (form) {
    case OctetForm::kHex: {
      const bool prefixed = input.starts_with("0x") || input.starts_with("0X");
      return from_hex(input.substr(prefixed ? 2 : 0));
    }
    case OctetForm::kBase64:
      return from_base64(without_ldif_name(input));
    default:
      return to_bytes(as_bytes(input));
  }
}

void append_lines(std::string& out, const boost::json::value& value, std::size_t level);

void append_member(std::string& out, std::string_view name, const boost::json::value& value, std::size_t level) {
  out.append(level * 2, ' ');
  out += name;
  const bool nested = (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
  if (nested) {
    out += '\n';
    append_lines(out, value, level + 1);
  } else {
    out += ' ';
    out += value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
    out += '\n';
  }
}

void append_lines(std::string& out, const boost::json::value& value, std::size_t level) {
  if (value.is_object()) {
    for (const auto& member : value.get_object()) append_member(out, member.key(), member.value(), level);
  } else if (value.is_array()) {
    std::size_t index = 0;
    for (const auto& item : value.get_array()) append_member(out, "[" + std::to_string(index++) + "]", item, level);
  } else {
    append_member(out, "", value, level);
  }
}

}  // namespace

Result<FoundOctets> find_octets(const drsuapi::blobs::BlobType& type, std::string_view input, OctetForm form) {
  if (form != OctetForm::kDetect) {
    auto octets = octets_of(input, form);
    if (!octets) return std::unexpected(std::move(octets.error()));
    return FoundOctets{form, std::move(*octets)};
  }
  std::optional<FoundOctets> first;
  for (const auto candidate : {OctetForm::kHex, OctetForm::kBase64, OctetForm::kRaw}) {
    auto octets = octets_of(input, candidate);
    if (!octets || octets->empty()) continue;
    if (type.decode(*octets)) return FoundOctets{candidate, std::move(*octets)};
    if (!first) first = FoundOctets{candidate, std::move(*octets)};
  }
  if (!first) return fail(win32::kErrorInvalidData, "the input is empty");
  return std::move(*first);
}

std::string to_lines(const boost::json::value& value) {
  std::string out;
  append_lines(out, value, 0);
  return out;
}

}  // namespace tributary::cli
