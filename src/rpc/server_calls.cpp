// SPDX-License-Identifier: Apache-2.0
// ServerAssociation: requests in, responses and faults out, cancels, the end ([MS-RPCE] 2.2.2.13, 3.3.1.5.2.2, 3.3.3.5.1 to
// 3.3.3.5.8).
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "rpc/server_impl.hpp"
#include "rpc/status.hpp"
#include "rpc/verification_trailer.hpp"

namespace tributary::rpc {
namespace {

/// Fragments of a call that is this close behind are stragglers of one that was faulted ([MS-RPCE] 3.3.3.5.6).
constexpr std::uint32_t kStragglerDistance = 150;

}  // namespace

// Requests

/// Whether calls on this presentation context are refused whatever their stub says.
std::optional<std::uint32_t> ServerAssociation::Impl::policy_fault(std::uint16_t context_id) const noexcept {
  const auto context = contexts_.find(context_id);
  if (context == contexts_.end()) return nca::kUnknownInterface;
  if (secured_) return std::nullopt;
  if (options_.interfaces[context->second.interface].require_privacy) return nca::kAccessDenied;
  // An interface for everybody, but the client has begun an authentication that protects nothing: neither fish nor fowl.
  if (context_) return nca::kUnsupportedAuthnLevel;
  return std::nullopt;
}

/// Whether a fragment does not continue what came before it; stragglers are passed over.
bool ServerAssociation::Impl::sequence_is_wrong(const Pdu& pdu) {
  const auto& request = std::get<Request>(pdu.body);
  const std::uint32_t id = pdu.header.call_id;
  if (pdu.header.has(pfc::kFirstFrag)) {
    if (incoming_ && !incoming_->refused) return true;  // the call before it has not ended
    if (id <= current_call_id_) return true;            // ids grow: [MS-RPCE] 3.3.3.5.2
    return !multiplexing_ && !calls_.empty();
  }
  if (!incoming_) return id > current_call_id_ || current_call_id_ - id >= kStragglerDistance;
  return id != incoming_->header.call_id || request.context_id != incoming_->context_id || request.opnum != incoming_->opnum ||
         request.object != incoming_->object || pdu.header.byte_order() != incoming_->header.byte_order();
}

void ServerAssociation::Impl::begin_request(const Pdu& pdu) {
  const auto& request = std::get<Request>(pdu.body);
  current_call_id_ = pdu.header.call_id;
  incoming_ = Incoming{.header = pdu.header, .context_id = request.context_id, .opnum = request.opnum, .object = request.object, .stub = {}};
  if (auth_failure_) {
    refuse(nca::kAccessDenied);
    return close(*auth_failure_);
  }
  if (const auto status = policy_fault(request.context_id)) return refuse(*status);
  if (draining_ || calls_.size() >= options_.calls_max) return refuse(nca::kServerTooBusy);
}

/// Verifies and decrypts one fragment into the incoming stub. False when the association is over or the call refused.
bool ServerAssociation::Impl::open_request(const Pdu& pdu, ByteView message) {
  if (auto agreed = check_auth(pdu, protection_); !agreed) {
    if (!secured_) {
      protocol_error(pdu.header.call_id, agreed.error().detail);
      return false;
    }
    refuse(nca::kAccessDenied);
    close(in_phase(agreed.error(), Phase::kCall));
    return false;
  }
  if (auto opened = append_unprotected(incoming_->stub, pdu, message, protection_); !opened) {
    refuse(nca::kSecPkgError);
    close(in_phase(opened.error(), Phase::kCall));
    return false;
  }
  return !incoming_->refused;
}

void ServerAssociation::Impl::refuse(std::uint32_t status) {
  if (incoming_->refused) return;
  send_fault(incoming_->header.call_id, incoming_->context_id, status, true);
  incoming_->refused = true;
}

void ServerAssociation::Impl::on_request(const Pdu& pdu, ByteView message) {
  const std::uint32_t id = pdu.header.call_id;
  if (!bind_done_) return protocol_error(id, "request: before the bind");
  if (message.size() > recv_max_)
    return protocol_error(id, fmt::format("request: a fragment of {} octets, {} were agreed on", message.size(), recv_max_));
  if (sequence_is_wrong(pdu)) return protocol_error(id, fmt::format("request: call_id {} is out of sequence", id));
  if (pdu.header.has(pfc::kFirstFrag)) {
    begin_request(pdu);
  } else if (!incoming_) {
    // A straggler; opened all the same because messages of a security context count.
    const auto& request = std::get<Request>(pdu.body);
    incoming_ = Incoming{.header = pdu.header, .context_id = request.context_id, .opnum = request.opnum, .object = request.object,
                         .stub = {}, .refused = true};
  }
  // Without security the stub of a refused call is never looked at; with it, only to keep the security context in step.
  const bool take = secured_ ? open_request(pdu, message) : !incoming_->refused && open_request(pdu, message);
  if (closed_) return;
  if (take) {
    const auto& interface = options_.interfaces[contexts_.at(incoming_->context_id).interface];
    if (incoming_->opnum >= interface.opnum_count) {
      refuse(nca::kOpRangeError);
    } else if (std::max<std::size_t>(incoming_->stub.size(), std::get<Request>(pdu.body).alloc_hint) > options_.request_max) {
      refuse(nca::kAccessDenied);  // the status of [MS-RPCE] 3.3.3.5.4
    }
  }
  if (incoming_->refused) Bytes().swap(incoming_->stub);
  if (!pdu.header.has(pfc::kLastFrag)) return;
  ++requests_ended_;
  if (!incoming_->refused) finish_request();
  incoming_.reset();
}

/// [MS-RPCE] 2.2.2.13: checks the verification trailer, when there is one, and takes it off the stub.
Result<> ServerAssociation::Impl::check_trailer(Incoming& incoming) const {
  const auto at = find_verification_trailer(incoming.stub);
  if (!at) return {};
  auto trailer = decode_verification_trailer(ByteView(incoming.stub).subspan(*at));
  if (!trailer) return std::unexpected(trailer.error());
  const auto& context = contexts_.at(incoming.context_id);
  const RequestFacts facts{
      .header_sign_offered = header_sign_offered_,
      .pcontext = {.interface = options_.interfaces[context.interface].id, .transfer_syntax = context.transfer_syntax},
      .header2 = {.type = PduType::kRequest, .drep = incoming.header.drep, .call_id = incoming.header.call_id,
                  .context_id = incoming.context_id, .opnum = incoming.opnum}};
  if (auto checked = check_verification_trailer(*trailer, facts); !checked) return checked;
  incoming.stub.resize(*at);
  return {};
}

void ServerAssociation::Impl::finish_request() {
  if (!check_trailer(*incoming_)) return refuse(nca::kAccessDenied);
  const auto& context = contexts_.at(incoming_->context_id);
  const std::uint32_t id = incoming_->header.call_id;
  calls_[id].context_id = incoming_->context_id;
  actions_.emplace_back(CallReceived{.id = CallId{id},
                                     .interface = context.interface,
                                     .opnum = incoming_->opnum,
                                     .transfer_syntax = context.transfer_syntax,
                                     .byte_order = incoming_->header.byte_order(),
                                     .object = incoming_->object,
                                     .stub = std::move(incoming_->stub)});
}

void ServerAssociation::Impl::on_cancel(std::uint32_t id, bool orphaned) {
  if (orphaned && incoming_ && incoming_->header.call_id == id) incoming_.reset();
  const auto found = calls_.find(id);
  if (found == calls_.end()) return;
  // Once the answer is on its way a cancel comes too late, and the owner has forgotten the call.
  if (!found->second.sender) actions_.emplace_back(CallCancelled{CallId{id}, orphaned});
  if (orphaned) forget(found);
}

// Answers

void ServerAssociation::Impl::complete_call(CallId call_id, Bytes stub) {
  const auto id = static_cast<std::uint32_t>(call_id);
  const auto found = calls_.find(id);
  if (closed_ || found == calls_.end() || found->second.sender) return;
  const Response response{.context_id = found->second.context_id, .stub = {}};
  Pdu first{.header = {.type = PduType::kResponse, .call_id = id}, .body = response, .auth = {}};
  found->second.answer_octets = stub.size();
  answer_octets_ += stub.size();
  found->second.sender.emplace(std::move(first), std::move(stub));
  send_queue_.push_back(id);
}

void ServerAssociation::Impl::fail_call(CallId call_id, std::uint32_t status, bool did_not_execute) {
  const auto id = static_cast<std::uint32_t>(call_id);
  const auto found = calls_.find(id);
  if (closed_ || found == calls_.end() || found->second.sender) return;
  send_fault(id, found->second.context_id, is_forbidden_fault(status) ? nca::kFaultUnspecified : status, did_not_execute);
  forget(found);
}

void ServerAssociation::Impl::forget(std::map<std::uint32_t, Call>::iterator call) {
  answer_octets_ -= call->second.answer_octets;
  calls_.erase(call);
}

void ServerAssociation::Impl::send_fault(std::uint32_t call_id, std::uint16_t context_id, std::uint32_t status, bool did_not_execute) {
  const auto body = encode_fault_body(status);
  const std::uint8_t flags = static_cast<std::uint8_t>(pfc::kWhole | (did_not_execute ? pfc::kDidNotExecute : 0));
  send({.header = {.type = PduType::kFault, .flags = flags, .call_id = call_id},
        .body = Fault{.alloc_hint = kRequestHeaderSize + 8, .context_id = context_id, .body = body},
        .auth = {}});
}

Result<> ServerAssociation::Impl::send_fragments(Bytes& batch) {
  while (batch.size() < kSendBatch && !send_queue_.empty()) {
    const auto found = calls_.find(send_queue_.front());
    if (found != calls_.end()) {
      StubSender& sender = *found->second.sender;
      if (auto appended = sender.append_next(batch, xmit_max_, protection_); !appended) return appended;
      if (!sender.done()) continue;
      forget(found);
    }
    send_queue_.pop_front();
  }
  return {};
}

void ServerAssociation::Impl::pump_responses() {
  if (closed_) return;
  Bytes batch;
  auto sent = send_fragments(batch);
  if (!sent) return close(in_phase(sent.error(), Phase::kCall));
  if (!batch.empty()) actions_.emplace_back(SendBytes{std::move(batch)});
}

std::vector<ServerAction> ServerAssociation::Impl::poll_actions(bool answers) {
  if (answers) pump_responses();
  if (draining_ && calls_.empty() && !incoming_) close({});
  if (!closed_ && !established() && handshake_deadline_ && !deadline_armed_) {
    deadline_armed_ = true;
    actions_.emplace_back(WakeAt{*handshake_deadline_});
  }
  return std::exchange(actions_, {});
}

void ServerAssociation::Impl::shutdown() {
  if (closed_ || draining_) return;
  draining_ = true;
  send({.header = {.type = PduType::kShutdown, .flags = pfc::kWhole, .call_id = 0}, .body = Shutdown{}, .auth = {}});
}

void ServerAssociation::Impl::close(Error error) {
  if (closed_) return;
  closed_ = true;
  for (const auto& [id, call] : calls_) {
    if (!call.sender) actions_.emplace_back(CallCancelled{CallId{id}, true});
  }
  calls_.clear();
  answer_octets_ = 0;
  send_queue_.clear();
  incoming_.reset();
  if (group_ != 0) groups_.leave(std::exchange(group_, 0));
  actions_.emplace_back(Close{std::move(error)});
}

}  // namespace tributary::rpc
