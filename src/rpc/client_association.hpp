// SPDX-License-Identifier: Apache-2.0
// The client's end of one association (one transport connection): bind, authenticate, call, cancel (C706 chapters 9 to 12,
// [MS-RPCE] 3.3.1 and 3.3.2). Sans-I/O: events in, actions out. Knows no socket, no clock, no thread, and of the security
// package only the SecurityContext interface.
//
// Contract with the owner
//  1. Call start(), then deliver what happens: on_bytes() with whatever arrived, on_tick() no earlier than the last WakeAt,
//     on_security_step() with the answer to each NeedSecurityStep, on_transport_closed() when the connection ends by itself.
//     `now` is monotonic and constant within one turn of the owner's loop.
//  2. After every input call poll_actions() until it returns nothing, and carry the actions out in their order. SendBytes must
//     reach the transport in order and unbroken. A batch holds at most about kSendBatch octets of sealed requests: whoever polls
//     again only when the last write is done gets back-pressure for free.
//  3. NeedSecurityStep is the only thing that may block. Run `context->step(peer_token)` on another thread and report it with
//     on_security_step(); until then the association does not touch the context. The shared_ptr keeps the context alive even
//     when the association is gone by then; in that case drop the result.
//  4. After Close every call has been completed (its CallCompleted precedes Close) and the object only answers with errors:
//     write what was sent before, close the transport, destroy the object.
// Thread: one owner, one thread at a time. Errors: Win32 codes with Phase::kBind, kAuthenticate or kCall.
//
// Drsuapi cannot be called in the clear: there are two ways to construct an association, sealed() with a security context, in
// which every request is protected at PKT_PRIVACY, and for_endpoint_mapper(), which can bind nothing but the endpoint mapper.
#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/guid.hpp"
#include "rpc/pdu.hpp"
#include "security/security_context.hpp"

namespace tributary::rpc {

/// The call_id on the wire. Never reused within an association.
enum class CallId : std::uint32_t {};

/// How the initiator's last token travels when the mechanism wants no answer to it ([MS-RPCE] 3.3.1.5.2.1).
enum class LastLeg : std::uint8_t {
  kAlterContext,  ///< SPNEGO, Kerberos: an even number of legs, the server answers with alter_context_resp
  kAuth3,         ///< NTLM: three legs, nobody answers
};

/// One call's answer holds at most this much unless the call says otherwise: the largest GetNCChanges replies of Windows are
/// tens of megabytes (10 MB of values by default, [MS-DRSR] 4.1.10.5), and a runaway peer must not take the machine's memory.
inline constexpr std::size_t kResponseStubMax = std::size_t{256} << 20;
/// Calls that are outstanding or queued. A DSA uses a handful; more is a loop gone wrong.
inline constexpr std::size_t kClientCallsMax = 256;
/// About how many octets of sealed requests one poll_actions() produces: enough to fill a socket, little enough to interleave.
inline constexpr std::size_t kSendBatch = std::size_t{256} << 10;
/// Tokens either side may send during one handshake; SPNEGO with Kerberos needs three each way.
inline constexpr int kSecurityLegsMax = 16;

struct ClientOptions {
  std::vector<SyntaxId> interfaces{};       ///< what to bind; a call names one by its index here (1 to 32 of them)
  bool offer_ndr64 = false;                 ///< propose NDR64 beside NDR20; only when the codec above can speak it
  bool offer_multiplexing = true;           ///< PFC_CONC_MPX: several calls at once if the server grants it, else one after the other
  bool offer_feature_negotiation = true;    ///< keep the connection after an orphaned call, if the server can
  bool require_header_signing = true;       ///< fail the bind when the server does not agree to it: a downgrade is visible
  bool verification_trailer = true;         ///< append [MS-RPCE] 2.2.2.13 to requests: the bind itself is not signed, this says under
                                            ///< the seal which interface and syntax it meant
  LastLeg last_leg = LastLeg::kAlterContext;
  std::uint16_t fragment_max = kDefaultFragment;  ///< largest fragment to send or receive, at least kMustReceiveFragment
  std::uint32_t assoc_group_id = 0;         ///< 0 starts a new association group; else joins the group that Bound reported
  std::uint32_t auth_context_id = 1;
  std::size_t calls_max = kClientCallsMax;
  std::optional<MonoTime> bind_deadline{};  ///< Bound by then, or Close with kErrorTimeout
  /// How long a server may take to answer co_cancel before the call is orphaned.
  MonoTime cancel_grace = std::chrono::milliseconds(1000);
};

struct CallOptions {
  std::optional<MonoTime> deadline{};  ///< absolute; the call completes with kErrorTimeout when it passes
  std::optional<Guid> object{};        ///< object UUID of the request
  bool may_cancel = true;            ///< ask the server politely (co_cancel) before orphaning the call
  bool streaming = false;            ///< hand the answer out in CallFragment actions instead of collecting it
  std::size_t response_max = kResponseStubMax;  ///< octets of answer, also when streaming
};

/// Octets for the transport.
struct SendBytes {
  Bytes octets;
};
/// Run context->step(peer_token) where blocking is allowed, and report through on_security_step().
struct NeedSecurityStep {
  std::shared_ptr<security::SecurityContext> context;
  Bytes peer_token;
};
/// The association is ready. Once, before any CallCompleted with success.
struct Bound {
  struct Interface {
    bool accepted = false;
    SyntaxId transfer_syntax;  ///< what stubs of this interface are encoded in
    friend bool operator==(const Interface&, const Interface&) = default;
  };
  std::vector<Interface> interfaces;  ///< one for each of ClientOptions::interfaces
  std::uint32_t assoc_group_id = 0;
  std::uint16_t max_xmit_frag = 0;    ///< as negotiated
  bool multiplexing = false;
  bool header_signing = false;
};
/// The next piece of a streamed answer, verified and decrypted. Pieces arrive in order; sizes are the server's choice.
/// The owner bounds memory by not delivering more bytes than its consumer digests.
struct CallFragment {
  CallId id{};
  Bytes stub;
  std::endian byte_order = std::endian::little;
};
/// The end of a call. For every id that begin_call() returned, exactly once.
struct CallCompleted {
  CallId id{};
  Result<Bytes> stub;                            ///< empty for a streamed call that succeeded
  std::endian byte_order = std::endian::little;  ///< of the stub's integers
  /// With an error: the server certainly did not run the call, so that repeating it elsewhere is safe.
  bool did_not_execute = false;
};
/// Call on_tick() at this time; replaces the WakeAt before it.
struct WakeAt {
  MonoTime time{};
};
/// The association is over. kErrorSuccess when the owner asked for it.
struct Close {
  Error error;
};
using ClientAction = std::variant<SendBytes, NeedSecurityStep, Bound, CallFragment, CallCompleted, WakeAt, Close>;

class ClientAssociation {
 public:
  /// An association in which everything is sealed. `context` is a fresh initiator. `options.interfaces` may hold anything.
  [[nodiscard]] static Result<ClientAssociation> sealed(ClientOptions options, std::shared_ptr<security::SecurityContext> context);
  /// An association without authentication, for the endpoint mapper only: options.interfaces must be empty or {kEndpointMapper}.
  /// kErrorAccessDenied for anything else.
  [[nodiscard]] static Result<ClientAssociation> for_endpoint_mapper(ClientOptions options);

