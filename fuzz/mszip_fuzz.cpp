// SPDX-License-Identifier: Apache-2.0
// MSZIP replies ([MS-DRSR] 4.1.10.6.19): any blob with any announced size, and whatever data there and back.
// Input: the announced size (32 bits, little-endian), then the blob.
#include "compress_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tributary::fuzz::decompress_anything(tributary::ReplyCompression::kMszip, {data, size});
  tributary::fuzz::there_and_back(tributary::ReplyCompression::kMszip, {data, size});
  return 0;
}
