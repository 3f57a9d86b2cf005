// SPDX-License-Identifier: Apache-2.0
// CLDAP (RFC 1798, [MS-ADTS] 6.3.3): one datagram in, one SearchRequest; one datagram out. Private to src/net; one network thread.
#pragma once

#include <boost/asio/ip/udp.hpp>

#include "net/ldap_thread.hpp"

namespace tributary::net {

class LdapDatagrams {
 public:
  LdapDatagrams(asio::ip::udp::socket socket, LdapShared& shared);
  void start();
  void close();

 private:
  class Datagram;
  void receive();
  [[nodiscard]] Bytes answer(ByteView octets, const Datagram& datagram);

  asio::ip::udp::socket socket_;
  LdapShared& shared_;
  asio::ip::udp::endpoint local_;
  std::vector<std::uint8_t> buffer_;
  bool closed_ = false;
};

}  // namespace tributary::net
