// SPDX-License-Identifier: Apache-2.0
// repsTo ([MS-DRSR] 5.171).
#include "blob_roundtrip.hpp"
#include "drsuapi/blobs/reps.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  fuzz::check_codec(octets, drsuapi::blobs::decode_reps_to, drsuapi::blobs::encode_reps_to);
  fuzz::check_roundtrip("repsTo", octets);
  return 0;
}
