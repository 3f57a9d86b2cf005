// SPDX-License-Identifier: Apache-2.0
// The translation tables ([MS-DRSR] 5.41) and the checks before the wire (4.1.22, 4.1.23, 4.1.26).
#include "client/options.hpp"

#include <array>

#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"

namespace tributary::client {
namespace {

using enum DrsOptions;

constexpr auto kRepSync = std::to_array<OptionBit>({
    {0x00000001, kAsyncOp, "DS_REPSYNC_ASYNCHRONOUS_OPERATION", "async", "DRS_ASYNC_OP"},
    {0x00000002, kWritRep, "DS_REPSYNC_WRITEABLE", "writeable", "DRS_WRIT_REP"},
    {0x00000004, kPerSync, "DS_REPSYNC_PERIODIC", "periodic", "DRS_PER_SYNC"},
    {0x00000008, kMailRep, "DS_REPSYNC_INTERSITE_MESSAGING", "intersite-messaging", "DRS_MAIL_REP"},
    {0x00000010, kSyncAll, "DS_REPSYNC_ALL_SOURCES", "all-sources", "DRS_SYNC_ALL"},
    {0x00000020, kFullSyncNow, "DS_REPSYNC_FULL", "full", "DRS_FULL_SYNC_NOW"},
    {0x00000040, kSyncUrgent, "DS_REPSYNC_URGENT", "urgent", "DRS_SYNC_URGENT"},
    {0x00000080, kNoDiscard, "DS_REPSYNC_NO_DISCARD", "no-discard", "DRS_NO_DISCARD"},
    {0x00000100, kSyncForced, "DS_REPSYNC_FORCE", "force", "DRS_SYNC_FORCED"},
    {0x00000200, kAddRef, "DS_REPSYNC_ADD_REFERENCE", "add-reference", "DRS_ADD_REF"},
    {0x00000400, kNeverSynced, "DS_REPSYNC_NEVER_COMPLETED", "never-completed", "DRS_NEVER_SYNCED"},
    {0x00000800, kTwowaySync, "DS_REPSYNC_TWO_WAY", "two-way", "DRS_TWOWAY_SYNC"},
    {0x00001000, kNeverNotify, "DS_REPSYNC_NEVER_NOTIFY", "never-notify", "DRS_NEVER_NOTIFY"},
    {0x00002000, kInitSync, "DS_REPSYNC_INITIAL", "initial", "DRS_INIT_SYNC"},
    {0x00004000, kUseCompression, "DS_REPSYNC_USE_COMPRESSION", "compress", "DRS_USE_COMPRESSION"},
    {0x00008000, kSpecialSecretProcessing, "DS_REPSYNC_SELECT_SECRETS", "select-secrets", "DRS_SPECIAL_SECRET_PROCESSING"},
    {0x00010000, kInitSyncNow, "DS_REPSYNC_INITIAL_IN_PROGRESS", "initial-in-progress", "DRS_INIT_SYNC_NOW"},
    {0x00020000, kSyncPas, "DS_REPSYNC_PARTIAL_ATTRIBUTE_SET", "partial-attribute-set", "DRS_SYNC_PAS"},
    {0x00040000, kSyncRequeue, "DS_REPSYNC_REQUEUE", "requeue", "DRS_SYNC_REQUEUE"},
    {0x00080000, kUpdateNotification, "DS_REPSYNC_NOTIFICATION", "notification", "DRS_UPDATE_NOTIFICATION"},
    {0x00100000, kAsyncRep, "DS_REPSYNC_ASYNCHRONOUS_REPLICA", "async-replica", "DRS_ASYNC_REP"},
    {0x00200000, kCriticalOnly, "DS_REPSYNC_CRITICAL", "critical", "DRS_CRITICAL_ONLY"},
    {0x00400000, kFullSyncInProgress, "DS_REPSYNC_FULL_IN_PROGRESS", "full-in-progress", "DRS_FULL_SYNC_IN_PROGRESS"},
    {0x00800000, kPreempted, "DS_REPSYNC_PREEMPTED", "preempted", "DRS_PREEMPTED"},
    {0x01000000, kNongcRoRep, "DS_REPSYNC_NONGC_RO_REPLICA", "read-only-replica", "DRS_NONGC_RO_REP"},
});

constexpr auto kRepAdd = std::to_array<OptionBit>({
    {0x00000001, kAsyncOp, "DS_REPADD_ASYNCHRONOUS_OPERATION", "async", "DRS_ASYNC_OP"},
    {0x00000002, kWritRep, "DS_REPADD_WRITEABLE", "writeable", "DRS_WRIT_REP"},
    {0x00000004, kInitSync, "DS_REPADD_INITIAL", "initial", "DRS_INIT_SYNC"},
    {0x00000008, kPerSync, "DS_REPADD_PERIODIC", "periodic", "DRS_PER_SYNC"},
    {0x00000010, kMailRep, "DS_REPADD_INTERSITE_MESSAGING", "intersite-messaging", "DRS_MAIL_REP"},
    {0x00000020, kAsyncRep, "DS_REPADD_ASYNCHRONOUS_REPLICA", "async-replica", "DRS_ASYNC_REP"},
    {0x00000040, kDisableAutoSync, "DS_REPADD_DISABLE_NOTIFICATION", "disable-notification", "DRS_DISABLE_AUTO_SYNC"},
    {0x00000080, kDisablePeriodicSync, "DS_REPADD_DISABLE_PERIODIC", "disable-periodic", "DRS_DISABLE_PERIODIC_SYNC"},
    {0x00000100, kUseCompression, "DS_REPADD_USE_COMPRESSION", "compress", "DRS_USE_COMPRESSION"},
    {0x00000200, kNeverNotify, "DS_REPADD_NEVER_NOTIFY", "never-notify", "DRS_NEVER_NOTIFY"},
    {0x00000400, kTwowaySync, "DS_REPADD_TWO_WAY", "two-way", "DRS_TWOWAY_SYNC"},
    {0x00000800, kCriticalOnly, "DS_REPADD_CRITICAL", "critical", "DRS_CRITICAL_ONLY"},
    {0x00001000, kSpecialSecretProcessing, "DS_REPADD_SELECT_SECRETS", "select-secrets", "DRS_SPECIAL_SECRET_PROCESSING"},
    {0x01000000, kNongcRoRep, "DS_REPADD_NONGC_RO_REPLICA", "read-only-replica", "DRS_NONGC_RO_REP"},
});

constexpr auto kRepDel = std::to_array<OptionBit>({
    {0x00000001, kAsyncOp, "DS_REPDEL_ASYNCHRONOUS_OPERATION", "async", "DRS_ASYNC_OP"},
    {0x00000002, kWritRep, "DS_REPDEL_WRITEABLE", "writeable", "DRS_WRIT_REP"},
    {0x00000004, kMailRep, "DS_REPDEL_INTERSITE_MESSAGING", "intersite-messaging", "DRS_MAIL_REP"},
    {0x00000008, kIgnoreError, "DS_REPDEL_IGNORE_ERRORS", "ignore-errors", "DRS_IGNORE_ERROR"},
    {0x00000010, kLocalOnly, "DS_REPDEL_LOCAL_ONLY", "local-only", "DRS_LOCAL_ONLY"},
    {0x00000020, kNoSource, "DS_REPDEL_NO_SOURCE", "no-source", "DRS_NO_SOURCE"},
    {0x00000040, kRefOk, "DS_REPDEL_REF_OK", "ref-ok", "DRS_REF_OK"},
});

constexpr auto kRepMod = std::to_array<OptionBit>({
    {0x00000001, kAsyncOp, "DS_REPMOD_ASYNCHRONOUS_OPERATION", "async", "DRS_ASYNC_OP"},
    {0x00000002, kWritRep, "DS_REPMOD_WRITEABLE", "writeable", "DRS_WRIT_REP"},
});

constexpr auto kRepUpd = std::to_array<OptionBit>({
    {0x00000001, kAsyncOp, "DS_REPUPD_ASYNCHRONOUS_OPERATION", "async", "DRS_ASYNC_OP"},
    {0x00000002, kWritRep, "DS_REPUPD_WRITEABLE", "writeable", "DRS_WRIT_REP"},
    {0x00000004, kAddRef, "DS_REPUPD_ADD_REFERENCE", "add-reference", "DRS_ADD_REF"},
    {0x00000008, kDelRef, "DS_REPUPD_DELETE_REFERENCE", "delete-reference", "DRS_DEL_REF"},
    {0x00000010, kRefGcspn, "DS_REPUPD_REFERENCE_GCSPN", "gc-spn", "DRS_REF_GCSPN"},
});

// Most are the same number on both sides; the two of read-only DCs are not.
constexpr auto kNeighbor = std::to_array<OptionBit>({
    {0x00000010, kWritRep, "DS_REPL_NBR_WRITEABLE", "writeable", "DRS_WRIT_REP"},
    {0x00000020, kInitSync, "DS_REPL_NBR_SYNC_ON_STARTUP", "sync-on-startup", "DRS_INIT_SYNC"},
    {0x00000040, kPerSync, "DS_REPL_NBR_DO_SCHEDULED_SYNCS", "scheduled-syncs", "DRS_PER_SYNC"},
    {0x00000080, kMailRep, "DS_REPL_NBR_USE_ASYNC_INTERSITE_TRANSPORT", "intersite-messaging", "DRS_MAIL_REP"},
    {0x00000200, kTwowaySync, "DS_REPL_NBR_TWO_WAY_SYNC", "two-way", "DRS_TWOWAY_SYNC"},
    {0x00000400, kNongcRoRep, "DS_REPL_NBR_NONGC_RO_REPLICA", "read-only-replica", "DRS_NONGC_RO_REP"},
    {0x00000800, kGetAnc, "DS_REPL_NBR_RETURN_OBJECT_PARENTS", "parents", "DRS_GET_ANC"},
    {0x00001000, kSpecialSecretProcessing, "DS_REPL_NBR_SELECT_SECRETS", "select-secrets", "DRS_SPECIAL_SECRET_PROCESSING"},
    {0x00010000, kFullSyncInProgress, "DS_REPL_NBR_FULL_SYNC_IN_PROGRESS", "full-in-progress", "DRS_FULL_SYNC_IN_PROGRESS"},
    {0x00020000, kFullSyncPacket, "DS_REPL_NBR_FULL_SYNC_NEXT_PACKET", "full-next-packet", "DRS_FULL_SYNC_PACKET"},
    {0x00100000, kRefGcspn, "DS_REPL_NBR_GCSPN", "gc-spn", "DRS_REF_GCSPN"},
    {0x00200000, kNeverSynced, "DS_REPL_NBR_NEVER_SYNCED", "never-synced", "DRS_NEVER_SYNCED"},
    {0x01000000, kPreempted, "DS_REPL_NBR_PREEMPTED", "preempted", "DRS_PREEMPTED"},
    {0x04000000, kDisableAutoSync, "DS_REPL_NBR_IGNORE_CHANGE_NOTIFICATIONS", "ignore-notifications", "DRS_DISABLE_AUTO_SYNC"},
    {0x08000000, kDisablePeriodicSync, "DS_REPL_NBR_DISABLE_SCHEDULED_SYNC", "disable-scheduled", "DRS_DISABLE_PERIODIC_SYNC"},
    {0x10000000, kUseCompression, "DS_REPL_NBR_COMPRESS_CHANGES", "compress", "DRS_USE_COMPRESSION"},
    {0x20000000, kNeverNotify, "DS_REPL_NBR_NO_CHANGE_NOTIFICATIONS", "no-notifications", "DRS_NEVER_NOTIFY"},
    {0x40000000, kSyncPas, "DS_REPL_NBR_PARTIAL_ATTRIBUTE_SET", "partial-attribute-set", "DRS_SYNC_PAS"},
});
// DS_REPL_NBR_MODIFIABLE_MASK of the public header.
constexpr std::uint32_t kModifiableNeighborFlags = 0x3C000260;

constexpr std::uint32_t bits_of(DrsOptions options) { return static_cast<std::uint32_t>(options); }

Result<DrsOptions> translate(std::span<const OptionBit> bits, std::uint32_t options) {
  std::uint32_t left = options;
  DrsOptions wire = kNone;
  for (const auto& bit : bits) {
    if ((options & bit.api) == 0) continue;
    wire = with(wire, bit.wire);
    left &= ~bit.api;
  }
  if (left != 0) return fail(win32::kErrorInvalidParameter, fmt::format("option bits {:#010x} are unknown", left));
  return wire;
}

template <class Options>
Options translate_back(std::span<const OptionBit> bits, DrsOptions wire) noexcept {
  std::uint32_t options = 0;
  for (const auto& bit : bits)
    if ((bits_of(wire) & bits_of(bit.wire)) != 0) options |= bit.api;
  return static_cast<Options>(options);
}

}  // namespace

std::span<const OptionBit> rep_sync_bits() noexcept { return kRepSync; }
std::span<const OptionBit> rep_add_bits() noexcept { return kRepAdd; }
std::span<const OptionBit> rep_del_bits() noexcept { return kRepDel; }
std::span<const OptionBit> rep_mod_bits() noexcept { return kRepMod; }
std::span<const OptionBit> rep_upd_bits() noexcept { return kRepUpd; }
std::span<const OptionBit> neighbor_bits() noexcept { return kNeighbor; }

Result<DrsOptions> to_wire(RepSyncOptions options) { return translate(kRepSync, static_cast<std::uint32_t>(options)); }
Result<DrsOptions> to_wire(RepAddOptions options) { return translate(kRepAdd, static_cast<std::uint32_t>(options)); }
Result<DrsOptions> to_wire(RepDelOptions options) { return translate(kRepDel, static_cast<std::uint32_t>(options)); }
Result<DrsOptions> to_wire(RepModOptions options) { return translate(kRepMod, static_cast<std::uint32_t>(options)); }
Result<DrsOptions> to_wire(RepUpdOptions options) { return translate(kRepUpd, static_cast<std::uint32_t>(options)); }

Result<DrsOptions> modifiable_to_wire(NeighborFlags flags) {
  const auto fixed = static_cast<std::uint32_t>(flags) & ~kModifiableNeighborFlags;
  if (fixed != 0) return fail(win32::kErrorInvalidParameter, fmt::format("replica flags {:#010x} cannot be modified", fixed));
  return translate(kNeighbor, static_cast<std::uint32_t>(flags));
}

RepSyncOptions rep_sync_from_wire(DrsOptions options) noexcept { return translate_back<RepSyncOptions>(kRepSync, options); }
RepAddOptions rep_add_from_wire(DrsOptions options) noexcept { return translate_back<RepAddOptions>(kRepAdd, options); }
RepDelOptions rep_del_from_wire(DrsOptions options) noexcept { return translate_back<RepDelOptions>(kRepDel, options); }
RepModOptions rep_mod_from_wire(DrsOptions options) noexcept { return translate_back<RepModOptions>(kRepMod, options); }
RepUpdOptions rep_upd_from_wire(DrsOptions options) noexcept { return translate_back<RepUpdOptions>(kRepUpd, options); }
NeighborFlags neighbor_from_wire(DrsOptions options) noexcept { return translate_back<NeighborFlags>(kNeighbor, options); }

Result<DrsOptions> check_rep_sync(RepSyncOptions options, bool has_source_guid, bool has_source_name) {
  auto wire = to_wire(options);
  if (!wire) return wire;
  const bool all_sources = has(options, RepSyncOptions::kAllSources);
  if (all_sources && !has(options, RepSyncOptions::kAsynchronousOperation))
    return fail(win32::kErrorInvalidParameter, "DS_REPSYNC_ALL_SOURCES requires DS_REPSYNC_ASYNCHRONOUS_OPERATION");
  if (!all_sources && !has_source_guid && !has_source_name)
    return fail(win32::kErrorDsDraInvalidParameter, "no source is named, and DS_REPSYNC_ALL_SOURCES is not set");
  if (!all_sources && !has_source_guid) return with(*wire, kSyncByname);
  return wire;
}

Result<RepModFields> check_rep_mod_fields(std::uint32_t fields, bool has_address, bool has_schedule) {
  constexpr std::uint32_t kKnown = 0x7;
  if (fields == 0) return fail(win32::kErrorInvalidParameter, "no field to modify is named");
  if ((fields & ~kKnown) != 0)
    return fail(win32::kErrorInvalidParameter, fmt::format("fields {:#x} cannot be modified over the wire", fields & ~kKnown));
  const auto modify = static_cast<RepModFields>(fields);
  if (has(modify, RepModFields::kAddress) && !has_address)
    return fail(win32::kErrorInvalidParameter, "DS_REPMOD_UPDATE_ADDRESS without an address");
  if (has(modify, RepModFields::kSchedule) && !has_schedule)
    return fail(win32::kErrorInvalidParameter, "DS_REPMOD_UPDATE_SCHEDULE without a schedule");
  return modify;
}

Result<DrsOptions> check_rep_upd(RepUpdOptions options) {
  if (!has(options, RepUpdOptions::kAddReference) && !has(options, RepUpdOptions::kDeleteReference))
    return fail(win32::kErrorDsDraInvalidParameter, "neither DS_REPUPD_ADD_REFERENCE nor DS_REPUPD_DELETE_REFERENCE is set");
  return to_wire(options);
}

std::string option_names(std::span<const OptionBit> bits, std::uint32_t api_options) {
  std::string names;
  const auto append = [&names](std::string_view name) {
    if (!names.empty()) names += '|';
    names += name;
  };
  for (const auto& bit : bits) {
    if ((api_options & bit.api) == 0) continue;
    append(bit.api_name);
    api_options &= ~bit.api;
  }
  if (api_options != 0) append(fmt::format("{:#010x}", api_options));
  return names.empty() ? "0" : names;
}

const OptionBit* find_option(std::span<const OptionBit> bits, std::string_view word) noexcept {
  for (const auto& bit : bits)
    if (equals_ignoring_case(word, bit.flag) || equals_ignoring_case(word, bit.api_name)) return &bit;
  return nullptr;
}

}  // namespace tributary::client
