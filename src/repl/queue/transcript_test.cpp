// SPDX-License-Identifier: Apache-2.0
// The replication queue and what it carries out ([MS-DRSR] 5.46, 5.164, 5.165, 4.1.19 to 4.1.23, 4.1.26), as scenarios of testdata/: events in, actions out, compared octet for octet. TRIBUTARY_REWRITE=1 writes the expected text anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "repl/queue/transcript_world.hpp"

namespace tributary::repl::test {
namespace {

const std::filesystem::path kFolder = TRIBUTARY_SOURCE_DIR "/src/repl/queue/testdata";

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder))
    if (entry.path().extension() == ".txt") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The file as it would be if every line had the actions that it has now.
std::string replay(const std::string& text, std::size_t& scenarios) {
  World world;
  std::string out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("> ")) continue;  // what was expected
    out += line + "\n";
    if (line.empty() || line.starts_with('#')) continue;
    scenarios += line.starts_with("new ") ? 1 : 0;
    std::istringstream actions(world.run(line));
    for (std::string action; std::getline(actions, action);) out += "> " + action + "\n";
  }
  return out;
}

class Transcript : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Transcript, IsReplayed) {
  const auto text = read(GetParam());
  std::size_t scenarios = 0;
  const auto now = replay(text, scenarios);
  EXPECT_GT(scenarios, 0u);
  const char* rewrite = std::getenv("TRIBUTARY_REWRITE");
  if (rewrite != nullptr && std::string_view(rewrite) == "1") std::ofstream(GetParam()) << now;
  EXPECT_EQ(now, text);
}

INSTANTIATE_TEST_SUITE_P(Queue, Transcript, testing::ValuesIn(files()), [](const auto& info) { return info.param.stem().string(); });

TEST(Transcripts, AreMany) {
  std::size_t scenarios = 0;
  for (const auto& path : files()) (void)replay(read(path), scenarios);
  EXPECT_GE(scenarios, 25u);
}

}  // namespace
}  // namespace tributary::repl::test
