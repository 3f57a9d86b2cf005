// SPDX-License-Identifier: Apache-2.0
// Chance from the kernel, for GUIDs. Any thread.
#pragma once

#include "base/clock.hpp"
#include "base/guid.hpp"

namespace tributary::dsa {

class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> octets) override;
};

/// A random GUID (RFC 4122 version 4).
[[nodiscard]] Guid random_guid();

}  // namespace tributary::dsa
