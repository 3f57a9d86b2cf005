// SPDX-License-Identifier: Apache-2.0
// When periodic replication begins: REPLTIMES ([MS-DRSR] 5.165) as a week of 672 quarters of an hour, and its conversion to and
// from the SCHEDULE of connections ([MS-ADTS] 6.1.4.5.2). The week begins on Sunday at 0 h UTC. Pure; the time is an argument.
#pragma once

#include <optional>

#include "base/ds_time.hpp"
#include "base/error.hpp"
#include "drsuapi/blobs/schedule.hpp"
#include "drsuapi/types.hpp"

namespace tributary::repl {

inline constexpr std::int64_t kSlotSeconds = 15 * 60;
inline constexpr std::size_t kSlotsPerWeek = 7 * 24 * 4;
inline constexpr std::int64_t kWeekSeconds = kSlotSeconds * static_cast<std::int64_t>(kSlotsPerWeek);

class Schedule {
 public:
  Schedule() = default;  ///< never
  explicit Schedule(const drsuapi::REPLTIMES& times) : times_(times) {}
  [[nodiscard]] static Schedule always();
  [[nodiscard]] const drsuapi::REPLTIMES& times() const noexcept { return times_; }

  /// `slot` counts from Sunday 0 h UTC and is less than kSlotsPerWeek. The most significant bit of an octet is the earliest quarter.
  [[nodiscard]] bool is_set(std::size_t slot) const noexcept { return (times_.rgTimes[slot / 8] >> (7 - slot % 8) & 1) != 0; }
  void set(std::size_t slot, bool on = true) noexcept;
  [[nodiscard]] bool is_never() const noexcept { return *this == Schedule(); }

  /// Whether the quarter of an hour that `now` lies in is one of the schedule's.
  [[nodiscard]] bool is_open(DsTime now) const noexcept;
  /// Whether one of the schedule's quarters begins after `after` and not after `until`: however long ago `after` is, the answer
  /// is one cycle or none. False when time went backwards.
  [[nodiscard]] bool is_due(DsTime after, DsTime until) const noexcept;
  /// The beginning of the schedule's first quarter that begins after `after`; nothing when it never does.
  [[nodiscard]] std::optional<DsTime> next_due(DsTime after) const noexcept;

  friend bool operator==(const Schedule&, const Schedule&) = default;

 private:
  drsuapi::REPLTIMES times_;
};

/// The quarter of the week that a time lies in.
[[nodiscard]] std::size_t slot_of(DsTime time) noexcept;

/// The schedule of a connection as that of the repsFrom value which it implies ([MS-ADTS] 6.2.2.5). kErrorInvalidData when it has
/// no schedule of the type that speaks of intervals.
[[nodiscard]] Result<Schedule> schedule_from_connection(const drsuapi::blobs::SCHEDULE& schedule);
/// The reverse: one schedule, at offset 20, as [MS-ADTS] 6.2.2.3.3 makes them.
[[nodiscard]] drsuapi::blobs::SCHEDULE schedule_to_connection(const Schedule& schedule);

}  // namespace tributary::repl
