// SPDX-License-Identifier: Apache-2.0
// See ldap_datagrams.hpp.
#include "net/ldap_datagrams.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "net/address.hpp"

namespace tributary::net {
namespace {

/// MaxDatagramRecv ([MS-ADTS] 3.1.1.3.4.6): what is longer is not answered.
constexpr std::size_t kDatagramOctetsMax = 4096;
/// Datagrams in one turn.
constexpr int kDatagramsPerTurn = 32;

}  // namespace

/// One datagram with the addresses of both ends (ip(7), ipv6(7)).
class LdapDatagrams::Datagram {
 public:
  ssize_t receive(int fd, std::span<std::uint8_t> buffer) {
    iovec piece{buffer.data(), buffer.size()};
    header_ = {};
    header_.msg_name = &peer_;
    header_.msg_namelen = sizeof peer_;
    header_.msg_iov = &piece;
    header_.msg_iovlen = 1;
    header_.msg_control = control_.data();
    header_.msg_controllen = control_.size();
    return ::recvmsg(fd, &header_, MSG_DONTWAIT);
  }
  /// From the address that was asked.
  void send_back(int fd, ByteView octets) {
    iovec piece{const_cast<std::uint8_t*>(octets.data()), octets.size()};
    header_.msg_iov = &piece;
    header_.msg_flags = 0;
    for (auto* each = CMSG_FIRSTHDR(&header_); each != nullptr; each = CMSG_NXTHDR(&header_, each))
      if (auto* info = v4(each)) info->ipi_ifindex = 0;  // the route decides, the address stays
    (void)::sendmsg(fd, &header_, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  [[nodiscard]] asio::ip::udp::endpoint from() const {
    asio::ip::udp::endpoint endpoint;
    std::memcpy(endpoint.data(), &peer_, std::min<std::size_t>(header_.msg_namelen, endpoint.capacity()));
    return endpoint;
  }
  [[nodiscard]] std::optional<asio::ip::address> to() const {
    for (auto* each = CMSG_FIRSTHDR(&header_); each != nullptr; each = CMSG_NXTHDR(const_cast<msghdr*>(&header_), each)) {
      if (const auto* info = v4(each)) return asio::ip::address_v4(ntohl(info->ipi_addr.s_addr));
      if (each->cmsg_level != IPPROTO_IPV6 || each->cmsg_type != IPV6_PKTINFO) continue;
      asio::ip::address_v6::bytes_type octets{};
      std::memcpy(octets.data(), &reinterpret_cast<const in6_pktinfo*>(CMSG_DATA(each))->ipi6_addr, octets.size());
      return asio::ip::address_v6(octets);
    }
    return std::nullopt;
  }

 private:
  static in_pktinfo* v4(cmsghdr* each) {
    return each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO ? reinterpret_cast<in_pktinfo*>(CMSG_DATA(each)) : nullptr;
  }
  sockaddr_storage peer_{};
  alignas(cmsghdr) std::array<std::uint8_t, 128> control_{};
  msghdr header_{};
};

LdapDatagrams::LdapDatagrams(asio::ip::udp::socket socket, LdapShared& shared) : socket_(std::move(socket)), shared_(shared), buffer_(kDatagramOctetsMax + 1) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  local_ = socket_.local_endpoint(ignored);
  // Bound to all addresses: which of them was asked has to answer, and has to be in the answer.
  const int on = 1;
  const bool is_v6 = local_.address().is_v6();
  (void)::setsockopt(socket_.native_handle(), is_v6 ? IPPROTO_IPV6 : IPPROTO_IP, is_v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, &on, sizeof on);
}

void LdapDatagrams::start() {
  socket_.async_wait(asio::ip::udp::socket::wait_read, [this](boost::system::error_code error) {
    if (error || closed_) return;
    receive();
    start();
  });
}

void LdapDatagrams::close() {
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void LdapDatagrams::receive() {
  for (int i = 0; i < kDatagramsPerTurn; ++i) {
    Datagram datagram;
    const auto n = datagram.receive(socket_.native_handle(), buffer_);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    // Another error is the network's word on an answer that did not arrive: nothing that concerns the next datagram.
    if (n < 0 || static_cast<std::size_t>(n) > kDatagramOctetsMax) continue;
    const Bytes out = answer(ByteView(buffer_.data(), static_cast<std::size_t>(n)), datagram);
    if (!out.empty()) datagram.send_back(socket_.native_handle(), out);
  }
}

/// What is no request is not answered: the address of its sender could be anybody's.
Bytes LdapDatagrams::answer(ByteView octets, const Datagram& datagram) {
  const auto size = ldap::message_size(octets, kDatagramOctetsMax);
  if (!size || !*size || **size > octets.size()) return {};
  auto message = ldap::read_message(to_bytes(octets.first(**size)));
  if (!message || !std::holds_alternative<ldap::SearchRequest>(message->request)) return {};
  ++shared_.counters.datagrams;
  ldap::Connection connection;
  connection.peer_address = address_and_port(datagram.from().address().to_string(), datagram.from().port());
  connection.local_address = datagram.to().value_or(local_.address()).to_string();
  connection.local_port = local_.port();
  return shared_.handler->datagram(connection, std::move(*message));
}

}  // namespace tributary::net
