// SPDX-License-Identifier: Apache-2.0
// The smaller values: schedule, partialAttributeSet, schemaInfo and so on. The first octet chooses the type.
#include "blob_roundtrip.hpp"

#include <array>

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<std::string_view, 10> kNames{
      "schedule",     "partialAttributeSet", "schemaInfo", "extendedDn", "msDS-TrustForestTrustInfo",
      "dSASignature", "USN_VECTOR",          "REPLTIMES",  "MTX_ADDR",   "PAS_DATA"};
  if (size == 0) return 0;
  fuzz::check_roundtrip(kNames[data[0] % kNames.size()], ByteView(data + 1, size - 1));
  return 0;
}
