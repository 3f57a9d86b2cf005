// SPDX-License-Identifier: Apache-2.0
// Reading and writing DER items. Input comes from the network: every length is compared with the octets that are left.
#include "security/der.hpp"

#include "base/assert.hpp"

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

Bytes der_item(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  TRIBUTARY_ASSERT(size < std::size_t{1} << 24);
  Bytes item{tag};
  if (size < 0x80) {
    item.push_back(static_cast<std::uint8_t>(size));
  } else {
    const int octets = size < 0x100 ? 1 : size < 0x10000 ? 2 : 3;
    item.push_back(static_cast<std::uint8_t>(0x80 | octets));
    for (int i = octets - 1; i >= 0; --i) item.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
  }
  for (const ByteView part : parts) item.insert(item.end(), part.begin(), part.end());
  return item;
}

}  // namespace tributary::security
