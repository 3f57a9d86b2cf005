// SPDX-License-Identifier: Apache-2.0
// See workers.hpp.
#include "dsa/core/workers.hpp"

#include <utility>

namespace tributary::dsa {

bool Workers::post(std::move_only_function<void()> task) {
  {
    const std::lock_guard guard(mutex_);
    if (is_stopping_) return false;
    tasks_.push_back(std::move(task));
    if (idle_ < tasks_.size() && threads_.size() < threads_max_) threads_.emplace_back([this] { run(); });
  }
  changed_.notify_one();
  return true;
}

void Workers::run() {
  std::unique_lock guard(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(guard, [&] { return is_stopping_ || !tasks_.empty(); });
    --idle_;
    if (is_stopping_) return;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    guard.unlock();
    task();
    task = nullptr;
    guard.lock();
  }
}

void Workers::stop() {
  std::vector<std::thread> threads;
  std::deque<std::move_only_function<void()>> dropped;
  {
    const std::lock_guard guard(mutex_);
    is_stopping_ = true;
    threads.swap(threads_);
    dropped.swap(tasks_);
  }
  changed_.notify_all();
  for (auto& thread : threads) thread.join();
}

std::size_t Workers::waiting() const {
  const std::lock_guard guard(mutex_);
  return tasks_.size();
}

}  // namespace tributary::dsa
