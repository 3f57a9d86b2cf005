// SPDX-License-Identifier: Apache-2.0
// The proof that the simulator finds bugs: each that is planted into the engine has to be found within 200 seeds, and without one the very
// same program finds nothing.
#include <gmock/gmock.h>

#include "sim/planted.hpp"
#include "sim/run.hpp"

namespace tributary::sim {
namespace {

constexpr std::uint64_t kSeedsMax = 200;

Options options_with(const std::string& bug) {
  Options options;
  options.operations = 80;
  options.plant = bug;
  return options;
}

class PlantedTest : public testing::TestWithParam<std::string> {};

TEST_P(PlantedTest, IsFound) {
  const auto options = options_with(GetParam());
  std::uint64_t seed = 1;
  while (seed <= kSeedsMax && run_seed(options, seed).failures.empty()) ++seed;
  EXPECT_LE(seed, kSeedsMax);
  RecordProperty("found_by_seed", static_cast<int>(seed));
  std::printf("the bug \"%s\" is found by seed %d\n", GetParam().c_str(), static_cast<int>(seed));
}

INSTANTIATE_TEST_SUITE_P(Bugs, PlantedTest, testing::ValuesIn(planted_bugs()), [](const auto& info) { return info.param; });

TEST(UnplantedTest, WithoutABugNothingIsFound) {
  const auto options = options_with("");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) EXPECT_THAT(run_seed(options, seed).failures, testing::IsEmpty()) << seed;
}

}  // namespace
}  // namespace tributary::sim
