// SPDX-License-Identifier: Apache-2.0
// See server_link.hpp.
#include "net/server_link.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <variant>

#include "base/win32.hpp"
#include "net/address.hpp"
#include "net/peer_watch.hpp"
#include "net/server_link_call.hpp"
#include "rpc/status.hpp"

namespace tributary::net {
namespace {

/// Reads of one connection in one turn, so that a client that sends without end leaves turns to others.
constexpr int kReadsPerTurn = 4;
/// What may wait beside one batch of answers (acknowledgements, faults) before no more requests are read.
constexpr std::size_t kRepliesMax = std::size_t{64} << 10;
/// A client must take this many octets within send_timeout, or all there are. Small enough for a slow line, and a client that takes
/// one octet a minute is found out.
constexpr std::size_t kWriteSlice = std::size_t{64} << 10;
/// Whoever was told why gets this long to read it before the connection is closed.
constexpr auto kLinger = std::chrono::seconds(2);

void tune(asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  watch_peer(socket);
}

}  // namespace

ServerLink::ServerLink(Runtime& runtime, LinkOwner& owner, rpc::AssociationGroups& groups, const RpcServerLimits& limits, Setup setup,
                       asio::ip::tcp::socket socket)
    : runtime_(runtime),
      owner_(owner),
      limits_(limits),
      setup_(std::move(setup)),
      socket_(std::move(socket)),
      association_(std::move(setup_.association), groups),
      born_(monotonic_now()),
      last_octet_(born_) {
  RpcPeer stranger;
  stranger.address = setup_.peer;
  stranger.connection = setup_.number;
  peer_ = std::make_shared<const RpcPeer>(std::move(stranger));
}

void ServerLink::start() {
  tune(socket_);
  boost::system::error_code ignored;
  local_ = socket_.local_endpoint(ignored).address();
  association_.start(born_);
  carry_out();
}

// Octets in

bool ServerLink::wants_input() const noexcept {
  if (over_) return false;
  if (closing_) return half_closed_;  // to be discarded: closing with unread octets would take our last words away
  return association_.wants_bytes() && outbox_octets_ <= rpc::kSendBatch + kRepliesMax + rpc::kDefaultFragment &&
         held_ <= limits_.connection_octets_max;
}

void ServerLink::arm_read() {
  if (reading_ || !wants_input()) return;
  reading_ = true;
  socket_.async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this()](boost::system::error_code error) {
    self->reading_ = false;
    if (self->over_) return;
    if (error) return self->transport_over(error);
    self->read_ready();
  });
}

void ServerLink::read_ready() {
  const auto self = shared_from_this();
  for (int turn = 0; turn < kReadsPerTurn && wants_input(); ++turn) {
    const auto buffer = owner_.read_buffer();
    boost::system::error_code error;
    const std::size_t n = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (error == asio::error::would_block || error == asio::error::try_again) break;
    if (error) return transport_over(error);
    if (!closing_) received(ByteView(buffer.data(), n));
  }
  arm_read();
}

void ServerLink::received(ByteView octets) {
  const MonoTime now = monotonic_now();
  last_octet_ = now;
  association_.on_bytes(octets, now);
  carry_out();
}

void ServerLink::transport_over(const boost::system::error_code& error) {
  if (over_) return;
  if (closing_) return end();
  how_ = LinkEnd::kPeerLeft;
  closing_ = true;
  const bool polite = error == asio::error::eof;
  association_.on_transport_closed({win32::kRpcSCallFailed, Phase::kNone, polite ? "the client closed the connection" : error.message()});
  carry_out();
}

// Octets out

void ServerLink::write_next() {
  if (writing_ || over_) return;
  if (outbox_.empty()) {
    if (closing_ && !half_closed_) half_close();
    return;
  }
  writing_ = true;
  write_began_ = monotonic_now();
  const auto rest = ByteView(outbox_.front()).subspan(written_of_front_);
  asio::async_write(socket_, asio::buffer(rest.data(), std::min(rest.size(), kWriteSlice)),
                    [self = shared_from_this()](boost::system::error_code error, std::size_t octets) { self->written(error, octets); });
}

