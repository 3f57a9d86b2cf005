// SPDX-License-Identifier: Apache-2.0
// WIN2K3 replies ([MS-DRSR] 4.1.10.5.21, 4.1.10.6.19): any blob with any announced size, any single chunk, and whatever
// data there and back. Input: the announced size (32 bits, little-endian), then the blob.
#include "compress_fuzz.hpp"

#include "drsuapi/compress/direct2.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tributary;
  fuzz::decompress_anything(ReplyCompression::kWin2k3, {data, size});
  fuzz::there_and_back(ReplyCompression::kWin2k3, {data, size});
  if (size >= 4) {
    // Without the framing, so that the fuzzer need not find a header first.
    Bytes plain(load_le<std::uint32_t>(data) % 4096);
    (void)direct2_decompress(ByteView(data, size).subspan(4), plain);
  }
  return 0;
}
