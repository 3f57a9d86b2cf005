// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.2.2's requirements over random forests: every replica receives every update, every DC computes its part of the same
// whole, a second run changes nothing, what is taken away is routed around. Seeded and bounded; a failure names its seed.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "topology/chance.hpp"
#include "topology/testing/graph_check.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

using testing::Forest;

constexpr std::uint64_t kSeeds = 200;
constexpr std::size_t kRoundsMax = 8;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  std::uint64_t below(std::uint64_t limit) { return Chance(seed_).of(++rolls_).value() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t seed_;
  std::uint64_t rolls_ = 0;
};

std::string text(const char* kind, std::uint64_t number) { return fmt::format("{}{}", kind, number); }

/// Open at some times of the week, Wednesday noon among them, so that any two have it in common.
std::optional<Schedule> random_schedule(Dice& dice) {
  if (dice.one_in(2)) return std::nullopt;
  Schedule out;
  const auto begin = dice.below(336);
  const auto end = 337 + dice.below(336);
  for (auto quarter = begin; quarter < end; ++quarter) out.set(static_cast<std::uint32_t>(quarter));
  return out;
}

/// Sites that are all linked, domains that each have a writable DC.
Forest random_forest(std::uint64_t seed) {
  Dice dice(seed);
  Forest forest;
  forest.seed = seed;
  const auto sites = 1 + dice.below(8);
  const auto domains = 1 + dice.below(3);
  for (std::uint64_t i = 0; i < domains; ++i) forest.add_domain(text("domain", i));
  for (std::uint64_t i = 0; i < sites; ++i) {
    const auto name = text("site", i);
    auto& site = forest.site(name);
    if (dice.one_in(3)) site.settings->options |= NTDSSETTINGS_OPT_IS_RAND_BH_SELECTION_DISABLED;
    if (dice.one_in(4)) site.settings->options |= NTDSSETTINGS_OPT_IS_REDUNDANT_SERVER_TOPOLOGY_ENABLED;
    if (i == 0) continue;
    forest.add_link({.name = text("link", i), .sites = {name, text("site", dice.below(i))},
                     .cost = static_cast<std::uint32_t>(1 + dice.below(5)) * 100, .interval_minutes = 15, .options = static_cast<std::uint32_t>(dice.below(8)),
                     .schedule = random_schedule(dice), .transport = "IP"});
  }
  const auto meshes = sites > 1 ? dice.below(4) : 0;
  for (std::uint64_t i = 0; i < meshes; ++i) {
    testing::LinkSpec mesh{.name = text("mesh", i), .sites = {}, .cost = static_cast<std::uint32_t>(1 + dice.below(5)) * 100,
                           .interval_minutes = 180, .options = 0, .schedule = std::nullopt, .transport = "IP"};
    for (std::uint64_t k = 2 + dice.below(3); k > 0; --k) mesh.sites.push_back(text("site", dice.below(sites)));
    forest.add_link(mesh);
  }
  if (dice.one_in(4)) {
    forest.transport("IP").options = NTDSTRANSPORT_OPT_BRIDGES_REQUIRED;
    std::vector<std::string> links;
    for (const auto& link : forest.view.site_links) links.push_back(link.name);
    forest.add_bridge(links);
  }
  const auto dcs = domains + dice.below(16);
  for (std::uint64_t i = 0; i < dcs; ++i)
    forest.add_dc({.name = text("dc", i), .site = text("site", dice.below(sites)), .domain = text("domain", i < domains ? i : dice.below(domains)),
                   .gc = dice.one_in(3), .rodc = i >= domains && dice.one_in(5), .version = 7, .mail = {}});
  if (dice.one_in(2)) {
    forest.add_application_nc("zones");
    forest.host("zones", "dc0");
    for (std::uint64_t i = 1; i < dcs; ++i)
      if (dice.one_in(3)) forest.host("zones", text("dc", i));
  }
  return forest;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

// [MS-ADTS] 6.2.2: from nothing, each DC alone from the same view, and the parts fit.
TEST(TopologyProperty, PartsComputedAloneMakeAWhole) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto forest = random_forest(seed);
    forest.round();
    ASSERT_EQ(joined(testing::violations(forest, testing::Edges::kConnections)), "") << "seed " << seed;
  }
}

// 6.2.2: runs repeat; when nothing changes around them they come to rest, and the forest is still whole.
TEST(TopologyProperty, ComesToRest) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto forest = random_forest(seed);
    ASSERT_LE(forest.settle(kRoundsMax), kRoundsMax) << "seed " << seed;
    ASSERT_EQ(joined(testing::violations(forest)), "") << "seed " << seed;
  }
}

// 6.2.2: a DC that has done what its run wanted wants nothing more, whether or not the others have run.
TEST(TopologyProperty, SecondRunChangesNothing) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto forest = random_forest(seed);
    for (std::size_t i = 0; i < forest.view.dsas.size(); ++i) {
      const auto dsa = forest.view.dsas[i].guid;
      forest.apply(forest.run(dsa));
      const auto again = forest.run(dsa);
      ASSERT_TRUE(again.changes_nothing()) << "seed " << seed << "\n" << to_text(again, forest.view);
    }
  }
}

