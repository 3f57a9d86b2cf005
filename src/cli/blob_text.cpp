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

}  // namespace tributary::cli
