// SPDX-License-Identifier: Apache-2.0
// One operation of the replication queue ([MS-DRSR] 5.164): what it is asked to do, how important it is, and which others it must not
// run beside. The numbers of the priorities and their reasons are in docs/decisions/0041-replication-queue.md. Pure.
// Must never know how an operation is carried out.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "repl/state/reps_rules.hpp"

namespace tributary::repl {

/// The time of one turn: monotonic for delays, the wall clock for schedules and for what people read.
struct Now {
  MonoTime mono{};
  FileTime wall;
  [[nodiscard]] DsTime ds() const noexcept { return to_ds_time(wall); }
};

enum class OperationId : std::uint32_t {};  ///< SerialNumber
enum class CallId : std::uint64_t {};       ///< the caller's own name for one call; open until its Reply

/// [MS-DRSR] 5.46, in the order of OperationRequest.
enum class OperationKind : std::uint32_t { kSync = 0, kAdd = 1, kDelete = 2, kModify = 3, kUpdateRefs = 4 };
using OperationRequest = std::variant<ReplicaSyncRequest, ReplicaAddRequest, ReplicaDelRequest, ReplicaModifyRequest, UpdateRefsRequest>;

[[nodiscard]] inline OperationKind kind_of(const OperationRequest& request) noexcept { return static_cast<OperationKind>(request.index()); }
[[nodiscard]] inline std::uint32_t options_of(const OperationRequest& request) noexcept {
  return std::visit([](const auto& r) { return r.options; }, request);
}
[[nodiscard]] inline std::uint32_t& options_of(OperationRequest& request) noexcept {
  return std::visit([](auto& r) -> std::uint32_t& { return r.options; }, request);
}

/// The other DSA of an operation, by what is known of it.
struct PartnerName {
  DsaGuid guid;
  std::string address;
  std::string dsa_dn;
};
[[nodiscard]] bool is_same_partner(const PartnerName& a, const PartnerName& b) noexcept;
/// As the request names it.
[[nodiscard]] PartnerName partner_of(const OperationRequest& request);

enum class NcImportance : std::uint8_t { kOther, kConfiguration, kSchema };

/// What an operation's importance depends on beside its kind and options.
struct Standing {
  NcImportance nc_kind = NcImportance::kOther;
  bool is_writable = false;    ///< the local replica
  bool is_intrasite = false;   ///< the other DSA is in our site
  bool is_waited_for = false;  ///< somebody's call returns with the result
};

struct Operation {
  OperationId serial{};
  OperationRequest request;
  ObjectGuid nc;
  std::string nc_dn;
  PartnerName partner;
  Standing standing;
  std::string caller;           ///< who pays for the place in the queue; empty: this DSA
  bool is_charged = false;      ///< an asynchronous operation of a caller: its place counts against the caller's limit
  bool is_wanted_anyway = false;  ///< also when nobody waits: asynchronous, or of this DSA
  std::vector<CallId> waiters;
  std::uint32_t priority = 0;   ///< Priority of 5.164
  std::uint64_t round = 0;      ///< the caller's turn among operations of equal importance
  Now enqueued;
  std::optional<Now> started;   ///< running since
  std::uint32_t effective = 0;  ///< while running: the importance it was started with
  bool is_giving_way = false;   ///< was told to stop at a page boundary
  std::uint32_t preemptions = 0;
};

// Priorities. A sum; each class outweighs everything below it together.
inline constexpr std::uint32_t kPriorityLocal = 400;     ///< changes of repsFrom and repsTo: one short transaction
inline constexpr std::uint32_t kPriorityExpunge = 5;     ///< taking an NC replica away can wait
inline constexpr std::uint32_t kPrioritySync = 10;
inline constexpr std::uint32_t kPriorityUrgent = 160;
inline constexpr std::uint32_t kPriorityIntrasite = 60;
inline constexpr std::uint32_t kPriorityWritable = 20;
inline constexpr std::uint32_t kPriorityWaitedFor = 10;
inline constexpr std::uint32_t kPrioritySchema = 6;
inline constexpr std::uint32_t kPriorityConfiguration = 3;
/// What waits grows more important, by one a minute, but never as important as what is urgent.
inline constexpr std::uint32_t kPriorityAgedMax = kPrioritySync + kPriorityUrgent - 1;

[[nodiscard]] std::uint32_t priority_of(const OperationRequest& request, const Standing& standing) noexcept;
/// What decides at `now`: the priority, and how long it has waited.
[[nodiscard]] std::uint32_t effective_priority(const Operation& operation, const Now& now) noexcept;

/// Sync and Add: a conversation with a source, page by page. The others are local.
[[nodiscard]] bool is_cycle(const Operation& operation) noexcept;
[[nodiscard]] bool is_urgent(const Operation& operation) noexcept;
/// Whether the two must not run at the same time: two cycles of one NC (they would fetch the same changes twice) or from one source,
/// two changes of one reference, and anything in an NC that is being taken away.
[[nodiscard]] bool conflict(const Operation& a, const Operation& b) noexcept;
/// Whether everything that conflicts with one conflicts with the other.
[[nodiscard]] bool conflict_alike(const Operation& a, const Operation& b) noexcept;
/// Whether the younger must not begin before the older has, since that one changes what it works on.
[[nodiscard]] bool keep_order(const Operation& older, const Operation& younger) noexcept;

}  // namespace tributary::repl
