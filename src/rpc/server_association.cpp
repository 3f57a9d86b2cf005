// SPDX-License-Identifier: Apache-2.0
// ServerAssociation: construction, and the handshake: bind, alter_context, auth3 ([MS-RPCE] 3.3.1.5.2.1, 3.3.1.5.3, 3.3.1.5.6,
// 3.3.1.5.7, 3.3.3.5.3, 3.3.3.5.5).
#include "rpc/server_association.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "rpc/server_impl.hpp"
#include "rpc/status.hpp"

namespace tributary::rpc {
namespace {

/// RPC_S_UNKNOWN_AUTHN_SERVICE, as the status of a fault: what authentication_type_not_recognized is to a bind_nak.
constexpr std::uint32_t kUnknownAuthnService = 1747;

ContextResult rejection(ContextReason reason) {
  return {.outcome = ContextOutcome::kProviderRejection, .reason = static_cast<std::uint16_t>(reason), .transfer_syntax = {}};
}

}  // namespace

ServerAssociation::ServerAssociation(ServerOptions options, AssociationGroups& groups)
    : impl_(std::make_unique<Impl>(std::move(options), groups)) {}
ServerAssociation::ServerAssociation(ServerAssociation&&) noexcept = default;
ServerAssociation& ServerAssociation::operator=(ServerAssociation&&) noexcept = default;
ServerAssociation::~ServerAssociation() = default;

void ServerAssociation::start(MonoTime now) { impl_->start(now); }
void ServerAssociation::on_bytes(ByteView octets, MonoTime) { impl_->on_bytes(octets); }
void ServerAssociation::on_tick(MonoTime now) { impl_->on_tick(now); }
void ServerAssociation::on_security_step(Result<security::SecurityContext::Step> result, MonoTime) {
  impl_->on_security_step(std::move(result));
}
void ServerAssociation::on_transport_closed(Error error) { impl_->close(in_phase(std::move(error), Phase::kCall)); }
void ServerAssociation::complete_call(CallId id, Bytes stub) { impl_->complete_call(id, std::move(stub)); }
void ServerAssociation::fail_call(CallId id, std::uint32_t status, bool did_not_execute) {
  impl_->fail_call(id, status, did_not_execute);
}
void ServerAssociation::shutdown() { impl_->shutdown(); }
void ServerAssociation::close(Error error) { impl_->close(std::move(error)); }
std::vector<ServerAction> ServerAssociation::poll_actions(bool answers) { return impl_->poll_actions(answers); }
bool ServerAssociation::wants_bytes() const noexcept { return impl_->wants_bytes(); }
bool ServerAssociation::closed() const noexcept { return impl_->closed(); }
std::size_t ServerAssociation::calls_in_progress() const noexcept { return impl_->calls_in_progress(); }
std::uint64_t ServerAssociation::requests_ended() const noexcept { return impl_->requests_ended(); }
std::size_t ServerAssociation::incoming_octets() const noexcept { return impl_->incoming_octets(); }
std::size_t ServerAssociation::answer_octets() const noexcept { return impl_->answer_octets(); }
bool ServerAssociation::secured() const noexcept { return impl_->secured(); }
security::SecurityContext* ServerAssociation::security() const noexcept { return impl_->security(); }
std::uint32_t ServerAssociation::association_group() const noexcept { return impl_->group(); }
ContextHandles* ServerAssociation::context_handles() noexcept { return impl_->context_handles(); }

ServerAssociation::Impl::Impl(ServerOptions options, AssociationGroups& groups) : options_(std::move(options)), groups_(groups) {
  TRIBUTARY_ASSERT(options_.fragment_max >= kMustReceiveFragment);
  TRIBUTARY_ASSERT(!options_.transfer_syntaxes.empty());
}

ServerAssociation::Impl::~Impl() {
  if (group_ != 0) groups_.leave(group_);
}

void ServerAssociation::Impl::start(MonoTime now) { handshake_deadline_ = now + options_.handshake_timeout; }

bool ServerAssociation::Impl::established() const noexcept {
  return bind_done_ && pending_ == Pending::kNone && (!context_ || context_->complete() || auth_failure_);
}

void ServerAssociation::Impl::on_tick(MonoTime now) {
  if (closed_ || established() || !handshake_deadline_ || now < *handshake_deadline_) return;
  close({win32::kErrorTimeout, Phase::kBind, "the client did not finish the bind in time"});
}

// Bytes in

void ServerAssociation::Impl::on_bytes(ByteView octets) {
  if (closed_) return;
  reader_.push(octets);
  process();
}

void ServerAssociation::Impl::process() {
  while (wants_bytes()) {
    auto message = reader_.next();
    if (!message) return protocol_error(0, message.error().detail);
    if (!*message) break;
    on_pdu(**message);
  }
  if (closed_) return;
  reader_.keep_rest();
  if (reader_.waiting() > kBufferedMax)
    close({win32::kRpcSProtocolError, Phase::kAuthenticate, fmt::format("{} octets before the handshake was over", reader_.waiting())});
}

void ServerAssociation::Impl::on_pdu(ByteView message) {
  auto pdu = decode_pdu(message);
  if (!pdu) return protocol_error(decode_header(message)->call_id, pdu.error().detail);
  switch (pdu->header.type) {
    case PduType::kBind: return on_bind(*pdu);
    case PduType::kAlterContext: return on_alter_context(*pdu);
    case PduType::kAuth3: return on_auth3(*pdu);
    case PduType::kRequest: return on_request(*pdu, message);
    case PduType::kCoCancel: return on_cancel(pdu->header.call_id, false);
    case PduType::kOrphaned: return on_cancel(pdu->header.call_id, true);
    default: break;
  }
  protocol_error(pdu->header.call_id, fmt::format("{}: not for a server", pdu_type_name(pdu->header.type)));
}

/// [MS-RPCE] 3.3.3.5.7 and 2.2.2.5: before the bind a bind_nak, later a fault; then the connection is of no use any more.
void ServerAssociation::Impl::protocol_error(std::uint32_t call_id, std::string detail) {
  Error error{win32::kRpcSProtocolError, bind_done_ ? Phase::kCall : Phase::kBind, std::move(detail)};
  if (!bind_done_) return send_nak(call_id, BindRejectReason::kProtocolVersionNotSupported, std::move(error));
  send_fault(call_id, 0, nca::kProtocolError, true);
  close(std::move(error));
}

// Bind

void ServerAssociation::Impl::on_bind(const Pdu& pdu) {
  const auto& bind = std::get<Bind>(pdu.body);
  const std::uint32_t call_id = pdu.header.call_id;
  if (bind_done_) return protocol_error(call_id, "bind: a second one");
  if (bind.contexts.empty()) return protocol_error(call_id, "bind.p_context_elem: empty");
  if (bind.max_recv_frag < kMustReceiveFragment || bind.max_xmit_frag < kMustReceiveFragment)
    return protocol_error(call_id, fmt::format("bind: fragments of {} and {} octets are too small", bind.max_xmit_frag, bind.max_recv_frag));
  auto results = negotiate(bind.contexts);
  if (!results) {
    const bool limit = results.error().code == win32::kRpcSServerTooBusy;
    return send_nak(call_id, limit ? BindRejectReason::kLocalLimitExceeded : BindRejectReason::kProtocolVersionNotSupported,
                    results.error());
  }
  if (auto entered = enter_group(bind.assoc_group_id); !entered)
    return send_nak(call_id, BindRejectReason::kNotSpecified, entered.error());
  if (pdu.auth) {
    if (auto begun = begin_security(*pdu.auth); !begun)
      return send_nak(call_id, BindRejectReason::kAuthenticationTypeNotRecognized, begun.error());
  }
  xmit_max_ = static_cast<std::uint16_t>(std::min(bind.max_recv_frag, options_.fragment_max) / 8 * 8);
  recv_max_ = std::min(bind.max_xmit_frag, options_.fragment_max);
  header_sign_offered_ = pdu.header.has(pfc::kSupportHeaderSign);
  multiplexing_ = pdu.header.has(pfc::kConcMpx);
  std::uint8_t flags = pfc::kWhole;
  if (context_ && header_sign_offered_) flags |= pfc::kSupportHeaderSign;
  if (multiplexing_) flags |= pfc::kConcMpx;
  ack_ = {.header = {.type = PduType::kBindAck, .flags = flags, .call_id = call_id},
          .body = BindAck{.max_xmit_frag = xmit_max_, .max_recv_frag = recv_max_, .assoc_group_id = group_,
                          .secondary_address = options_.secondary_address, .results = std::move(*results)},
          .auth = {}};
  if (pdu.auth) return request_step(Pending::kBind, pdu.auth->token);
  bind_done_ = true;
  send_ack({});
}

Result<> ServerAssociation::Impl::enter_group(std::uint32_t wanted) {
  if (wanted == 0) {
    auto created = groups_.create(options_.peer);
    if (!created) return std::unexpected(created.error());
    group_ = *created;
    return {};
  }
  if (auto joined = groups_.join(wanted, options_.peer); !joined) return joined;
  group_ = wanted;
  return {};
}

std::optional<std::size_t> ServerAssociation::Impl::find_interface(const SyntaxId& id) const noexcept {
  const auto found = std::ranges::find_if(options_.interfaces, [&](const Interface& interface) {
    return interface.id.uuid == id.uuid && interface.id.major == id.major && id.minor <= interface.id.minor;
  });
  if (found == options_.interfaces.end()) return std::nullopt;
  return static_cast<std::size_t>(found - options_.interfaces.begin());
}

Result<std::vector<ContextResult>> ServerAssociation::Impl::negotiate(const std::vector<ContextElement>& contexts) {
  std::vector<ContextResult> results;
  for (const auto& element : contexts) {
    auto result = negotiate_one(element, contexts);
    if (!result) return std::unexpected(result.error());
    results.push_back(*result);
  }
  return results;
}

/// [MS-RPCE] 3.3.1.5.6: of all syntaxes that a client proposes for an interface in one PDU, the server's favourite is accepted.
Result<ContextResult> ServerAssociation::Impl::negotiate_one(const ContextElement& element, const std::vector<ContextElement>& all) {
  if (element.transfer_syntaxes.size() == 1) {
    if (const auto offered = offered_features(element.transfer_syntaxes.front()))
      return ContextResult{.outcome = ContextOutcome::kNegotiateAck,
                           .reason = static_cast<std::uint16_t>(*offered & feature::kKeepConnectionOnOrphan),
                           .transfer_syntax = {}};
  }
  const auto interface = find_interface(element.abstract_syntax);
  if (!interface) return rejection(ContextReason::kAbstractSyntaxNotSupported);
  auto proposes = [](const ContextElement& candidate, const SyntaxId& syntax) {
    return std::ranges::find(candidate.transfer_syntaxes, syntax) != candidate.transfer_syntaxes.end();
  };
  const auto best = std::ranges::find_if(options_.transfer_syntaxes, [&](const SyntaxId& syntax) {
    return std::ranges::any_of(all, [&](const ContextElement& other) {
      return other.abstract_syntax == element.abstract_syntax && proposes(other, syntax);
    });
  });
  if (best == options_.transfer_syntaxes.end() || !proposes(element, *best))
    return rejection(ContextReason::kTransferSyntaxesNotSupported);
  const auto known = contexts_.find(element.context_id);
  if (known != contexts_.end()) {
    if (known->second.interface != *interface || known->second.transfer_syntax != *best)
      return fail(win32::kRpcSProtocolError, fmt::format("p_cont_id {}: already means something else", element.context_id), Phase::kBind);
  } else if (contexts_.size() >= kServerContextsMax) {
    return fail(win32::kRpcSServerTooBusy, fmt::format("more than {} presentation contexts", kServerContextsMax), Phase::kBind);
  }
  contexts_[element.context_id] = {.interface = *interface, .transfer_syntax = *best};
  return ContextResult{.outcome = ContextOutcome::kAcceptance, .reason = 0, .transfer_syntax = *best};
}

// Alter context and auth3

void ServerAssociation::Impl::on_alter_context(const Pdu& pdu) {
  const auto& alter = std::get<Bind>(pdu.body);
  const std::uint32_t call_id = pdu.header.call_id;
  if (!bind_done_) return protocol_error(call_id, "alter_context: before the bind");
  auto results = negotiate(alter.contexts);
  if (!results) return protocol_error(call_id, results.error().detail);
  ack_ = {.header = {.type = PduType::kAlterContextResp, .flags = pfc::kWhole, .call_id = call_id},
          .body = BindAck{.max_xmit_frag = xmit_max_, .max_recv_frag = recv_max_, .assoc_group_id = group_,
                          .secondary_address = {}, .results = std::move(*results)},
          .auth = {}};
  if (!pdu.auth) return send_ack({});
  if (context_ && (context_->complete() || auth_failure_)) return protocol_error(call_id, "alter_context: a token after the last one");
  if (!context_) {
    if (auto begun = begin_security(*pdu.auth); !begun) {
      send_fault(call_id, 0, kUnknownAuthnService, true);
      return close(begun.error());
    }
    header_sign_offered_ = pdu.header.has(pfc::kSupportHeaderSign);
  }
  if (header_sign_offered_) ack_.header.flags |= pfc::kSupportHeaderSign;
  if (pdu.auth->context_id != protection_.auth_context_id || pdu.auth->level != auth_level_)
    return protocol_error(call_id, "alter_context: a second security context on one connection");
  request_step(Pending::kAlterContext, pdu.auth->token);
}

void ServerAssociation::Impl::on_auth3(const Pdu& pdu) {
  const std::uint32_t call_id = pdu.header.call_id;
  if (!context_ || !bind_done_ || !pdu.auth || context_->complete() || auth_failure_) return protocol_error(call_id, "auth3: nothing to complete");
  if (pdu.auth->context_id != protection_.auth_context_id || pdu.auth->level != auth_level_)
    return protocol_error(call_id, "auth3: a second security context on one connection");
  request_step(Pending::kAuth3, pdu.auth->token);
}

// Security

Result<> ServerAssociation::Impl::begin_security(const AuthTrailer& auth) {
  if (options_.make_acceptor) context_ = options_.make_acceptor(static_cast<security::AuthType>(auth.type));
  if (!context_) return fail(win32::kErrorAccessDenied, fmt::format("auth_type {} is not offered", auth.type), Phase::kAuthenticate);
  auth_level_ = auth.level;
  protection_.auth_context_id = auth.context_id;
  return {};
}

void ServerAssociation::Impl::request_step(Pending answer, ByteView token) {
  pending_ = answer;
  actions_.emplace_back(NeedSecurityStep{context_, to_bytes(token)});
}

void ServerAssociation::Impl::on_security_step(Result<security::SecurityContext::Step> result) {
  if (closed_) return;
  TRIBUTARY_ASSERT(pending_ != Pending::kNone);
  const Pending answer = std::exchange(pending_, Pending::kNone);
  if (result && !result->complete && (result->token.empty() || answer == Pending::kAuth3 || ++legs_ > kSecurityLegsMax))
    result = fail(win32::kRpcSSecPkgError, "the security package did not finish", Phase::kAuthenticate);
  if (result && result->complete) {
    secured_ = auth_level_ == static_cast<std::uint8_t>(security::AuthLevel::kPrivacy) && context_->complete();
    if (secured_) protection_.context = context_.get();
    // Asked now: SPNEGO does not know before which mechanism it will be.
    protection_.header_signing = header_sign_offered_ || context_->always_signs_headers();
  }
  const std::uint32_t call_id = ack_.header.call_id;
  if (!result && answer == Pending::kBind) return send_nak(call_id, BindRejectReason::kInvalidChecksum, result.error());
  if (!result && answer == Pending::kAlterContext) {
    send_fault(call_id, 0, nca::kAccessDenied, true);
    return close(result.error());
  }
  // Nobody answers an auth3: the first call behind a wrong one is refused, and that is the end of the connection.
  if (!result) auth_failure_ = result.error();
  if (answer == Pending::kBind) bind_done_ = true;
  if (answer != Pending::kAuth3) send_ack(result->token);
  process();
}

// Answers

void ServerAssociation::Impl::send_ack(ByteView token) {
  if (!token.empty()) {
    ack_.auth = AuthTrailer{.type = static_cast<std::uint8_t>(context_->auth_type()),
                            .level = auth_level_,
                            .context_id = protection_.auth_context_id,
                            .token = token};
  }
  send(ack_);
  ack_.auth.reset();
}

void ServerAssociation::Impl::send_nak(std::uint32_t call_id, BindRejectReason reason, Error error) {
  send({.header = {.type = PduType::kBindNak, .flags = pfc::kWhole, .call_id = call_id},
        .body = BindNak{.reason = reason, .versions = {ProtocolVersion{}}},
        .auth = {}});
  close(std::move(error));
}

void ServerAssociation::Impl::send(const Pdu& pdu) {
  auto encoded = encode_pdu(pdu);
  if (!encoded) return close(encoded.error());
  actions_.emplace_back(SendBytes{std::move(*encoded)});
}

}  // namespace tributary::rpc
