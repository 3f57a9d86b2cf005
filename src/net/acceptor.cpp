// SPDX-License-Identifier: Apache-2.0
// See acceptor.hpp.
#include "net/acceptor.hpp"

#include <errno.h>
#include <fcntl.h>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/socket_base.hpp>

#include "base/win32.hpp"
#include "net/address.hpp"

namespace tributary::net {
namespace {

namespace asio = boost::asio;

/// Connections that the kernel has made and nobody has accepted.
constexpr int kBacklog = 1024;

Win32 code_of(const boost::system::error_code& error) {
  if (error == asio::error::address_in_use) return win32::kErrorAlreadyExists;
  if (error == asio::error::access_denied) return win32::kErrorAccessDenied;
  return win32::kErrorInvalidParameter;
}

template <class Socket>
Result<Socket> open_at(asio::io_context& io, const std::string& host, std::uint16_t port) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return fail(win32::kErrorInvalidParameter, address_and_port(host, port) + ": not a numeric address", Phase::kConnect);
  const typename Socket::endpoint_type endpoint(address, port);
  Socket socket(io);
  socket.open(endpoint.protocol(), error);
  if (!error) (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  constexpr bool is_stream = requires { socket.listen(0, error); };
  if constexpr (is_stream)
    if (!error) socket.set_option(asio::socket_base::reuse_address(true), error);
  // Each family has a socket of its own, so that both may have the same port.
  if (!error && address.is_v6()) socket.set_option(asio::ip::v6_only(true), error);
  if (!error) socket.bind(endpoint, error);
  if constexpr (is_stream)
    if (!error) socket.listen(kBacklog, error);
  if (error) return fail(code_of(error), address_and_port(host, port) + ": " + error.message(), Phase::kConnect);
  return socket;
}

}  // namespace

Result<asio::ip::tcp::acceptor> open_acceptor(asio::io_context& io, const std::string& host, std::uint16_t port) {
  return open_at<asio::ip::tcp::acceptor>(io, host, port);
}

Result<asio::ip::udp::socket> open_datagrams(asio::io_context& io, const std::string& host, std::uint16_t port) {
  return open_at<asio::ip::udp::socket>(io, host, port);
}

bool is_the_clients(const boost::system::error_code& error) noexcept {
  return error == asio::error::connection_aborted || error == asio::error::connection_reset || error == asio::error::interrupted ||
         error == asio::error::try_again || error.value() == EPROTO;
}

}  // namespace tributary::net
