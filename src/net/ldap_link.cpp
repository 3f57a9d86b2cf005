// SPDX-License-Identifier: Apache-2.0
// See ldap_link.hpp. Everything that happens leads to advance(), which does what can be done now and waits for the rest.
#include "net/ldap_link.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "net/runtime.hpp"

namespace tributary::net {
namespace {

/// Reads of one connection in one turn, so that a client that sends without end leaves turns to others.
constexpr int kReadsPerTurn = 4;
/// Operations of one connection that run in one turn, for the same reason.
constexpr int kSlicesPerTurn = 16;
/// A client must take this many octets within send_timeout, or all there are: one that takes an octet a minute is found out.
constexpr std::size_t kTakenMin = std::size_t{64} << 10;
/// What every client may make us hold, whatever the others hold.
constexpr std::size_t kShareOctets = std::size_t{64} << 10;
/// Whoever was told why gets this long to read it before the connection is closed.
constexpr auto kLinger = std::chrono::seconds(2);

std::int64_t seconds_since_1970(FileTime time) { return time.ticks / 10'000'000 - kSecondsFrom1601To1970; }

}  // namespace

LdapLink::LdapLink(LdapThread& thread, LdapShared& shared, ldap::Connection connection, Stream::Socket socket)
    : thread_(thread), shared_(shared), stream_(std::move(socket)) {
  // The session is this link's: it makes no wake after it has gone. What it made may be called at any later time.
  auto make_wake = [this, gate = thread.gate](ldap::OperationKey key) -> std::function<void()> {
    return [gate, weak = weak_from_this(), key] {
      gate->post([weak, key] {
        const auto self = weak.lock();
        if (!self || self->over_) return;
        self->session_->on_woken(key);
        if (self->session_->can_run()) self->post_turn();
      });
    };
  };
  session_ = std::make_unique<ldap::Session>(*shared.handler, std::move(connection), shared.limits.session, shared.session_counters, std::move(make_wake),
                                             shared.tls() != nullptr, monotonic_now());
}

void LdapLink::start(const TlsContext& tls) {
  if (tls)
    begin_tls(tls);
  else
    arm_read();
}

// Octets in

void LdapLink::arm_read() {
  if (reading_ || over_ || handshaking_ || half_closed_ || !session_->wants_input()) return;
  reading_ = true;
  if (stream_.has_pending()) {
    asio::post(thread_.io, [self = shared_from_this()] {
      self->reading_ = false;
      self->read_ready();
    });
    return;
  }
  stream_.socket().async_wait(Stream::Socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->reading_ = false;
    if (!error) self->read_ready();
  });
}

void LdapLink::read_ready() {
  if (over_) return;
  session_->lend(thread_.spare);
  auto& buffer = thread_.read_buffer;
  for (int turn = 0; turn < kReadsPerTurn && session_->wants_input(); ++turn) {
    const auto got = stream_.read(buffer);
    if (got.state == StreamState::kWantRead || got.state == StreamState::kWantWrite) break;  // no renegotiation: a write goes on by itself
    if (got.state != StreamState::kDone) return lost();
    shared_.counters.octets_in.fetch_add(got.octets, std::memory_order_relaxed);
    session_->receive(ByteView(buffer.data(), got.octets), monotonic_now());
    session_->run(kSlicesPerTurn, monotonic_now());
    if (!stream_.is_tls() && got.octets < buffer.size()) break;  // that was all
  }
  advance();
}

void LdapLink::lost() {
  if (stream_.timed_out()) {
    session_->finish(ldap::SessionEnd::kSlow, {.code = ldap::ResultCode::kSuccess, .matched_dn = {}, .message = "takes nothing of its answers", .referrals = {}});
  } else {
    session_->receive_end();
  }
  end();
}

// Turns

void LdapLink::post_turn() {
  if (turning_) return;
  turning_ = true;
  asio::post(thread_.io, [self = shared_from_this()] {
    self->turning_ = false;
    self->turn();
  });
}

void LdapLink::turn() {
  if (over_) return;
  session_->lend(thread_.spare);
  session_->run(kSlicesPerTurn, monotonic_now());
  advance();
}

