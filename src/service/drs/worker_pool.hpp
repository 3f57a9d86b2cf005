// SPDX-License-Identifier: Apache-2.0
// Threads for what blocks, with a bounded queue of which each caller has a fair part: callers take turns, and none can hold all threads.
// Knows nothing of calls.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tributary::service {

class WorkerPool {
 public:
  using Work = std::move_only_function<void()>;
  struct Limits {
    std::size_t threads = 8;
    std::size_t queued_max = 1024;            ///< of all callers together
    std::size_t running_per_caller_max = 6;   ///< threads that one caller may have; always at least one thread less than there are
  };
  explicit WorkerPool(Limits limits);
  /// What has begun is waited for, what has not is dropped.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when there is no room: `work` is dropped then. Any thread; does not block.
  [[nodiscard]] bool submit(const std::string& caller, Work work);
  void stop();

 private:
  struct Line {
    std::deque<Work> waiting;
    std::size_t running = 0;
  };
  void run();
  /// The next caller in turn who may have a thread; lines_.end() when nobody may.
  [[nodiscard]] std::map<std::string, Line>::iterator next_line();

  Limits limits_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::string, Line> lines_;  ///< of callers who wait or run
  std::string last_;                   ///< whose turn was last
  std::size_t queued_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tributary::service
