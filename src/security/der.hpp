// SPDX-License-Identifier: Apache-2.0
// Just enough DER (X.690 section 8.1 and 10.1) for small messages that the Kerberos library hands over undecoded, and for SPNEGO:
// definite lengths, one-octet tags, no copy when reading. Every other ASN.1 of Kerberos stays with the library.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "base/bytes.hpp"

namespace tributary::security {

inline constexpr std::uint8_t kDerInteger = 0x02;
inline constexpr std::uint8_t kDerOctetString = 0x04;
inline constexpr std::uint8_t kDerObjectIdentifier = 0x06;
inline constexpr std::uint8_t kDerEnumerated = 0x0A;
inline constexpr std::uint8_t kDerSequence = 0x30;
/// The tag of a constructed, context-specific field [n], n < 31.
constexpr std::uint8_t der_field(unsigned n) { return static_cast<std::uint8_t>(0xA0 | n); }

struct DerItem {
  std::uint8_t tag = 0;
  ByteView value;  ///< inside the buffer that was read
};

/// Takes one item off the front of `rest`; nullopt, and `rest` is untouched, when there is no whole one.
[[nodiscard]] std::optional<DerItem> take_der(ByteView& rest) noexcept;
/// The value of the item that fills `bytes` entirely and has this tag.
[[nodiscard]] std::optional<ByteView> only_der(ByteView bytes, std::uint8_t tag) noexcept;

/// The value of the first item with this tag among those that `items` begins with.
[[nodiscard]] std::optional<ByteView> find_der(ByteView items, std::uint8_t tag) noexcept;

/// One item: the parts, one behind the other, are its value. They have less than 2^24 octets together.
[[nodiscard]] Bytes der_item(std::uint8_t tag, std::initializer_list<ByteView> parts);

}  // namespace tributary::security
