// SPDX-License-Identifier: Apache-2.0
// The GoogleTest base of tests of RpcServer: a server that echoes, and clients that do what no decent client does: sockets in the raw,
// and an association that is driven by hand, so that its octets can be held back, changed and repeated.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "net/rpc_server.hpp"
#include "net/rpc_server_log.hpp"
#include "net/testing/connection_test.hpp"
#include "rpc/client_association.hpp"

namespace tributary::net::testing {

/// A blocking TCP socket whose every wait ends.
class RawSocket {
 public:
  /// `from`: the loopback address to come from ("127.0.0.7"), or any.
  explicit RawSocket(std::uint16_t port, const std::string& from = {}, int receive_buffer = 0);
  [[nodiscard]] static RawSocket unconnected();
  bool connect(std::uint16_t port);
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)), ahead_(std::move(other.ahead_)) {}
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;
  ~RawSocket();

  [[nodiscard]] bool connected() const noexcept { return fd_ >= 0; }
  /// False when the peer has closed.
  bool send(ByteView octets);
  /// Whatever comes next; empty at the end of the connection, or after `limit`.
  Bytes receive(std::chrono::milliseconds limit = std::chrono::seconds(5));
  /// One PDU; empty at the end of the connection, or after `limit`.
  Bytes receive_pdu(std::chrono::milliseconds limit = std::chrono::seconds(5));
  /// Waits until the server has closed; false when it has not within `limit`. What it sent before is dropped.
  bool closed_within(std::chrono::milliseconds limit);
  void shut_down_sending();
  void close();

 private:
  RawSocket();
  [[nodiscard]] bool readable(std::chrono::milliseconds limit) const;
  int fd_ = -1;
  Bytes ahead_;
};

/// A client's association, driven by hand.
class HandClient {
 public:
  HandClient(std::uint16_t port, ContextFactory context, std::uint32_t group = 0, const std::string& from = {}, int receive_buffer = 0);

  /// Binds and authenticates.
  Result<> bind();
  /// The octets of a sealed request, which are not sent.
  Bytes seal(std::uint16_t opnum, Bytes stub);
  /// Sends them, and waits for the answer of that call or the end.
  Result<Bytes> call(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds limit = std::chrono::seconds(10));
  /// Waits for the answer of the oldest call that has none.
  Result<Bytes> answer(std::chrono::milliseconds limit = std::chrono::seconds(10));
  [[nodiscard]] std::uint32_t group() const noexcept { return bound_ ? bound_->assoc_group_id : 0; }
  RawSocket socket;

 private:
  void pump(bool send);
  rpc::ClientAssociation association_;
  std::optional<rpc::Bound> bound_;
  std::optional<Error> closed_;
  std::map<std::uint32_t, Result<Bytes>> answers_;
  std::deque<std::uint32_t> waiting_;
  Bytes unsent_;
};

/// Encoded PDUs of a client that has no association.
[[nodiscard]] Bytes raw_bind(std::uint32_t call_id, const rpc::SyntaxId& interface, std::optional<rpc::AuthTrailer> auth = {}, bool alter = false);
[[nodiscard]] Bytes raw_request(std::uint32_t call_id, std::uint16_t opnum, ByteView stub);
/// The status of a fault PDU; 0 when it is none.
[[nodiscard]] std::uint32_t fault_of(const Bytes& pdu);
[[nodiscard]] std::optional<rpc::PduType> type_of(const Bytes& pdu);

/// What the server logs.
class Lines {
 public:
  std::function<void(std::string)> sink() {
    return [this](std::string line) {
      const std::scoped_lock lock(mutex_);
      lines_.push_back(std::move(line));
    };
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
  }
  /// Whether a line has all these words.
  [[nodiscard]] bool has(std::initializer_list<std::string_view> words) const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class ServerTest : public ConnectionTest {
 protected:
  using Change = std::function<void(RpcServerOptions&)>;

  /// On loopback: echoes the stub of every call.
  std::unique_ptr<RpcServer> serve(const Change& change = {}) {
    RpcServerOptions options;
    options.listen = {{.host = "127.0.0.1", .port = 0}};
    options.interfaces = {{.id = kEchoInterface, .opnum_count = 8}};
    options.make_acceptor = acceptors();
    options.handler = [](std::shared_ptr<RpcServerCall> call) { call->complete(std::move(call->stub)); };
    options.log = lines.sink();
    if (change) change(options);
    auto server = RpcServer::start(runtime, std::move(options));
    EXPECT_TRUE(server) << server.error().detail;
    return server ? std::move(*server) : nullptr;
  }
  static std::function<std::shared_ptr<security::SecurityContext>(security::AuthType)> acceptors() {
    return [](security::AuthType type) -> std::shared_ptr<security::SecurityContext> {
      security::ContextOptions context;
      context.auth_type = type;
      auto acceptor = security::make_acceptor(keys, context);
      return acceptor ? std::shared_ptr<security::SecurityContext>(std::move(*acceptor)) : nullptr;
    };
  }
  static ConnectOptions at(std::uint16_t port, std::string host = "127.0.0.1") {
    ConnectOptions options;
    options.host = std::move(host);
    options.port = port;
    options.interface = kEchoInterface;
    options.timeout = std::chrono::seconds(20);
    return options;
  }
  /// That somebody else is served, now.
  ::testing::AssertionResult serves(const RpcServer& server) {
    const auto began = monotonic_now();
    auto connection = open(client, at(server.port()));
    if (!connection) return ::testing::AssertionFailure() << "no connection: " << connection.error().detail;
    if (call(**connection, pattern(40)).value_or(Bytes{}) != pattern(40)) return ::testing::AssertionFailure() << "no answer";
    const auto took = monotonic_now() - began;
    if (took > std::chrono::seconds(2)) return ::testing::AssertionFailure() << "only after " << took / std::chrono::milliseconds(1) << " ms";
    return ::testing::AssertionSuccess();
  }

  Lines lines;
  Runtime client;   ///< of the RpcConnections
  Runtime runtime;  ///< of the servers
};

}  // namespace tributary::net::testing
