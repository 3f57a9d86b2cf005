// SPDX-License-Identifier: Apache-2.0
// The one replication queue of a DSA ([MS-DRSR] 5.164): what waits, what runs, who waits for which result. It decides what begins, what
// gives way, and whom a flood may not hurt; it knows no schedule and no notification (scheduler.hpp).
// Sans-I/O: what it wants done it appends to Actions. Not thread-safe. Every order is that of its own numbers, so runs repeat exactly.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "repl/queue/events.hpp"
#include "repl/queue/limits.hpp"

namespace tributary::repl {

/// What IDL_DRSGetReplInfo says of an operation: a tuple of 5.164, the fields of DS_REPL_OPW ([MS-DRSR] 4.1.13.1.21).
struct PendingOperation {
  FileTime time_enqueued;
  std::uint32_t serial_number = 0;
  std::uint32_t priority = 0;
  OperationKind operation_type{};
  std::uint32_t options = 0;
  std::string naming_context;
  std::string dsa_dn;
  std::string dsa_address;
  ObjectGuid uuid_nc;
  DsaGuid uuid_dsa;
  friend bool operator==(const PendingOperation&, const PendingOperation&) = default;
};

class ReplicationQueue {
 public:
  /// What is to be queued. Without a caller it is this DSA's own.
  struct Draft {
    OperationRequest request;
    ObjectGuid nc;
    std::string nc_dn;
    PartnerName partner;
    Standing standing;
    std::string caller;
    std::optional<CallId> call;  ///< an open call that waits for the result; nothing: asynchronous
  };

  /// A synchronous call begins. ERROR_DS_DRA_BUSY when the caller has too many, or the call is open already.
  [[nodiscard]] Win32 open_call(CallId call, const std::string& caller);
  /// Every operation of the call was submitted: without any the reply is `result`, which otherwise counts as a failure of one of them.
  void close_call(CallId call, Win32 result, Actions& actions);

  /// ERROR_DS_DRA_BUSY when there is no room. A duplicate of an operation that waits is not queued: its caller waits for that one.
  [[nodiscard]] Win32 submit(Draft draft, const Now& now);
  /// Nobody is told; what was wanted by this call alone and has not begun is dropped.
  void cancel_call(CallId call);
  /// Takes out what waits and fits, and answers whoever waits for it with `result`.
  void fail_pending(const std::function<bool(const Operation&)>& fits, Win32 result, Actions& actions);

  /// Begins what can begin.
  void dispatch(const Now& now, Actions& actions);
  /// A running cycle could stop here: tells it to when something more important waits for what it holds.
  void page_boundary(OperationId id, const Now& now, Actions& actions);
  struct Ended {
    Operation operation;
    bool is_requeued = false;  ///< it gave way and waits again
  };
  /// Nothing when no such operation runs.
  std::optional<Ended> finish(OperationId id, Win32 result, Actions& actions);
  void shut_down(Actions& actions);

  [[nodiscard]] const Operation* find_running(OperationId id) const noexcept;
  /// Whether a cycle of this NC from this source waits or runs.
  [[nodiscard]] bool has_cycle(const ObjectGuid& nc, const PartnerName& source) const noexcept;
  [[nodiscard]] std::size_t pending_count() const noexcept { return pending_.size(); }
  [[nodiscard]] std::size_t running_count() const noexcept { return running_.size(); }
  [[nodiscard]] std::size_t open_calls() const noexcept { return calls_.size(); }

  /// What runs, then what waits in the order in which it would begin.
  [[nodiscard]] std::vector<PendingOperation> operations(const Now& now) const;
  /// ftimeCurrentOpStarted of DS_REPL_PENDING_OPSW; zero when nothing runs.
  [[nodiscard]] FileTime current_operation_started() const noexcept;

 private:
  struct Call {
    std::string caller;
    std::size_t open = 0;  ///< operations that it still waits for
    bool is_complete = false;
    Win32 result{};  ///< the first failure
  };

  struct Ranked {
    const Operation* operation;
    std::uint32_t importance;
  };
  /// What waits, the next to begin first.
  [[nodiscard]] std::vector<Ranked> ranked(const Now& now) const;
  [[nodiscard]] std::vector<const Operation*> pending_changes() const;
  [[nodiscard]] Operation* find_twin(const Draft& draft);
  void merge(Operation& twin, const Draft& draft);
  void attach(Operation& operation, const std::optional<CallId>& call);
  void inherit(const Operation& operation);
  [[nodiscard]] bool has_room(const Draft& draft) const;
  [[nodiscard]] static bool waits_for_older(const Operation& operation, const std::vector<const Operation*>& changes);
  [[nodiscard]] bool has_slot(const Operation& operation) const;
  [[nodiscard]] const Operation* next_to_start(const Now& now) const;
  [[nodiscard]] bool must_give_way(const Operation& running, const Now& now) const;
  void settle(const Operation& operation, Win32 result, Actions& actions);
  void settle_call(CallId call, Win32 result, Actions& actions);
  void requeue(Operation operation);
  void charge(const std::string& caller);
  void discharge(const std::string& caller);
  void forget_rounds();

  std::vector<Operation> pending_;  ///< by serial
  std::vector<Operation> running_;  ///< as they began
  std::map<CallId, Call> calls_;
  std::map<std::string, std::size_t> places_;         ///< of each caller that has any
  std::map<std::string, std::uint64_t> last_rounds_;  ///< of each caller of whom something waits or runs
  std::uint64_t round_ = 0;                           ///< of what began last
  std::uint32_t last_serial_ = 0;
};

}  // namespace tributary::repl
