// SPDX-License-Identifier: Apache-2.0
// replPropertyMetaData (the stamps of [MS-DRSR] 5.11 as stored).
#include "blob_roundtrip.hpp"
#include "drsuapi/blobs/vectors.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  fuzz::check_codec(octets, drsuapi::blobs::decode_repl_property_meta_data,
                    drsuapi::blobs::encode_whole<drsuapi::blobs::PROPERTY_META_DATA_VECTOR>);
  fuzz::check_roundtrip("replPropertyMetaData", octets);
  return 0;
}