void LdapLink::advance() {
  if (over_) return;
  const auto self = shared_from_this();
  if (session_->end() == ldap::SessionEnd::kPeerLeft) return end();
  note_bound();
  post_jobs();
  account();
  if (!handshaking_) write();
  if (over_) return;
  if (session_->unsent().empty()) {
    session_->give_back(thread_.spare);
    if (session_->end()) return half_close();
    if (session_->wants_tls() && !handshaking_) return begin_tls(shared_.tls());
  }
  if (session_->can_run()) post_turn();
  arm_read();
}

void LdapLink::note_bound() {
  if (bound_ || !session_->connection().principal) return;
  bound_ = true;
  shared_.on_bound(number());
}

/// Whoever holds more than its share while memory is short has to go.
void LdapLink::account() {
  const std::size_t now = session_->held_octets();
  const std::size_t before = std::exchange(held_, now);
  if (now == before) return;
  const std::size_t all = shared_.counters.held_octets.fetch_add(now - before, std::memory_order_relaxed) + (now - before);
  if (now <= before || now <= kShareOctets || all <= shared_.limits.octets_max || session_->end()) return;
  session_->finish(ldap::SessionEnd::kMemory, {.code = ldap::ResultCode::kUnavailable, .matched_dn = {}, .message = "this server has no memory left for so much", .referrals = {}});
  account();
}

// Octets out

void LdapLink::write() {
  while (!writing_ && !over_ && !session_->unsent().empty()) {
    const auto put = stream_.write(session_->unsent());
    if (put.state == StreamState::kWantWrite) return wait_to_write(Wait::kWrite);
    if (put.state == StreamState::kWantRead) return wait_to_write(Wait::kRead);
    if (put.state != StreamState::kDone) return lost();
    shared_.counters.octets_out.fetch_add(put.octets, std::memory_order_relaxed);
    const auto now = monotonic_now();
    session_->sent(put.octets, now);
    taken_ += put.octets;
    if (session_->unsent().empty()) blocked_ = false;
    if (taken_ < kTakenMin) continue;
    taken_ = 0;
    write_since_ = now;
  }
}

void LdapLink::wait_to_write(Wait what) {
  writing_ = true;
  if (!std::exchange(blocked_, true)) {
    write_since_ = monotonic_now();
    taken_ = 0;
  }
  stream_.socket().async_wait(what == Wait::kRead ? Stream::Socket::wait_read : Stream::Socket::wait_write, [self = shared_from_this()](boost::system::error_code error) {
    self->writing_ = false;
    if (!error) self->advance();
  });
}

// Workers

void LdapLink::post_jobs() {
  for (auto& job : session_->take_jobs())
    std::visit([this](auto& each) { post(std::move(each)); }, job);
}

void LdapLink::post(ldap::OperationJob job) {
  ++jobs_;
  asio::post(shared_.workers, [self = shared_from_this(), gate = thread_.gate, job = std::move(job)]() mutable {
    Bytes out;
    const auto state = job.operation->run(out);
    job.operation.reset();
    gate->post([self = std::move(self), key = job.key, state, out = std::move(out)]() mutable {
      if (!self->over_) self->session_->on_ran(key, state, std::move(out), monotonic_now());
      self->job_over();
    });
  });
}

void LdapLink::post(ldap::BindJob job) {
  ++jobs_;
  asio::post(shared_.workers, [self = shared_from_this(), gate = thread_.gate, job = std::move(job)]() mutable {
    // Nobody changes the connection before the step is over.
    auto step = job.exchange->step(self->session_->connection(), std::get<ldap::BindRequest>(job.message->request));
    job = {};
    gate->post([self = std::move(self), step = std::move(step)]() mutable {
      if (!self->over_) self->session_->on_bind_step(std::move(step), monotonic_now(), seconds_since_1970(wall_now()));
      self->job_over();
    });
  });
}

void LdapLink::job_over() {
  --jobs_;
  if (over_) return tell_closed();
  turn();
}

// TLS

void LdapLink::begin_tls(const TlsContext& tls) {
  handshaking_ = true;
  since_ = monotonic_now();
  stream_.begin_tls(tls);
  handshake();
}

