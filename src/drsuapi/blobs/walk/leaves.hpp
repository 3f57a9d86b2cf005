// SPDX-License-Identifier: Apache-2.0
// The leaves that only blobs have, as values: numbers whose bits or choices have names, and texts that are found through an offset. Structures
// hold them; how they are read, written and shown is in walk/atom.hpp and walk/referents.hpp, which only those include who do it.
#pragma once

#include <boost/json/fwd.hpp>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace tributary::drsuapi::blobs {

namespace json = boost::json;

/// A value and its name: a bit of a set, or one choice of an enumeration.
struct Named {
  std::uint32_t value = 0;
  std::string_view name;
};

/// A DWORD of flags whose names are in Table (an array of Named).
template <const auto& Table>
struct Bits {
  std::uint32_t value = 0;
  friend constexpr bool operator==(const Bits&, const Bits&) = default;
};
/// An integer that is one of the names in Table.
template <const auto& Table, std::unsigned_integral U = std::uint32_t>
struct Choice {
  U value = 0;
  friend constexpr bool operator==(const Choice&, const Choice&) = default;
};

/// A 32-bit integer in network order (schemaInfo has one).
struct BigEndian32 {
  std::uint32_t value = 0;
  friend constexpr bool operator==(const BigEndian32&, const BigEndian32&) = default;
};

/// A text or buffer behind the structure.
struct Referent {
  enum class Kind : std::uint8_t {
    kWide,     ///< UTF-16LE with a terminator
    kAnyText,  ///< UTF-16LE or UTF-8 with a terminator: writers differ, and reading makes it kWide or kNarrow
    kNarrow,   ///< UTF-8 with a terminator
    kOctets,   ///< a buffer with its length beside the offset
    kGuid,
  };
  Kind kind = Kind::kWide;
  bool present = false;
  std::uint32_t offset = 0;  ///< 0 while present: to be placed
  Bytes octets{};            ///< without the terminator

  /// The text for people; empty when there is none.
  [[nodiscard]] std::string text() const;
  /// Makes it a text without a place. kNarrow stays narrow.
  void set_text(std::string_view utf8);
  void set_octets(ByteView view);
  [[nodiscard]] Bytes stored() const;  ///< with the terminator
  friend bool operator==(const Referent&, const Referent&) = default;
};

}  // namespace tributary::drsuapi::blobs
