// SPDX-License-Identifier: Apache-2.0
// The inside of RpcServer: listeners, the table of connections, what ends them, and the count of it all. Network thread only, except
// where said. Private to src/net.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <mutex>
#include <vector>

#include "net/rpc_server_admission.hpp"
#include "net/rpc_server_log.hpp"
#include "net/server_link.hpp"
#include "rpc/epm.hpp"

namespace tributary::net {

class RpcServer::Impl final : public LinkOwner, public std::enable_shared_from_this<Impl> {
 public:
  Impl(Runtime& runtime, RpcServerOptions options);

  /// Any thread, before begin().
  [[nodiscard]] Result<> listen();
  void begin();
  void stop_listening();
  /// `done` runs when the last connection has gone.
  void drain(std::chrono::milliseconds grace, std::move_only_function<void()> done);
  /// At once.
  void close_all();
  /// The same, and forgets the owner's functions.
  void finish();

  /// Any thread.
  [[nodiscard]] RpcServerFigures figures() const;
  void close_gate() { gate_->close(); }
  [[nodiscard]] Runtime& runtime() noexcept { return runtime_; }
  [[nodiscard]] std::uint16_t first_port(bool of_mapper) const noexcept;

  std::span<std::uint8_t> read_buffer() noexcept override { return read_buffer_; }
  void on_call(ServerLink& link, rpc::CallReceived call) override;
  void on_secured(ServerLink& link) override;
  void on_expired(ServerLink& link) override;
  void on_over(ServerLink& link, LinkEnd how, const Error& error) override;
  void on_ended(ServerLink& link) override;
  void on_held(ServerLink& link, std::size_t before) override;

 private:
  struct Listener {
    asio::ip::tcp::acceptor acceptor;
    asio::ip::tcp::endpoint local;
    bool is_mapper = false;
    asio::steady_timer pause;
  };

  [[nodiscard]] Result<> listen_at(const ListenAddress& address, bool is_mapper);
  void accept(Listener& listener);
  void accept_failed(Listener& listener, const boost::system::error_code& error);
  void take(Listener& listener, asio::ip::tcp::socket socket);
  [[nodiscard]] bool make_room(const std::string& peer, const std::string& key);
  void give_way(ConnectionNumber number, std::string_view reason);
  [[nodiscard]] rpc::ServerOptions association_options(const Listener& listener, const std::string& address) const;
  [[nodiscard]] std::vector<rpc::TcpEndpoint> endpoints_for(const asio::ip::address& asked_at) const;
  void sweep();
  void arm_sweep();
  void shed();
  void say(ServerEvent event, std::string_view outcome, const ServerLink& link, const Error& error);
  void count(LinkEnd how, const ServerLink& link);

  Runtime& runtime_;
  RpcServerOptions options_;
  std::shared_ptr<ServerGate> gate_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  rpc::AssociationGroups groups_;
  Admission admission_;
  ServerLog log_;
  std::map<ConnectionNumber, std::shared_ptr<ServerLink>> links_;
  ConnectionNumber next_number_ = 1;
  std::size_t held_octets_ = 0;
  bool shedding_ = false;
  bool listening_ = false;
  std::vector<std::move_only_function<void()>> when_empty_;
  std::chrono::milliseconds sweep_every_;
  asio::steady_timer sweep_timer_;
  std::vector<std::uint8_t> read_buffer_;

  mutable std::mutex figures_mutex_;
  RpcServerFigures figures_;
};

}  // namespace tributary::net
