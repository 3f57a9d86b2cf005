// SPDX-License-Identifier: Apache-2.0
// Time and chance as parameters. The values and engine planes never ask the machine for either;
// the edge implements these two with the real thing, tests and the simulator with their own.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "base/ds_time.hpp"

namespace tributary {

/// Monotonic time, for deadlines. Only differences have a meaning.
using MonoTime = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual MonoTime monotonic() const = 0;
  [[nodiscard]] virtual FileTime wall() const = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> octets) = 0;
};

}  // namespace tributary
