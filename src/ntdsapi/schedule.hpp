// SPDX-License-Identifier: Apache-2.0
// From the SCHEDULE of C programs ([MS-ADTS] 6.1.4.5.2: a byte for each hour of the week, its quarters in the low four bits, the first
// quarter highest) to REPLTIMES of the wire ([MS-DRSR] 5.165: a byte for two hours, the first quarter highest).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "base/error.hpp"
#include "base/win32.hpp"
#include "tributary/wintypes.h"

namespace tributary::ntdsapi {

/// Null is nullopt. kErrorInvalidParameter when sizes and offsets do not agree or there is no interval schedule.
[[nodiscard]] inline Result<std::optional<std::array<std::uint8_t, 84>>> schedule_times(const SCHEDULE* schedule) {
  constexpr ULONG kSchedulesMax = 3;  // the kinds there are
  constexpr std::size_t kHeader = offsetof(SCHEDULE, Schedules);
  if (schedule == nullptr) return std::nullopt;
  const auto malformed = [](const char* why) { return fail(win32::kErrorInvalidParameter, why); };
  const ULONG count = schedule->NumberOfSchedules;
  if (count == 0 || count > kSchedulesMax) return malformed("the schedule has no parts or too many");
  const std::size_t headers_end = kHeader + count * sizeof(SCHEDULE_HEADER);
  if (schedule->Size < headers_end + SCHEDULE_DATA_ENTRIES) return malformed("the schedule is smaller than its parts");
  const auto* octets = reinterpret_cast<const std::uint8_t*>(schedule);
  for (ULONG i = 0; i < count; ++i) {
    SCHEDULE_HEADER header;
    std::memcpy(&header, octets + kHeader + i * sizeof header, sizeof header);
    if (header.Type != SCHEDULE_INTERVAL) continue;
    if (header.Offset < headers_end || header.Offset > schedule->Size - SCHEDULE_DATA_ENTRIES) return malformed("the schedule's data lie outside of it");
    std::array<std::uint8_t, 84> times{};
    const std::uint8_t* hours = octets + header.Offset;
    for (std::size_t pair = 0; pair < times.size(); ++pair)
      times[pair] = static_cast<std::uint8_t>((hours[2 * pair] & 0xF) << 4 | (hours[2 * pair + 1] & 0xF));
    return times;
  }
  return malformed("the schedule has no intervals");
}

}  // namespace tributary::ntdsapi
