// SPDX-License-Identifier: Apache-2.0
// Session: octets into messages and answers into octets, time, and the end. What messages do is in session_operations.cpp.
#include "ldap/server/session.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::ldap {
namespace {

/// A larger buffer is not kept for the next one who needs it.
constexpr std::size_t kSpareOctetsMax = std::size_t{1} << 20;

void take_memory(Bytes& mine, Bytes& spare) {
  if (mine.capacity() == 0) mine.swap(spare);
}
void return_memory(Bytes& mine, Bytes& spare) {
  if (!mine.empty() || mine.capacity() == 0) return;
  if (spare.capacity() == 0 && mine.capacity() <= kSpareOctetsMax)
    mine.swap(spare);
  else
    Bytes().swap(mine);
}

}  // namespace

Session::Session(Handler& handler, Connection connection, const SessionLimits& limits, SessionCounters& counters, MakeWake make_wake, bool can_start_tls, MonoTime now)
    : handler_(handler),
      connection_(std::move(connection)),
      limits_(limits),
      counters_(counters),
      make_wake_(std::move(make_wake)),
      can_start_tls_(can_start_tls),
      now_(now),
      born_(now),
      last_activity_(now) {}

// Octets in

/// Nothing more is looked at before something is over: a bind (RFC 4511 4.2.1), StartTLS, or enough operations.
bool Session::is_stalled() const noexcept {
  return end_ || bind_ || tls_asked_ || operations_.size() >= limits_.operations_max || (!operations_.empty() && operation_octets_ >= limits_.message_octets_max);
}

bool Session::wants_input() const noexcept {
  if (end_ || tls_asked_ || unsent().size() >= limits_.unsent_octets_max) return false;
  return !is_stalled() || in_.size() < limits_.read_ahead_octets_max;
}

std::size_t Session::message_octets_max() const noexcept {
  return connection_.principal ? limits_.message_octets_max : std::min(limits_.message_octets_before_bind_max, limits_.message_octets_max);
}

void Session::receive(ByteView octets, MonoTime now) {
  now_ = now;
  last_activity_ = now;
  if (end_) return;
  if (!layer_) {
    take_in(octets);
  } else if (auto opened = layer_->open(octets, in_); !opened) {
    layer_.reset();  // what is said now is said in clear, as to anybody
    return finish(SessionEnd::kViolation, {.code = ResultCode::kProtocolError, .matched_dn = {}, .message = "security layer: " + opened.error().detail, .referrals = {}});
  }
  settle();
}

void Session::take_in(ByteView octets) {
  if (!in_.empty()) return in_.insert(in_.end(), octets.begin(), octets.end()), void();
  const std::size_t used = take_messages(octets);
  if (!end_) in_.assign(octets.begin() + static_cast<std::ptrdiff_t>(used), octets.end());
}

void Session::take_in_pending() {
  if (in_.empty()) return;
  const std::size_t used = take_messages(in_);
  if (end_ || used == in_.size())
    Bytes().swap(in_);  // assigning {} would keep the memory
  else
    in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>(used));
}

/// How many octets are done with.
std::size_t Session::take_messages(ByteView octets) {
  std::size_t used = 0;
  while (!is_stalled() && used < octets.size()) {
    const auto rest = octets.subspan(used);
    const auto size = message_size(rest, message_octets_max());
    if (!size) {
      finish(SessionEnd::kViolation, {.code = ResultCode::kProtocolError, .matched_dn = {}, .message = size.error().detail, .referrals = {}});
      break;
    }
    if (!*size || **size > rest.size()) break;
    used += **size;
    message_began_.reset();
    take(to_bytes(rest.first(**size)));
    // Somebody on the way could have put them behind the request, and they would be taken for octets that TLS protects (RFC 4511 4.14.1).
    if (tls_asked_ && used < octets.size())
      finish(SessionEnd::kViolation, {.code = ResultCode::kProtocolError, .matched_dn = {}, .message = "octets behind a request for TLS", .referrals = {}});
  }
  return used;
}

void Session::take(Bytes octets) {
  heard_ = true;
  auto message = read_message(std::move(octets));
  if (!message) return fault(message.error());
  take(std::move(*message));
}

void Session::receive_end() { finish(SessionEnd::kPeerLeft, {}); }

// Octets out

void Session::sent(std::size_t octets, MonoTime now) {
  sent_ += octets;
  last_activity_ = now;
  if (sent_ == out_.size()) {
    out_.clear();
    sent_ = 0;
  } else if (sent_ >= limits_.unsent_octets_max) {
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(sent_));
    sent_ = 0;
  }
}

void Session::lend(SessionMemory& spare) {
  take_memory(out_, spare.out);
  if (layer_) take_memory(plain_, spare.plain);
}

void Session::give_back(SessionMemory& spare) {
  return_memory(out_, spare.out);
  return_memory(plain_, spare.plain);
}

void Session::close_output() {
  if (!layer_ || plain_.empty()) return;
  const auto closed = layer_->close(plain_, out_);
  plain_.clear();
  if (closed) return;
  layer_.reset();
  finish(SessionEnd::kViolation, {.code = ResultCode::kSuccess, .matched_dn = {}, .message = "security layer: " + closed.error().detail, .referrals = {}});
}

/// What may go on after something has come or ended.
void Session::settle() {
  if (bind_ && !stepping_ && operations_.empty()) begin_bind();
  take_in_pending();
  close_output();
  const bool is_half = !is_stalled() && (!in_.empty() || (layer_ && layer_->has_begun()));
  if (!is_half)
    message_began_.reset();
  else if (!message_began_)
    message_began_ = now_;
}

std::size_t Session::held_octets() const noexcept {
  return in_.capacity() + (layer_ ? layer_->held_octets() : 0) + unsent().size() + plain_.size() + operation_octets_;
}

void Session::on_tls(std::optional<Bytes> client_certificate) {
  tls_asked_ = false;
  connection_.is_tls = true;
  connection_.client_certificate = std::move(client_certificate);
}

// Time and the end

void Session::tick(MonoTime now) {
  now_ = now;
  if (end_) return;
  const auto over = [this](SessionEnd how, ResultCode code, const char* text) { finish(how, {.code = code, .matched_dn = {}, .message = text, .referrals = {}}); };
  if (bind_ && !stepping_ && now - bind_since_ > limits_.bind_patience) {
    abandon_all();
    settle();
  }
  if (is_expired()) return over(SessionEnd::kExpired, ResultCode::kUnavailable, "the ticket of this client has ended: bind anew on another connection");
  if (!heard_ && now - born_ > limits_.first_message_timeout) return over(SessionEnd::kSlow, ResultCode::kSuccess, "no request in time");
  if (message_began_ && now - *message_began_ > limits_.message_timeout) return over(SessionEnd::kSlow, ResultCode::kSuccess, "a request began and did not end in time");
  if (operations_.empty() && !bind_ && now - last_activity_ > limits_.idle_timeout) over(SessionEnd::kIdle, ResultCode::kSuccess, "idle");
}

void Session::finish(SessionEnd how, const Outcome& outcome) {
  if (end_) return;
  end_ = how;
  reason_ = outcome.message;
  tls_asked_ = false;
  abandon_all();
  jobs_.clear();
  if (!outcome.ok()) append_notice_of_disconnection(output(), outcome);
  close_output();
  layer_.reset();  // nothing more is said or heard: what is left to be sent needs no memory for more
  Bytes().swap(in_);
}

}  // namespace tributary::ldap
