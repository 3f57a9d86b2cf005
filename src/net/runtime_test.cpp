// SPDX-License-Identifier: Apache-2.0
// The threads of the network edge: where tasks run, when, and that the end of a Runtime is quick and drops what it did not run.
#include "net/runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace tributary::net {
namespace {

using namespace std::chrono_literals;

TEST(Runtime, RunsTasksOnTheNetworkThreadInOrder) {
  std::vector<int> order;
  std::promise<bool> done;
  Runtime runtime;  // last: its end waits for tasks that use the others
  EXPECT_FALSE(runtime.on_network_thread());
  runtime.post([&] { order.push_back(1); });
  runtime.post([&] {
    order.push_back(2);
    runtime.post([&] {
      order.push_back(3);
      done.set_value(runtime.on_network_thread());
    });
  });
  EXPECT_TRUE(done.get_future().get());
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST(Runtime, BlockingTasksRunElsewhereAndSideBySide) {
  std::atomic<unsigned> inside = 0;
  std::promise<void> all;
  Runtime runtime;
  for (unsigned i = 0; i < kBlockingThreads; ++i) {
    runtime.post_blocking([&] {
      EXPECT_FALSE(runtime.on_network_thread());
      if (++inside == kBlockingThreads) all.set_value();
      while (inside < kBlockingThreads) std::this_thread::sleep_for(1ms);
    });
  }
  EXPECT_EQ(all.get_future().wait_for(10s), std::future_status::ready);
}

TEST(Runtime, RunsTasksLater) {
  const auto began = monotonic_now();
  std::promise<MonoTime> done;
  Runtime runtime;
  runtime.post_after(30ms, [&] { done.set_value(monotonic_now()); });
  EXPECT_GE(done.get_future().get() - began, 30ms);
}

// Not called, and gone with all they hold: nobody waits for what will not come.
TEST(Runtime, ItsEndDropsWhatHasNotRun) {
  const auto held = std::make_shared<int>(0);
  {
    Runtime runtime;
    runtime.post_after(1h, [held] { ADD_FAILURE() << "an hour has passed"; });
    runtime.post_blocking([&runtime, held] { runtime.post([held] {}); });
  }
  EXPECT_EQ(held.use_count(), 1);
}

// A KDC that does not answer holds a thread; a queue of others behind it must not hold the end of the program.
TEST(Runtime, ItsEndWaitsForBlockingTasksUnderWayOnly) {
  std::atomic<int> begun = 0, ended = 0;
  const auto began = monotonic_now();
  {
    Runtime runtime;
    for (int i = 0; i < 400; ++i) {
      runtime.post_blocking([&] {
        ++begun;
        std::this_thread::sleep_for(50ms);
        ++ended;
      });
    }
    while (begun == 0) std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(begun, ended);
  EXPECT_LT(begun, 100);
  EXPECT_LT(monotonic_now() - began, 1500ms);
}

}  // namespace
}  // namespace tributary::net
