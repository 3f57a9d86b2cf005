// SPDX-License-Identifier: Apache-2.0
// Which bug is planted in an engine that was compiled for it. Knows no rule.
#pragma once

#include <cstdint>

namespace tributary::sim {

enum class Bug : std::uint8_t { kNone, kStamp, kCursor, kLink, kConflict };
[[nodiscard]] Bug planted_bug() noexcept;

}  // namespace tributary::sim
