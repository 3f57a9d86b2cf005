// SPDX-License-Identifier: Apache-2.0
// Where the waiting happens: one thread for the network, a few for what can only block (the resolver, the KDC).
// Everything of src/net runs on the network thread; handlers given to it are called there and must not block.
// The only room that uses co_await.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace tributary::net {

/// Blocking tasks at once. A task is a DNS lookup or a Kerberos exchange, so this is also how many DCs can be in that phase together.
inline constexpr unsigned kBlockingThreads = 8;

/// Thread-safe. Destroying it waits for the network thread and for blocking tasks under way; handlers that were not called are dropped.
/// It must not be destroyed from one of its own threads.
class Runtime {
 public:
  Runtime();
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Runs `task` on the network thread, later.
  void post(std::move_only_function<void()> task);
  /// Runs `task` on a thread that may block.
  void post_blocking(std::move_only_function<void()> task);
  /// Runs `task` on the network thread after `delay`.
  void post_after(std::chrono::milliseconds delay, std::move_only_function<void()> task);
  [[nodiscard]] bool on_network_thread() const noexcept;

  class Impl;
  [[nodiscard]] Impl& impl() noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// The machine's monotonic clock in the units of the engine.
[[nodiscard]] MonoTime monotonic_now() noexcept;
/// The machine's wall clock.
[[nodiscard]] FileTime wall_now() noexcept;

}  // namespace tributary::net
