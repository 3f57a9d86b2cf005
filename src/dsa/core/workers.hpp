// SPDX-License-Identifier: Apache-2.0
// Threads for what blocks: cycles, calls to partners, operations of callers. They come when there is work and none is idle, up to a limit,
// and stay. Tasks beyond the limit wait in their order. Thread-safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tributary::dsa {

class Workers {
 public:
  explicit Workers(std::size_t threads_max) : threads_max_(threads_max) {}
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// False after stop(): the task was dropped.
  bool post(std::move_only_function<void()> task);
  /// Waits for tasks under way; what waits is dropped.
  void stop();
  [[nodiscard]] std::size_t waiting() const;

 private:
  void run();

  const std::size_t threads_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::move_only_function<void()>> tasks_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool is_stopping_ = false;
};

}  // namespace tributary::dsa
