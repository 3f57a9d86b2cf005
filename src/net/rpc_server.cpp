// SPDX-License-Identifier: Apache-2.0
// RpcServer: start and end. The middle is rpc_server_impl.cpp.
#include "net/rpc_server.hpp"

#include <future>

#include "base/win32.hpp"
#include "net/rpc_server_impl.hpp"

namespace tributary::net {

Result<std::unique_ptr<RpcServer>> RpcServer::start(Runtime& runtime, RpcServerOptions options) {
  if (options.listen.empty() || !options.handler || options.interfaces.empty())
    return fail(win32::kErrorInvalidParameter, "an RPC server needs an address, an interface and a handler");
  auto impl = std::make_shared<Impl>(runtime, std::move(options));
  if (auto listening = impl->listen(); !listening) return std::unexpected(std::move(listening.error()));
  runtime.post([impl] { impl->begin(); });
  return std::make_unique<RpcServer>(std::move(impl));
}

RpcServer::RpcServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

RpcServer::~RpcServer() {
  // First, so that everything posted through it has run before finish() does.
  impl_->close_gate();
  if (impl_->runtime().on_network_thread()) {
    impl_->finish();
    return;
  }
  std::promise<void> done;
  impl_->runtime().post([&] {
    impl_->finish();
    done.set_value();
  });
  done.get_future().wait();
}

void RpcServer::shut_down(std::chrono::milliseconds grace) {
  const auto done = std::make_shared<std::promise<void>>();
  impl_->runtime().post([impl = impl_, grace, done] { impl->drain(grace, [done] { done->set_value(); }); });
  if (!impl_->runtime().on_network_thread()) done->get_future().wait();
}

std::uint16_t RpcServer::port() const noexcept { return impl_->first_port(false); }
std::uint16_t RpcServer::mapper_port() const noexcept { return impl_->first_port(true); }
RpcServerFigures RpcServer::figures() const { return impl_->figures(); }

}  // namespace tributary::net
