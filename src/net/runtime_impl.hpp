// SPDX-License-Identifier: Apache-2.0
// The inside of Runtime, for the .cpp files of src/net only: Boost.Asio stays behind this line.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "net/runtime.hpp"

namespace tributary::net {

namespace asio = boost::asio;

/// What may hold itself through handlers that wait: the end of the Runtime drops them.
class Abandonable {
 public:
  virtual ~Abandonable() = default;
  /// After the threads have ended.
  virtual void abandon() noexcept = 0;
};

class Runtime::Impl {
 public:
  Impl() : work(asio::make_work_guard(io)), blocking(kBlockingThreads), thread([this] { io.run(); }) {}
  ~Impl() {
    work.reset();
    io.stop();
    blocking.stop();  // what waits for a thread is dropped; what runs is waited for
    blocking.join();
    thread.join();
    for (const auto& each : adopted_)
      if (const auto alive = each.lock()) alive->abandon();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Network thread only.
  void adopt(std::weak_ptr<Abandonable> object) {
    if (adopted_.size() >= adopted_max_) {
      std::erase_if(adopted_, [](const auto& each) { return each.expired(); });
      adopted_max_ = std::max(kAdoptedMin, 2 * adopted_.size());
    }
    adopted_.push_back(std::move(object));
  }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  asio::thread_pool blocking;
  std::thread thread;

 private:
  static constexpr std::size_t kAdoptedMin = 64;
  std::vector<std::weak_ptr<Abandonable>> adopted_;
  std::size_t adopted_max_ = kAdoptedMin;
};

/// A result that is produced elsewhere and awaited on the network thread, no longer than a deadline.
/// Copies share one state; set() may be called on any thread, once, and may come too late.
template <class T>
class Promised {
 public:
  explicit Promised(Runtime::Impl& runtime) : state_(std::make_shared<State>(runtime.io)) {}

  void set(T value) {
    asio::post(state_->timer.get_executor(), [state = state_, value = std::move(value)]() mutable {
      if (state->value) return;
      state->value.emplace(std::move(value));
      state->timer.cancel();
    });
  }
  /// nullopt when the deadline passes first.
  asio::awaitable<std::optional<T>> wait_until(MonoTime deadline) {
    auto state = state_;
    if (!state->value) {
      state->timer.expires_at(std::chrono::steady_clock::time_point(deadline));
      boost::system::error_code ignored;
      co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    co_return std::exchange(state->value, std::nullopt);
  }

 private:
  struct State {
    explicit State(asio::io_context& io) : timer(io) {}
    asio::steady_timer timer;
    std::optional<T> value;
  };
  std::shared_ptr<State> state_;
};

}  // namespace tributary::net
