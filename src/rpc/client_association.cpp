// SPDX-License-Identifier: Apache-2.0
// ClientAssociation: construction, and the handshake from bind to Bound ([MS-RPCE] 3.3.1.5.2.1, 3.3.1.5.3, 3.3.1.5.6).
#include "rpc/client_association.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "rpc/client_impl.hpp"
#include "rpc/status.hpp"

namespace tributary::rpc {
namespace {

constexpr std::size_t kInterfacesMax = 32;  ///< three elements each at most, in one bind whose count is an octet

Result<> check_options(const ClientOptions& options) {
  if (options.interfaces.empty() || options.interfaces.size() > kInterfacesMax)
    return tributary::fail(win32::kErrorInvalidParameter, fmt::format("{} interfaces to bind", options.interfaces.size()));
  if (options.fragment_max < kMustReceiveFragment)
    return tributary::fail(win32::kErrorInvalidParameter, fmt::format("fragments of {} octets are too small", options.fragment_max));
  return {};
}

std::uint16_t round_fragment(std::uint16_t size) noexcept { return static_cast<std::uint16_t>(size / 8 * 8); }

}  // namespace

Result<ClientAssociation> ClientAssociation::sealed(ClientOptions options, std::shared_ptr<security::SecurityContext> context) {
  if (auto checked = check_options(options); !checked) return std::unexpected(checked.error());
  if (!context) return tributary::fail(win32::kErrorInvalidParameter, "no security context");
  return ClientAssociation(std::make_unique<Impl>(std::move(options), std::move(context)));
}

Result<ClientAssociation> ClientAssociation::for_endpoint_mapper(ClientOptions options) {
  if (options.interfaces.empty()) options.interfaces = {kEndpointMapper};
  if (options.interfaces != std::vector{kEndpointMapper})
    return tributary::fail(win32::kErrorAccessDenied, "only the endpoint mapper is called without authentication");
  if (auto checked = check_options(options); !checked) return std::unexpected(checked.error());
  return ClientAssociation(std::make_unique<Impl>(std::move(options), nullptr));
}

ClientAssociation::ClientAssociation(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
ClientAssociation::ClientAssociation(ClientAssociation&&) noexcept = default;
ClientAssociation& ClientAssociation::operator=(ClientAssociation&&) noexcept = default;
ClientAssociation::~ClientAssociation() = default;

void ClientAssociation::start(MonoTime now) { impl_->start(now); }
void ClientAssociation::on_bytes(ByteView octets, MonoTime now) { impl_->on_bytes(octets, now); }
void ClientAssociation::on_tick(MonoTime now) { impl_->on_tick(now); }
void ClientAssociation::on_security_step(Result<security::SecurityContext::Step> result, MonoTime) {
  impl_->on_security_step(std::move(result));
}
void ClientAssociation::on_transport_closed(Error error) { impl_->on_transport_closed(std::move(error)); }
Result<CallId> ClientAssociation::begin_call(std::size_t interface, std::uint16_t opnum, Bytes stub, CallOptions options, MonoTime) {
  return impl_->begin_call(interface, opnum, std::move(stub), options);
}
void ClientAssociation::cancel(CallId id, MonoTime now) { impl_->cancel(id, now); }
void ClientAssociation::close() { impl_->close(); }
std::vector<ClientAction> ClientAssociation::poll_actions() { return impl_->poll_actions(); }
bool ClientAssociation::bound() const noexcept { return impl_->bound(); }
bool ClientAssociation::closed() const noexcept { return impl_->closed(); }
bool ClientAssociation::accepts_calls() const noexcept { return impl_->accepts_calls(); }
std::size_t ClientAssociation::calls_in_flight() const noexcept { return impl_->calls_in_flight(); }
security::SecurityContext* ClientAssociation::security() const noexcept { return impl_->security(); }

// The handshake

ClientAssociation::Impl::Impl(ClientOptions options, std::shared_ptr<security::SecurityContext> context)
    : options_(std::move(options)), context_(std::move(context)) {
  protection_.context = context_.get();
  protection_.auth_context_id = options_.auth_context_id;
}

void ClientAssociation::Impl::start(MonoTime) {
  TRIBUTARY_ASSERT(state_ == State::kIdle);
  if (context_) {
    request_step({});
  } else {
    send_bind({});
  }
}

Phase ClientAssociation::Impl::phase() const noexcept {
  if (bound()) return Phase::kCall;
  return legs_ > 0 && (state_ == State::kSecurityStep || state_ == State::kAwaitAlterResp) ? Phase::kAuthenticate : Phase::kBind;
}

void ClientAssociation::Impl::request_step(ByteView peer_token) {
  state_ = State::kSecurityStep;
  if (++legs_ > kSecurityLegsMax)
    return fail({win32::kRpcSSecPkgError, Phase::kAuthenticate, fmt::format("no end after {} tokens", kSecurityLegsMax)});
  actions_.emplace_back(NeedSecurityStep{context_, to_bytes(peer_token)});
}

void ClientAssociation::Impl::on_security_step(Result<security::SecurityContext::Step> result) {
  if (closed()) return;
  TRIBUTARY_ASSERT(state_ == State::kSecurityStep);
  if (!result) return fail(in_phase(result.error(), Phase::kAuthenticate));
  step_complete_ = result->complete;
  const bool silent = result->token.empty();
  if (silent && (!bind_sent_ || !step_complete_))
    return fail({win32::kRpcSSecPkgError, Phase::kAuthenticate, "the security package has nothing to send and is not done"});
  if (!bind_sent_) return send_bind(result->token);
  if (silent) return become_bound();
  if (step_complete_ && options_.last_leg == LastLeg::kAuth3) {
    send_auth3(result->token);
    if (!closed()) become_bound();
    return;
  }
  send_alter_context(result->token);
}

Bind ClientAssociation::Impl::make_bind() const {
  Bind bind;
  bind.max_xmit_frag = bind.max_recv_frag = round_fragment(options_.fragment_max);
  bind.assoc_group_id = options_.assoc_group_id;
  // One element for each pair, in a fixed order ([MS-RPCE] 3.3.1.5.6): negotiate_contexts() reads the answers in the same order.
  std::uint16_t id = 0;
  for (const auto& interface : options_.interfaces) {
    bind.contexts.push_back({id++, interface, {kNdr20}});
    if (options_.offer_ndr64) bind.contexts.push_back({id++, interface, {kNdr64}});
  }
  if (options_.offer_feature_negotiation)
    bind.contexts.push_back({id, options_.interfaces.back(), {feature_negotiation_syntax(feature::kKeepConnectionOnOrphan)}});
  return bind;
}

std::uint8_t ClientAssociation::Impl::handshake_flags() const noexcept {
  std::uint8_t flags = pfc::kWhole;
  if (context_) flags |= pfc::kSupportHeaderSign;
  if (options_.offer_multiplexing) flags |= pfc::kConcMpx;
  return flags;
}

void ClientAssociation::Impl::send_handshake(PduType type, Pdu pdu, ByteView token) {
  ++handshake_call_id_;
  pdu.header = {.type = type, .flags = handshake_flags(), .call_id = handshake_call_id_};
  if (context_) {
    pdu.auth = AuthTrailer{.type = static_cast<std::uint8_t>(context_->auth_type()),
                           .level = static_cast<std::uint8_t>(security::AuthLevel::kPrivacy),
                           .context_id = options_.auth_context_id,
                           .token = token};
  }
  auto encoded = encode_pdu(pdu);
  if (!encoded) return fail(in_phase(encoded.error(), Phase::kAuthenticate));
  actions_.emplace_back(SendBytes{std::move(*encoded)});
}

void ClientAssociation::Impl::send_bind(ByteView token) {
  bind_sent_ = true;
  state_ = State::kAwaitBindAck;
  send_handshake(PduType::kBind, {.header = {}, .body = make_bind(), .auth = {}}, token);
}

void ClientAssociation::Impl::send_alter_context(ByteView token) {
  state_ = State::kAwaitAlterResp;
  // The same contexts as in the bind ([MS-RPCE] 3.3.1.5.2.1), without the feature bits: those belong to the bind alone.
  Bind bind = make_bind();
  if (options_.offer_feature_negotiation) bind.contexts.pop_back();
  std::erase_if(bind.contexts, [&](const ContextElement& element) {
    return std::ranges::find(context_ids_, element.context_id) == context_ids_.end();
  });
  bind.assoc_group_id = negotiated_.assoc_group_id;
  send_handshake(PduType::kAlterContext, {.header = {}, .body = std::move(bind), .auth = {}}, token);
}

void ClientAssociation::Impl::send_auth3(ByteView token) {
  send_handshake(PduType::kAuth3, {.header = {}, .body = Auth3{}, .auth = {}}, token);
}

Error ClientAssociation::Impl::no_interface_error(const BindAck& ack) const {
  const bool known = std::ranges::any_of(ack.results, [](const ContextResult& result) {
    return result.outcome == ContextOutcome::kProviderRejection &&
           result.reason == static_cast<std::uint16_t>(ContextReason::kTransferSyntaxesNotSupported);
  });
  return Error{known ? win32::kRpcSUnsupportedTransSyn : win32::kRpcSUnknownIf, Phase::kBind,
               fmt::format("the server accepted none of {} interfaces, the first {}", options_.interfaces.size(),
                           to_string(options_.interfaces.front()))};
}

Result<> ClientAssociation::Impl::negotiate_contexts(const BindAck& ack) {
  const Bind bind = make_bind();
  if (ack.results.size() != bind.contexts.size())
    return tributary::fail(win32::kRpcSProtocolError,
                           fmt::format("bind_ack.p_result_list: {} results for {} contexts", ack.results.size(), bind.contexts.size()));
  negotiated_.interfaces.assign(options_.interfaces.size(), {});
  context_ids_.assign(options_.interfaces.size(), 0xFFFF);
  const std::size_t per_interface = options_.offer_ndr64 ? 2 : 1;
  bool any = false;
  for (std::size_t i = 0; i < ack.results.size(); ++i) {
    const auto& result = ack.results[i];
    const auto& element = bind.contexts[i];
    const std::size_t interface = i / per_interface;
    if (interface == options_.interfaces.size()) {
      keep_on_orphan_ = result.outcome == ContextOutcome::kNegotiateAck && (result.reason & feature::kKeepConnectionOnOrphan) != 0;
      continue;
    }
    if (result.outcome != ContextOutcome::kAcceptance || negotiated_.interfaces[interface].accepted) continue;
    if (result.transfer_syntax != element.transfer_syntaxes.front())
      return tributary::fail(win32::kRpcSProtocolError, fmt::format("bind_ack.p_result_list[{}]: accepts {}, which was not proposed", i,
                                                                    to_string(result.transfer_syntax)));
    negotiated_.interfaces[interface] = {.accepted = true, .transfer_syntax = result.transfer_syntax};
    context_ids_[interface] = element.context_id;
    any = true;
  }
  if (!any) return std::unexpected(no_interface_error(ack));
  return {};
}

Result<> ClientAssociation::Impl::negotiate(const Pdu& pdu) {
  const auto& ack = std::get<BindAck>(pdu.body);
  if (auto contexts = negotiate_contexts(ack); !contexts) return contexts;
  if (ack.max_recv_frag < kMustReceiveFragment || ack.max_xmit_frag < kMustReceiveFragment)
    return tributary::fail(win32::kRpcSProtocolError,
                           fmt::format("bind_ack: fragments of {} and {} octets are too small", ack.max_xmit_frag, ack.max_recv_frag));
  xmit_max_ = std::min(round_fragment(options_.fragment_max), round_fragment(ack.max_recv_frag));
  recv_max_ = options_.fragment_max;
  protection_.header_signing = context_ && (pdu.header.has(pfc::kSupportHeaderSign) || context_->always_signs_headers());
  if (context_ && options_.require_header_signing && !protection_.header_signing)
    return tributary::fail(win32::kErrorAccessDenied, "the server does not agree to header signing", Phase::kAuthenticate);
  negotiated_.assoc_group_id = ack.assoc_group_id;
  negotiated_.max_xmit_frag = xmit_max_;
  negotiated_.multiplexing = options_.offer_multiplexing && pdu.header.has(pfc::kConcMpx);
  negotiated_.header_signing = protection_.header_signing;
  return {};
}

void ClientAssociation::Impl::on_bind_ack(const Pdu& pdu) {
  if (auto done = negotiate(pdu); !done) return fail(in_phase(done.error(), Phase::kBind));
  if (context_) return on_server_token(pdu);
  if (pdu.auth) return fail({win32::kRpcSProtocolError, Phase::kBind, "bind_ack: authenticated, the bind was not"});
  become_bound();
}

void ClientAssociation::Impl::on_alter_resp(const Pdu& pdu) {
  for (const auto& result : std::get<BindAck>(pdu.body).results) {
    if (result.outcome != ContextOutcome::kAcceptance)
      return fail({win32::kRpcSProtocolError, Phase::kAuthenticate, "alter_context_resp: an accepted context is taken back"});
  }
  on_server_token(pdu);
}

void ClientAssociation::Impl::on_server_token(const Pdu& pdu) {
  // A complete context is never stepped again: what the server sends then only says that it is content, too.
  if (step_complete_) return become_bound();
  if (!pdu.auth)
    return fail({win32::kErrorAccessDenied, Phase::kAuthenticate,
                 fmt::format("{}: the server did not answer the authentication", pdu_type_name(pdu.header.type))});
  if (auto agreed = check_auth(pdu, protection_); !agreed) return fail(in_phase(agreed.error(), Phase::kAuthenticate));
  request_step(pdu.auth->token);
}

void ClientAssociation::Impl::become_bound() {
  if (context_ && !context_->complete())
    return fail({win32::kRpcSSecPkgError, Phase::kAuthenticate, "the security context is not complete"});
  state_ = State::kBound;
  actions_.emplace_back(negotiated_);
  // Calls that waited for an interface that the server does not have.
  std::erase_if(send_queue_, [&](std::uint32_t id) {
    const auto found = calls_.find(id);
    if (found == calls_.end() || negotiated_.interfaces[found->second.interface].accepted) return false;
    const std::string name = to_string(options_.interfaces[found->second.interface]);
    complete(id, found->second, tributary::fail(win32::kRpcSUnknownIf, "the server refused " + name, Phase::kBind), true);
    calls_.erase(found);
    return true;
  });
}

}  // namespace tributary::rpc
