// SPDX-License-Identifier: Apache-2.0
// RpcServer::Impl: listeners, and what to do when no connection can be accepted.
#include <fmt/format.h>

#include "net/acceptor.hpp"
#include "net/address.hpp"
#include "net/rpc_server_impl.hpp"

namespace tributary::net {

using asio::ip::tcp;

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
  auto& io = runtime_.impl().io;
  auto acceptor = open_acceptor(io, address.host, address.port);
  if (!acceptor) return std::unexpected(std::move(acceptor.error()));
  boost::system::error_code error;
  const auto local = acceptor->local_endpoint(error);
  auto listener = std::make_unique<Listener>(Listener{std::move(*acceptor), local, is_mapper, asio::steady_timer(io)});
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
