// SPDX-License-Identifier: Apache-2.0
// See keys.hpp. The hash is SHA-256 because a user may choose what is hashed.
#include "store/format/keys.hpp"

#include <openssl/sha.h>

namespace tributary::store::format {

Key& Key::limited(ByteView view, std::size_t limit) noexcept {
  if (view.size() < limit) return octets(view);
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash;
  SHA256(view.data(), view.size(), hash.data());
  octets(view.first(limit - kHashOctets));
  return octets(ByteView(hash).first(kHashOctets));
}

Key& Key::value_form(ByteView normal_form) {
  const auto zeros = static_cast<std::size_t>(std::count(normal_form.begin(), normal_form.end(), std::uint8_t{0}));
  if (normal_form.size() + zeros + 2 < kValueFormMax) {
    for (const std::uint8_t octet : normal_form) {
      octets_[size_++] = octet;
      if (octet == 0) octets_[size_++] = 0xFF;
    }
    octets_[size_++] = 0;
    octets_[size_++] = 1;
    return *this;
  }
  Bytes escaped;
  escaped.reserve(normal_form.size() + zeros + 2);
  for (const std::uint8_t octet : normal_form) {
    escaped.push_back(octet);
    if (octet == 0) escaped.push_back(0xFF);
  }
  escaped.push_back(0);
  escaped.push_back(1);
  return limited(escaped, kValueFormMax);
}

Key backlink_key(ByteView link) noexcept {
  return Key().octets(link.subspan(12, 8)).octets(link.subspan(8, 4)).octets(link.first(8)).octets(link.subspan(kLinkKeyFixed));
}

std::optional<LinkKeyParts> split_link_key(ByteView key) noexcept {
  if (key.size() < kLinkKeyFixed || key.size() > kLinkKeyFixed + kDataFormMax) return std::nullopt;
  return LinkKeyParts{load_dnt_be(key.data()), Attid{load_be<std::uint32_t>(key.data() + 8)}, load_dnt_be(key.data() + 12),
                      key.subspan(kLinkKeyFixed)};
}

std::optional<Key> link_key_of_backlink(ByteView key) noexcept {
  if (key.size() < kLinkKeyFixed || key.size() > kLinkKeyFixed + kDataFormMax) return std::nullopt;
  return Key().octets(key.subspan(12, 8)).octets(key.subspan(8, 4)).octets(key.first(8)).octets(key.subspan(kLinkKeyFixed));
}

}  // namespace tributary::store::format
