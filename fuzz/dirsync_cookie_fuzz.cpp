// SPDX-License-Identifier: Apache-2.0
// Fuzzes the cookies of DirSync, which clients bring back: what was accepted says the same when it is written again.
#include <cstddef>
#include <cstdint>

#include "must_hold.hpp"
#include "service/ldap/changes/dirsync_cookie.hpp"

using namespace tributary::service::ldap_face;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto cookie = decode_dirsync_cookie({data, size});
  if (!cookie) return 0;
  // Times of a vector's cursors are not in the form that is written.
  const auto again = decode_dirsync_cookie(encode_dirsync_cookie(*cookie));
  must_hold(again.has_value(), "what was written cannot be read");
  must_hold(again->usn == cookie->usn && again->source == cookie->source && again->created == cookie->created, "the position differs");
  must_hold(again->up_to_dateness_vector.size() == cookie->up_to_dateness_vector.size(), "the vector differs");
  return 0;
}
