// SPDX-License-Identifier: Apache-2.0
// What only the disk can show: a map that grows, a disk that is full, two owners, copies of files, and a process that is killed.
#include <sys/resource.h>

#include <fstream>

#include "store/lmdb/crash_loop.hpp"
#include "store/lmdb/place.hpp"

namespace tributary::store {
namespace {

using namespace testing;
using kv::Table;
namespace fs = std::filesystem;

const std::shared_ptr<const IndexPolicy> kPolicy = std::make_shared<LowerCasePolicy>();

class LmdbTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<kv::Engine>> engine(lmdb::LmdbOptions options = {}) {
    if (options.folder.empty()) options.folder = folder();
    options.sync = false;
    return lmdb::open_lmdb_engine(options);
  }
  std::unique_ptr<DirectoryStore> create(const lmdb::LmdbOptions& options = {}) {
    auto store = std::move(*DirectoryStore::create(std::move(*engine(options)), identity_of(1), kPolicy));
    expect_ok(ApplyWorkload::begin(*store));
    return store;
  }
  Result<std::unique_ptr<DirectoryStore>> open(const lmdb::LmdbOptions& options = {}, std::optional<InvocationId> fresh = {}) {
    auto opened = engine(options);
    if (!opened) return std::unexpected(opened.error());
    return DirectoryStore::open(std::move(*opened), kPolicy, fresh);
  }
  [[nodiscard]] std::string folder() const { return temporary_.path() + "/db"; }
  [[nodiscard]] std::string other() const { return temporary_.path() + "/other"; }
  TemporaryFolder temporary_;
};

TEST_F(LmdbTest, the_map_grows_by_itself) {
  const auto store = create({.map_octets = 1 << 20});
  for (int i = 0; i < 200; ++i) expect_ok(ApplyWorkload::next(*store));
  for (int i = 0; i < 100; ++i) {
    const auto t = store->write();
    t->put_dsa_value(fmt::format("value {}", i), Bytes(100'000));
    expect_ok(t->commit());
  }
  EXPECT_GT(fs::file_size(folder() + "/data.mdb"), 10'000'000u);
  EXPECT_EQ(ApplyWorkload::judge(*store), "");
}

TEST_F(LmdbTest, a_transaction_larger_than_the_map_fails_once_and_then_has_room) {
  const auto store = create({.map_octets = 1 << 20});
  int failures = 0;
  for (;; ++failures) {
    ASSERT_LT(failures, 6);
    const auto t = store->write();
    t->put_dsa_value("large", Bytes(8 << 20));
    const auto done = t->commit();
    if (done) break;
    EXPECT_EQ(done.error().code, win32::kErrorDiskFull);
    EXPECT_FALSE(store->read()->dsa_value("large")->has_value());
  }
  EXPECT_GE(failures, 1);
  EXPECT_EQ((*store->read()->dsa_value("large"))->size(), 8u << 20);
}

TEST_F(LmdbTest, a_snapshot_that_is_held_keeps_its_state_while_the_map_would_grow) {
  const auto store = create({.map_octets = 4 << 20});
  const auto held = store->read();
  Result<void> done;
  for (int i = 0; i < 300 && done; ++i) done = ApplyWorkload::next(*store);
  EXPECT_EQ(ApplyWorkload::cursor(*held), 0u);
  EXPECT_EQ(done.error().code, win32::kErrorDiskFull);  // it cannot grow below a snapshot
}

TEST_F(LmdbTest, a_limit_of_size_is_a_full_disk_and_more_room_lets_it_go_on) {
  {
    const auto store = create({.map_octets = 1 << 20, .octets_max = 2 << 20});
    Result<void> done;
    for (int i = 0; i < 3000 && done; ++i) {
      const auto t = store->write();
      t->put_dsa_value(fmt::format("value {}", i), Bytes(10'000));
      done = t->commit();
    }
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, win32::kErrorDiskFull);
    EXPECT_EQ(ApplyWorkload::judge(*store), "");
    EXPECT_LE(fs::file_size(folder() + "/data.mdb"), 2u << 20);
  }
  const auto store = open({.octets_max = 8 << 20});
  ASSERT_TRUE(store) << store.error().detail;
  for (int i = 0; i < 20; ++i) expect_ok(ApplyWorkload::next(**store));
  EXPECT_EQ(ApplyWorkload::judge(**store), "");
}

TEST_F(LmdbTest, a_disk_without_room_stops_cleanly_and_goes_on_when_there_is_some) {
  const auto store = create();
  for (int i = 0; i < 10; ++i) expect_ok(ApplyWorkload::next(*store));
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{fs::file_size(folder() + "/data.mdb") + 200'000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  Result<void> done;
  for (int i = 0; i < 100 && done; ++i) done = ApplyWorkload::next(*store);
  const auto once_more = ApplyWorkload::next(*store);
  setrlimit(RLIMIT_FSIZE, &before);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, win32::kErrorDiskFull) << done.error().detail;
  EXPECT_EQ(once_more.error().code, win32::kErrorDiskFull);
  EXPECT_EQ(ApplyWorkload::judge(*store), "");
  expect_ok(ApplyWorkload::next(*store));
  EXPECT_EQ(ApplyWorkload::judge(*store), "");
}

TEST_F(LmdbTest, a_folder_has_one_owner) {
  auto first = engine();
  ASSERT_TRUE(first);
  EXPECT_EQ(engine().error().code, win32::kErrorDsBusy);
  fs::create_directory_symlink(folder(), other());
  EXPECT_EQ(engine({.folder = other()}).error().code, win32::kErrorDsBusy);
  const pid_t child = fork();
  if (child == 0) {
    // What the parent has open is not this process's; the lock of the owner is.
    const auto locked = lmdb::lock_owner(folder());
    _exit(!locked && locked.error().code == win32::kErrorDsBusy ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  first->reset();
  expect_ok(engine());
}

TEST_F(LmdbTest, another_process_may_look_at_a_database_that_is_open) {
  int begin[2];
  ASSERT_EQ(pipe(begin), 0);
  const pid_t child = fork();
  if (child == 0) {
    char word = 0;
    if (read(begin[0], &word, 1) != 1) _exit(2);
    auto onlooker = engine({.folder = {}, .read_only = true});
    if (!onlooker) _exit(3);
    auto store = DirectoryStore::inspect(std::move(*onlooker), kPolicy);
    _exit(store && ApplyWorkload::judge(**store).empty() && ApplyWorkload::cursor(*(*store)->read()) == 5 ? 0 : 4);
  }
  const auto store = create();
  for (int i = 0; i < 5; ++i) expect_ok(ApplyWorkload::next(*store));
  ASSERT_EQ(write(begin[1], "x", 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  expect_ok(ApplyWorkload::next(*store));
}

TEST_F(LmdbTest, a_folder_that_is_not_there_or_is_none) {
  EXPECT_EQ(engine({.folder = folder(), .read_only = true}).error().code, win32::kErrorFileNotFound);
  EXPECT_EQ(engine({.folder = temporary_.path() + "/a/b/c"}).error().code, win32::kErrorFileNotFound);
  fs::create_directory(folder());
  std::ofstream(folder() + "/data.mdb") << std::string(10'000, 'x');
  EXPECT_EQ(engine().error().code, win32::kErrorDsDatabaseError);
}

TEST_F(LmdbTest, a_copy_of_the_folder_is_found_and_used_under_a_fresh_invocation_id_only) {
  create().reset();
  fs::copy(folder(), other());
  const auto refused = open({.folder = other()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorDsDraInconsistentDit);
  {
    const auto copy = open({.folder = other()}, invocation_of(2));
    ASSERT_TRUE(copy) << copy.error().detail;
    EXPECT_EQ((*copy)->opening(), Opening::kRenewed);
    EXPECT_EQ(ApplyWorkload::judge(**copy), "");
  }
  expect_ok(open({.folder = other()}));
  expect_ok(open());  // the original is not concerned
}

TEST_F(LmdbTest, an_older_data_file_that_is_put_back_is_found) {
  create().reset();
  fs::copy(folder() + "/data.mdb", other());
  const auto content = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  {
    const auto store = open();
    expect_ok(ApplyWorkload::next(**store));
  }
  // Into the very same file: inode and birth stay, generation and USN do not.
  const std::string old = content(other());
  std::ofstream(folder() + "/data.mdb", std::ios::binary | std::ios::trunc) << old;
  EXPECT_EQ(open().error().code, win32::kErrorDsDraInconsistentDit);
  fs::rename(other(), folder() + "/data.mdb");
  EXPECT_EQ(open().error().code, win32::kErrorDsDraInconsistentDit);
  expect_ok(open({}, invocation_of(2)));
}

TEST_F(LmdbTest, a_backup_while_others_write_is_one_state) {
  const auto store = create();
  for (int i = 0; i < 7; ++i) expect_ok(ApplyWorkload::next(*store));
  {
    const auto t = store->write();
    t->put_dsa_value("not committed", {});
    expect_ok(store->backup(other()));
  }
  EXPECT_NE(store->backup(other()), Result<void>{});  // there is one already
  expect_ok(ApplyWorkload::next(*store));
  const auto copy = open({.folder = other()}, invocation_of(2));
  ASSERT_TRUE(copy) << copy.error().detail;
  EXPECT_EQ(ApplyWorkload::cursor(*(*copy)->read()), 7u);
  EXPECT_FALSE((*copy)->read()->dsa_value("not committed")->has_value());
  const auto report = verify(*(*copy)->read());
  EXPECT_TRUE(report && report->is_sound());
}

TEST_F(LmdbTest, fifty_kills_at_random_instants) {
  const auto result = CrashLoop(folder(), 5, true).run(50);
  EXPECT_EQ(result.fault, "");
  EXPECT_EQ(result.kills, 50u);
  EXPECT_GT(result.opened_after_crash, 10u);
  EXPECT_GT(result.batches, 50u);
}

}  // namespace
}  // namespace tributary::store
