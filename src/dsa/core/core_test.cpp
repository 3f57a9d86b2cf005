// SPDX-License-Identifier: Apache-2.0
// Parts of the running DSA that need no network: where partners are, whose turn it is, workers, the request behind a page.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "dsa/core/partners.hpp"
#include "dsa/core/pull.hpp"
#include "dsa/core/workers.hpp"

namespace tributary::dsa {
namespace {

constexpr DsaGuid kDsa{"11111111-2222-3333-4444-555555555555"_guid};

TEST(FindPlace, TheMapComesFirstByAnyOfItsNames) {
  const PartnerHint hint{kDsa, "repl.example", "DSA-B.lab.example"};
  for (const auto* name : {"11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-555555555555._msdcs.lab.example", "repl.example", "dsa-b.lab.example"}) {
    const auto place = find_place({{name, {"127.0.0.1", 7002}}}, hint, "lab.example");
    EXPECT_EQ(place.host, "127.0.0.1") << name;
    EXPECT_EQ(place.port, 7002) << name;
  }
}

TEST(FindPlace, ThenTheAddressThenDns) {
  EXPECT_EQ(find_place({}, {kDsa, "repl.example", ""}, "lab.example").host, "repl.example");
  EXPECT_FALSE(find_place({}, {kDsa, "repl.example", ""}, "lab.example").port);
  EXPECT_EQ(find_place({}, {kDsa, "10.0.0.1:7003", ""}, "lab.example").host, "10.0.0.1");
  EXPECT_EQ(find_place({}, {kDsa, "10.0.0.1:7003", ""}, "lab.example").port, 7003);
  EXPECT_EQ(find_place({}, {kDsa, "", ""}, "lab.example").host, "11111111-2222-3333-4444-555555555555._msdcs.lab.example");
}

TEST(TurnLock, IsGivenInTheOrderInWhichItWasAskedFor) {
  TurnLock turn;
  std::vector<int> order;
  turn.lock();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&turn, &order, i] {
      turn.lock();
      order.push_back(i);
      turn.unlock();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // so that they ask one after the other
  }
  turn.unlock();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
}

TEST(Workers, RunEverythingAndNothingAfterTheirEnd) {
  std::atomic<int> done{0};
  Workers workers(3);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(workers.post([&done] { ++done; }));
  while (done < 100) std::this_thread::yield();
  workers.stop();
  EXPECT_FALSE(workers.post([&done] { ++done; }));
  EXPECT_EQ(done, 100);
}

TEST(Workers, ATaskThatBlocksKeepsNobodyElseWaiting) {
  Workers workers(2);
  std::promise<void> release;
  auto released = release.get_future().share();
  std::promise<void> ran;
  ASSERT_TRUE(workers.post([released] { released.wait(); }));
  ASSERT_TRUE(workers.post([&ran] { ran.set_value(); }));
  EXPECT_EQ(ran.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  release.set_value();
}

}  // namespace
}  // namespace tributary::dsa
