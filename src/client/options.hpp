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

namespace tributary::client {

/// The bits of the wire. Some have two names, because two methods read them differently.
enum class DrsOptions : std::uint32_t {
  kNone = 0,
  kAsyncOp = 0x00000001,
  kGetchgCheck = 0x00000002,
  kUpdateNotification = 0x00000002,
  kAddRef = 0x00000004,
  kSyncAll = 0x00000008,
  kDelRef = 0x00000008,
  kWritRep = 0x00000010,
  kInitSync = 0x00000020,
  kPerSync = 0x00000040,
  kMailRep = 0x00000080,
  kAsyncRep = 0x00000100,
  kIgnoreError = 0x00000100,
  kTwowaySync = 0x00000200,
  kCriticalOnly = 0x00000400,
  kGetAnc = 0x00000800,
  kGetNcSize = 0x00001000,
  kLocalOnly = 0x00001000,
  kNongcRoRep = 0x00002000,
  kSyncByname = 0x00004000,
  kRefOk = 0x00004000,
  kFullSyncNow = 0x00008000,
  kNoSource = 0x00008000,
  kFullSyncInProgress = 0x00010000,
  kFullSyncPacket = 0x00020000,
  kSyncRequeue = 0x00040000,
  kSyncUrgent = 0x00080000,
  kRefGcspn = 0x00100000,
  kNoDiscard = 0x00100000,
  kNeverSynced = 0x00200000,
  kSpecialSecretProcessing = 0x00400000,
  kInitSyncNow = 0x00800000,
  kPreempted = 0x01000000,
  kSyncForced = 0x02000000,
  kDisableAutoSync = 0x04000000,
  kDisablePeriodicSync = 0x08000000,
  kUseCompression = 0x10000000,
  kNeverNotify = 0x20000000,
  kSyncPas = 0x40000000,
  kGetAllGroupMembership = 0x80000000,
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
