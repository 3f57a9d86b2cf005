// SPDX-License-Identifier: Apache-2.0
// Kills (SIGKILL) a process that applies batches to a database on disk, at random instants, and judges the database after each. For
// lmdb_test (a few) and store_crash (as many as asked for). Single-threaded: it forks.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "store/lmdb/lmdb_engine.hpp"
#include "store/test_apply.hpp"

namespace tributary::store::testing {

struct CrashResult {
  std::string fault;  ///< empty: every database was as it should be
  std::uint64_t kills = 0, batches = 0, opened_after_crash = 0;
};

class CrashLoop {
 public:
  CrashLoop(std::string folder, std::uint64_t seed, bool sync) : folder_(std::move(folder)), random_(seed), sync_(sync) {}

  CrashResult run(std::uint64_t kills) {
    CrashResult result;
    for (; result.kills < kills; ++result.kills) {
      int ready[2];
      if (pipe(ready) != 0) return result.fault = "no pipe", result;
      const pid_t child = fork();
      if (child < 0) return result.fault = "fork failed", result;
      if (child == 0) work(ready[1]);
      close(ready[1]);
      // Every fourth is killed while it opens the database, perhaps; the others while they apply.
      char word = 0;
      if (result.kills % 4 != 0 && read(ready[0], &word, 1) != 1) word = 0;
      usleep(static_cast<useconds_t>(random_() % kLifeMicrosecondsMax));
      kill(child, SIGKILL);
      close(ready[0]);
      int status = 0;
      waitpid(child, &status, 0);
      if (!WIFSIGNALED(status)) return result.fault = "the worker ended by itself: it could not open or write", result;
      result.fault = judge(result);
      if (!result.fault.empty()) return result;
    }
    return result;
  }

 private:
  static constexpr std::uint64_t kLifeMicrosecondsMax = 30'000;

  Result<std::unique_ptr<DirectoryStore>> open() {
    auto engine = lmdb::open_lmdb_engine({.folder = folder_, .map_octets = 1 << 20, .sync = sync_});
    if (!engine) return std::unexpected(engine.error());
    return DirectoryStore::open(std::move(*engine), policy_);
  }
  Result<std::unique_ptr<DirectoryStore>> open_or_create() {
    auto engine = lmdb::open_lmdb_engine({.folder = folder_, .map_octets = 1 << 20, .sync = sync_});
    if (!engine) return std::unexpected(engine.error());
    auto created = DirectoryStore::create(std::move(*engine), identity_of(1), policy_);
    if (created || created.error().code != win32::kErrorAlreadyExists) return created;
    return open();
  }
  [[noreturn]] void work(int ready) {
    const auto store = open_or_create();
    if (!store) _exit(2);
    if (*(*store)->read()->find_guid(object_guid(1)) == kNoDnt && !ApplyWorkload::begin(**store)) _exit(3);
    if (write(ready, "x", 1) != 1) _exit(5);
    for (;;) {
      const auto done = ApplyWorkload::next(**store);
      if (!done && done.error().code != win32::kErrorDiskFull) _exit(4);  // a map that was too small grows with the next
    }
  }
  std::string judge(CrashResult& result) {
    auto store = open();
    if (!store && store.error().code == win32::kErrorDsDatabaseError && !was_created_) return {};  // killed before it was made
    if (!store) return store.error().detail;
    was_created_ = true;
    if ((*store)->opening() == Opening::kAfterCrash) ++result.opened_after_crash;
    result.batches = ApplyWorkload::cursor(*(*store)->read());
    return ApplyWorkload::judge(**store);
  }

  std::string folder_;
  std::mt19937_64 random_;
  bool sync_;
  bool was_created_ = false;
  std::shared_ptr<const IndexPolicy> policy_ = std::make_shared<LowerCasePolicy>();
};

}  // namespace tributary::store::testing