// 6.2.2: the same inputs, the same plan, in whatever order the view lists them.
TEST(TopologyProperty, OrderOfTheViewDoesNotMatter) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto forest = random_forest(seed);
    forest.round();
    auto reversed = forest;
    auto& view = reversed.view;
    std::ranges::reverse(view.sites);
    std::ranges::reverse(view.servers);
    std::ranges::reverse(view.dsas);
    std::ranges::reverse(view.connections);
    std::ranges::reverse(view.transports);
    std::ranges::reverse(view.site_links);
    std::ranges::reverse(view.cross_refs);
    for (auto& link : view.site_links) std::ranges::reverse(link.sites);
    for (const auto& dsa : forest.view.dsas)
      ASSERT_EQ(to_text(forest.run(dsa.guid), forest.view), to_text(reversed.run(dsa.guid), view)) << "seed " << seed;
  }
}

// 6.2.2: a DC that leaves is routed around.
TEST(TopologyProperty, HealsWhenADcGoes) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto forest = random_forest(seed);
    ASSERT_LE(forest.settle(kRoundsMax), kRoundsMax);
    Dice dice(seed * 31);
    std::vector<std::string> spare;
    for (const auto& server : forest.view.servers)
      if (server.name != "dc0" && server.name != "dc1" && server.name != "dc2") spare.push_back(server.name);
    if (spare.empty()) continue;
    const auto gone = spare[dice.below(spare.size())];
    forest.remove_dc(gone);
    ASSERT_LE(forest.settle(kRoundsMax), kRoundsMax) << "seed " << seed;
    ASSERT_EQ(joined(testing::violations(forest)), "") << "seed " << seed << ", without " << gone;
    for (const auto& one : forest.view.connections) ASSERT_FALSE(one.from_server.is_null()) << "seed " << seed;
  }
}

// 6.2.2: a site link that goes is routed around when there is another way.
TEST(TopologyProperty, HealsWhenASiteLinkGoes) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto forest = random_forest(seed);
    testing::LinkSpec everywhere{.name = "everywhere", .sites = {}, .cost = 900, .interval_minutes = 60, .options = 0, .schedule = std::nullopt, .transport = "IP"};
    for (const auto& site : forest.view.sites) everywhere.sites.push_back(site.name);
    forest.add_link(everywhere);
    ASSERT_LE(forest.settle(kRoundsMax), kRoundsMax) << "seed " << seed;
    Dice dice(seed * 37);
    if (forest.view.site_links.size() < 2) continue;
    forest.remove_link(forest.view.site_links[dice.below(forest.view.site_links.size() - 1)].name);
    ASSERT_LE(forest.settle(kRoundsMax), kRoundsMax) << "seed " << seed;
    ASSERT_EQ(joined(testing::violations(forest)), "") << "seed " << seed;
  }
}

// 6.2.2: DCs that are offline do not keep updates from the others. Everybody knows of the failure, as contacts have shown it.
TEST(TopologyProperty, RoutesAroundAFailedDc) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    auto forest = random_forest(seed);
    ASSERT_LE(forest.settle(kRoundsMax), kRoundsMax);
    Dice dice(seed * 41);
    std::vector<std::string> spare;
    for (const auto& server : forest.view.servers)
      if (server.name != "dc0" && server.name != "dc1" && server.name != "dc2") spare.push_back(server.name);
    if (spare.empty()) continue;
    const auto down = spare[dice.below(spare.size())];
    const auto& failed = forest.dc(down);
    const DsTime since{forest.now.seconds - 3 * 3600};
    for (const auto& one : forest.view.dsas) {
      auto& state = forest.state(forest.name_of(one.guid));
      state.failed_connections = {{.dsa = failed.guid, .time_first_failure = since, .failure_count = 5, .last_result = Win32{1722}}};
      state.contacts = {{.dsa = failed.guid, .result = Win32{1722}, .failed_links = {}, .failed_connections = {}}};
      for (const auto& other : forest.view.dsas) state.config_cursors.push_back({other.invocation_id, other.guid == failed.guid ? since : forest.now});
    }
    forest.offline.insert(failed.guid);
    ASSERT_LE(forest.settle(kRoundsMax), kRoundsMax) << "seed " << seed;
    forest.remove_dc(down);
    ASSERT_EQ(joined(testing::violations(forest, testing::Edges::kConnections)), "") << "seed " << seed << ", without " << down;
  }
}

// 6.2.2.2: the edges beyond the ring keep every two writable replicas of a site within three hops; the section's number of
// edges is kept to, but for the few that three hops need.
TEST(TopologyProperty, ThreeHopsInASite) {
  for (const std::uint64_t dcs : {1, 2, 3, 7, 8, 15, 16, 27, 40, 64}) {
    Forest forest;
    forest.add_domain("domain");
    for (std::uint64_t i = 0; i < dcs; ++i)
      forest.add_dc({.name = text("dc", i), .site = "site", .domain = "domain", .gc = false, .rodc = false, .version = 7, .mail = {}});
    forest.round();
    EXPECT_LE(testing::hops_in_sites_max(forest), 3u) << dcs;
    EXPECT_EQ(joined(testing::violations(forest)), "") << dcs;
    EXPECT_EQ(forest.round(), 0u) << dcs;
  }
}

}  // namespace
}  // namespace tributary::topology
