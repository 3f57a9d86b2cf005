// SPDX-License-Identifier: Apache-2.0
// The worker pool: bounds, turns, and a thread for everybody.
#include "service/drs/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace tributary::service {
namespace {

/// Work that waits until it may go on.
class Gate {
 public:
  [[nodiscard]] WorkerPool::Work work(std::atomic<int>& running) {
    return [this, &running] {
      ++running;
      opened_.wait();
    };
  }
  void open() { open_.set_value(); }

 private:
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
};
bool becomes(const std::atomic<int>& value, int wanted) {
  for (int i = 0; i < 2000 && value != wanted; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return value == wanted;
}

TEST(WorkerPool, RunsWhatItIsGiven) {
  std::atomic<int> sum{0};
  {
    WorkerPool pool({.threads = 4, .queued_max = 100, .running_per_caller_max = 3});
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(pool.submit("ann", [&sum] { ++sum; }));
    EXPECT_TRUE(becomes(sum, 50));
  }
  EXPECT_EQ(sum, 50);
}
TEST(WorkerPool, RefusesBeyondItsQueue) {
  Gate gate;
  std::atomic<int> running{0};
  WorkerPool pool({.threads = 2, .queued_max = 3, .running_per_caller_max = 1});
  EXPECT_TRUE(pool.submit("ann", gate.work(running)));
  EXPECT_TRUE(becomes(running, 1));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.submit("ann", [] {}));
  EXPECT_FALSE(pool.submit("ann", [] {}));
  EXPECT_FALSE(pool.submit("bob", [] {})) << "the queue is for all together";
  gate.open();
}
TEST(WorkerPool, NobodyHoldsAllThreads) {
  Gate gate;
  std::atomic<int> greedy{0}, other{0};
  WorkerPool pool({.threads = 4, .queued_max = 100, .running_per_caller_max = 100});
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(pool.submit("greedy", gate.work(greedy)));
  EXPECT_TRUE(becomes(greedy, 3));
  EXPECT_TRUE(pool.submit("other", [&other] { ++other; }));
  EXPECT_TRUE(becomes(other, 1));
  EXPECT_EQ(greedy, 3);
  gate.open();
}
TEST(WorkerPool, CallersTakeTurns) {
  Gate gate;
  std::atomic<int> running{0}, done{0};
  std::mutex mutex;
  std::string order;
  WorkerPool pool({.threads = 1, .queued_max = 100, .running_per_caller_max = 1});
  EXPECT_TRUE(pool.submit("x", gate.work(running)));
  EXPECT_TRUE(becomes(running, 1));
  const auto say = [&](char who) {
    return [&order, &mutex, &done, who] {
      {
        const std::lock_guard lock(mutex);
        order.push_back(who);
      }
      ++done;
    };
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool.submit("a", say('a')));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(pool.submit("b", say('b')));
  EXPECT_TRUE(pool.submit("c", say('c')));
  gate.open();
  EXPECT_TRUE(becomes(done, 6));
  EXPECT_EQ(order, "abcaba");
}
TEST(WorkerPool, StopWaitsForWhatRunsAndDropsWhatWaits) {
  Gate gate;
  std::atomic<int> running{0};
  auto pool = std::make_unique<WorkerPool>(WorkerPool::Limits{.threads = 1, .queued_max = 100, .running_per_caller_max = 1});
  EXPECT_TRUE(pool->submit("a", gate.work(running)));
  EXPECT_TRUE(becomes(running, 1));
  const auto token = std::make_shared<int>(0);
  EXPECT_TRUE(pool->submit("a", [token = token] { ADD_FAILURE() << "what waited must not run"; }));
  std::thread opener([&gate] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    gate.open();
  });
  pool->stop();
  opener.join();
  EXPECT_EQ(token.use_count(), 1) << "what waited is gone";
  EXPECT_FALSE(pool->submit("a", [] {}));
}

}  // namespace
}  // namespace tributary::service
