// SPDX-License-Identifier: Apache-2.0
// Every limit and delay of the replication queue, with its reason. docs/decisions/0041-replication-queue.md tells how they work together.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace tributary::repl {

/// Operations that wait. A DSA with 50 NCs of 10 sources each has 500 at most of its own; the code beyond is ERROR_DS_DRA_BUSY.
inline constexpr std::size_t kPendingMax = 1000;
/// Of these, places that only this DSA's own work may take: periodic and initial syncs are never crowded out.
inline constexpr std::size_t kPendingReserved = 250;
/// Calls that wait and asynchronous operations that are pending, of one caller. repadmin and the KCC have a handful.
inline constexpr std::size_t kPlacesPerCallerMax = 64;
/// Cycles at a time, and one for each source and for each NC: the store has one writer, and a source has one disk.
inline constexpr std::size_t kRunningCyclesMax = 4;
/// Changes of references at a time.
inline constexpr std::size_t kRunningLocalMax = 4;
/// How often an operation gives way to what is not urgent, and how often it may say so unasked, before it stays until its end.
inline constexpr std::uint32_t kPreemptionsMax = 10;

/// After a failure this DSA tries again by itself: 30 s, 1 min, 2 min ... 30 min.
inline constexpr MonoTime kBackoffFirst = std::chrono::seconds(30);
inline constexpr MonoTime kBackoffMax = std::chrono::minutes(30);
/// How often a cycle that a notification asked for is retried outside the schedule, before the next notification or quarter.
inline constexpr std::uint32_t kNotifiedRetriesMax = 8;

/// [MS-ADTS] 3.1.1.5.1.6: the delays of notifications where the crossRef says nothing.
inline constexpr std::int64_t kNotifyFirstDefaultSeconds = 15;
inline constexpr std::int64_t kNotifySubsequentDefaultSeconds = 3;
/// A delay that is longer is a mistake in the directory.
inline constexpr std::int64_t kNotifyDelaySecondsMax = 24 * 3600;
/// Notifications that wait for their answer.
inline constexpr std::size_t kNotificationsInFlightMax = 32;
/// An answer that takes longer does not come.
inline constexpr MonoTime kNotificationAnswerMax = std::chrono::minutes(2);

[[nodiscard]] constexpr MonoTime backoff_after(std::uint32_t failures) noexcept {
  MonoTime delay = kBackoffFirst;
  for (std::uint32_t i = 1; i < failures && delay < kBackoffMax; ++i) delay *= 2;
  return delay < kBackoffMax ? delay : kBackoffMax;
}

}  // namespace tributary::repl
