// SPDX-License-Identifier: Apache-2.0
// See named_value.hpp.
#include "client/named_value.hpp"

#include <algorithm>

#include "base/utf.hpp"

namespace tributary::client {

std::optional<NamedValue> read_named_value(ByteView value) {
  constexpr std::size_t kNameLenAt = 52;
  constexpr std::size_t kStringNameAt = 56;
  if (value.size() < kStringNameAt) return std::nullopt;
  const std::size_t struct_len = load_le<std::uint32_t>(value.data());
  const std::size_t name_len = load_le<std::uint32_t>(value.data() + kNameLenAt);
  if (struct_len > value.size() || name_len > (value.size() - kStringNameAt) / 2) return std::nullopt;
  std::u16string name(name_len, u'\0');
  for (std::size_t i = 0; i < name_len; ++i) name[i] = static_cast<char16_t>(load_le<std::uint16_t>(value.data() + kStringNameAt + 2 * i));
  const std::size_t end = std::max(struct_len, kStringNameAt + 2 * name_len);
  return NamedValue{to_utf8_lossy(name), to_bytes(value.subspan(std::min((end + 3) / 4 * 4, value.size())))};
}

}  // namespace tributary::client