void LdapLink::handshake() {
  if (over_) return;
  const auto result = stream_.handshake();
  if (result.state == StreamState::kDone) {
    handshaking_ = false;
    session_->on_tls(stream_.client_certificate());
    return advance();
  }
  if (result.state != StreamState::kWantRead && result.state != StreamState::kWantWrite) {
    ++shared_.counters.failed_tls;
    say(ServerEvent::kHandshake, result.state == StreamState::kEnd ? "left during the TLS handshake" : stream_.failure());
    stream_.shut_down();  // the alert that says why is on its way
    session_->receive_end();
    return end();
  }
  stream_.socket().async_wait(result.state == StreamState::kWantRead ? Stream::Socket::wait_read : Stream::Socket::wait_write,
                              [self = shared_from_this()](boost::system::error_code error) {
                                if (!error) self->handshake();
                              });
}

// Time and the end

void LdapLink::sweep(MonoTime now) {
  if (over_) return;
  const auto self = shared_from_this();
  if (half_closed_) {
    if (now - since_ > kLinger) end();
    return;
  }
  const auto slow = [&](const char* what) {
    session_->finish(ldap::SessionEnd::kSlow, {.code = ldap::ResultCode::kSuccess, .matched_dn = {}, .message = what, .referrals = {}});
    end();
  };
  if (handshaking_ && now - since_ > shared_.limits.session.first_message_timeout) return slow("no TLS handshake in time");
  if (blocked_ && now - write_since_ > shared_.limits.send_timeout) return slow("takes nothing of its answers");
  session_->tick(now);
  advance();
}

void LdapLink::finish(ldap::SessionEnd how, const ldap::Outcome& outcome) {
  if (over_) return;
  session_->finish(how, outcome);
  advance();
}

/// Everything was said. What the client still sends is read and dropped for a while: a socket closed before would reset the connection, and
/// the client might never see why.
void LdapLink::half_close() {
  if (half_closed_) return;
  if (session_->end() == ldap::SessionEnd::kIdle || session_->end() == ldap::SessionEnd::kSlow || thread_.closing) return end();
  half_closed_ = true;
  count_end();
  since_ = monotonic_now();
  stream_.shut_down();
  arm_drain();
}

void LdapLink::arm_drain() {
  stream_.socket().async_wait(Stream::Socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    if (!error && !self->over_) self->discard();
  });
}

void LdapLink::discard() {
  boost::system::error_code error;
  for (int turn = 0; turn < kReadsPerTurn; ++turn) {
    const auto n = stream_.socket().read_some(asio::buffer(thread_.read_buffer), error);
    if (error == asio::error::would_block || error == asio::error::try_again) break;
    if (error || n == 0) return end();
  }
  arm_drain();
}

void LdapLink::say(ServerEvent event, const std::string& what) {
  const auto& connection = session_->connection();
  shared_.say(event, fmt::format("ldap: {}{}{}: {}", connection.peer_address, connection.principal ? " " : "", connection.principal ? connection.principal->name : std::string(), what));
}

void LdapLink::count_end() {
  if (std::exchange(counted_, true)) return;
  auto& counters = shared_.counters;
  switch (session_->end().value_or(ldap::SessionEnd::kFinished)) {
    case ldap::SessionEnd::kPeerLeft:
    case ldap::SessionEnd::kFinished: return;
    case ldap::SessionEnd::kViolation: ++counters.violations; return say(ServerEvent::kViolation, session_->reason());
    case ldap::SessionEnd::kIdle: ++counters.dropped_idle; return say(ServerEvent::kIdle, session_->reason());
    case ldap::SessionEnd::kSlow: ++counters.dropped_slow; return say(ServerEvent::kSlow, session_->reason());
    case ldap::SessionEnd::kExpired: ++counters.expired; return say(ServerEvent::kIdle, session_->reason());
    case ldap::SessionEnd::kMemory: ++counters.dropped_memory; return say(ServerEvent::kMemory, session_->reason());
  }
}

void LdapLink::end() {
  if (over_) return;
  const auto self = shared_from_this();
  session_->finish(ldap::SessionEnd::kFinished, {});
  over_ = true;
  count_end();
  shared_.counters.held_octets.fetch_sub(std::exchange(held_, 0), std::memory_order_relaxed);
  stream_.close(session_->end() == ldap::SessionEnd::kSlow);
  --shared_.counters.open;
  shared_.on_ended(number());
  tell_closed();
}

/// The last word of this connection to the handler: after the last step of a bind on some worker.
void LdapLink::tell_closed(bool workers_ended) {
  if (told_ || (jobs_ > 0 && !workers_ended)) return;
  told_ = true;
  shared_.handler->closed(session_->connection());
  thread_.links.erase(number());
}

}  // namespace tributary::net
