// SPDX-License-Identifier: Apache-2.0
// Schedules as text and as the attribute's blob ([MS-ADTS] 6.1.4.5.2): what is read comes back the same.
#include <cstdlib>

#include "base/bytes.hpp"
#include "topology/schedule.hpp"

using namespace tributary;
using namespace tributary::topology;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = parse_schedule({reinterpret_cast<const char*>(data), size});
  if (text && parse_schedule(to_string(*text)) != *text) std::abort();
  const auto blob = drsuapi::blobs::decode_schedule(ByteView(data, size));
  if (!blob) return 0;
  const auto week = from_blob(*blob);
  if (week && from_blob(to_blob(*week)) != *week) std::abort();
  return 0;
}
