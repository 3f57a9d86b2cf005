// SPDX-License-Identifier: Apache-2.0
// The power goes, at a thousand random instants of an apply over the engine in memory: every database opens, verifies and agrees with its
// cursor, whether the disk keeps every commit or only what was synced. And the disk is full, and has room again.
#include <random>

#include "store/test_apply.hpp"

namespace tributary::store {
namespace {

using namespace testing;

const std::shared_ptr<const IndexPolicy> kPolicy = std::make_shared<LowerCasePolicy>();

std::unique_ptr<DirectoryStore> open(const std::shared_ptr<memory::Disk>& disk) {
  auto opened = DirectoryStore::open(memory::make_memory_engine(disk), kPolicy);
  EXPECT_TRUE(opened) << opened.error().detail;
  return opened ? std::move(*opened) : nullptr;
}

void crash_again_and_again(bool sync_commits, int rounds) {
  std::mt19937_64 random(sync_commits ? 1 : 2);
  auto disk = std::make_shared<memory::Disk>(memory::DiskOptions{.sync_commits = sync_commits});
  {
    auto store = std::move(*DirectoryStore::create(memory::make_memory_engine(disk), identity_of(1), kPolicy));
    expect_ok(ApplyWorkload::begin(*store));
  }
  std::uint64_t furthest = 0;
  for (int round = 0; round < rounds; ++round) {
    disk->crash_after(random() % 1200);
    if (auto store = DirectoryStore::open(memory::make_memory_engine(disk), kPolicy)) {
      std::uint64_t committed = ApplyWorkload::cursor(*(*store)->read());
      while (ApplyWorkload::next(**store)) {
        ++committed;
        if (random() % 3 == 0) disk->sync();
      }
      if (sync_commits) furthest = committed;
    }
    disk->crash();
    const auto store = open(disk);
    ASSERT_TRUE(store) << "round " << round;
    ASSERT_EQ(ApplyWorkload::judge(*store), "") << "round " << round;
    ASSERT_GE(ApplyWorkload::cursor(*store->read()), furthest) << "round " << round;
  }
  EXPECT_GT(ApplyWorkload::cursor(*open(disk)->read()), static_cast<std::uint64_t>(rounds) / 4);
}

TEST(FaultsTest, a_thousand_power_cuts_of_a_disk_that_keeps_every_commit) { crash_again_and_again(true, 600); }
TEST(FaultsTest, and_of_one_that_keeps_what_was_synced) { crash_again_and_again(false, 400); }

TEST(FaultsTest, a_full_disk_stops_cleanly_and_goes_on_when_there_is_room) {
  auto disk = std::make_shared<memory::Disk>();
  auto store = std::move(*DirectoryStore::create(memory::make_memory_engine(disk), identity_of(1), kPolicy));
  expect_ok(ApplyWorkload::begin(*store));
  disk->set_capacity(200'000);
  Result<void> done;
  while (done = ApplyWorkload::next(*store), done) ASSERT_LT(ApplyWorkload::cursor(*store->read()), 100u);
  EXPECT_EQ(done.error().code, win32::kErrorDiskFull);
  const std::uint64_t reached = ApplyWorkload::cursor(*store->read());
  EXPECT_EQ(ApplyWorkload::judge(*store), "");
  EXPECT_EQ(ApplyWorkload::next(*store).error().code, win32::kErrorDiskFull);
  disk->set_capacity(0);
  expect_ok(ApplyWorkload::next(*store));
  EXPECT_EQ(ApplyWorkload::cursor(*store->read()), reached + 1);
  EXPECT_EQ(ApplyWorkload::judge(*store), "");
}

TEST(FaultsTest, old_states_are_kept_and_put_back_whatever_happened_since) {
  auto disk = std::make_shared<memory::Disk>();
  auto store = std::move(*DirectoryStore::create(memory::make_memory_engine(disk), identity_of(1), kPolicy));
  expect_ok(ApplyWorkload::begin(*store));
  std::vector<memory::Disk::Image> images;
  for (int i = 0; i < 50; ++i) {
    images.push_back(disk->keep());
    expect_ok(ApplyWorkload::next(*store));
  }
  for (const std::size_t i : {49u, 0u, 31u, 30u}) {
    disk->restore(images[i], true);
    store = open(disk);
    ASSERT_TRUE(store);
    EXPECT_EQ(ApplyWorkload::cursor(*store->read()), i);
    EXPECT_EQ(ApplyWorkload::judge(*store), "");
  }
}

}  // namespace
}  // namespace tributary::store
