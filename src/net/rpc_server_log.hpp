// SPDX-License-Identifier: Apache-2.0
// What an RPC server says about its clients: a flood of clients must not become a flood of lines, and what a client chose (a name, a
// text in a PDU) must not write lines of its own. Values only: the time is a parameter. Private to src/net.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace tributary::net {

enum class ServerEvent : std::uint8_t {
  kAcceptFailed,
  kRefused,     ///< turned away, or gave way to somebody else
  kHandshake,   ///< ended before it was authenticated
  kSlow,        ///< did not send, or did not take, in time
  kViolation,   ///< broke the protocol or the seal
  kIdle,
  kMemory,      ///< held more than its share
};
inline constexpr std::size_t kServerEvents = 7;

class ServerLog {
 public:
  /// Lines of one kind in one window; more are counted and summed up when the window ends.
  static constexpr std::size_t kLinesPerWindow = 10;
  static constexpr MonoTime kWindow = std::chrono::seconds(10);
  static constexpr std::size_t kLineMax = 400;  ///< octets

  using Sink = std::function<void(std::string)>;
  explicit ServerLog(Sink sink) : sink_(std::move(sink)) {}

  void say(ServerEvent event, std::string_view line, MonoTime now);
  /// Sums up the windows that have ended. To be called now and then.
  void tick(MonoTime now);
  /// Sums up what has not been.
  void finish();

 private:
  struct Window {
    MonoTime began{};
    std::size_t lines = 0;
    std::size_t left_out = 0;
  };
  void close(std::size_t event);

  Sink sink_;
  std::array<Window, kServerEvents> windows_{};
};

}  // namespace tributary::net