  ClientAssociation(ClientAssociation&&) noexcept;
  ClientAssociation& operator=(ClientAssociation&&) noexcept;
  ~ClientAssociation();

  /// The transport is connected. Once.
  void start(MonoTime now);
  /// Octets arrived, in any portions. They are copied or consumed before this returns.
  void on_bytes(ByteView octets, MonoTime now);
  void on_tick(MonoTime now);
  void on_security_step(Result<security::SecurityContext::Step> result, MonoTime now);
  /// The connection ended: completes every call and closes. `error` says how, for example kErrorConnectionRefused.
  void on_transport_closed(Error error);

  /// Starts a call on interfaces[interface]. Calls made before Bound wait for it. Requests leave in the order of the calls.
  /// Errors at once: kErrorInvalidParameter (no such interface; an association for the endpoint mapper has only that one),
  /// kRpcSUnknownIf (the server refused that interface), kRpcSCallFailedDne (closed, or closing after an orphaned call),
  /// kRpcSServerTooBusy (calls_max reached).
  [[nodiscard]] Result<CallId> begin_call(std::size_t interface, std::uint16_t opnum, Bytes stub, CallOptions options, MonoTime now);
  /// Gives a call up. If nothing of it was sent, or without may_cancel, it completes with kRpcSCallCancelled at once; else the
  /// server gets cancel_grace to answer, and that answer, even success, is the result. Unknown and finished ids are ignored.
  void cancel(CallId id, MonoTime now);
  /// Completes every call with kRpcSCallCancelled and closes with kErrorSuccess.
  void close();

  /// The next batch of actions; empty when there is nothing left to do for now.
  [[nodiscard]] std::vector<ClientAction> poll_actions();

  [[nodiscard]] bool bound() const noexcept;
  [[nodiscard]] bool closed() const noexcept;
  /// False when no call can be begun any more although the association still serves earlier ones.
  [[nodiscard]] bool accepts_calls() const noexcept;
  /// Calls begun and not completed.
  [[nodiscard]] std::size_t calls_in_flight() const noexcept;
  /// For session_key() and peer_name() once bound; null for the endpoint mapper.
  [[nodiscard]] security::SecurityContext* security() const noexcept;

 private:
  class Impl;
  explicit ClientAssociation(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::rpc
