// SPDX-License-Identifier: Apache-2.0
// RepsFrom and RepsTo ([MS-DRSR] 5.172, 5.173): the sources and the notified partners of an NC replica, to and from their stored form
// (5.170, 5.171), and what a cycle does to them (4.1.10.6.15). What administrators and partners do to them is reps_rules.hpp.
// Pure: values in, values out; the time is an argument. Must never know how a value is stored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/win32.hpp"
#include "drsuapi/blobs/reps.hpp"
#include "drsuapi/constants.hpp"
#include "repl/state/schedule.hpp"
#include "repl/state/stamps.hpp"

namespace tributary::repl {

/// The stored value that an abstract one was read from: what nobody understands in it is written back. No part of its meaning, and
/// so of no comparison.
template <class Stored>
struct AsRead {
  std::optional<Stored> value;
  friend bool operator==(const AsRead&, const AsRead&) { return true; }
};

/// 5.172. At most one for each source in the repsFrom of an NC replica.
struct RepsFrom {
  std::string na_dsa;             ///< NetworkAddress of the source, UTF-8
  DsaGuid uuid_dsa;               ///< null until it is known: an address alone was given
  std::uint32_t options = 0;      ///< DRS_OPTIONS: ulReplicaFlags
  Schedule schedule;              ///< counts when options has DRS_PER_SYNC
  InvocationId uuid_invoc_id;     ///< of the source, as its last reply told
  drsuapi::USN_VECTOR usn_vec;    ///< usnvecTo of the last reply that was applied, or zero
  Guid uuid_transport;
  std::uint32_t consecutive_failures = 0;
  DsTime time_last_success;
  DsTime time_last_attempt;
  Win32 result_last_attempt{};
  std::vector<drsuapi::ATTRTYP> pas_data;  ///< attributes that a growing partial replica asks this source for
  AsRead<drsuapi::blobs::REPS_FROM> stored;

  [[nodiscard]] bool has(std::uint32_t flags) const noexcept { return (options & flags) == flags; }
  friend bool operator==(const RepsFrom&, const RepsFrom&) = default;
};

/// 5.173. At most one for each partner in the repsTo of an NC replica.
struct RepsTo {
  std::string na_dsa;
  DsaGuid uuid_dsa;
  std::uint32_t options = 0;  ///< DRS_OPTIONS: DRS_WRIT_REP and those that are kept
  Win32 result_last_attempt{};
  std::uint32_t consecutive_failures = 0;
  DsTime time_last_attempt;
  DsTime time_last_success;
  AsRead<drsuapi::blobs::REPS_TO> stored;

  [[nodiscard]] bool has(std::uint32_t flags) const noexcept { return (options & flags) == flags; }
  friend bool operator==(const RepsTo&, const RepsTo&) = default;
};

/// The flags of a RepsFrom that tell of the replica's own progress; nobody else sets or clears them.
inline constexpr std::uint32_t kRepsFromStateFlags =
    drsuapi::DRS_NEVER_SYNCED | drsuapi::DRS_FULL_SYNC_IN_PROGRESS | drsuapi::DRS_FULL_SYNC_PACKET | drsuapi::DRS_PREEMPTED;

/// Conversions of 5.172 and 5.173. A value that was read is written with every octet that is not understood, in its own version and
/// with its own kind of head; a new one in version 2. kErrorInvalidData.
[[nodiscard]] RepsFrom reps_from_from_concrete(const drsuapi::blobs::REPS_FROM& concrete);
[[nodiscard]] RepsTo reps_to_from_concrete(const drsuapi::blobs::REPS_TO& concrete);
[[nodiscard]] drsuapi::blobs::REPS_FROM reps_from_to_concrete(const RepsFrom& value);
[[nodiscard]] drsuapi::blobs::REPS_TO reps_to_to_concrete(const RepsTo& value);
[[nodiscard]] Result<RepsFrom> decode_reps_from(ByteView octets);
[[nodiscard]] Result<RepsTo> decode_reps_to(ByteView octets);
[[nodiscard]] Result<Bytes> encode_reps_from(const RepsFrom& value);
[[nodiscard]] Result<Bytes> encode_reps_to(const RepsTo& value);

// --- What happens to a RepsFrom in the life of a source -------------------------------------------------------------------------

/// A source that was never replicated from: DRS_NEVER_SYNCED, and `now` as the time of the last attempt (4.1.19.2).
[[nodiscard]] RepsFrom new_source(std::string na_dsa, DsaGuid uuid_dsa, std::uint32_t options, const Schedule& schedule, DsTime now);

/// A cycle begins that fetches everything again: the cursor is forgotten, and DRS_FULL_SYNC_IN_PROGRESS stays set until a cycle ends,
/// whatever interrupts it.
void begin_full_sync(RepsFrom& source);

/// 4.1.10.6.15, after a reply was applied: `invocation` and `usn_to` are the reply's uuidInvocIdSrc and usnvecTo.
void after_reply(RepsFrom& source, const InvocationId& invocation, const drsuapi::USN_VECTOR& usn_to, DsTime now);
/// When that reply was the cycle's last: nothing is in progress any more, and attributes that were asked for are here.
void after_cycle(RepsFrom& source);
/// 4.1.10.6.15, after a reply could not be had or not be applied. `result` is not zero.
void after_failure(RepsFrom& source, Win32 result, DsTime now);
/// The cycle gave way to a more important one: DRS_PREEMPTED and ERROR_DS_DRA_PREEMPTED, which is not counted as a failure. It goes on
/// from usn_vec.
void after_preemption(RepsFrom& source, DsTime now);

// --- What happens to a RepsTo ---------------------------------------------------------------------------------------------------

/// [MS-ADTS] 3.1.1.5.1.6, duration U: results of notifications are written down no more often than this.
inline constexpr std::int64_t kNotificationRecordSeconds = 3600;

/// [MS-ADTS] 3.1.1.5.1.6, after a notification was answered. False: nothing changed that is worth a write.
/// DEVIATION: a result that differs from the recorded one is always written, so that a failure is not hidden for an hour.
[[nodiscard]] bool after_notification(RepsTo& partner, Win32 result, DsTime now);

}  // namespace tributary::repl
