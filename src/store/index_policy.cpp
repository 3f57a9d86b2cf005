// SPDX-License-Identifier: Apache-2.0
// See index_policy.hpp.
#include "store/index_policy.hpp"

#include <algorithm>

namespace tributary::store {

void default_rdn_form(std::string_view rdn, Bytes& out) {
  out.resize(rdn.size());
  std::transform(rdn.begin(), rdn.end(), out.begin(), [](char c) {
    return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  });
}

}  // namespace tributary::store
