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
#include <optional>
#include <thread>
#include <utility>

#include "net/runtime.hpp"

namespace tributary::net {

namespace asio = boost::asio;

class Runtime::Impl {
 public:
  Impl() : work(asio::make_work_guard(io)), blocking(kBlockingThreads), thread([this] { io.run(); }) {}
  ~Impl() {
    work.reset();
    io.stop();
    blocking.join();
    thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work;
  asio::thread_pool blocking;
  std::thread thread;
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
