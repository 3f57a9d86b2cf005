// SPDX-License-Identifier: Apache-2.0
// The simulator's only source of chance: a generator that is seeded once, and split by purpose so that one more die thrown for the network
// does not change what the workload does. The same seed gives the same numbers on every machine. No security rests on them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/guid.hpp"
#include "topology/chance.hpp"

namespace tributary::sim {

class Chance final : public Random {
 public:
  explicit Chance(std::uint64_t seed) noexcept : state_(topology::mix(seed)) {}
  /// A generator for one purpose; what is drawn from it moves no other.
  [[nodiscard]] Chance split(std::string_view purpose, std::uint64_t number = 0) const noexcept {
    std::uint64_t seed = state_ ^ topology::mix(number + 1);
    for (const char c : purpose) seed = topology::mix(seed ^ static_cast<unsigned char>(c));
    return Chance(seed);
  }

  [[nodiscard]] std::uint64_t next() noexcept { return topology::mix(state_ += 0x9E3779B97F4A7C15u); }
  /// Below `limit`, which is not zero. The bias of the remainder is far below what any run could show.
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) noexcept { return next() % limit; }
  /// Both ends are possible.
  [[nodiscard]] std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  [[nodiscard]] bool per_mille(std::uint32_t rate) noexcept { return below(1000) < rate; }
  template <class Container>
  [[nodiscard]] auto& pick(Container& from) noexcept {
    return from[below(from.size())];
  }
  void fill(std::span<std::uint8_t> octets) override {
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(next() >> 56);
  }
  [[nodiscard]] Guid guid() noexcept { return topology::Chance(next()).guid(); }

 private:
  std::uint64_t state_;
};

}  // namespace tributary::sim
