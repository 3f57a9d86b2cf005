// SPDX-License-Identifier: Apache-2.0
// ClientAssociation: calls. Sending and receiving fragments, faults, cancels, deadlines, and the end of the association
// (C706 9.3.4, 12.6.4; [MS-RPCE] 3.3.1.5.8, 3.3.1.5.10, 3.3.2.5, 3.3.2.6).
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/win32.hpp"
#include "rpc/client_impl.hpp"
#include "rpc/status.hpp"
#include "rpc/verification_trailer.hpp"

namespace tributary::rpc {
namespace {

constexpr std::uint32_t kAllocHintMax = 0x7FFFFFFF;  ///< [MS-RPCE] 3.3.2.5.2

Error call_error(Win32 code, std::string detail) { return Error{code, Phase::kCall, std::move(detail)}; }
Error timeout_error() { return call_error(win32::kErrorTimeout, "the call's deadline passed"); }
Error cancelled_error() { return call_error(win32::kRpcSCallCancelled, "the caller gave the call up"); }
std::unexpected<Error> violation(std::string detail) {
  return tributary::fail(win32::kRpcSProtocolError, std::move(detail), Phase::kCall);
}

}  // namespace

// From the owner

Result<CallId> ClientAssociation::Impl::begin_call(std::size_t interface, std::uint16_t opnum, Bytes stub, CallOptions options) {
  if (!accepts_calls()) return std::unexpected(call_error(win32::kRpcSCallFailedDne, "the association takes no more calls"));
  if (interface >= options_.interfaces.size())
    return std::unexpected(call_error(win32::kErrorInvalidParameter, fmt::format("interface {} was not to be bound", interface)));
  if (bound() && !negotiated_.interfaces[interface].accepted)
    return std::unexpected(call_error(win32::kRpcSUnknownIf, "the server refused " + to_string(options_.interfaces[interface])));
  if (calls_.size() >= options_.calls_max)
    return std::unexpected(call_error(win32::kRpcSServerTooBusy, fmt::format("{} calls are in progress", calls_.size())));
  // for_endpoint_mapper() has seen to it; said again where it matters.
  TRIBUTARY_ASSERT(context_ || options_.interfaces[interface] == kEndpointMapper);
  const std::uint32_t id = next_call_id_++;
  Call& call = calls_[id];
  call.interface = interface;
  call.opnum = opnum;
  call.options = options;
  call.stub = std::move(stub);
  ++calls_open_;
  send_queue_.push_back(id);
  return CallId{id};
}

void ClientAssociation::Impl::cancel(CallId call_id, MonoTime now) {
  const auto id = static_cast<std::uint32_t>(call_id);
  const auto found = calls_.find(id);
  if (found == calls_.end() || found->second.completed || found->second.orphan_at) return;
  Call& call = found->second;
  if (call.sent && call.options.may_cancel) return request_cancel(id, call, now);
  abandon(id, call, cancelled_error(), now);
}

void ClientAssociation::Impl::close() {
  if (closed()) return;
  for (const std::uint32_t id : call_ids()) {
    Call& call = calls_.at(id);
    complete(id, call, std::unexpected(cancelled_error()), !call.sent);
  }
  fail(Error{.code = win32::kErrorSuccess, .phase = Phase::kNone, .detail = {}});
}

void ClientAssociation::Impl::on_transport_closed(Error error) { fail(in_phase(std::move(error), phase()), true); }

void ClientAssociation::Impl::on_tick(MonoTime now) {
  if (closed()) return;
  armed_.reset();
  if (!bound() && options_.bind_deadline && *options_.bind_deadline <= now)
    return fail({win32::kErrorTimeout, phase(), "the server did not finish the bind in time"});
  for (const std::uint32_t id : call_ids()) tick_call(id, now);
}

void ClientAssociation::Impl::tick_call(std::uint32_t id, MonoTime now) {
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;  // an earlier call of this turn ended it
  Call& call = found->second;
  if (call.orphan_at && *call.orphan_at <= now) {
    complete(id, call, std::unexpected(cancelled_error()), false);
    return orphan(id, call);
  }
  if (!call.completed && call.options.deadline && *call.options.deadline <= now) abandon(id, call, timeout_error(), now);
}

// The end of calls

std::vector<std::uint32_t> ClientAssociation::Impl::call_ids() const {
  std::vector<std::uint32_t> ids;
  ids.reserve(calls_.size());
  for (const auto& [id, call] : calls_) ids.push_back(id);
  return ids;
}

void ClientAssociation::Impl::complete(std::uint32_t id, Call& call, Result<Bytes> stub, bool did_not_execute) {
  if (call.completed) return;
  call.completed = true;
  --calls_open_;
  actions_.emplace_back(CallCompleted{CallId{id}, std::move(stub), call.byte_order, did_not_execute});
  Bytes().swap(call.response);
}

void ClientAssociation::Impl::forget(std::uint32_t id) {
  const auto found = calls_.find(id);
  if (found->second.sending) --calls_on_wire_;
  calls_.erase(found);  // its place in send_queue_, if it still has one, is skipped when its turn comes
}

/// Completes a call now, whatever the server may still do about it.
void ClientAssociation::Impl::abandon(std::uint32_t id, Call& call, Error error, MonoTime now) {
  complete(id, call, std::unexpected(std::move(error)), !call.sent);
  if (!call.sending) return forget(id);
  if (call.sent && call.options.may_cancel) return request_cancel(id, call, now);
  orphan(id, call);
}

void ClientAssociation::Impl::request_cancel(std::uint32_t id, Call& call, MonoTime now) {
  if (call.orphan_at) return;
  send_control(PduType::kCoCancel, id);
  call.orphan_at = now + options_.cancel_grace;
}

void ClientAssociation::Impl::orphan(std::uint32_t id, Call& call) {
  if (keep_on_orphan_) {
    send_control(PduType::kOrphaned, id);
    return forget(id);
  }
  // The connection must not outlive an orphaned PDU ([MS-RPCE] 3.3.1.5.10): that one is sent when the other calls are done.
  call.orphan_at.reset();
  drain(call_error(win32::kRpcSCallFailedDne, "an orphaned call ended the association"));
}

void ClientAssociation::Impl::drain(Error reason) {
  if (draining_) return;
  draining_ = true;
  drain_reason_ = std::move(reason);
  for (const std::uint32_t id : call_ids()) {
    Call& call = calls_.at(id);
    if (call.sending) continue;
    complete(id, call, std::unexpected(call_error(win32::kRpcSCallFailedDne, drain_reason_.detail)), true);
    forget(id);
  }
}

void ClientAssociation::Impl::finish_draining() {
  if (!draining_ || closed() || calls_open_ != 0) return;
  for (const auto& [id, call] : calls_) send_control(PduType::kOrphaned, id);
  fail(drain_reason_);
}

/// The end of the association. What is not completed ends with `error`; when the transport is gone, with what that means for it.
void ClientAssociation::Impl::fail(Error error, bool transport) {
  if (closed()) return;
  const bool was_bound = bound();
  for (const std::uint32_t id : call_ids()) {
    Call& call = calls_.at(id);
    Error own = error;
    if (transport && was_bound) own.code = call.sent ? win32::kRpcSCallFailed : win32::kRpcSCallFailedDne;
    complete(id, call, std::unexpected(std::move(own)), !call.sent);
  }
  calls_.clear();
  send_queue_.clear();
  state_ = State::kClosed;
  actions_.emplace_back(Close{std::move(error)});
}

// Sending

void ClientAssociation::Impl::send_control(PduType type, std::uint32_t call_id) {
  const Pdu pdu{.header = {.type = type, .flags = pfc::kWhole, .call_id = call_id}, .body = CoCancel{}, .auth = {}};
  actions_.emplace_back(SendBytes{encode_pdu(pdu).value()});
}

bool ClientAssociation::Impl::may_start(const Call& call) const noexcept {
  return call.sending || negotiated_.multiplexing || calls_on_wire_ == 0;
}

void ClientAssociation::Impl::prepare(std::uint32_t id, Call& call) {
  const std::uint16_t context_id = context_ids_[call.interface];
  std::size_t tail = 0;
  if (context_ && options_.verification_trailer) {
    VerificationTrailer trailer;
    trailer.bitmask1 = kClientSupportHeaderSigning;
    trailer.pcontext = {.interface = options_.interfaces[call.interface],
                        .transfer_syntax = negotiated_.interfaces[call.interface].transfer_syntax};
    if (!protection_.header_signing) trailer.header2 = {.call_id = id, .context_id = context_id, .opnum = call.opnum};
    const Bytes encoded = encode_verification_trailer(trailer);
    tail = encoded.size();
    call.stub.resize((call.stub.size() + 3) / 4 * 4);
    call.stub.insert(call.stub.end(), encoded.begin(), encoded.end());
  }
  Request request{.context_id = context_id, .opnum = call.opnum, .object = call.options.object, .stub = {}};
  Pdu first{.header = {.type = PduType::kRequest, .call_id = id}, .body = request, .auth = {}};
  call.sender.emplace(std::move(first), std::move(call.stub), tail);
  call.sending = true;
  ++calls_on_wire_;
}

Result<> ClientAssociation::Impl::send_fragments(Bytes& batch) {
  while (batch.size() < kSendBatch && !send_queue_.empty()) {
    const std::uint32_t id = send_queue_.front();
    const auto found = calls_.find(id);
    if (found == calls_.end()) {
      send_queue_.pop_front();
      continue;
    }
    Call& call = found->second;
    if (!may_start(call)) break;
    if (!call.sending) prepare(id, call);
    if (auto appended = call.sender->append_next(batch, xmit_max_, protection_); !appended) return appended;
    if (!call.sender->done()) continue;
    call.sent = true;
    call.sender.reset();
    send_queue_.pop_front();
  }
  return {};
}

void ClientAssociation::Impl::pump_requests() {
  if (!bound()) return;
  Bytes batch;
  auto sent = send_fragments(batch);
  if (!sent) return fail(in_phase(sent.error(), Phase::kCall));
  if (!batch.empty()) actions_.emplace_back(SendBytes{std::move(batch)});
}

std::vector<ClientAction> ClientAssociation::Impl::poll_actions() {
  finish_draining();
  pump_requests();
  arm_timer();
  return std::exchange(actions_, {});
}

void ClientAssociation::Impl::arm_timer() {
  if (closed()) return;
  std::optional<MonoTime> next;
  auto consider = [&](const std::optional<MonoTime>& at) {
    if (at && (!next || *at < *next)) next = at;
  };
  if (!bound()) consider(options_.bind_deadline);
  for (const auto& [id, call] : calls_) {
    if (!call.completed) consider(call.options.deadline);
    consider(call.orphan_at);
  }
  if (!next || next == armed_) return;
  armed_ = next;
  actions_.emplace_back(WakeAt{*next});
}

// Receiving

void ClientAssociation::Impl::on_bytes(ByteView octets, MonoTime now) {
  if (closed()) return;
  reader_.push(octets);
  while (!closed()) {
    auto message = reader_.next();
    if (!message) return fail(in_phase(message.error(), phase()));
    if (!*message) break;
    on_pdu(**message, now);
  }
  if (!closed()) reader_.keep_rest();
}

void ClientAssociation::Impl::on_pdu(ByteView message, MonoTime now) {
  auto pdu = decode_pdu(message);
  if (!pdu) return fail(in_phase(pdu.error(), phase()));
  const PduType type = pdu->header.type;
  if (type == PduType::kShutdown)
    return drain(call_error(win32::kRpcSServerUnavailable, "the server shut the association down"));
  if (!bound()) return on_handshake_pdu(*pdu);
  if (message.size() > recv_max_)
    return fail({win32::kRpcSProtocolError, Phase::kCall, fmt::format("a fragment of {} octets, {} were agreed on", message.size(), recv_max_)});
  if (type == PduType::kResponse) return on_response(*pdu, message, now);
  if (type == PduType::kFault) return on_fault(*pdu, message);
  fail({win32::kRpcSProtocolError, Phase::kCall, fmt::format("{}: not expected after the bind", pdu_type_name(type))});
}

void ClientAssociation::Impl::on_handshake_pdu(const Pdu& pdu) {
  const PduType type = pdu.header.type;
  const bool mine = pdu.header.call_id == handshake_call_id_;
  if (mine && state_ == State::kAwaitBindAck) {
    if (type == PduType::kBindAck) return on_bind_ack(pdu);
    if (const auto* nak = std::get_if<BindNak>(&pdu.body)) return fail(error_from_bind_nak(*nak));
  }
  if (mine && state_ == State::kAwaitAlterResp && type == PduType::kAlterContextResp) return on_alter_resp(pdu);
  const bool waiting = state_ == State::kAwaitBindAck || state_ == State::kAwaitAlterResp;
  if (mine && waiting && type == PduType::kFault) {
    auto status = fault_status(std::get<Fault>(pdu.body).body, pdu.header.byte_order());
    if (!status) return fail(in_phase(status.error(), phase()));
    return fail({win32_from_fault(*status), phase(), "the server refused the handshake: " + fault_name(*status)});
  }
  fail({win32::kRpcSProtocolError, phase(),
        fmt::format("{} with call_id {}: not expected in the handshake", pdu_type_name(type), pdu.header.call_id)});
}

void ClientAssociation::Impl::on_response(const Pdu& pdu, ByteView message, MonoTime now) {
  if (auto agreed = check_auth(pdu, protection_); !agreed) return fail(in_phase(agreed.error(), Phase::kCall));
  const std::uint32_t id = pdu.header.call_id;
  const auto found = calls_.find(id);
  if (found == calls_.end() || found->second.completed) {
    if (found == calls_.end() && !is_late(id))
      return fail({win32::kRpcSProtocolError, Phase::kCall, fmt::format("response: call_id {} was never used", id)});
    // Nobody waits for it any more; it is opened all the same because messages of a security context count.
    Bytes ignored;
    if (auto opened = append_unprotected(ignored, pdu, message, protection_); !opened) return fail(in_phase(opened.error(), Phase::kCall));
    if (found != calls_.end() && pdu.header.has(pfc::kLastFrag)) forget(id);
    return;
  }
  if (auto taken = take_response(id, found->second, pdu, message, now); !taken) fail(in_phase(taken.error(), Phase::kCall));
}

Result<> ClientAssociation::Impl::take_response(std::uint32_t id, Call& call, const Pdu& pdu, ByteView message, MonoTime now) {
  const auto& response = std::get<Response>(pdu.body);
  if (!call.sent) return violation(fmt::format("response: call {} has not been sent", id));
  if (pdu.header.has(pfc::kFirstFrag) == call.answered)
    return violation(fmt::format("response: call {} has a {} first fragment", id, call.answered ? "second" : "missing"));
  if (call.answered && pdu.header.byte_order() != call.byte_order)
    return violation(fmt::format("response: call {} changes its byte order", id));
  if (response.alloc_hint > kAllocHintMax) return violation(fmt::format("response.alloc_hint: {}", response.alloc_hint));
  call.answered = true;
  call.byte_order = pdu.header.byte_order();
  Bytes piece;
  Bytes& to = call.options.streaming ? piece : call.response;
  const std::size_t before = to.size();
  if (auto opened = append_unprotected(to, pdu, message, protection_); !opened) return opened;
  call.received += to.size() - before;
  if (call.received > call.options.response_max) {
    const bool last = pdu.header.has(pfc::kLastFrag);
    Error error = call_error(win32::kErrorNotEnoughMemory, fmt::format("the answer exceeds {} octets", call.options.response_max));
    complete(id, call, std::unexpected(std::move(error)), false);
    if (last) {
      forget(id);
    } else {
      abandon(id, call, {}, now);
    }
    return {};
  }
  if (call.options.streaming && !piece.empty()) actions_.emplace_back(CallFragment{CallId{id}, std::move(piece), call.byte_order});
  if (pdu.header.has(pfc::kLastFrag)) {
    complete(id, call, std::move(call.response), false);
    forget(id);
  }
  return {};
}

Result<std::uint32_t> ClientAssociation::Impl::read_fault(const Pdu& pdu, ByteView message) {
  // Windows and Samba send faults in the clear even on sealed associations. Such a fault can end a call, nothing else.
  if (!pdu.auth) return fault_status(std::get<Fault>(pdu.body).body, pdu.header.byte_order());
  if (auto agreed = check_auth(pdu, protection_); !agreed) return std::unexpected(agreed.error());
  Bytes body;
  if (auto opened = append_unprotected(body, pdu, message, protection_); !opened) return std::unexpected(opened.error());
  return fault_status(body, pdu.header.byte_order());
}

void ClientAssociation::Impl::on_fault(const Pdu& pdu, ByteView message) {
  auto status = read_fault(pdu, message);
  if (!status) return fail(in_phase(status.error(), Phase::kCall));
  const std::uint32_t id = pdu.header.call_id;
  const auto found = calls_.find(id);
  if (found == calls_.end() ? !is_late(id) : !found->second.sending)
    return fail({win32::kRpcSProtocolError, Phase::kCall, fmt::format("fault: call_id {} is not on its way", id)});
  if (found == calls_.end()) return;
  const bool did_not_execute = pdu.header.has(pfc::kDidNotExecute) || fault_precedes_execution(*status);
  Error error = call_error(win32_from_fault(*status), "the server faulted: " + fault_name(*status));
  if (did_not_execute && error.code == win32::kRpcSCallFailed) error.code = win32::kRpcSCallFailedDne;
  complete(id, found->second, std::unexpected(std::move(error)), did_not_execute);
  forget(id);
}

}  // namespace tributary::rpc
