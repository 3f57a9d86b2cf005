// SPDX-License-Identifier: Apache-2.0
// The server's end of RPC over TCP: listeners, one rpc::ServerAssociation for each connection, security steps where blocking is allowed,
// limits on what strangers can take. What a call means is its handler's matter. [MS-RPCE] 3.3.3; [MS-DRSR] 2.2.
// An endpoint mapper (port 135 or another) is an RpcServer option: it answers for the interfaces of this server.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "net/runtime.hpp"
#include "rpc/context_handles.hpp"
#include "rpc/server_association.hpp"
#include "security/security_context.hpp"

namespace tributary::net {

/// Who is at the other end of a connection that is authenticated and sealed. Immutable, shared by all its calls.
struct RpcPeer {
  std::string principal;                 ///< "administrator@LAB.EXAMPLE"
  std::optional<Bytes> pac_logon_info;   ///< KERB_VALIDATION_INFO, when the ticket has one
  Bytes session_key;
  std::string address;                   ///< "10.77.0.1:40312"
  std::uint64_t connection = 0;          ///< a number of this server's, for logs
};

/// One call. Hold it as long as the answer takes; whoever drops it unanswered answers nca_s_fault_unspec.
class RpcServerCall {
 public:
  virtual ~RpcServerCall() = default;
  std::size_t interface = 0;  ///< index into RpcServerOptions::interfaces
  std::uint16_t opnum = 0;
  Bytes stub;
  std::endian byte_order = std::endian::little;
  std::shared_ptr<const RpcPeer> peer;

  /// Any thread, exactly one of the two, once. When the client has gone nothing happens.
  virtual void complete(Bytes response) = 0;
  virtual void fail(std::uint32_t status) = 0;
  /// The client no longer waits. Any thread.
  [[nodiscard]] virtual bool cancelled() const noexcept = 0;
  /// Called once on the network thread when the client gives up before the answer (at once if it already has). Set by the handler, on
  /// the network thread. It may hold the call: it is dropped with the answer.
  virtual void when_cancelled(std::move_only_function<void()> notify) = 0;

  /// The context handles of the connection's association group. Network thread only: inside the handler, or in with_handles().
  [[nodiscard]] virtual rpc::ContextHandles* handles() noexcept = 0;
  /// Runs `work` on the network thread with the handles, or with null when the connection has gone. Any thread.
  /// When the server itself has ended, `work` is destroyed without having run.
  virtual void with_handles(std::move_only_function<void(rpc::ContextHandles*)> work) = 0;
};
/// On the network thread; must not block.
using RpcCallHandler = std::function<void(std::shared_ptr<RpcServerCall>)>;

struct RpcServerLimits {
  std::size_t connections_max = 4096;
  std::size_t connections_per_address_max = 256;
  std::size_t unauthenticated_max = 512;   ///< connections that have not finished binding; the oldest gives way
  std::chrono::milliseconds handshake_timeout{30'000};
  std::chrono::milliseconds idle_timeout{std::chrono::minutes(60)};   ///< no call and no octet for so long
  std::chrono::milliseconds send_timeout{60'000};                     ///< a reader that takes nothing for so long is dropped
  std::chrono::milliseconds request_timeout{60'000};                  ///< a request that began and is not complete
  std::size_t calls_per_connection_max = rpc::kServerCallsMax;        ///< unanswered: more are faulted with nca_s_server_too_busy
  /// What one client makes us hold (requests, answers that it has not taken): beyond it nothing more is read from it. At least 8 MiB.
  std::size_t connection_octets_max = std::size_t{32} << 20;
  /// The same for all of them: beyond it, whoever holds most is dropped.
  std::size_t octets_max = std::size_t{512} << 20;
};

struct ListenAddress {
  std::string host;        ///< numeric
  std::uint16_t port = 0;  ///< 0: the system chooses
};

struct RpcServerOptions {
  std::vector<ListenAddress> listen;
  std::vector<ListenAddress> endpoint_mapper;  ///< empty: none
  std::vector<rpc::Interface> interfaces;
  std::function<std::shared_ptr<security::SecurityContext>(security::AuthType)> make_acceptor;
  RpcCallHandler handler;
  RpcServerLimits limits;
  std::function<void(std::string)> log;  ///< one line each; network thread
};

/// Since the start. Every connection that was accepted and is not open is counted in at most one of the five behind `accepted`.
struct RpcServerFigures {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;            ///< for want of room, at once or when it gave way
  std::uint64_t dropped_slow = 0;       ///< request_timeout, send_timeout
  std::uint64_t failed_handshakes = 0;  ///< not authenticated in time, or ended before it was
  std::uint64_t dropped_idle = 0;
  std::uint64_t violations = 0;         ///< broke the protocol or the seal, or held too much
  std::uint64_t expired = 0;            ///< shut down because the client's ticket had ended
  std::uint64_t calls = 0;
  std::uint64_t mapper_calls = 0;
  std::uint64_t accept_errors = 0;
  std::size_t open = 0;                 ///< connections now, those to the endpoint mapper included
  std::size_t unauthenticated = 0;      ///< of these
  std::size_t held_octets = 0;          ///< requests and answers, all connections
};

/// Thread-safe. The Runtime must outlive it.
class RpcServer {
 public:
  /// Listens when it returns. An address that is taken: kErrorAlreadyExists with its name; one that is not ours: kErrorInvalidParameter;
  /// a port that needs a right we have not: kErrorAccessDenied.
  [[nodiscard]] static Result<std::unique_ptr<RpcServer>> start(Runtime& runtime, RpcServerOptions options);
  /// Closes everything; calls under way are cancelled. Returns when no handler runs any more. Not inside a handler.
  /// Calls that are still held may be answered or dropped at any later time, to no effect.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  /// Stops listening, lets calls under way finish until `grace` is over, then closes. Returns when all is closed; on the network
  /// thread it returns at once and all this happens later.
  void shut_down(std::chrono::milliseconds grace);
  [[nodiscard]] std::uint16_t port() const noexcept;         ///< of the first listener
  [[nodiscard]] std::uint16_t mapper_port() const noexcept;  ///< of the first endpoint mapper, or 0
  [[nodiscard]] RpcServerFigures figures() const;

  class Impl;
  explicit RpcServer(std::shared_ptr<Impl> impl);

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::net
