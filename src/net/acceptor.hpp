// SPDX-License-Identifier: Apache-2.0
// How every server of ours opens its sockets, and what the errors of sockets mean to an administrator. Private to src/net.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace tributary::net {

/// While descriptors or memory are short, accepting is tried this often: a failure that is repeated at once costs a core.
inline constexpr auto kAcceptPause = std::chrono::milliseconds(100);

/// Listens. An address that is taken: kErrorAlreadyExists with its name; one that is not ours: kErrorInvalidParameter; a port that needs a
/// right we have not: kErrorAccessDenied. `host` is numeric; port 0: the system chooses.
[[nodiscard]] Result<boost::asio::ip::tcp::acceptor> open_acceptor(boost::asio::io_context& io, const std::string& host, std::uint16_t port);
/// The same for datagrams.
[[nodiscard]] Result<boost::asio::ip::udp::socket> open_datagrams(boost::asio::io_context& io, const std::string& host, std::uint16_t port);
/// Whether the failure to accept is one of a single client's, gone before it was accepted.
[[nodiscard]] bool is_the_clients(const boost::system::error_code& error) noexcept;

}  // namespace tributary::net
