// SPDX-License-Identifier: Apache-2.0
// Fuzzes what a database says of its secrets: hostile octets are refused, and what is read is written back as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "dsa/core/secrets.hpp"
#include "must_hold.hpp"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView octets(data, size);
  const auto mark = dsa::decode_secrets_mark(octets);
  if (!mark) return 0;
  must_hold(!mark->keys.empty(), "a mark without a key");
  must_hold(std::ranges::equal(dsa::encode_secrets_mark(*mark), octets), "a mark that is written otherwise than it was read");
  return 0;
}
