// SPDX-License-Identifier: Apache-2.0
// The other way: JSON that somebody wrote. The first octet chooses the type. What encodes must decode, and come back.
#include "blob_roundtrip.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto types = drsuapi::blobs::blob_types();
  const auto& type = types[data[0] % types.size()];
  boost::json::error_code error;
  const auto value = boost::json::parse(boost::json::string_view(reinterpret_cast<const char*>(data) + 1, size - 1), error);
  if (error) return 0;
  const auto encoded = type.encode(value);
  if (!encoded) return 0;
  if (!type.decode(*encoded)) fuzz::broken("what encodes does not decode", to_hex(*encoded));
  fuzz::check_roundtrip(type, *encoded);
  return 0;
}
