// SPDX-License-Identifier: Apache-2.0
// Time, simulated to the second by obeying WakeAt alone: periodic cycles begin exactly with the quarters of the schedule ([MS-DRSR] 5.165),
// notifications keep their delays ([MS-ADTS] 3.1.1.5.1.6), whatever the schedule, the delays and the changes are.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "repl/queue/scheduler.hpp"
#include "repl/state/test_laws.hpp"

namespace tributary::repl {
namespace {

using namespace drsuapi;
using laws::filled;
using std::chrono::seconds;

constexpr DsTime kBegin{13'439'779'200};  // Sunday 2026-11-22T00:00:00Z

/// A clock that moves from wake to wake.
class Clock {
 public:
  explicit Clock(Scheduler& scheduler) : scheduler_(scheduler) {}
  [[nodiscard]] const Now& now() const { return now_; }
  [[nodiscard]] DsTime wall() const { return now_.ds(); }

  Actions deliver(const Event& event) {
    auto actions = scheduler_.handle(event, now_);
    for (const auto& action : actions)
      if (const auto* wake = std::get_if<WakeAt>(&action)) wake_ = wake->time;
    return actions;
  }
  /// To the next wake, or to `limit` when that is earlier.
  Actions next(MonoTime limit) {
    const auto to = wake_ && *wake_ < limit ? *wake_ : limit;
    now_.wall.ticks += (to - now_.mono).count() / 100;
    now_.mono = to;
    return deliver(Tick{});
  }

 private:
  Scheduler& scheduler_;
  Now now_{seconds(500), to_file_time(kBegin)};
  std::optional<MonoTime> wake_;
};

TEST(Timing, PeriodicCyclesBeginExactlyWithTheirQuarters) {
  std::mt19937_64 random(7);
  std::size_t cycles = 0;
  for (int round = 0; round < 20; ++round) {
    Schedule schedule;
    const auto count = 1 + random() % 40;
    for (std::uint64_t i = 0; i < count; ++i) schedule.set(random() % kSlotsPerWeek);
    Scheduler scheduler;
    Clock clock(scheduler);
    NcReplica nc;
    nc.guid = filled<ObjectGuid>(1);
    Source source;
    source.reps = new_source("dc1", filled<DsaGuid>(1), DRS_PER_SYNC, schedule, kBegin);
    source.reps.options = DRS_PER_SYNC;
    nc.sources.push_back(source);
    (void)clock.deliver(ReplicasChanged{{nc}});
    (void)clock.deliver(Startup{});
    std::vector<DsTime> began;
    const auto end = clock.now().mono + seconds(2 * kWeekSeconds);
    for (int turns = 0; clock.now().mono < end && turns < 10'000; ++turns)
      for (const auto& action : clock.next(end))
        if (const auto* start = std::get_if<Start>(&action)) {
          began.push_back(clock.wall());
          (void)clock.deliver(Finished{start->operation, {}, {}});
        }
    std::vector<DsTime> expected;
    for (auto at = schedule.next_due(kBegin); at && at->seconds <= kBegin.seconds + 2 * kWeekSeconds; at = schedule.next_due(*at))
      expected.push_back(*at);
    ASSERT_EQ(began, expected) << round;
    cycles += began.size();
  }
  EXPECT_GT(cycles, 400u);
}

/// What a partner is owed, by the text of the section.
struct PartnerView {
  std::optional<MonoTime> first_unsent_change;
  bool is_urgent = false;
};

TEST(Timing, NotificationsKeepTheirDelays) {
  std::mt19937_64 random(11);
  std::size_t sent = 0;
  std::size_t sent_urgently = 0;
  for (int round = 0; round < 50; ++round) {
    const auto first = static_cast<std::int64_t>(random() % 60);
    const auto subsequent = static_cast<std::int64_t>(random() % 10);
    const int partners = 1 + static_cast<int>(random() % 5);
    Scheduler scheduler;
    Clock clock(scheduler);
    NcReplica nc;
    nc.guid = filled<ObjectGuid>(1);
    nc.notify_first_s = first;
    nc.notify_subsequent_s = subsequent;
    for (int i = 1; i <= partners; ++i) nc.partners.push_back({"dc" + std::to_string(i), filled<DsaGuid>(i), 0, {}, 0, {}, {}, {}});
    (void)clock.deliver(ReplicasChanged{{nc}});

    std::map<DsaGuid, PartnerView> views;
    std::optional<MonoTime> last_sent;
    const auto judge = [&](const Actions& actions) {
      for (const auto& action : actions) {
        const auto* notify = std::get_if<Notify>(&action);
        if (notify == nullptr) continue;
        auto& view = views[notify->partner];
        ASSERT_TRUE(view.first_unsent_change.has_value()) << "told of nothing";
        const auto waited = clock.now().mono - *view.first_unsent_change;
        const bool is_urgent = (notify->options & DRS_SYNC_URGENT) != 0;
        ASSERT_EQ(is_urgent, view.is_urgent);
        if (!is_urgent) {
          ASSERT_GE(waited, seconds(first));
          ASSERT_LE(waited, seconds(first + subsequent * 2 * partners));
          ASSERT_TRUE(!last_sent || clock.now().mono - *last_sent >= seconds(subsequent));
        }
        last_sent = clock.now().mono;
        (is_urgent ? sent_urgently : sent) += 1;
        view = {};
        // The answer comes at once: nothing that is owed waits for it.
        ASSERT_TRUE(clock.deliver(NotificationAnswered{notify->nc, notify->partner, {}}).size() <= 1);
      }
    };
    for (int change = 0; change < 40; ++change) {
      const auto until = clock.now().mono + seconds(static_cast<std::int64_t>(random() % 40));
      for (int turns = 0; clock.now().mono < until && turns < 1000; ++turns) judge(clock.next(until));
      const bool is_urgent = random() % 6 == 0;
      for (int i = 1; i <= partners; ++i) {
        auto& view = views[filled<DsaGuid>(i)];
        if (!view.first_unsent_change) view.first_unsent_change = clock.now().mono;
        view.is_urgent |= is_urgent;
      }
      judge(clock.deliver(LocalChange{nc.guid, is_urgent}));
      if (is_urgent) {
        ASSERT_EQ(scheduler.notifications_owed(), 0u) << "urgent, and somebody was not told";
      }
    }
    const auto end = clock.now().mono + seconds(1000);
    for (int turns = 0; clock.now().mono < end && turns < 1000; ++turns) judge(clock.next(end));
    ASSERT_EQ(scheduler.notifications_owed(), 0u) << round;
  }
  EXPECT_GT(sent, 1000u);
  EXPECT_GT(sent_urgently, 200u);
}

// The delays after failures double from half a minute to half an hour, and never overflow.
TEST(Timing, TheBackoffGrowsToItsCap) {
  EXPECT_EQ(backoff_after(1), seconds(30));
  for (std::uint32_t failures = 1; failures < 100; ++failures) {
    EXPECT_GE(backoff_after(failures + 1), backoff_after(failures));
    EXPECT_LE(backoff_after(failures), kBackoffMax);
  }
  EXPECT_EQ(backoff_after(7), kBackoffMax);
  EXPECT_EQ(backoff_after(UINT32_MAX), kBackoffMax);
}

}  // namespace
}  // namespace tributary::repl
