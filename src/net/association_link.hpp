// SPDX-License-Identifier: Apache-2.0
// One TCP connection that carries out what a rpc::ClientAssociation decides: sends, receives, runs security steps where blocking
// is allowed, and wakes it. Holds no opinion of its own. Private to src/net; network thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <unordered_map>

#include "net/rpc_connection.hpp"
#include "net/runtime_impl.hpp"
#include "rpc/client_association.hpp"

namespace tributary::net {

class AssociationLink final : public Abandonable, public std::enable_shared_from_this<AssociationLink> {
 public:
  using BoundHandler = std::move_only_function<void(Result<rpc::Bound>)>;

  AssociationLink(Runtime& runtime, asio::ip::tcp::socket socket, rpc::ClientAssociation association);

  /// Binds. `on_bound` is called once, with the association's answer or the error that ended it.
  void start(BoundHandler on_bound);
  Result<rpc::CallId> call(std::uint16_t opnum, Bytes stub, std::optional<MonoTime> deadline, CallHandler handler);
  void cancel(rpc::CallId id);
  /// `handler` runs once, when no further call can be made.
  void when_over(std::move_only_function<void()> handler) { on_over_ = std::move(handler); }
  /// Ends the connection; calls under way complete with kRpcSCallCancelled.
  void close();
  /// Ends it because of a failure on our side of it.
  void abort(Error error);
  void abandon() noexcept override;
  [[nodiscard]] bool accepts_calls() const noexcept { return !ended_ && association_.accepts_calls(); }
  [[nodiscard]] rpc::ClientAssociation& association() noexcept { return association_; }

 private:
  asio::awaitable<void> read_loop();
  void write_next();
  void carry_out();
  void end();

  void perform(rpc::SendBytes& action);
  void perform(rpc::NeedSecurityStep& action);
  void perform(rpc::Bound& action);
  void perform(rpc::CallFragment& action);
  void perform(rpc::CallCompleted& action);
  void perform(rpc::WakeAt& action);
  void perform(rpc::Close& action);

  Runtime& runtime_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer wake_;
  rpc::ClientAssociation association_;
  BoundHandler on_bound_;
  std::move_only_function<void()> on_over_;
  std::unordered_map<std::uint32_t, CallHandler> handlers_;
  std::deque<Bytes> outbox_;
  bool writing_ = false;
  bool carrying_out_ = false;
  bool closing_ = false;  // close the socket when the outbox is empty
  bool ended_ = false;
};

/// The Win32 code of a failed socket operation: what is no refusal in particular is kRpcSServerUnavailable, as on Windows.
[[nodiscard]] Error socket_error(const boost::system::error_code& error, const std::string& peer);

}  // namespace tributary::net
