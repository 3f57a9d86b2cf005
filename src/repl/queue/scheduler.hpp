// SPDX-License-Identifier: Apache-2.0
// The replication of one DSA as a whole: events in, actions out. It owns the queue and the notifier and adds what happens by itself:
// periodic cycles ([MS-DRSR] 5.165, [MS-ADTS] 3.1.1.1.14), the initial ones at start, retries after failures, cycles in the opposite
// direction (DRS_TWOWAY_SYNC), and the options that switch all of it off.
//
// The contract with the caller:
//   - One event at a time; `now` never goes back in its monotonic part. The wall clock may jump.
//   - Every Start is answered by exactly one Finished, every Notify by one NotificationAnswered, whatever happens to the world.
//     Between the pages of a cycle comes a PageBoundary; when it is answered by Preempt, no further page is asked for.
//   - Every Request has exactly one Reply, unless CallerGone comes first. An asynchronous one has it in the same turn.
//   - Before Startup nothing begins by itself; requests are served at any time.
// Sans-I/O, not thread-safe, no chance in it: the same events give the same actions.
#pragma once

#include <optional>
#include <vector>

#include "repl/queue/events.hpp"
#include "repl/queue/notifier.hpp"
#include "repl/queue/queue.hpp"

namespace tributary::repl {

class Scheduler {
 public:
  [[nodiscard]] Actions handle(const Event& event, const Now& now);

  /// For IDL_DRSGetReplInfo, DS_REPL_INFO_PENDING_OPS, and for tests.
  [[nodiscard]] const ReplicationQueue& queue() const noexcept { return queue_; }
  /// Sources that were to be replicated from at start and have not been yet.
  [[nodiscard]] std::size_t initial_syncs_missing() const noexcept;
  [[nodiscard]] std::size_t notifications_owed() const noexcept { return notifier_.owed(); }

 private:
  struct KnownSource {
    Source source;
    std::uint32_t failures = 0;          ///< one after the other
    std::optional<MonoTime> not_before;  ///< of what this DSA does by itself
    MonoTime last_attempt{};
    std::optional<DsTime> next_quarter;  ///< of the schedule
    bool wants_initial = false;          ///< until a cycle succeeds
    bool wants_periodic = false;
    bool wants_notified = false;
    std::uint32_t notified_retries = 0;

    [[nodiscard]] PartnerName name() const { return {source.reps.uuid_dsa, source.reps.na_dsa, source.dsa_dn}; }
    [[nodiscard]] bool is_periodic() const noexcept;
  };
  struct KnownNc {
    NcReplica replica;  ///< its sources are below
    std::vector<KnownSource> sources;
  };

  void on(const Startup& event, const Now& now, Actions& actions);
  void on(const Shutdown& event, const Now& now, Actions& actions);
  void on(const ReplicasChanged& event, const Now& now, Actions& actions);
  void on(const DsaOptionsChanged& event, const Now& now, Actions& actions);
  void on(const Request& event, const Now& now, Actions& actions);
  void on(const CallerGone& event, const Now& now, Actions& actions);
  void on(const PageBoundary& event, const Now& now, Actions& actions);
  void on(const Finished& event, const Now& now, Actions& actions);
  void on(const LocalChange& event, const Now& now, Actions& actions);
  void on(const NotificationAnswered& event, const Now& now, Actions& actions);
  void on(const Tick& event, const Now& now, Actions& actions);

  void request_sync(const Request& event, const ReplicaSyncRequest& sync, const Now& now, Actions& actions);
  [[nodiscard]] std::vector<KnownSource*> sources_of(const ReplicaSyncRequest& sync, KnownNc& nc, Win32& result);
  [[nodiscard]] bool is_delayed_notification(const ReplicaSyncRequest& sync, KnownSource& source, const Now& now) const;
  void request_change(const Request& event, const Now& now, Actions& actions);
  void submit_all(const Request& event, bool is_async, std::vector<ReplicationQueue::Draft> drafts, const Now& now, Actions& actions);
  [[nodiscard]] ReplicationQueue::Draft sync_draft(const KnownNc& nc, const KnownSource& source, std::uint32_t options) const;

  void tell_partners(const Operation& operation, const Changes& changes, const Now& now);
  void after_sync(const Operation& operation, Win32 result, const Now& now, Actions& actions);
  void run_schedule(const Now& now, Actions& actions);
  void run_source(const KnownNc& nc, KnownSource& source, const Now& now, Actions& actions);
  void set_quarter(KnownSource& source, DsTime after);
  void wake(const Now& now, Actions& actions);
  [[nodiscard]] std::optional<MonoTime> next_wake(const Now& now) const;

  [[nodiscard]] KnownNc* find_nc(const ObjectGuid& guid);
  [[nodiscard]] KnownSource* find_source(const ObjectGuid& nc, const PartnerName& name);
  [[nodiscard]] bool is_inbound_off() const noexcept { return (dsa_options_ & drsuapi::kNtdsdsaOptDisableInboundRepl) != 0; }

  ReplicationQueue queue_;
  Notifier notifier_;
  std::vector<KnownNc> ncs_;
  std::uint32_t dsa_options_ = 0;
  bool is_started_ = false;
  bool is_shut_down_ = false;
  FileTime last_wall_;
  std::optional<MonoTime> announced_wake_;
};

}  // namespace tributary::repl
