// SPDX-License-Identifier: Apache-2.0
// repsFrom ([MS-DRSR] 5.170): both versions, with whatever their offsets lead to.
#include "blob_roundtrip.hpp"
#include "drsuapi/blobs/reps.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  fuzz::check_codec(octets, drsuapi::blobs::decode_reps_from, drsuapi::blobs::encode_reps_from);
  fuzz::check_roundtrip("repsFrom", octets);
  return 0;
}
