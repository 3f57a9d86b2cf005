// SPDX-License-Identifier: Apache-2.0
// Session: what messages do. Binds (RFC 4511 4.2), operations and their turns, abandon (4.11), StartTLS (4.14).
#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "ldap/protocol/controls.hpp"
#include "ldap/server/session.hpp"

namespace tributary::ldap {
namespace {

/// A SASL buffer holds at least the longest message, and its token a little more.
constexpr std::size_t kTokenOverheadMax = std::size_t{64} << 10;

Outcome outcome(ResultCode code, std::string text) { return {.code = code, .matched_dn = {}, .message = std::move(text), .referrals = {}}; }

struct Counter {
  SessionCounters& counters;
  void add(std::atomic<std::uint64_t>& counter) const { counter.fetch_add(1, std::memory_order_relaxed); }
  void operator()(const SearchRequest&) const { add(counters.searches); }
  void operator()(const ModifyRequest&) const { add(counters.modifies); }
  void operator()(const AddRequest&) const { add(counters.adds); }
  void operator()(const DeleteRequest&) const { add(counters.deletes); }
  void operator()(const ModifyDnRequest&) const { add(counters.modify_dns); }
  void operator()(const CompareRequest&) const { add(counters.compares); }
  void operator()(const ExtendedRequest&) const { add(counters.extended); }
  void operator()(const AbandonRequest&) const { add(counters.abandons); }
  void operator()(const BindRequest&) const {}  // counted with their outcome
  void operator()(const UnbindRequest&) const {}
};

}  // namespace

void Session::fault(const ReadFault& fault) {
  ++counters_.faults;
  const auto tag = fault.request_tag ? response_tag_of(*fault.request_tag) : std::nullopt;
  if (!fault.id || *fault.id <= 0 || !tag) return finish(SessionEnd::kViolation, fault.outcome);
  if (*tag == ResponseTag::kBind)
    append_bind_result(output(), *fault.id, fault.outcome, std::nullopt);
  else if (*tag == ResponseTag::kExtended)
    append_extended_result(output(), *fault.id, fault.outcome, {}, std::nullopt);
  else
    append_result(output(), *fault.id, *tag, fault.outcome);
}

void Session::refuse(const Message& message, ResultCode code, std::string text) {
  const auto tag = response_tag_of(message.request);
  if (!tag) return;
  if (*tag == ResponseTag::kExtended)
    append_extended_result(output(), message.id, outcome(code, std::move(text)), {}, std::nullopt);
  else
    append_result(output(), message.id, *tag, outcome(code, std::move(text)));
}

void Session::take(Message message) {
  std::visit(Counter{counters_}, message.request);
  if (std::holds_alternative<UnbindRequest>(message.request)) return finish(SessionEnd::kPeerLeft, {});
  if (const auto* which = std::get_if<AbandonRequest>(&message.request)) return abandon(which->message_id);
  // Two operations with one id could not be told apart (RFC 4511 4.1.1.1), and 0 is for what nobody asked.
  const auto has_its_id = [&](const Outstanding& each) { return each.id == message.id; };
  if (message.id <= 0 || std::ranges::any_of(operations_, has_its_id))
    return finish(SessionEnd::kViolation, outcome(ResultCode::kProtocolError, fmt::format("message id {} cannot be used now", message.id)));
  if (std::holds_alternative<BindRequest>(message.request)) return bind(std::move(message));
  if (is_expired()) return finish(SessionEnd::kExpired, outcome(ResultCode::kUnavailable, "the ticket of this client has ended: bind anew"));
  // RFC 4511 4.2.1: between the steps of a bind nothing but the next one makes sense.
  if (exchange_) return refuse(message, ResultCode::kOperationsError, "a SASL bind is in progress");
  const auto* extended = std::get_if<ExtendedRequest>(&message.request);
  if (extended != nullptr && extended->oid == oid::kStartTls) return start_tls(message);
  start_operation(std::move(message));
}

// Operations

void Session::start_operation(Message message) {
  Outstanding made;
  made.key = next_key_++;
  made.id = message.id;
  made.octets = message.octets.size();
  made.own = handler_.start(connection_, std::move(message), make_wake_(made.key));
  operation_octets_ += made.octets;
  operations_.push_back(std::move(made));
}

Session::Outstanding* Session::find(OperationKey key) noexcept {
  const auto found = std::ranges::find(operations_, key, &Outstanding::key);
  return found == operations_.end() ? nullptr : &*found;
}

bool Session::can_run() const noexcept {
  if (end_ || unsent().size() >= limits_.unsent_octets_max) return false;
  return std::ranges::any_of(operations_, [](const Outstanding& each) { return each.stand == Stand::kReady; });
}

void Session::run(int slices_max, MonoTime now) {
  now_ = now;
  for (int slice = 0; slice < slices_max && can_run(); ++slice) {
    if (layer_ && plain_.size() >= limits_.unsent_octets_max) close_output();
    for (std::size_t i = 0; i < operations_.size(); ++i, ++next_) {
      if (next_ >= operations_.size()) next_ = 0;
      if (operations_[next_].stand == Stand::kReady) break;
    }
    if (end_ || next_ >= operations_.size()) break;
    auto& each = operations_[next_];
    each.woken = false;
    if (each.blocks()) {
      if (each.own) each.shared = std::make_shared<SharedOperation>(std::move(each.own));
      each.stand = Stand::kRunning;
      jobs_.push_back(OperationJob{each.key, each.shared});
      ++next_;
    } else {
      const auto state = each.run(output());
      after_slice(each, state);
      if (state == Operation::State::kMore) break;
    }
  }
  settle();
}

/// Moves next_ on. `each` may be gone afterwards.
void Session::after_slice(Outstanding& each, Operation::State state) {
  const auto at = static_cast<std::size_t>(&each - operations_.data());
  if (state == Operation::State::kDone) {
    operation_octets_ -= each.octets;
    operations_.erase(operations_.begin() + static_cast<std::ptrdiff_t>(at));
    if (operations_.empty()) last_activity_ = now_;
    if (next_ > at) --next_;
    return;
  }
  each.stand = state == Operation::State::kWaiting && !each.woken ? Stand::kWaiting : Stand::kReady;
  if (next_ == at) ++next_;
}

void Session::on_woken(OperationKey key) {
  auto* const each = find(key);
  if (each == nullptr) return;
  if (each->stand == Stand::kWaiting) each->stand = Stand::kReady;
  each->woken = true;
}

void Session::on_ran(OperationKey key, Operation::State state, Bytes output_of_it, MonoTime now) {
  now_ = now;
  auto* const each = find(key);
  if (each == nullptr) return;  // abandoned meanwhile: it has no answer any more
  auto& out = output();
  if (out.empty())
    out.swap(output_of_it);
  else
    out.insert(out.end(), output_of_it.begin(), output_of_it.end());
  after_slice(*each, state);
  settle();
}

/// RFC 4511 4.11: no answer to this one, and none any more to the other.
void Session::abandon(std::int32_t id) {
  const auto found = std::ranges::find(operations_, id, &Outstanding::id);
  if (found == operations_.end()) return;
  found->abandon();
  operation_octets_ -= found->octets;
  std::erase_if(jobs_, [&](const SessionJob& job) { return std::holds_alternative<OperationJob>(job) && std::get<OperationJob>(job).key == found->key; });
  operations_.erase(found);
}

void Session::abandon_all() noexcept {
  for (auto& each : operations_) each.abandon();
  std::erase_if(jobs_, [](const SessionJob& job) { return std::holds_alternative<OperationJob>(job); });
  operations_.clear();
  operation_octets_ = 0;
}

// TLS

void Session::start_tls(const Message& message) {
  const auto answer = [&](ResultCode code, std::string text) {
    append_extended_result(output(), message.id, outcome(code, std::move(text)), oid::kStartTls, std::nullopt);
  };
  if (connection_.is_tls || layer_) return answer(ResultCode::kOperationsError, "this connection is protected already");
  if (!operations_.empty()) return answer(ResultCode::kOperationsError, "operations are outstanding");
  if (!can_start_tls_) return answer(ResultCode::kUnavailable, "this server has no certificate");
  answer(ResultCode::kSuccess, {});
  tls_asked_ = true;
}

// Binds

/// RFC 4511 4.2.1: what is outstanding ends first, or is abandoned when it takes too long.
void Session::bind(Message message) {
  bind_ = std::make_shared<const Message>(std::move(message));
  bind_since_ = now_;
  if (operations_.empty()) begin_bind();
}

void Session::begin_bind() {
  const auto& request = std::get<BindRequest>(bind_->request);
  connection_.principal.reset();
  expires_.reset();
  const auto* sasl = std::get_if<BindRequest::Sasl>(&request.authentication);
  if (!exchange_ || sasl == nullptr || sasl->mechanism != mechanism_) {
    exchange_ = handler_.begin_bind(connection_, request);
    mechanism_ = sasl == nullptr ? std::string() : std::string(sasl->mechanism);
  }
  stepping_ = true;
  jobs_.push_back(BindJob{exchange_, bind_});
}

void Session::on_bind_step(BindExchange::Step step, MonoTime now, std::int64_t wall_s) {
  now_ = now;
  last_activity_ = now;
  if (end_ || !stepping_) return;
  stepping_ = false;
  const auto message = std::exchange(bind_, nullptr);
  if (step.outcome.code != ResultCode::kSaslBindInProgress) {
    exchange_.reset();
    ++(step.outcome.ok() ? counters_.binds : counters_.binds_failed);
  }
  append_bind_result(output(), message->id, step.outcome, step.server_credentials);
  if (step.outcome.ok()) {
    connection_.principal = std::move(step.principal);
    if (connection_.principal && connection_.principal->expires_at_s)
      expires_ = now + std::chrono::seconds(std::max<std::int64_t>(*connection_.principal->expires_at_s - wall_s, 0));
    if (step.layer) {
      close_output();  // the response itself goes under what was there before
      auto layer = SaslFrames::make(std::move(step.layer), step.peer_buffer_max, limits_.message_octets_max + kTokenOverheadMax);
      if (!layer) return finish(SessionEnd::kViolation, outcome(ResultCode::kUnavailable, "security layer: " + layer.error().detail));
      layer_ = std::move(*layer);
      connection_.is_signed = true;
      connection_.is_sealed = step.layer_seals;
      if (!in_.empty()) return receive(std::exchange(in_, {}), now);
    }
  }
  settle();
}

}  // namespace tributary::ldap
