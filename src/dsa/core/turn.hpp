// SPDX-License-Identifier: Apache-2.0
// Who writes next: a lock that is given in the order in which it was asked for, so that a cycle that applies page after page cannot keep
// clients' updates waiting. The store has one writer; this decides whose turn it is. Knows nothing else.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace tributary::dsa {

class TurnLock {
 public:
  void lock() {
    std::unique_lock guard(mutex_);
    const auto mine = next_++;
    changed_.wait(guard, [&] { return serving_ == mine; });
  }
  void unlock() {
    {
      const std::lock_guard guard(mutex_);
      ++serving_;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_ = 0, serving_ = 0;
};

}  // namespace tributary::dsa
