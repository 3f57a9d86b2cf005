// SPDX-License-Identifier: Apache-2.0
// Scenarios of [MS-ADTS] 6.2 as text. With UPDATE_TRANSCRIPTS in the environment what comes of them now is written into the
// files, to be reviewed as a difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "topology/testing/transcript.hpp"

namespace tributary::topology {
namespace {

const std::string kTestdata = TRIBUTARY_SOURCE_DIR "/src/topology/testdata/";

class TopologyTranscript : public ::testing::TestWithParam<std::string> {};

TEST_P(TopologyTranscript, IsWhatComesOfIt) {
  const std::string path = kTestdata + GetParam() + ".txt";
  std::ostringstream stored;
  stored << std::ifstream(path, std::ios::binary).rdbuf();
  ASSERT_NE(stored.str(), "") << path;
  const auto now = testing::run_transcript(stored.str());
  if (std::getenv("UPDATE_TRANSCRIPTS") != nullptr) {
    std::ofstream(path, std::ios::binary) << now;
    return;
  }
  EXPECT_EQ(now, stored.str());
}

INSTANTIATE_TEST_SUITE_P(Testdata, TopologyTranscript,
                         ::testing::Values("one_site", "large_site", "global_catalogs", "two_sites", "generator", "failed_dc", "bridges", "schedules",
                                           "manual_connections", "rodc", "mail", "options", "redundant", "application_nc", "hub_and_spokes",
                                           "translation", "cleanup"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace tributary::topology
