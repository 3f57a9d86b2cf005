// SPDX-License-Identifier: Apache-2.0
// Costs between sites ([MS-DRSR] 4.1.16.3): over any path, or only over bridged links.
#include "topology/site_costs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::topology {
namespace {

using testing::ElementsAre;

// 0 -10- 1 -20- 2, 0 -100- 2, and 3 alone.
const std::vector<WeightedLink> kLinks = {{{0, 1}, 10}, {{1, 2}, 20}, {{0, 2}, 100}};

TEST(SiteCosts, TakeTheCheapestPath) {
  EXPECT_THAT(site_costs(4, 0, kLinks, nullptr), ElementsAre(0u, 10u, 30u, kNotConnected));
  EXPECT_THAT(site_costs(4, 2, kLinks, nullptr), ElementsAre(30u, 20u, 0u, kNotConnected));
  EXPECT_THAT(site_costs(4, 3, kLinks, nullptr), ElementsAre(kNotConnected, kNotConnected, kNotConnected, 0u));
}
TEST(SiteCosts, ALinkOfManySitesJoinsEachWithEach) {
  EXPECT_THAT(site_costs(3, 0, std::vector<WeightedLink>{{{0, 1, 2}, 5}}, nullptr), ElementsAre(0u, 5u, 5u));
}
TEST(SiteCosts, WithBridgesRequiredOnlyBridgedLinksAreAPath) {
  const std::vector<BridgedLinks> none, first_two = {{0, 1}};
  EXPECT_THAT(site_costs(4, 0, kLinks, &none), ElementsAre(0u, 10u, 100u, kNotConnected));
  EXPECT_THAT(site_costs(4, 0, kLinks, &first_two), ElementsAre(0u, 10u, 30u, kNotConnected));
}
// The example of 4.1.16.4.1: four sites, the links SL1 to SL4, one bridge of SL1 and SL3.
TEST(SiteCosts, ExampleOfTheSpecification) {
  const std::vector<WeightedLink> links = {{{0, 1}, 8}, {{0, 2}, 3}, {{1, 3}, 5}, {{2, 3}, 7}};
  const std::vector<BridgedLinks> bridges = {{0, 2}};
  EXPECT_THAT(site_costs(4, 0, links, &bridges), ElementsAre(0u, 8u, 3u, 13u));
  EXPECT_THAT(site_costs(4, 0, links, nullptr), ElementsAre(0u, 8u, 3u, 10u));
}
TEST(SiteCosts, LongPathsStayPaths) {
  const std::vector<WeightedLink> dear = {{{0, 1}, 0xFFFFFFF0}, {{1, 2}, 0xFFFFFFF0}};
  EXPECT_EQ(site_costs(3, 0, dear, nullptr)[2], kNotConnected - 1);
}

}  // namespace
}  // namespace tributary::topology
