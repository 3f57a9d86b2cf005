// SPDX-License-Identifier: Apache-2.0
// Virtual time: events in the order of (time, sequence). Two events of one time come in the order in which they were asked for, so a run
// repeats exactly. Knows nothing of what the events do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/assert.hpp"
#include "base/clock.hpp"

namespace tributary::sim {

class EventLoop {
 public:
  using Work = std::move_only_function<void()>;

  [[nodiscard]] MonoTime now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return heap_.size(); }

  void at(MonoTime time, Work work) {
    heap_.push_back({std::max(time, now_), sequence_++, std::move(work)});
    std::ranges::push_heap(heap_, later);
  }
  void after(MonoTime delay, Work work) { at(now_ + delay, std::move(work)); }

  /// One event, if there is one that is due until `limit`; otherwise the time is `limit`.
  bool step(MonoTime limit) {
    if (heap_.empty() || heap_.front().time > limit) {
      now_ = std::max(now_, limit);
      return false;
    }
    std::ranges::pop_heap(heap_, later);
    Event event = std::move(heap_.back());
    heap_.pop_back();
    now_ = event.time;
    ++events_;
    event.work();
    return true;
  }
  void run_until(MonoTime limit) {
    while (step(limit)) {
    }
  }

 private:
  struct Event {
    MonoTime time;
    std::uint64_t sequence;
    Work work;
  };
  static bool later(const Event& a, const Event& b) noexcept {
    return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
  }

  std::vector<Event> heap_;
  MonoTime now_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace tributary::sim
