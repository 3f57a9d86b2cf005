// SPDX-License-Identifier: Apache-2.0
// SCHEDULE and SCHEDULE_HEADER ([MS-ADTS] 6.1.4.5): the attribute schedule of connections, site links and sites.
// Offsets count from the start of the structure, as the values of domain controllers and the example in [MS-DRSR] 4.1.29.4.1
// have it (20 for the one schedule); the prose of 6.1.4.5.1 says "into the Data field".
#pragma once

#include <vector>

#include "drsuapi/blobs/walk/json_walk.hpp"
#include "drsuapi/blobs/walk/packed.hpp"

namespace tributary::drsuapi::blobs {

/// One is all that the section allows; a few more are read.
inline constexpr std::size_t kSchedulesMax = 16;

inline constexpr Named kScheduleTypes[] = {{0, "SCHEDULE_INTERVAL"}, {1, "SCHEDULE_BANDWIDTH"}, {2, "SCHEDULE_PRIORITY"}};

struct SCHEDULE_HEADER {
  Choice<kScheduleTypes> Type;
  std::uint32_t Offset = 0;  ///< 0: placed when encoded
  friend bool operator==(const SCHEDULE_HEADER&, const SCHEDULE_HEADER&) = default;
};
template <class W>
void describe(W& w, SCHEDULE_HEADER& v) {
  w.scalar("Type", v.Type);
  w.scalar("Offset", v.Offset);
}

/// One octet an hour; its low four bits are the quarters.
using ScheduleHours = Week<168>;

struct SCHEDULE {
  std::uint32_t Size = 0;  ///< 0: computed when encoded
  std::uint32_t Bandwidth = 0;
  std::vector<SCHEDULE_HEADER> Schedules;
  std::vector<ScheduleHours> Data;  ///< one for each of Schedules
  std::vector<UnknownOctets> unknown;
  friend bool operator==(const SCHEDULE&, const SCHEDULE&) = default;
};
template <class W>
void describe(W& w, SCHEDULE& v) {
  w.scalar("Size", v.Size);
  w.scalar("Bandwidth", v.Bandwidth);
  w.count("NumberOfSchedules", v.Schedules);
  w.conformant_array("Schedules", v.Schedules);
}

[[nodiscard]] Result<SCHEDULE> decode_schedule(ByteView octets);
[[nodiscard]] Result<Bytes> encode_schedule(const SCHEDULE& value);
[[nodiscard]] json::object to_json(const SCHEDULE& value);
[[nodiscard]] Result<SCHEDULE> schedule_from_json(const json::object& in);

}  // namespace tributary::drsuapi::blobs
