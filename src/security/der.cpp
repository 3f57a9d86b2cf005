// SPDX-License-Identifier: Apache-2.0
// Reading DER items. Input comes from the network: every length is compared with the octets that are left.
#include "security/der.hpp"

namespace tributary::security {

std::optional<DerItem> take_der(ByteView& rest) noexcept {
  constexpr std::size_t kLengthOctetsMax = 4;
  if (rest.size() < 2) return std::nullopt;
  const std::uint8_t tag = rest[0];
  if ((tag & 0x1F) == 0x1F) return std::nullopt;  // tags of several octets occur in neither message
  std::size_t length = rest[1];
  std::size_t header = 2;
  if (length & 0x80) {
    const std::size_t octets = length & 0x7F;
    if (octets == 0 || octets > kLengthOctetsMax || rest.size() - header < octets) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = (length << 8) | rest[header + i];
    header += octets;
  }
  if (rest.size() - header < length) return std::nullopt;
  const DerItem item{tag, rest.subspan(header, length)};
  rest = rest.subspan(header + length);
  return item;
}

std::optional<ByteView> only_der(ByteView bytes, std::uint8_t tag) noexcept {
  const auto item = take_der(bytes);
  if (!item || item->tag != tag || !bytes.empty()) return std::nullopt;
  return item->value;
}

std::optional<ByteView> find_der(ByteView items, std::uint8_t tag) noexcept {
  while (const auto item = take_der(items)) {
    if (item->tag == tag) return item->value;
  }
  return std::nullopt;
}

}  // namespace tributary::security
