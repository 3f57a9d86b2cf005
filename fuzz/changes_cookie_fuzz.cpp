// SPDX-License-Identifier: Apache-2.0
// Fuzzes the text of a changes cookie: it is refused, or what it says comes back after it was written again.
#include "base/assert.hpp"
#include "client/changes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tributary::client::ChangesCookie;
  const auto cookie = ChangesCookie::decode({reinterpret_cast<const char*>(data), size});
  if (!cookie) return 0;
  const auto again = ChangesCookie::decode(cookie->encode());
  TRIBUTARY_ASSERT(again && *again == *cookie);
  return 0;
}
