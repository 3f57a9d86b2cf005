// SPDX-License-Identifier: Apache-2.0
// See rpc_server_log.hpp.
#include "net/rpc_server_log.hpp"

#include <fmt/format.h>

#include "base/utf.hpp"

namespace tributary::net {
namespace {

constexpr std::array<std::string_view, kServerEvents> kNames = {
    "accepting failed", "connections refused", "handshakes that failed",     "slow connections dropped",
    "violations",       "idle connections",    "connections that held too much"};

}  // namespace

void ServerLog::say(ServerEvent event, std::string_view line, MonoTime now) {
  if (!sink_) return;
  auto& window = windows_[static_cast<std::size_t>(event)];
  if (now - window.began >= kWindow) {
    close(static_cast<std::size_t>(event));
    window.began = now;
  }
  if (window.lines >= kLinesPerWindow) {
    ++window.left_out;
    return;
  }
  ++window.lines;
  sink_(to_printable(line, kLineMax));
}

void ServerLog::tick(MonoTime now) {
  for (std::size_t event = 0; event < kServerEvents; ++event)
    if (windows_[event].lines > 0 && now - windows_[event].began >= kWindow) close(event);
}

void ServerLog::finish() {
  for (std::size_t event = 0; event < kServerEvents; ++event) close(event);
}

void ServerLog::close(std::size_t event) {
  auto& window = windows_[event];
  if (window.left_out > 0 && sink_) sink_(fmt::format("{}: {} more within {} s", kNames[event], window.left_out, kWindow / std::chrono::seconds(1)));
  window.lines = 0;
  window.left_out = 0;
}

}  // namespace tributary::net
