// SPDX-License-Identifier: Apache-2.0
// The simulator itself: runs repeat exactly, seeds pass, regressions stay fixed, and the line that replays a run means that run.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/check/model.hpp"
#include "sim/core/event_loop.hpp"
#include "sim/core/network.hpp"
#include "sim/run.hpp"

namespace tributary::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line.substr(0, line.find('#')));
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// For LMDB's files; gone with the test.
class SimTest : public testing::Test {
 protected:
  SimTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tributary-simtest-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~SimTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  [[nodiscard]] Options options(const std::vector<std::string>& words) const {
    auto parsed = parse_options(words);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().detail);
    if (!parsed) return {};
    parsed->folder = folder_;
    return *parsed;
  }

 private:
  std::string folder_;
};

TEST_F(SimTest, TheSameSeedGivesTheSameHistory) {
  for (const auto& words : {std::vector<std::string>{"--ops", "80"}, {"--ops", "40", "--dsas", "3", "--store", "lmdb"}}) {
    const auto asked = options(words);
    for (const std::uint64_t seed : {3u, 4u}) {
      const auto one = run_seed(asked, seed);
      const auto two = run_seed(asked, seed);
      EXPECT_EQ(one.digest, two.digest);
      EXPECT_EQ(one.events, two.events);
      EXPECT_NE(one.digest, run_seed(asked, seed + 100).digest);
    }
  }
}

TEST_F(SimTest, SeedsPass) {
  const auto asked = options({"--ops", "60"});
  for (std::uint64_t seed = 1; seed <= 25; ++seed) EXPECT_THAT(run_seed(asked, seed).failures, IsEmpty()) << replay_line(asked, seed);
  const auto on_disk = options({"--ops", "40", "--store", "lmdb"});
  for (std::uint64_t seed = 1; seed <= 2; ++seed) EXPECT_THAT(run_seed(on_disk, seed).failures, IsEmpty()) << replay_line(on_disk, seed);
}

TEST_F(SimTest, OneDsaAndTwoAreForestsToo) {
  for (const auto* count : {"1", "2"}) {
    const auto asked = options({"--ops", "40", "--dsas", count});
    for (std::uint64_t seed = 1; seed <= 5; ++seed) EXPECT_THAT(run_seed(asked, seed).failures, IsEmpty()) << replay_line(asked, seed);
  }
}

/// Each file has one bug that a seed found, or several: the arguments, and behind # the cause.
TEST_F(SimTest, WhatWasFoundStaysFixed) {
  std::size_t lines = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::string(TRIBUTARY_SOURCE_DIR) + "/sim/regressions")) {
    std::ifstream stream(file.path());
    for (std::string line; std::getline(stream, line);) {
      const auto words = words_of(line);
      if (words.empty()) continue;
      ++lines;
      const auto asked = options(words);
      for (auto seed = asked.first_seed; seed <= asked.last_seed; ++seed) EXPECT_THAT(run_seed(asked, seed).failures, IsEmpty()) << line;
    }
  }
  EXPECT_GT(lines, 0u);
}

TEST_F(SimTest, TheReplayLineAsksForTheSameRun) {
  const auto asked = options({"--seeds", "7-9", "--ops", "33", "--dsas", "4", "--faults", "loss,crash", "--workload", "add,link", "--store", "lmdb"});
  auto words = words_of(replay_line(asked, 8));
  words.erase(words.begin());
  const auto again = options(words);
  EXPECT_EQ(again.first_seed, 8u);
  EXPECT_EQ(again.last_seed, 8u);
  EXPECT_EQ(again.operations, 33u);
  EXPECT_EQ(again.dsas, 4);
  EXPECT_EQ(again.faults, asked.faults);
  EXPECT_EQ(again.workload, asked.workload);
  EXPECT_EQ(again.store, StoreKind::kLmdb);
  EXPECT_TRUE(again.has_trace);
}

TEST_F(SimTest, WhatIsNoOptionIsRefused) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--seeds"}, {"--seeds", "0"}, {"--seeds", "9-3"}, {"--dsas", "17"}, {"--dsas", "0"}, {"--faults", "bad"}, {"--store", "disk"}, {"--what", "1"}, {"--plant", "x"}})
    EXPECT_FALSE(parse_options(words)) << words.front();
}

TEST(EventLoopTest, TimeThenTheOrderOfAsking) {
  EventLoop loop;
  std::vector<int> order;
  loop.after(2s, [&] { order.push_back(3); });
  loop.after(1s, [&] {
    order.push_back(1);
    loop.after(0s, [&] { order.push_back(2); });
  });
  loop.after(2s, [&] { order.push_back(4); });
  loop.after(9s, [&] { order.push_back(5); });
  loop.run_until(5s);
  EXPECT_THAT(order, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(loop.now(), 5s);
  EXPECT_EQ(loop.waiting(), 1u);
}

TEST(NetworkTest, CutsLossAndDuplicates) {
  EventLoop loop;
  std::vector<int> arrived;
  SimNetwork network(loop, Chance(1), [&](int from, int to, const Bytes& message) { arrived.push_back(from * 100 + to * 10 + message[0]); });
  network.link(0, 1).is_cut = true;
  network.send(0, 1, {1});
  network.send(1, 0, {2});  // the other direction works
  network.link(2, 0).duplicate = 1000;
  network.send(2, 0, {3});
  network.link(2, 1).loss = 1000;
  network.send(2, 1, {4});
  network.link(1, 2).held_until = 10s;
  network.send(1, 2, {5});
  loop.run_until(5s);
  EXPECT_THAT(arrived, ElementsAre(102, 203, 203));
  loop.run_until(10s);
  EXPECT_THAT(arrived, SizeIs(4));
  EXPECT_EQ(network.figures().lost, 2u);
  network.heal();
  network.send(0, 1, {6});
  loop.run_until(11s);
  EXPECT_EQ(arrived.back(), 16);
}

/// [MS-DRSR] 5.11, 5.119, written down a second time for the judge: version, then time, then invocationId.
TEST(JudgeTest, TheOrderOfStamps) {
  const InvocationId low{Guid{{1}}}, high{Guid{{2}}};
  const AttributeStamp base{2, DsTime{10}, low, Usn{5}};
  EXPECT_TRUE(is_newer({3, DsTime{1}, low, Usn{1}}, base));
  EXPECT_TRUE(is_newer({2, DsTime{11}, low, Usn{1}}, base));
  EXPECT_TRUE(is_newer({2, DsTime{10}, high, Usn{1}}, base));
  EXPECT_FALSE(is_newer({2, DsTime{10}, low, Usn{9}}, base));
  EXPECT_TRUE(is_newer({1, DsTime{1}, low, Usn{1}}, {0xFFFFFFFF, DsTime{1}, low, Usn{1}}));
  EXPECT_TRUE(is_newer(LinkValueStamp{DsTime{2}, {1, DsTime{2}, low, Usn{1}}}, LinkValueStamp{DsTime{1}, {9, DsTime{9}, high, Usn{1}}}));
  EXPECT_FALSE(is_newer(LinkValueStamp{DsTime{2}, {0, DsTime{2}, low, Usn{1}}}, LinkValueStamp{DsTime{1}, {1, DsTime{1}, low, Usn{1}}}));
}

}  // namespace
}  // namespace tributary::sim
