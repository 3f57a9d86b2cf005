// SPDX-License-Identifier: Apache-2.0
// What a service tells systemd over the datagram socket of NOTIFY_SOCKET: READY, STATUS, RELOADING, STOPPING and the watchdog's sign of
// life. Without such a socket nothing happens. Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tributary::dsa {

class ServiceManager {
 public:
  ServiceManager();
  ~ServiceManager();
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  /// "READY=1", "STOPPING=1", "STATUS=...": lines.
  void notify(std::string_view state) const;
  /// How often it wants a "WATCHDOG=1" at least; nothing when there is no watchdog. Half of what it said.
  [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval() const;

 private:
  int socket_ = -1;
  std::string path_;
};

}  // namespace tributary::dsa
