// SPDX-License-Identifier: Apache-2.0
// What every blob fuzzer asks of a value that decodes: its JSON survives being text, and encodes to the very same octets.
#pragma once

#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "drsuapi/blobs/registry.hpp"
#include "drsuapi/blobs/text.hpp"

namespace tributary::fuzz {

[[noreturn]] inline void broken(const char* what, std::string_view detail) {
  std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(detail.size()), detail.data());
  std::abort();
}

/// Text is the slow part, and what can go wrong in it hardly depends on the type: one value in eight goes through it.
inline bool goes_through_text(ByteView octets) {
  std::uint32_t sum = 0;
  for (const auto octet : octets) sum = sum * 31 + octet;
  return sum % 8 == 0;
}

inline void check_roundtrip(const drsuapi::blobs::BlobType& type, ByteView octets) {
  const auto decoded = type.decode(octets);
  if (!decoded) {
    if (decoded.error().detail.empty()) broken("an error without a detail", type.name);
    return;
  }
  if (!goes_through_text(octets)) {
    const auto encoded = type.encode(*decoded);
    if (!encoded) broken("what decodes does not encode", encoded.error().detail);
    if (!std::ranges::equal(*encoded, octets)) broken("other octets come back", boost::json::serialize(*decoded));
    return;
  }
  const auto text = boost::json::serialize(*decoded);
  boost::json::error_code error;
  const auto parsed = boost::json::parse(text, error);
  if (error) broken("JSON that does not parse", text);
  const auto encoded = type.encode(parsed);
  if (!encoded) broken("what decodes does not encode", encoded.error().detail + "\n" + text);
  if (!std::ranges::equal(*encoded, octets)) broken("other octets come back", text);
  if (drsuapi::blobs::to_text(parsed).empty()) broken("no text", text);
}

inline void check_roundtrip(std::string_view name, ByteView octets) {
  const auto* type = drsuapi::blobs::blob_type(name);
  if (type == nullptr) broken("no such type", name);
  check_roundtrip(*type, octets);
}

/// For values that also have an encoder of their own: decode -> encode gives the same octets.
template <class Decode, class Encode>
void check_codec(ByteView octets, Decode&& decode, Encode&& encode) {
  const auto value = decode(octets);
  if (!value) return;
  const Result<Bytes> again = encode(*value);
  if (!again) broken("what decodes does not encode", again.error().detail);
  if (!std::ranges::equal(*again, octets)) broken("other octets come back", to_hex(*again));
}

}  // namespace tributary::fuzz
