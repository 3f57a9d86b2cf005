// SPDX-License-Identifier: Apache-2.0
// See ldap_datagrams.hpp.
#include "net/ldap_datagrams.hpp"

#include <boost/asio/buffer.hpp>

#include "net/address.hpp"

namespace tributary::net {
namespace {

/// MaxDatagramRecv ([MS-ADTS] 3.1.1.3.4.6): what is longer is not answered.
constexpr std::size_t kDatagramOctetsMax = 4096;
/// Datagrams in one turn.
constexpr int kDatagramsPerTurn = 32;

}  // namespace

LdapDatagrams::LdapDatagrams(asio::ip::udp::socket socket, LdapShared& shared) : socket_(std::move(socket)), shared_(shared), buffer_(kDatagramOctetsMax + 1) {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  local_ = socket_.local_endpoint(ignored);
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
    boost::system::error_code error;
    const std::size_t n = socket_.receive_from(asio::buffer(buffer_), from_, 0, error);
    if (error == asio::error::would_block || error == asio::error::try_again) return;
    // Another error is the network's word on an answer that did not arrive: nothing that concerns the next datagram.
    if (!error && n <= kDatagramOctetsMax) answer(ByteView(buffer_.data(), n));
  }
}

/// What is no request is not answered: the address of its sender could be anybody's.
void LdapDatagrams::answer(ByteView octets) {
  const auto size = ldap::message_size(octets, kDatagramOctetsMax);
  if (!size || !*size || **size > octets.size()) return;
  auto message = ldap::read_message(to_bytes(octets.first(**size)));
  if (!message || !std::holds_alternative<ldap::SearchRequest>(message->request)) return;
  ++shared_.counters.datagrams;
  ldap::Connection connection;
  connection.peer_address = address_and_port(from_.address().to_string(), from_.port());
  connection.local_address = local_.address().to_string();
  connection.local_port = local_.port();
  const Bytes out = shared_.handler->datagram(connection, std::move(*message));
  if (out.empty()) return;
  boost::system::error_code ignored;
  socket_.send_to(asio::buffer(out), from_, 0, ignored);
}

}  // namespace tributary::net
