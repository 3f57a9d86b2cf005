// SPDX-License-Identifier: Apache-2.0
// How addresses are written for people: "10.0.0.1:49153", "[fe80::1]:135". Private to src/net.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>

namespace tributary::net {

[[nodiscard]] inline std::string address_and_port(const std::string& address, std::uint16_t port) {
  const bool ipv6 = address.find(':') != std::string::npos;
  return (ipv6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
}
[[nodiscard]] inline std::string address_and_port(const boost::asio::ip::tcp::endpoint& endpoint) {
  return address_and_port(endpoint.address().to_string(), endpoint.port());
}

}  // namespace tributary::net
