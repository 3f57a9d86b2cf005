// SPDX-License-Identifier: Apache-2.0
// The options of the replication API (DS_REPSYNC_*, DS_REPADD_*, DS_REPDEL_*, DS_REPMOD_*, DS_REPUPD_*, DS_REPL_NBR_*) and the one
// translation between them and DRS_OPTIONS, the bits of the wire ([MS-DRSR] 5.41). They are different numbers, so they are
// different types here. Also the checks that need no DC ([MS-DRSR] 4.1.19, 4.1.20, 4.1.22, 4.1.23, 4.1.26).
// Pure values: no I/O; must never know a connection or a C type.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::client {

/// The bits of the wire. Some have two names, because two methods read them differently.
enum class DrsOptions : std::uint32_t {
  kNone = 0,
  kAsyncOp = drsuapi::DRS_ASYNC_OP,
  kGetchgCheck = drsuapi::DRS_GETCHG_CHECK,
  kUpdateNotification = drsuapi::DRS_UPDATE_NOTIFICATION,
  kAddRef = drsuapi::DRS_ADD_REF,
  kSyncAll = drsuapi::DRS_SYNC_ALL,
  kDelRef = drsuapi::DRS_DEL_REF,
  kWritRep = drsuapi::DRS_WRIT_REP,
  kInitSync = drsuapi::DRS_INIT_SYNC,
  kPerSync = drsuapi::DRS_PER_SYNC,
  kMailRep = drsuapi::DRS_MAIL_REP,
  kAsyncRep = drsuapi::DRS_ASYNC_REP,
  kIgnoreError = drsuapi::DRS_IGNORE_ERROR,
  kTwowaySync = drsuapi::DRS_TWOWAY_SYNC,
  kCriticalOnly = drsuapi::DRS_CRITICAL_ONLY,
  kGetAnc = drsuapi::DRS_GET_ANC,
  kGetNcSize = drsuapi::DRS_GET_NC_SIZE,
  kLocalOnly = drsuapi::DRS_LOCAL_ONLY,
  kNongcRoRep = drsuapi::DRS_NONGC_RO_REP,
  kSyncByname = drsuapi::DRS_SYNC_BYNAME,
  kRefOk = drsuapi::DRS_REF_OK,
  kFullSyncNow = drsuapi::DRS_FULL_SYNC_NOW,
  kNoSource = drsuapi::DRS_NO_SOURCE,
  kFullSyncInProgress = drsuapi::DRS_FULL_SYNC_IN_PROGRESS,
  kFullSyncPacket = drsuapi::DRS_FULL_SYNC_PACKET,
  kSyncRequeue = drsuapi::DRS_SYNC_REQUEUE,
  kSyncUrgent = drsuapi::DRS_SYNC_URGENT,
  kRefGcspn = drsuapi::DRS_REF_GCSPN,
  kNoDiscard = drsuapi::DRS_NO_DISCARD,
  kNeverSynced = drsuapi::DRS_NEVER_SYNCED,
  kSpecialSecretProcessing = drsuapi::DRS_SPECIAL_SECRET_PROCESSING,
  kInitSyncNow = drsuapi::DRS_INIT_SYNC_NOW,
  kPreempted = drsuapi::DRS_PREEMPTED,
  kSyncForced = drsuapi::DRS_SYNC_FORCED,
  kDisableAutoSync = drsuapi::DRS_DISABLE_AUTO_SYNC,
  kDisablePeriodicSync = drsuapi::DRS_DISABLE_PERIODIC_SYNC,
  kUseCompression = drsuapi::DRS_USE_COMPRESSION,
  kNeverNotify = drsuapi::DRS_NEVER_NOTIFY,
  kSyncPas = drsuapi::DRS_SYNC_PAS,
  kGetAllGroupMembership = drsuapi::DRS_GET_ALL_GROUP_MEMBERSHIP,
};

/// What a caller asked for, in the numbers of ntdsapi.h. The names of the bits are in the tables.
enum class RepSyncOptions : std::uint32_t { kNone = 0, kAsynchronousOperation = 0x1, kAllSources = 0x10 };
enum class RepAddOptions : std::uint32_t { kNone = 0, kAsynchronousReplica = 0x20 };
enum class RepDelOptions : std::uint32_t { kNone = 0, kNoSource = 0x20 };
enum class RepModOptions : std::uint32_t { kNone = 0 };
enum class RepUpdOptions : std::uint32_t { kNone = 0, kAddReference = 0x4, kDeleteReference = 0x8 };
/// Which fields DsReplicaModify changes. The wire has the same numbers for these three ([MS-DRSR] 4.1.22.1.2).
enum class RepModFields : std::uint32_t { kNone = 0, kFlags = 0x1, kAddress = 0x2, kSchedule = 0x4 };
/// The flags of a neighbour (a repsFrom value) as the API shows them.
enum class NeighborFlags : std::uint32_t { kNone = 0 };

