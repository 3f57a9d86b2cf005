// SPDX-License-Identifier: Apache-2.0
// In which order replications have to run so that changes travel all the way: exhaustively over small sets of links.
#include "client/sync_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <set>

namespace tributary::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<bool> all(std::size_t count) { return std::vector<bool>(count, true); }

// A chain 2 -> 1 -> 0 and back: what is at 2 reaches 0 when 1 pulls first.
const std::vector<SyncLink> kChain = {{1, 0}, {2, 1}, {0, 1}, {1, 2}};

TEST(PlanSyncAll, PullsTheFarthestFirst) {
  const auto plan = plan_sync_all(0, all(3), kChain, false, false);
  EXPECT_THAT(plan.steps, ElementsAre(SyncLink{2, 1}, SyncLink{1, 0}));
  EXPECT_THAT(plan.unreachable, IsEmpty());
}
TEST(PlanSyncAll, PushesTheNearestFirst) {
  const auto plan = plan_sync_all(0, all(3), kChain, true, false);
  EXPECT_THAT(plan.steps, ElementsAre(SyncLink{0, 1}, SyncLink{1, 2}));
}
TEST(PlanSyncAll, AdjacentOnlyStopsAfterOneHop) {
  EXPECT_THAT(plan_sync_all(0, all(3), kChain, false, true).steps, ElementsAre(SyncLink{1, 0}));
  EXPECT_THAT(plan_sync_all(0, all(3), kChain, true, true).steps, ElementsAre(SyncLink{0, 1}));
}
TEST(PlanSyncAll, UnavailableDsasCutThePath) {
  const auto plan = plan_sync_all(0, {true, false, true}, kChain, false, false);
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_THAT(plan.unreachable, ElementsAre(2u));
}
TEST(PlanSyncAll, RepeatedLinksAreOneStep) {
  EXPECT_THAT(plan_sync_all(0, all(2), std::vector<SyncLink>{{1, 0}, {1, 0}}, false, false).steps, ElementsAre(SyncLink{1, 0}));
}
TEST(PlanSyncAll, AloneThereIsNothingToDo) {
  const auto plan = plan_sync_all(0, all(1), {}, false, false);
  EXPECT_THAT(plan.steps, IsEmpty());
  EXPECT_THAT(plan.unreachable, IsEmpty());
}

// Every set of links between four DSAs, both directions: after the steps of the plan, run once in order, the home DSA has what
// every other DSA had (or all have what it had), except for those that the plan calls unreachable.
TEST(PlanSyncAll, OnePassCarriesEverythingThatCanBeCarried) {
  constexpr std::size_t kDsas = 4;
  std::vector<SyncLink> possible;
  for (std::size_t s = 0; s < kDsas; ++s)
    for (std::size_t d = 0; d < kDsas; ++d)
      if (s != d) possible.push_back({s, d});
  for (unsigned chosen = 0; chosen < 1u << possible.size(); ++chosen) {
    std::vector<SyncLink> links;
    for (std::size_t i = 0; i < possible.size(); ++i)
      if ((chosen >> i & 1) != 0) links.push_back(possible[i]);
    for (const bool push : {false, true}) {
      const auto plan = plan_sync_all(0, all(kDsas), links, push, false);
      std::array<unsigned, kDsas> has{};  // whose changes each DSA has
      for (std::size_t i = 0; i < kDsas; ++i) has[i] = 1u << i;
      for (const auto& step : plan.steps) has[step.destination] |= has[step.source];
      for (std::size_t i = 1; i < kDsas; ++i) {
        const bool unreachable = std::ranges::find(plan.unreachable, i) != plan.unreachable.end();
        const bool carried = push ? (has[i] & 1u) != 0 : (has[0] >> i & 1) != 0;
        ASSERT_NE(carried, unreachable) << "links " << chosen << " push " << push << " dsa " << i;
      }
    }
  }
}

}  // namespace
}  // namespace tributary::client
