// SPDX-License-Identifier: Apache-2.0
// What a listener for LDAP asks of the directory behind it: somebody who authenticates clients and somebody who answers their requests.
// src/net carries octets and knows the rules of a connection (RFC 4511 4.2, 5; [MS-ADTS] 5.1.1); src/service implements this.
// Must never know a socket, nor what is in a directory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "ldap/protocol/message.hpp"
#include "security/gss_context.hpp"

namespace tributary::ldap {

/// Who a client is once he is bound. What the directory knows of him is its own: it gets back what it gave. Immutable, any thread.
struct Principal {
  virtual ~Principal() = default;
  std::string name;                            ///< for logs: "administrator@LAB.EXAMPLE"
  std::optional<std::int64_t> expires_at_s{};  ///< seconds since 1970 when the ticket ends: the connection then has to bind anew
};

/// A connection as operations see it. Of the network thread; what start() needs it copies.
struct Connection {
  std::uint64_t number = 0;
  std::string peer_address;                ///< "10.0.0.7:51234"
  std::string local_address;
  std::uint16_t local_port = 0;
  bool is_global_catalog = false;          ///< came in at 3268 or 3269
  bool is_tls = false;
  bool is_sealed = false;                  ///< a SASL layer encrypts
  bool is_signed = false;                  ///< a SASL layer signs at least
  std::optional<Bytes> client_certificate{};  ///< DER, verified by the TLS layer; for EXTERNAL
  std::shared_ptr<const Principal> principal{};  ///< null: anonymous
};

/// The answer to one request, made in pieces. start() gives it; run() is called until it says kDone, never by two threads at once, on the
/// network thread of its connection (or, when `blocks()`, on one that may block).
class Operation {
 public:
  virtual ~Operation() = default;
  enum class State : std::uint8_t {
    kDone,     ///< the last response is in `out`
    kMore,     ///< enough for now: call again when `out` has been taken
    kWaiting,  ///< call again when `wake` was called
  };
  /// Appends whole LDAPMessages to `out`, for a few milliseconds or some 64 KiB at most.
  virtual State run(Bytes& out) = 0;
  [[nodiscard]] virtual bool blocks() const noexcept { return false; }
  /// The client has no more interest: run() is called no more, `wake` need not be. Destruction follows. Any thread.
  virtual void abandon() noexcept {}
};

/// One SASL bind under way ([MS-ADTS] 5.1.1.1.2), or a simple one, which is over after its first step.
class BindExchange {
 public:
  virtual ~BindExchange() = default;
  struct Step {
    Outcome outcome;                                 ///< kSaslBindInProgress: another step follows
    std::optional<Bytes> server_credentials{};
    std::shared_ptr<const Principal> principal{};    ///< with kSuccess; null: an anonymous bind
    /// With kSuccess: what signs or seals from the octet behind the response on; null: nothing does.
    std::shared_ptr<security::GssContext> layer{};
    bool layer_seals = false;
    std::size_t peer_buffer_max = 0;                 ///< the largest wrapped buffer that the client takes
  };
  /// May block; one at a time. `request` is a BindRequest with what the client sent.
  [[nodiscard]] virtual Step step(const Connection& connection, const BindRequest& request) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  /// For the first BindRequest of an exchange; never null (one that refuses is one too).
  [[nodiscard]] virtual std::unique_ptr<BindExchange> begin_bind(const Connection& connection, const BindRequest& request) = 0;
  /// For everything but bind, unbind, abandon and StartTLS. `wake` may be called by any thread, also after the operation is gone.
  /// Never null. Must not block.
  [[nodiscard]] virtual std::unique_ptr<Operation> start(const Connection& connection, Message message, std::function<void()> wake) = 0;
  /// CLDAP (RFC 1798, [MS-ADTS] 6.3.3): one datagram, one SearchRequest; the whole answer. Empty: none. Must not block.
  [[nodiscard]] virtual Bytes datagram(const Connection& connection, Message message) = 0;
  /// The connection has ended.
  virtual void closed(const Connection& connection) noexcept = 0;
};

}  // namespace tributary::ldap
