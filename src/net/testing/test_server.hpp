// SPDX-License-Identifier: Apache-2.0
// A server on loopback for tests: real TCP, real Kerberos, the server's end of rpc::ServerAssociation, an endpoint mapper beside it, and
// a way to misbehave in every phase of a conversation. What a call answers is the test's. Not for programs that are not tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "net/runtime.hpp"
#include "rpc/pdu.hpp"
#include "rpc/server_association.hpp"
#include "security/gss_context.hpp"

namespace tributary::net::testing {

/// What a listener does with a connection.
enum class Manner : std::uint8_t {
  kServe,
  kSilent,        ///< accepts, reads, never answers
  kDeaf,          ///< accepts and reads nothing
  kReset,         ///< accepts and resets at once
  kGarbage,       ///< answers the first octets with octets that are no PDU
  kSilentAfterBind,    ///< answers the bind and nothing behind it: the second leg of authentication waits
  kResetAfterBind,
  kResetDuringAnswer,  ///< serves, and resets after the first 20,000 octets of anything it sends once bound
  kGarbageAfterBind,   ///< serves, and answers each call with garbage
  kDeafAfterBind,      ///< reads no call
};

/// What to answer to a call: a stub, a fault status, or nothing yet (hold).
struct Answer {
  std::optional<Bytes> stub;
  std::uint32_t fault = 0;
  bool hold = false;
};
using AnswerCall = std::function<Answer(const rpc::CallReceived&)>;

struct TestServerOptions {
  std::shared_ptr<const security::AcceptorKeys> keys;
  rpc::SyntaxId interface;
  std::uint16_t opnum_count = 31;
  AnswerCall answer;                 ///< on the server's thread
  Manner manner = Manner::kServe;
  Manner mapper_manner = Manner::kServe;
  bool registered = true;            ///< the endpoint mapper knows the interface
};

/// Serves on threads of its own from construction to destruction.
class TestServer {
 public:
  explicit TestServer(TestServerOptions options);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;
  [[nodiscard]] std::uint16_t mapper_port() const noexcept;

  /// Connections to the interface's port since the start, and those that are open now.
  [[nodiscard]] std::size_t connections() const noexcept;
  [[nodiscard]] std::size_t open_connections() const noexcept;
  /// Calls received, and calls that the client gave up or asked to cancel.
  [[nodiscard]] std::size_t calls() const noexcept;
  [[nodiscard]] std::size_t cancelled() const noexcept;
  /// Answers all held calls, the last one first.
  void release(std::function<Bytes(const rpc::CallReceived&)> stub);
  /// Closes all connections, as a server that stops, or resets them.
  void close_connections(bool reset);

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

/// Waits, by asking often, until `condition` holds; false when it does not within `limit`.
[[nodiscard]] bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(10));

}  // namespace tributary::net::testing
