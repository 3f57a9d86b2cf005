// SPDX-License-Identifier: Apache-2.0
// See service_manager.hpp; the protocol is sd_notify(3)'s.
#include "dsa/edge/service_manager.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace tributary::dsa {

ServiceManager::ServiceManager() {
  const char* const path = std::getenv("NOTIFY_SOCKET");
  if (path == nullptr || (path[0] != '/' && path[0] != '@') || std::strlen(path) >= sizeof(sockaddr_un::sun_path)) return;
  path_ = path;
  if (path_[0] == '@') path_[0] = '\0';
  socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // A manager that does not listen must not keep a DSA from working, or from ending.
  const timeval patience{1, 0};
  (void)setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}
ServiceManager::~ServiceManager() {
  if (socket_ >= 0) close(socket_);
}

void ServiceManager::notify(std::string_view state) const {
  if (socket_ < 0) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
  (void)sendto(socket_, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
}

std::optional<std::chrono::milliseconds> ServiceManager::watchdog_interval() const {
  const char* const text = std::getenv("WATCHDOG_USEC");
  std::uint64_t microseconds = 0;
  if (socket_ < 0 || text == nullptr || std::from_chars(text, text + std::strlen(text), microseconds).ec != std::errc() || microseconds < 2000) return std::nullopt;
  return std::chrono::milliseconds(microseconds / 2000);
}

}  // namespace tributary::dsa