template <class Flags>
  requires std::is_enum_v<Flags>
[[nodiscard]] constexpr bool has(Flags flags, Flags bit) noexcept {
  return (static_cast<std::uint32_t>(flags) & static_cast<std::uint32_t>(bit)) == static_cast<std::uint32_t>(bit);
}
template <class Flags>
  requires std::is_enum_v<Flags>
[[nodiscard]] constexpr Flags with(Flags a, Flags b) noexcept {
  return static_cast<Flags>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

/// One row of a translation.
struct OptionBit {
  std::uint32_t api{};          ///< the API's number: one bit
  DrsOptions wire{};            ///< the wire's number: one bit
  std::string_view api_name;    ///< "DS_REPSYNC_URGENT"
  std::string_view flag;        ///< the word for a command line: "urgent"
  std::string_view wire_name;   ///< "DRS_SYNC_URGENT"
};
[[nodiscard]] std::span<const OptionBit> rep_sync_bits() noexcept;
[[nodiscard]] std::span<const OptionBit> rep_add_bits() noexcept;
[[nodiscard]] std::span<const OptionBit> rep_del_bits() noexcept;
[[nodiscard]] std::span<const OptionBit> rep_mod_bits() noexcept;
[[nodiscard]] std::span<const OptionBit> rep_upd_bits() noexcept;
[[nodiscard]] std::span<const OptionBit> neighbor_bits() noexcept;

/// API to wire. kErrorInvalidParameter, naming the bits, for bits that the table does not have.
[[nodiscard]] Result<DrsOptions> to_wire(RepSyncOptions options);
[[nodiscard]] Result<DrsOptions> to_wire(RepAddOptions options);
[[nodiscard]] Result<DrsOptions> to_wire(RepDelOptions options);
[[nodiscard]] Result<DrsOptions> to_wire(RepModOptions options);
[[nodiscard]] Result<DrsOptions> to_wire(RepUpdOptions options);
/// For DsReplicaModify: also kErrorInvalidParameter for a flag outside DS_REPL_NBR_MODIFIABLE_MASK.
[[nodiscard]] Result<DrsOptions> modifiable_to_wire(NeighborFlags flags);

/// Wire to API, for what a DC reports (pending operations, neighbours). Bits that the API has no name for are dropped.
[[nodiscard]] RepSyncOptions rep_sync_from_wire(DrsOptions options) noexcept;
[[nodiscard]] RepAddOptions rep_add_from_wire(DrsOptions options) noexcept;
[[nodiscard]] RepDelOptions rep_del_from_wire(DrsOptions options) noexcept;
[[nodiscard]] RepModOptions rep_mod_from_wire(DrsOptions options) noexcept;
[[nodiscard]] RepUpdOptions rep_upd_from_wire(DrsOptions options) noexcept;
[[nodiscard]] NeighborFlags neighbor_from_wire(DrsOptions options) noexcept;

/// What can be told about a DsReplicaSync before the DC is asked, and the options to send:
///  - kErrorInvalidParameter: an unknown bit, or ALL_SOURCES without ASYNCHRONOUS_OPERATION;
///  - kErrorDsDraInvalidParameter: neither a source nor ALL_SOURCES ([MS-DRSR] 4.1.23.2 has the same code for it).
/// `has_source_guid` is false for a null GUID too. `has_source_name`: the source is named by its network address, and
/// the options gain DRS_SYNC_BYNAME when there is no GUID.
[[nodiscard]] Result<DrsOptions> check_rep_sync(RepSyncOptions options, bool has_source_guid, bool has_source_name = false);

/// DsReplicaModify's fields. kErrorInvalidParameter for none, for unknown ones, and for DS_REPMOD_UPDATE_RESULT and
/// DS_REPMOD_UPDATE_TRANSPORT, which the wire does not have.
[[nodiscard]] Result<RepModFields> check_rep_mod_fields(std::uint32_t fields, bool has_address, bool has_schedule);

/// kErrorDsDraInvalidParameter without DS_REPUPD_ADD_REFERENCE and DS_REPUPD_DELETE_REFERENCE ([MS-DRSR] 4.1.26.2).
[[nodiscard]] Result<DrsOptions> check_rep_upd(RepUpdOptions options);

/// "DS_REPSYNC_URGENT|DS_REPSYNC_FORCE"; what has no name as hex; "0" for none.
[[nodiscard]] std::string option_names(std::span<const OptionBit> bits, std::uint32_t api_options);
/// The row whose `flag` or `api_name` is `word`, ignoring case; null when there is none.
[[nodiscard]] const OptionBit* find_option(std::span<const OptionBit> bits, std::string_view word) noexcept;

}  // namespace tributary::client
