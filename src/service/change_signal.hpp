// SPDX-License-Identifier: Apache-2.0
// Who wants to know that something was committed: searches that wait for changes ([MS-ADTS] 3.1.1.3.4.1.9). What changed they read from the
// store's change index, so a signal says nothing, and several commits may be one signal to whoever is slow. Knows no directory.
// Threads: any, at any time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace tributary::service {

class ChangeSignal {
  struct Listeners {
    std::mutex mutex;
    std::map<std::uint64_t, std::function<void()>> all;
    std::uint64_t next = 0;
  };

 public:
  /// Ends with its destruction: `changed` is not called any more when that has returned. May outlive the signal.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&&) noexcept = default;
    Subscription& operator=(Subscription&& other) noexcept {
      release();
      listeners_ = std::move(other.listeners_);
      key_ = other.key_;
      return *this;
    }
    ~Subscription() { release(); }

   private:
    friend class ChangeSignal;
    Subscription(std::shared_ptr<Listeners> listeners, std::uint64_t key) : listeners_(std::move(listeners)), key_(key) {}
    void release() {
      if (!listeners_) return;
      const std::lock_guard guard(listeners_->mutex);
      listeners_->all.erase(key_);
      listeners_ = nullptr;
    }
    std::shared_ptr<Listeners> listeners_;
    std::uint64_t key_ = 0;
  };

  /// `changed` is called by whoever commits, after it is durable; it must not block, nor subscribe or end a subscription.
  [[nodiscard]] Subscription subscribe(std::function<void()> changed) {
    const std::lock_guard guard(listeners_->mutex);
    const auto key = listeners_->next++;
    listeners_->all.emplace(key, std::move(changed));
    return {listeners_, key};
  }
  void notify() const {
    const std::lock_guard guard(listeners_->mutex);
    for (const auto& [key, changed] : listeners_->all) changed();
  }

 private:
  std::shared_ptr<Listeners> listeners_ = std::make_shared<Listeners>();
};

}  // namespace tributary::service
