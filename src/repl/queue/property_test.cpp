// SPDX-License-Identifier: Apache-2.0
// What holds for every sequence of events of the replication queue ([MS-DRSR] 5.164): nothing that was accepted is lost, every caller has exactly one answer, what must not run
// together does not, what is urgent waits for no more than a page, everything is bounded, and the same events give the same actions.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "repl/queue/scheduler.hpp"
#include "repl/state/test_laws.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using laws::filled;

constexpr int kNcs = 4;
constexpr int kSources = 6;

/// A DSA with random work, and a world that carries it out in random order.
class RandomWorld {
 public:
  RandomWorld(std::uint64_t seed, bool changes_topology) : random_(seed), changes_topology_(changes_topology) {}

  void run(int events) {
    configure();
    deliver(Startup{});
    for (int i = 0; i < events && !testing::Test::HasFatalFailure(); ++i) step();
    quiet();
  }
  [[nodiscard]] const std::vector<std::string>& trace() const { return trace_; }
  [[nodiscard]] std::size_t starts() const { return started_.size(); }
  [[nodiscard]] std::size_t preemptions() const { return preemptions_; }

 private:
  struct Running {
    Start start;
    bool is_told_to_stop = false;
  };

  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }

  void configure() {
    std::vector<NcReplica> replicas;
    for (int n = 0; n < kNcs; ++n) {
      NcReplica nc;
      nc.guid = filled<ObjectGuid>(n + 1);
      nc.dn = "nc" + std::to_string(n);
      nc.kind = static_cast<NcImportance>(n % 3);
      nc.is_writable = n != 2;
      for (int s = 0; s < kSources; ++s) {
        if (changes_topology_ && chance(4)) continue;
        Source source;
        const std::uint32_t flags = (chance(3) ? DRS_INIT_SYNC : 0u) | (chance(2) ? DRS_PER_SYNC : 0u) | (chance(8) ? DRS_TWOWAY_SYNC : 0u);
        source.reps = new_source("dc" + std::to_string(s), filled<DsaGuid>(s + 1), flags, Schedule::always(), now_.ds());
        source.is_intrasite = s % 2 == 0;
        nc.sources.push_back(source);
        if (chance(2)) nc.partners.push_back({source.reps.na_dsa, source.reps.uuid_dsa, flags & DRS_WRIT_REP, {}, 0, {}, {}, {}});
      }
      replicas.push_back(std::move(nc));
    }
    deliver(ReplicasChanged{replicas});
  }

  OperationRequest random_request(std::uint32_t options) {
    const int s = static_cast<int>(below(kSources));
    const auto address = "dc" + std::to_string(s);
    switch (below(12)) {
      case 0: return UpdateRefsRequest{address, filled<DsaGuid>(s + 1), (options & DRS_ASYNC_OP) | DRS_ADD_REF};
      case 1: return ReplicaModifyRequest{filled<DsaGuid>(s + 1), address, {}, 0, DRS_UPDATE_FLAGS, options & DRS_ASYNC_OP};
      case 2: return ReplicaAddRequest{address, {true, filled(s + 1)}, {}, {}, options & DRS_ASYNC_OP};
      case 3: return ReplicaDelRequest{address, (options & DRS_ASYNC_OP) | (chance(3) ? DRS_NO_SOURCE : 0u)};
      default: return ReplicaSyncRequest{filled<DsaGuid>(s + 1), address, options};
    }
  }

  void request() {
    std::uint32_t options = (chance(2) ? DRS_ASYNC_OP : 0u) | (chance(5) ? DRS_SYNC_URGENT : 0u) | (chance(6) ? DRS_NO_DISCARD : 0u) |
                            (chance(10) ? DRS_SYNC_ALL : 0u) | (chance(10) ? DRS_FULL_SYNC_NOW : 0u) | (chance(9) ? DRS_UPDATE_NOTIFICATION : 0u);
    const CallId call{++last_call_};
    Request event{call, "caller" + std::to_string(below(5)), filled<ObjectGuid>(static_cast<int>(below(kNcs)) + 1), random_request(options), {}, {}, {}};
    const bool is_async = (options_of(event.operation) & DRS_ASYNC_OP) != 0;
    open_.insert(call);
    const auto turn = turn_ + 1;
    deliver(event);
    if (is_async) {
      ASSERT_FALSE(open_.contains(call)) << "an asynchronous caller waits";
      const auto* sync = std::get_if<ReplicaSyncRequest>(&event.operation);
      const bool counts = sync != nullptr && replies_.at(call) == Win32::kSuccess && (sync->options & (DRS_SYNC_ALL | DRS_UPDATE_NOTIFICATION)) == 0;
      if (counts && !changes_topology_) owed_.push_back({event.nc, *sync->source_dsa, turn});
    }
  }

  void step() {
    switch (below(12)) {
      case 0: case 1: case 2: case 3: return request();
      case 4: case 5: return page();
      case 6: case 7: return finish(chance(4));
      case 8: {
        if (!chance(4) || open_.empty()) return;
        const auto call = *std::next(open_.begin(), static_cast<std::ptrdiff_t>(below(open_.size())));
        gone_.insert(call);
        open_.erase(call);
        return deliver(CallerGone{call});
      }
      case 9: {
        const auto seconds = static_cast<std::int64_t>(below(chance(20) ? 100'000 : 60));
        now_.mono += std::chrono::seconds(seconds);
        now_.wall.ticks += seconds * 10'000'000 - (chance(50) ? 36'000'000'000 : 0);
        return deliver(Tick{});
      }
      case 10:
        if (!notified_.empty() && chance(2)) {
          const auto notify = notified_.back();
          notified_.pop_back();
          return deliver(NotificationAnswered{notify.nc, notify.partner, chance(4) ? win32::kErrorDsDraNoReplica : Win32::kSuccess});
        }
        return deliver(LocalChange{filled<ObjectGuid>(static_cast<int>(below(kNcs)) + 1), chance(5)});
      default:
        if (!changes_topology_ || !chance(10)) return;
        if (chance(2)) return configure();
        return deliver(DsaOptionsChanged{static_cast<std::uint32_t>(below(8))});
    }
  }

  [[nodiscard]] bool is_cycle_of(const Start& s) const { return s.request.index() <= 1; }

  Running* random_running() {
    if (running_.empty()) return nullptr;
    return &std::next(running_.begin(), static_cast<std::ptrdiff_t>(below(running_.size())))->second;
  }

  /// Whether something urgent that could begin but for the running operation waits.
  [[nodiscard]] bool urgent_waits_for(const Start& running) const {
    const auto shown = scheduler_.queue().operations(now_);
    const auto is_running = [&](const PendingOperation& o) { return running_.contains(OperationId{o.serial_number}); };
    const auto self = std::ranges::find(shown, static_cast<std::uint32_t>(running.operation), &PendingOperation::serial_number);
    if (self == shown.end() || self->priority > kPriorityAgedMax) return false;
    const auto clashes = [](const PendingOperation& a, const PendingOperation& b) { return a.uuid_nc == b.uuid_nc || a.uuid_dsa == b.uuid_dsa; };
    return std::ranges::any_of(shown, [&](const PendingOperation& w) {
      if (is_running(w) || w.priority <= kPriorityAgedMax || w.operation_type != OperationKind::kSync || !clashes(w, *self)) return false;
      // Nothing else that matters: no other urgent work beside it, and no change of references that has to come first.
      return std::ranges::none_of(shown, [&](const PendingOperation& o) {
        return o.serial_number != w.serial_number && o.serial_number != self->serial_number && clashes(o, w) &&
               (o.priority > kPriorityAgedMax || o.operation_type != OperationKind::kSync);
      });
    });
  }

  void page() {
    auto* running = random_running();
    if (running == nullptr || !is_cycle_of(running->start) || running->is_told_to_stop) return;
    const bool must_stop = urgent_waits_for(running->start);
    const auto id = running->start.operation;
    deliver(PageBoundary{id, {chance(3), chance(9), chance(9)}});
    if (must_stop) {
      ASSERT_TRUE(running_.at(id).is_told_to_stop) << "something urgent waits for a second page";
    }
  }

  void finish(bool fails) {
    auto* running = random_running();
    if (running == nullptr) return;
    const auto id = running->start.operation;
    Win32 result = fails ? win32::kRpcSServerUnavailable : Win32::kSuccess;
    if (running->is_told_to_stop) result = win32::kErrorDsDraPreempted;
    running_.erase(id);
    deliver(Finished{id, result, {chance(3), false, false}});
  }

  void quiet() {
    for (int i = 0; i < 20'000 && !running_.empty(); ++i) finish(false);
    if (testing::Test::HasFatalFailure()) return;
    EXPECT_TRUE(running_.empty());
    EXPECT_TRUE(open_.empty()) << "a caller has no answer";
    EXPECT_EQ(scheduler_.queue().pending_count(), 0u);
    EXPECT_EQ(scheduler_.queue().running_count(), 0u);
    EXPECT_EQ(scheduler_.queue().open_calls(), 0u);
    for (const auto& [nc, source, turn] : owed_) {
      const auto at = started_.find({nc, source});
      EXPECT_TRUE(at != started_.end() && at->second >= turn) << "an accepted sync was lost";
    }
  }

  void deliver(const Event& event) {
    ++turn_;
    for (const auto& action : scheduler_.handle(event, now_)) std::visit([&](const auto& a) { take(a); }, action);
    ASSERT_LE(scheduler_.queue().pending_count(), kPendingMax);
    ASSERT_EQ(scheduler_.queue().running_count(), running_.size());
  }

  void take(const Start& a) {
    trace_.push_back("start " + std::to_string(static_cast<std::uint32_t>(a.operation)));
    started_[{a.nc, a.partner.guid}] = turn_;
    std::size_t cycles = is_cycle_of(a) ? 1 : 0;
    for (const auto& [id, other] : running_) {
      if (!is_cycle_of(other.start)) continue;
      ++cycles;
      if (is_cycle_of(a)) {
        ASSERT_NE(other.start.nc, a.nc) << "two cycles of one NC";
        ASSERT_NE(other.start.partner.guid, a.partner.guid) << "two cycles from one source";
      }
    }
    ASSERT_LE(cycles, kRunningCyclesMax);
    ASSERT_LE(running_.size() + 1 - cycles, kRunningLocalMax);
    ASSERT_TRUE(running_.emplace(a.operation, Running{a}).second) << "started twice";
  }
  void take(const Preempt& a) {
    trace_.push_back("preempt " + std::to_string(static_cast<std::uint32_t>(a.operation)));
    ++preemptions_;
    ASSERT_TRUE(running_.contains(a.operation));
    running_.at(a.operation).is_told_to_stop = true;
  }
  void take(const Reply& a) {
    trace_.push_back("reply " + std::to_string(static_cast<std::uint64_t>(a.call)));
    ASSERT_EQ(open_.erase(a.call), 1u) << "answered twice, or after it has gone";
    ASSERT_FALSE(gone_.contains(a.call));
    replies_[a.call] = a.result;
  }
  void take(const Notify& a) {
    trace_.push_back("notify");
    notified_.push_back(a);
  }
  void take(const ForgetPartner&) { trace_.push_back("forget"); }
  void take(const WakeAt& a) {
    if (a.time) {
      ASSERT_GE(*a.time, now_.mono) << "a wake in the past would never end";
    }
  }
  void take(const Log&) {}

  std::mt19937_64 random_;
  bool changes_topology_;
  Scheduler scheduler_;
  Now now_{std::chrono::seconds(100), to_file_time({13'439'822'400})};
  std::map<OperationId, Running> running_;
  std::set<CallId> open_;
  std::set<CallId> gone_;
  std::map<CallId, Win32> replies_;
  struct Owed {
    ObjectGuid nc;
    DsaGuid source;
    std::uint64_t turn;
  };
  std::vector<Owed> owed_;
  std::map<std::pair<ObjectGuid, DsaGuid>, std::uint64_t> started_;
  std::vector<Notify> notified_;
  std::vector<std::string> trace_;
  std::uint64_t last_call_ = 0;
  std::uint64_t turn_ = 0;
  std::size_t preemptions_ = 0;
};

TEST(SchedulerProperties, HoldForRandomWork) {
  std::size_t preemptions = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomWorld world(seed, false);
    world.run(400);
    ASSERT_FALSE(testing::Test::HasFailure());
    EXPECT_GT(world.starts(), 0u);
    preemptions += world.preemptions();
  }
  EXPECT_GT(preemptions, 100u);
}
TEST(SchedulerProperties, HoldWhileTheTopologyChanges) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    RandomWorld world(seed, true);
    world.run(400);
    ASSERT_FALSE(testing::Test::HasFailure());
  }
}
TEST(SchedulerProperties, TheSameEventsGiveTheSameActions) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    RandomWorld one(seed, true);
    RandomWorld two(seed, true);
    one.run(300);
    two.run(300);
    EXPECT_EQ(one.trace(), two.trace()) << seed;
  }
}

// A thousand callers who all want everything: the queue stays within its bounds, and what it took is done.
TEST(SchedulerProperties, TheQueueIsBounded) {
  Scheduler scheduler;
  NcReplica nc;
  nc.guid = filled<ObjectGuid>(1);
  Source source;
  source.reps = new_source("dc1", filled<DsaGuid>(1), 0, {}, {});
  nc.sources.push_back(source);
  const Now now{std::chrono::seconds(1), to_file_time({13'439'822'400})};
  (void)scheduler.handle(ReplicasChanged{{nc}}, now);
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const ReplicaSyncRequest sync{filled<DsaGuid>(1), "dc1", DRS_ASYNC_OP | DRS_NO_DISCARD};
    for (const auto& action : scheduler.handle(Request{CallId{i + 1}, "caller" + std::to_string(i % 1000), nc.guid, sync, {}, {}, {}}, now))
      if (const auto* reply = std::get_if<Reply>(&action)) (reply->result == Win32::kSuccess ? accepted : refused) += 1;
  }
  EXPECT_EQ(scheduler.queue().pending_count(), kPendingMax - kPendingReserved);
  EXPECT_EQ(accepted, kPendingMax - kPendingReserved + 1);
  EXPECT_EQ(accepted + refused, 3000u);
  std::size_t done = 0;
  for (std::uint32_t id = 1; scheduler.queue().running_count() > 0; ++id) {
    ASSERT_LT(id, 2000u);
    const auto running = scheduler.queue().operations(now).front().serial_number;
    (void)scheduler.handle(Finished{OperationId{running}, {}, {}}, now);
    ++done;
  }
  EXPECT_EQ(done, accepted);
}

}  // namespace
}  // namespace tributary::repl
