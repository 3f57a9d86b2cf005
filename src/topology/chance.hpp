// SPDX-License-Identifier: Apache-2.0
// Chance as a function: where [MS-ADTS] 6.2.2.2 and 6.2.2.3.4.4 say "random", the number comes from the run's seed and from the
// GUIDs that the choice is about. So a choice does not depend on how many were made before it, and a DSA can foresee what
// another one that has the same seed will choose. No security rests on these numbers. Must never know the time by itself.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "base/bytes.hpp"
#include "base/guid.hpp"

namespace tributary::topology {

/// The finalizer of a 64-bit hash: every bit of the input moves every bit of the result.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9u;
  value = (value ^ value >> 27) * 0x94D049BB133111EBu;
  return value ^ value >> 31;
}

class Chance {
 public:
  explicit constexpr Chance(std::uint64_t seed) noexcept : state_(mix(seed)) {}
  /// The same chance in a narrower matter.
  [[nodiscard]] constexpr Chance of(std::uint64_t number) const noexcept { return Chance(state_ ^ mix(number + 1)); }
  [[nodiscard]] constexpr Chance of(const Guid& guid) const noexcept {
    return of(load_le<std::uint64_t>(guid.octets.data())).of(load_le<std::uint64_t>(guid.octets.data() + 8));
  }
  template <class Tag>
  [[nodiscard]] constexpr Chance of(const StrongGuid<Tag>& guid) const noexcept {
    return of(guid.value);
  }
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return state_; }
  /// A GUID of version 4 ([RFC 4122] 4.4).
  [[nodiscard]] constexpr Guid guid() const noexcept {
    Guid guid;
    store_le(guid.octets.data(), state_);
    store_le(guid.octets.data() + 8, mix(state_));
    guid.octets[7] = static_cast<std::uint8_t>((guid.octets[7] & 0x0F) | 0x40);
    guid.octets[8] = static_cast<std::uint8_t>((guid.octets[8] & 0x3F) | 0x80);
    return guid;
  }

 private:
  std::uint64_t state_;
};

}  // namespace tributary::topology
