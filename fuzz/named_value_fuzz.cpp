// SPDX-License-Identifier: Apache-2.0
// A link value of a GetNCChanges answer ([MS-DRSR] 5.50 in memory): whatever a peer sends, what is read of it lies within it.
#include <cstdlib>

#include "client/named_value.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = tributary::client::read_named_value({data, size});
  if (!value) return 0;
  // UTF-8 takes at most three octets where UTF-16 takes two.
  if (size < 56 || value->dn.size() > (size - 56) / 2 * 3 || value->rest.size() > size - 56) std::abort();
  return 0;
}
