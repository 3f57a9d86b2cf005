// SPDX-License-Identifier: Apache-2.0
// See page_cookie.hpp.
#include "service/ldap/page_cookie.hpp"

#include <algorithm>

namespace tributary::service::ldap_face {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kOctets = 2 + 8 + 8 + 16;

/// FNV-1a: tells requests of an honest client apart.
class Sum {
 public:
  void add(ByteView octets) {
    add(octets.size());
    for (const auto octet : octets) step(octet);
  }
  void add(std::string_view text) { add(as_bytes(text)); }
  void add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) step(static_cast<std::uint8_t>(number >> shift));
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return sum_; }

 private:
  void step(std::uint8_t octet) noexcept { sum_ = (sum_ ^ octet) * 0x100000001B3u; }
  std::uint64_t sum_ = 0xCBF29CE484222325u;
};

}  // namespace

Bytes encode_cookie(const PageCookie& cookie) {
  Bytes octets(kOctets);
  octets[0] = kVersion;
  octets[1] = static_cast<std::uint8_t>(cookie.order);
  store_le(octets.data() + 2, cookie.digest);
  store_le(octets.data() + 10, cookie.position);
  std::ranges::copy(cookie.guid.value.octets, octets.begin() + 18);
  return octets;
}

std::optional<PageCookie> decode_cookie(ByteView octets) {
  if (octets.size() != kOctets || octets[0] != kVersion || octets[1] < 1 || octets[1] > 3) return std::nullopt;
  PageCookie cookie{static_cast<PageCookie::Order>(octets[1]), load_le<std::uint64_t>(octets.data() + 2), load_le<std::uint64_t>(octets.data() + 10), {}};
  std::copy_n(octets.begin() + 18, 16, cookie.guid.value.octets.begin());
  return cookie;
}

std::uint64_t request_digest(const ldap::SearchRequest& request, const Caller& caller) {
  Sum sum;
  sum.add(request.base);
  sum.add(static_cast<std::uint64_t>(request.scope));
  for (const auto& node : request.filter.nodes) {
    sum.add(static_cast<std::uint64_t>(node.kind));
    sum.add(node.end);
    sum.add(node.attribute);
    sum.add(node.value);
    sum.add(node.matching_rule);
  }
  for (const auto& piece : request.filter.substrings) {
    sum.add(static_cast<std::uint64_t>(piece.place));
    sum.add(piece.value);
  }
  sum.add(encode_sid(caller.token.user));
  return sum.value();
}

}  // namespace tributary::service::ldap_face