void ServerLink::written(const boost::system::error_code& error, std::size_t octets) {
  writing_ = false;
  if (over_) return;
  if (error) return transport_over(error);
  last_octet_ = monotonic_now();
  written_of_front_ += octets;
  if (written_of_front_ == outbox_.front().size()) {
    outbox_octets_ -= written_of_front_;
    outbox_.pop_front();
    written_of_front_ = 0;
  }
  carry_out();
}

/// Everything was said. What the client still sends is read and dropped for a while: a socket closed before would reset the
/// connection, and the client might never see why.
void ServerLink::half_close() {
  half_closed_ = true;
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  arm_read();
}

void ServerLink::end() {
  if (over_) return;
  over_ = true;
  *gone_ = true;
  boost::system::error_code ignored;
  // Whoever was too slow is not waited for by the kernel either.
  if (abrupt_ && how_ != LinkEnd::kFinished && how_ != LinkEnd::kIdle) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
  owner_.on_ended(*this);
}

// The association

void ServerLink::carry_out() {
  if (carrying_out_ || over_) return;
  carrying_out_ = true;
  const auto self = shared_from_this();
  for (bool more = true; more;) {
    auto actions = association_.poll_actions(outbox_.empty());
    more = !actions.empty();
    for (auto& action : actions) std::visit([&](auto& each) { perform(each); }, action);
  }
  carrying_out_ = false;
  note_progress();
  count_held();
  write_next();
  arm_read();
}

void ServerLink::perform(rpc::SendBytes& action) {
  if (over_) return;
  outbox_octets_ += action.octets.size();
  outbox_.push_back(std::move(action.octets));
}

void ServerLink::perform(rpc::NeedSecurityStep& action) {
  runtime_.post_blocking([&runtime = runtime_, weak = weak_from_this(), gone = gone_, step = std::move(action)]() mutable {
    if (*gone) return;  // the queue may be long, and whoever gave way takes no thread's time
    auto result = step.context->step(step.peer_token);
    runtime.post([weak = std::move(weak), result = std::move(result)]() mutable {
      const auto self = weak.lock();
      if (!self || self->over_) return;
      self->association_.on_security_step(std::move(result), monotonic_now());
      self->admit();
      self->carry_out();
    });
  });
}

/// Who the client is, as soon as that is certain and before its first call is looked at.
void ServerLink::admit() {
  auto* const context = association_.security();
  if (admitted_ || context == nullptr || association_.closed()) return;
  auto name = context->peer_name();
  auto key = context->session_key();
  if (!name || !key) return abort(LinkEnd::kHandshake, name ? key.error() : name.error());
  RpcPeer peer = *peer_;
  peer.principal = std::move(*name);
  peer.session_key = std::move(*key);
  if (const auto left = context->seconds_left()) ticket_ends_ = monotonic_now() + std::chrono::seconds(*left);
  peer.pac_logon_info = context->pac_logon_info();
  peer_ = std::make_shared<const RpcPeer>(std::move(peer));
  admitted_ = true;
  owner_.on_secured(*this);
}

void ServerLink::perform(rpc::CallReceived& action) {
  if (over_ || association_.closed()) return;
  owner_.on_call(*this, std::move(action));
}

std::shared_ptr<RpcServerCall> ServerLink::make_call(rpc::CallReceived received, const std::shared_ptr<ServerGate>& gate) {
  auto call = std::make_shared<ServerLinkCall>(gate, weak_from_this(), received.id);
  call->interface = received.interface;
  call->opnum = received.opnum;
  call->byte_order = received.byte_order;
  call->peer = peer_;
  call->stub = std::move(received.stub);
  call_octets_ += call->stub.size();
  calls_.emplace(static_cast<std::uint32_t>(received.id), Under{call, call->stub.size()});
  return call;
}

void ServerLink::settle(rpc::CallId id, bool cancelled) {
  const auto found = calls_.find(static_cast<std::uint32_t>(id));
  if (found == calls_.end()) return;
  const auto call = found->second.call.lock();
  call_octets_ -= found->second.octets;
  calls_.erase(found);
  if (!call) return;
  if (cancelled) call->cancel();
  call->settle();
}

