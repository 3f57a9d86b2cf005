// SPDX-License-Identifier: Apache-2.0
// Octets: owned, viewed, as hex and as base64 (RFC 4648); little-endian loads and stores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <bit>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline Bytes to_bytes(ByteView view) { return Bytes(view.begin(), view.end()); }
/// The octets of a text, as a view that lives as long as the text.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Lower-case hex without separators.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// Hex in either case; white space between octets is skipped. kErrorInvalidData otherwise.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);
/// RFC 4648 section 4, padded, one line.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// White space is skipped; padding must be there and the bits under it zero. kErrorInvalidData otherwise.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

/// Loads and stores at unaligned addresses. The caller has checked the bounds.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T load_le(const std::uint8_t* at) noexcept {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | (static_cast<T>(at[i]) << (8 * i)));
  return value;
}
template <std::unsigned_integral T>
[[nodiscard]] constexpr T load_be(const std::uint8_t* at) noexcept {
  return std::byteswap(load_le<T>(at));
}
template <std::unsigned_integral T>
constexpr void store_le(std::uint8_t* at, T value) noexcept {
  for (std::size_t i = 0; i < sizeof(T); ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}
template <std::unsigned_integral T>
constexpr void store_be(std::uint8_t* at, T value) noexcept {
  store_le<T>(at, std::byteswap(value));
}

}  // namespace tributary
