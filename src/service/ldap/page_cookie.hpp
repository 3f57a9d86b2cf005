// SPDX-License-Identifier: Apache-2.0
// The cookie of paged results (RFC 2696; [MS-ADTS] 3.1.1.3.4.1.1): where the next page begins, and whose request it belongs to. Nothing is
// kept at the server: any number of paged searches cost no memory and survive a restart. What a client changes in a cookie moves its own
// position and no more, since every object is judged anew.
#pragma once

#include <cstdint>
#include <optional>

#include "ldap/protocol/message.hpp"
#include "service/dsa.hpp"

namespace tributary::service::ldap_face {

struct PageCookie {
  enum class Order : std::uint8_t { kList = 1, kScan = 2, kSorted = 3 };
  Order order{};
  std::uint64_t digest = 0;     ///< of the request and of the caller
  std::uint64_t position = 0;   ///< kList: the last DNT; kSorted: how many went before
  ObjectGuid guid{};            ///< kScan: the next one
};
[[nodiscard]] Bytes encode_cookie(const PageCookie& cookie);
[[nodiscard]] std::optional<PageCookie> decode_cookie(ByteView octets);

/// Of everything in a request that decides what is found and in which order, and of who asks.
[[nodiscard]] std::uint64_t request_digest(const ldap::SearchRequest& request, const Caller& caller);

}  // namespace tributary::service::ldap_face
