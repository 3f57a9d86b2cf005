// SPDX-License-Identifier: Apache-2.0
// See peer_watch.hpp. Linux: tcp(7).
#include "net/peer_watch.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

namespace tributary::net {

void watch_peer(boost::asio::ip::tcp::socket& socket, int unacknowledged_max_ms) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  const int fd = socket.native_handle();
  for (const auto& [option, value] : {std::pair{TCP_KEEPIDLE, kKeepAliveIdleSeconds}, {TCP_KEEPINTVL, kKeepAliveIntervalSeconds}, {TCP_KEEPCNT, kKeepAliveProbes},
                                      {TCP_USER_TIMEOUT, unacknowledged_max_ms}})
    (void)::setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value);
}

}  // namespace tributary::net
