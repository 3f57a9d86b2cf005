// SPDX-License-Identifier: Apache-2.0
// replUpToDateVector ([MS-DRSR] 5.166).
#include "blob_roundtrip.hpp"
#include "drsuapi/blobs/vectors.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  fuzz::check_codec(octets, drsuapi::blobs::decode_repl_up_to_date_vector, drsuapi::blobs::encode_repl_up_to_date_vector);
  fuzz::check_roundtrip("replUpToDateVector", octets);
  return 0;
}
