// SPDX-License-Identifier: Apache-2.0
// The server's end of one association (one transport connection): accepts binds, drives the acceptor's security context, verifies
// and reassembles requests, seals responses ([MS-RPCE] 3.3.1 and 3.3.3). Sans-I/O: events in, actions out. Knows no socket, no
// clock, no thread, and nothing of what an opnum means.
//
// Contract with the owner: as client_association.hpp, points 1 to 4; further
//  5. CallReceived hands over a call whose stub is complete, verified and decrypted. Answer each with complete_call() or
//     fail_call(), in any order, at any later time. Answers to calls that are no longer there are ignored.
//  6. A call on an interface that requires privacy is refused with a fault (access denied) before anything of its stub is looked
//     at, unless the connection is authenticated and the fragment sealed.
//  7. While wants_bytes() is false (a security step runs) the owner should stop reading the transport; what it delivers
//     nevertheless is buffered up to kBufferedMax, then the association closes.
// Thread: one owner, one thread at a time, the thread of its AssociationGroups.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "rpc/client_association.hpp"
#include "rpc/context_handles.hpp"
#include "rpc/pdu.hpp"
#include "security/security_context.hpp"

namespace tributary::rpc {

/// The combined stub of one request ([MS-RPCE] 3.3.3.5.4: 4 megabytes, else a fault with status 5).
inline constexpr std::size_t kRequestStubMax = std::size_t{4} << 20;
/// Calls of one connection that were received and whose answer is not wholly sent: more are faulted with nca_server_too_busy.
inline constexpr std::size_t kServerCallsMax = 64;
/// Presentation contexts of one connection. [MS-RPCE] 3.3.3.5.5 allows 4,000 per interface; real clients use a handful.
inline constexpr std::size_t kServerContextsMax = 64;
/// Octets kept while a security step runs: after AUTH3 a client may send a whole request without waiting.
inline constexpr std::size_t kBufferedMax = std::size_t{5} << 20;

/// An interface that this server offers.
struct Interface {
  SyntaxId id;
  std::uint16_t opnum_count = 0;  ///< opnums 0 .. opnum_count - 1 exist; others fault with nca_s_op_rng_error
  bool require_privacy = true;    ///< false for the endpoint mapper only
};

struct ServerOptions {
  std::vector<Interface> interfaces;
  std::vector<SyntaxId> transfer_syntaxes{kNdr20};  ///< the preferred one first
  /// A fresh acceptor for a security provider, or null when it is not offered (bind_nak: authentication type not recognized).
  /// Must not block; whatever blocks belongs into step().
  std::function<std::shared_ptr<security::SecurityContext>(security::AuthType)> make_acceptor;
  std::string secondary_address;  ///< the port as text, "49152"
  std::string peer;               ///< the client machine's address: who may join an association group
  std::uint16_t fragment_max = kDefaultFragment;
  std::size_t request_max = kRequestStubMax;
  std::size_t calls_max = kServerCallsMax;
  /// A client that has not finished binding by then (from start()) is dropped.
  MonoTime handshake_timeout = std::chrono::seconds(30);
};

/// A complete request.
struct CallReceived {
  CallId id{};
  std::size_t interface = 0;  ///< index into ServerOptions::interfaces
  std::uint16_t opnum = 0;
  SyntaxId transfer_syntax;
  std::endian byte_order = std::endian::little;
  std::optional<Guid> object;
  Bytes stub;  ///< without padding and without verification trailer
};
/// The client no longer waits (orphaned, or the association closes: the answer will be ignored) or would rather not
/// (cancel: answer at once, for instance with nca_s_fault_cancel).
struct CallCancelled {
  CallId id{};
  bool orphaned = false;
};
using ServerAction = std::variant<SendBytes, NeedSecurityStep, CallReceived, CallCancelled, WakeAt, Close>;

class ServerAssociation {
 public:
  /// `groups` outlives the association.
  ServerAssociation(ServerOptions options, AssociationGroups& groups);
  ServerAssociation(ServerAssociation&&) noexcept;
  ServerAssociation& operator=(ServerAssociation&&) noexcept;
  ~ServerAssociation();  ///< leaves its association group

  /// The transport is connected. Once.
  void start(MonoTime now);
  /// Octets arrived, in any portions. They are copied or consumed before this returns.
  void on_bytes(ByteView octets, MonoTime now);
  void on_tick(MonoTime now);
  void on_security_step(Result<security::SecurityContext::Step> result, MonoTime now);
  /// The connection ended by itself.
  void on_transport_closed(Error error);

  /// The response. Its fragments are sealed by and by, as poll_actions() is called.
  void complete_call(CallId id, Bytes stub);
  /// The fault. `status` is an nca status or a Win32 code; zero and the codes of [MS-RPCE] 3.3.3.5.1 become nca_s_fault_unspec.
  void fail_call(CallId id, std::uint32_t status, bool did_not_execute = false);
  /// Sends a shutdown PDU, finishes the calls in progress and closes then. New requests are refused.
  void shutdown();
  /// Closes without more ado; Close carries `error`.
  void close(Error error);

  /// Without `answers` no further fragment of an answer is sealed: for an owner whose transport is full and who wants to know the rest.
  [[nodiscard]] std::vector<ServerAction> poll_actions(bool answers = true);

  /// False while a security step runs.
  [[nodiscard]] bool wants_bytes() const noexcept;
  [[nodiscard]] bool closed() const noexcept;
  [[nodiscard]] std::size_t calls_in_progress() const noexcept;
  /// Requests whose last fragment has arrived, refused ones included: whether a client that sends all the time gets anywhere.
  [[nodiscard]] std::uint64_t requests_ended() const noexcept;
  /// Octets that wait for the rest of their fragment or request, and at least 1 while a request is incomplete.
  [[nodiscard]] std::size_t incoming_octets() const noexcept;
  /// Octets of answers that are not wholly sent.
  [[nodiscard]] std::size_t answer_octets() const noexcept;
  /// Whether calls on this connection are authenticated and sealed.
  [[nodiscard]] bool secured() const noexcept;
  /// For peer_name() and session_key() once secured(); null before.
  [[nodiscard]] security::SecurityContext* security() const noexcept;
  /// The association group of this connection; 0 before the bind.
  [[nodiscard]] std::uint32_t association_group() const noexcept;
  /// The context handles that this connection may use; null before the bind.
  [[nodiscard]] ContextHandles* context_handles() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::rpc
