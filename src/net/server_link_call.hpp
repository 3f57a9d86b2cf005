// SPDX-License-Identifier: Apache-2.0
// A call as its handler holds it: in any thread, for any time, also when the connection, the server or the Runtime has ended.
// Private to src/net.
#pragma once

#include <atomic>

#include "net/server_link.hpp"

namespace tributary::net {

class ServerLinkCall final : public RpcServerCall {
 public:
  ServerLinkCall(std::shared_ptr<ServerGate> gate, std::weak_ptr<ServerLink> link, rpc::CallId id);
  ServerLinkCall(const ServerLinkCall&) = delete;
  ServerLinkCall& operator=(const ServerLinkCall&) = delete;
  /// Nobody has answered: nca_s_fault_unspec.
  ~ServerLinkCall() override;

  void complete(Bytes response) override;
  void fail(std::uint32_t status) override;
  [[nodiscard]] bool cancelled() const noexcept override { return cancelled_; }
  void when_cancelled(std::move_only_function<void()> notify) override;
  [[nodiscard]] rpc::ContextHandles* handles() noexcept override;
  void with_handles(std::move_only_function<void(rpc::ContextHandles*)> work) override;

  // The link's, on the network thread: the client gave up; the answer has been taken.
  void cancel();
  void settle() { notify_ = nullptr; }

 private:
  const std::shared_ptr<ServerGate> gate_;
  const std::weak_ptr<ServerLink> link_;
  const rpc::CallId id_;
  std::atomic<bool> answered_ = false;
  std::atomic<bool> cancelled_ = false;
  std::move_only_function<void()> notify_;  // network thread only
};

}  // namespace tributary::net