void ServerLink::complete(rpc::CallId id, Bytes stub) {
  settle(id, false);
  association_.complete_call(id, std::move(stub));
  carry_out();
}

void ServerLink::fail(rpc::CallId id, std::uint32_t status) {
  settle(id, false);
  association_.fail_call(id, status);
  carry_out();
}

void ServerLink::perform(rpc::CallCancelled& action) {
  if (action.orphaned) return settle(action.id, true);
  const auto found = calls_.find(static_cast<std::uint32_t>(action.id));
  if (found == calls_.end()) return;
  if (const auto call = found->second.call.lock()) call->cancel();
}

void ServerLink::perform(rpc::WakeAt&) {}  // sweep() comes more often

LinkEnd ServerLink::reason_for(const Error& error) const noexcept {
  if (error.code == Win32::kSuccess) return LinkEnd::kFinished;
  if (error.code == win32::kErrorTimeout) return LinkEnd::kHandshake;  // the association knows no other deadline
  return admitted_ || is_mapper() ? LinkEnd::kViolation : LinkEnd::kHandshake;
}

void ServerLink::perform(rpc::Close& action) {
  if (!how_) how_ = reason_for(action.error);
  owner_.on_over(*this, *how_, action.error);
  const bool may_listen = *how_ == LinkEnd::kFinished || *how_ == LinkEnd::kViolation || *how_ == LinkEnd::kHandshake;
  if (!may_listen || abrupt_) return end();
  closing_ = true;
  linger_until_ = monotonic_now() + kLinger;
}

/// A request is late when it, and not its successor, began too long ago.
void ServerLink::note_progress() {
  const bool another = association_.requests_ended() != std::exchange(requests_ended_, association_.requests_ended());
  if (association_.incoming_octets() == 0)
    request_began_.reset();
  else if (!request_began_ || another)
    request_began_ = last_octet_;
}

void ServerLink::count_held() {
  if (over_) return;
  const std::size_t now = association_.incoming_octets() + call_octets_ + association_.answer_octets();
  const std::size_t before = std::exchange(held_, now);
  if (before != now) owner_.on_held(*this, before);
}

// Time

std::optional<ServerLink::Overdue> ServerLink::overdue(MonoTime now) const {
  if (writing_ && now - write_began_ > limits_.send_timeout) return Overdue{LinkEnd::kSlow, "takes nothing of its answers"};
  if (!admitted_ && !is_mapper() && now - born_ > limits_.handshake_timeout) return Overdue{LinkEnd::kHandshake, "did not authenticate in time"};
  if (request_began_ && now - *request_began_ > limits_.request_timeout) return Overdue{LinkEnd::kSlow, "began a request and did not finish it in time"};
  const auto idle_max = admitted_ ? limits_.idle_timeout : limits_.handshake_timeout;
  if (association_.calls_in_progress() == 0 && now - last_octet_ > idle_max) return Overdue{LinkEnd::kIdle, "idle"};
  return std::nullopt;
}

void ServerLink::sweep(MonoTime now) {
  if (over_) return;
  if (closing_) {
    if (now >= linger_until_) end();
    return;
  }
  if (request_began_ && !wants_input()) request_began_ = now;  // it waits for us
  if (const auto late = overdue(now)) return abort(late->how, {win32::kErrorTimeout, Phase::kNone, late->what});
  association_.on_tick(now);
  // MIT's GSSAPI seals and opens beyond the end of the ticket; what the KDC has limited is not ours to prolong.
  if (ticket_ends_ && now > *ticket_ends_) {
    ticket_ends_.reset();
    owner_.on_expired(*this);
    return drain();
  }
  carry_out();
}

void ServerLink::drain() {
  if (over_ || closing_) return;
  if (!admitted_ && !is_mapper()) return abort(LinkEnd::kFinished, {});
  association_.shutdown();
  carry_out();
}

void ServerLink::abort(LinkEnd how, Error error) {
  if (over_) return;
  abrupt_ = true;
  if (closing_) return end();
  how_ = how;
  association_.close(std::move(error));
  carry_out();
}

}  // namespace tributary::net
