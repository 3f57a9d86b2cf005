// SPDX-License-Identifier: Apache-2.0
// GUIDs ([MS-DTYP] 2.3.4) and the kinds of them that must not be confused: a DSA's objectGUID, an invocationId, an object's GUID.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary {

/// Sixteen octets in the packet representation of [MS-DTYP] 2.3.4.2 (first three fields little-endian),
/// which is also how they stand in a directory attribute and in every blob.
struct Guid {
  std::array<std::uint8_t, 16> octets{};

  [[nodiscard]] constexpr bool is_null() const noexcept { return *this == Guid{}; }
  /// Order of the octets: for containers; it is not the order in which Windows sorts GUIDs.
  friend constexpr auto operator<=>(const Guid&, const Guid&) = default;
};

/// "e3514235-4b06-11d1-ab04-00c04fc2dcd2": lower case, no braces.
[[nodiscard]] std::string to_string(const Guid& guid);
/// Accepts either case, with or without braces. kErrorInvalidParameter otherwise.
[[nodiscard]] Result<Guid> parse_guid(std::string_view text);
/// From exactly 16 octets. kErrorInvalidData for any other length.
[[nodiscard]] Result<Guid> guid_from_bytes(ByteView octets);

/// A GUID literal in text form; a wrong literal does not compile.
consteval Guid operator""_guid(const char* text, std::size_t length) {
  if (length != 36) throw "a GUID has 36 characters";
  constexpr int order[] = {6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34};
  auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    throw "not a hex digit";
  };
  Guid guid;
  for (std::size_t i = 0; i < 16; ++i)
    guid.octets[i] = static_cast<std::uint8_t>(digit(text[order[i]]) * 16 + digit(text[order[i] + 1]));
  return guid;
}

/// A Guid that says what it names. Different tags do not convert into each other.
template <class Tag>
struct StrongGuid {
  Guid value{};
  [[nodiscard]] constexpr bool is_null() const noexcept { return value.is_null(); }
  friend constexpr auto operator<=>(const StrongGuid&, const StrongGuid&) = default;
};
template <class Tag>
[[nodiscard]] std::string to_string(const StrongGuid<Tag>& guid) {
  return to_string(guid.value);
}

using DsaGuid = StrongGuid<struct DsaGuidTag>;            ///< objectGUID of an nTDSDSA object
using InvocationId = StrongGuid<struct InvocationIdTag>;  ///< one incarnation of a DSA's database
using ObjectGuid = StrongGuid<struct ObjectGuidTag>;      ///< objectGUID of any object

}  // namespace tributary

template <>
struct std::hash<tributary::Guid> {
  std::size_t operator()(const tributary::Guid& guid) const noexcept {
    return static_cast<std::size_t>(tributary::load_le<std::uint64_t>(guid.octets.data()) ^
                                    (tributary::load_le<std::uint64_t>(guid.octets.data() + 8) * 0x9E3779B97F4A7C15u));
  }
};
template <class Tag>
struct std::hash<tributary::StrongGuid<Tag>> {
  std::size_t operator()(const tributary::StrongGuid<Tag>& guid) const noexcept {
    return std::hash<tributary::Guid>{}(guid.value);
  }
};
