// SPDX-License-Identifier: Apache-2.0
// prefixMap in its two forms (docs/formats/blobs.md).
#include "blob_roundtrip.hpp"
#include "drsuapi/blobs/prefix_map.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  fuzz::check_codec(octets, drsuapi::blobs::decode_prefix_map, drsuapi::blobs::encode_prefix_map);
  fuzz::check_roundtrip("prefixMap", octets);
  return 0;
}
