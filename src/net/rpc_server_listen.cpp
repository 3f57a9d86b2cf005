// SPDX-License-Identifier: Apache-2.0
// RpcServer::Impl: listeners, and what to do when no connection can be accepted.
#include <errno.h>
#include <fcntl.h>

#include <boost/asio/ip/v6_only.hpp>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "net/address.hpp"
#include "net/rpc_server_impl.hpp"

namespace tributary::net {
namespace {

using asio::ip::tcp;

/// Connections that the kernel has made and nobody has accepted.
constexpr int kBacklog = 1024;
/// While descriptors or memory are short, accepting is tried this often: a failure that is repeated at once costs a core.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

Win32 code_of(const boost::system::error_code& error) {
  if (error == asio::error::address_in_use) return win32::kErrorAlreadyExists;
  if (error == asio::error::access_denied) return win32::kErrorAccessDenied;
  return win32::kErrorInvalidParameter;
}

/// Whether the failure is one of a single client's, gone before it was accepted.
bool is_the_clients(const boost::system::error_code& error) {
  return error == asio::error::connection_aborted || error == asio::error::connection_reset || error == asio::error::interrupted ||
         error == asio::error::try_again || error.value() == EPROTO;
}

}  // namespace

std::uint16_t RpcServer::Impl::first_port(bool of_mapper) const noexcept {
  for (const auto& listener : listeners_)
    if (listener->is_mapper == of_mapper) return listener->local.port();
  return 0;
}

Result<> RpcServer::Impl::listen() {
  for (const auto& address : options_.listen)
    if (auto listening = listen_at(address, false); !listening) return listening;
  for (const auto& address : options_.endpoint_mapper)
    if (auto listening = listen_at(address, true); !listening) return listening;
  listening_ = true;
  return {};
}

Result<> RpcServer::Impl::listen_at(const ListenAddress& address, bool is_mapper) {
  const std::string name = address_and_port(address.host, address.port);
  boost::system::error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(address.host, error), address.port);
  if (error) return tributary::fail(win32::kErrorInvalidParameter, name + ": not a numeric address", Phase::kConnect);
  auto& io = runtime_.impl().io;
  auto listener = std::make_unique<Listener>(Listener{tcp::acceptor(io), {}, is_mapper, asio::steady_timer(io)});
  auto& acceptor = listener->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) (void)::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  // Each family has a listener of its own, so that both may have the same port.
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (!error) listener->local = acceptor.local_endpoint(error);
  if (error) return tributary::fail(code_of(error), name + ": " + error.message(), Phase::kConnect);
  listeners_.push_back(std::move(listener));
  return {};
}

void RpcServer::Impl::accept(Listener& listener) {
  listener.acceptor.async_accept([self = shared_from_this(), &listener](boost::system::error_code error, tcp::socket socket) {
    if (!self->listening_) return;
    if (error && !is_the_clients(error)) return self->accept_failed(listener, error);
    if (!error) self->take(listener, std::move(socket));
    if (self->listening_) self->accept(listener);
  });
}

/// Most likely no descriptor is left: somebody who has not authenticated gives his back, and everybody else is served meanwhile.
void RpcServer::Impl::accept_failed(Listener& listener, const boost::system::error_code& error) {
  {
    const std::scoped_lock lock(figures_mutex_);
    ++figures_.accept_errors;
  }
  log_.say(ServerEvent::kAcceptFailed, fmt::format("rpc: no connection can be accepted at {}: {}", address_and_port(listener.local), error.message()), monotonic_now());
  if (const auto oldest = admission_.oldest_unauthenticated()) give_way(*oldest, "no descriptor is left");
  listener.pause.expires_after(kAcceptPause);
  listener.pause.async_wait([weak = weak_from_this(), &listener](boost::system::error_code cancelled) {
    const auto self = weak.lock();
    if (!cancelled && self && self->listening_) self->accept(listener);
  });
}

}  // namespace tributary::net
