// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of a PAC's logon info: what was read is written and read again as the same, and its token has each SID once, in order.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "must_hold.hpp"
#include "security/access/kerb_validation_info.hpp"

using namespace tributary;
using namespace tributary::security;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto info = decode_validation_info(ByteView(data, size));
  if (!info) return 0;
  if (const auto token = token_of_validation_info(*info)) {
    must_hold(std::ranges::adjacent_find(token->groups, std::greater_equal()) == token->groups.end(), "groups are not in order");
    must_hold(token->groups.size() <= kTokenSidsMax + 5, "more groups than a token may have");
    must_hold(decode_validation_info(encode_validation_info(*info)) == *info, "it reads differently after it was written");
  }
  return 0;
}
