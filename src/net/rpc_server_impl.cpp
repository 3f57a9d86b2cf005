// SPDX-License-Identifier: Apache-2.0
// RpcServer::Impl: connections come, are counted, made to give way, and go. See rpc_server_impl.hpp; listeners are in
// rpc_server_listen.cpp.
#include "net/rpc_server_impl.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/win32.hpp"
#include "net/address.hpp"
#include "net/rpc_server_mapper.hpp"
#include "rpc/status.hpp"

namespace tributary::net {
namespace {

/// For all connections together: one is read from at a time.
constexpr std::size_t kReadOctets = std::size_t{128} << 10;
/// Less than this holds back a client that does nothing but what [MS-RPCE] 3.3.3.5.4 allows.
constexpr std::size_t kConnectionOctetsMin = 2 * rpc::kRequestStubMax;
/// How exact limits of time are: an eighth of the shortest, within these bounds.
constexpr std::chrono::milliseconds kSweepMin{10}, kSweepMax{1000};

std::chrono::milliseconds sweep_interval(const RpcServerLimits& limits) {
  const auto shortest = std::min({limits.handshake_timeout, limits.idle_timeout, limits.send_timeout, limits.request_timeout});
  return std::clamp(shortest / 8, kSweepMin, kSweepMax);
}

}  // namespace

RpcServer::Impl::Impl(Runtime& runtime, RpcServerOptions options)
    : runtime_(runtime),
      options_(std::move(options)),
      gate_(std::make_shared<ServerGate>(runtime)),
      admission_({.connections_max = options_.limits.connections_max,
                  .connections_per_address_max = options_.limits.connections_per_address_max,
                  .unauthenticated_max = options_.limits.unauthenticated_max}),
      log_(options_.log),
      sweep_every_(sweep_interval(options_.limits)),
      sweep_timer_(runtime.impl().io),
      read_buffer_(kReadOctets) {
  options_.limits.connection_octets_max = std::max(options_.limits.connection_octets_max, kConnectionOctetsMin);
}

RpcServerFigures RpcServer::Impl::figures() const {
  const std::scoped_lock lock(figures_mutex_);
  return figures_;
}

void RpcServer::Impl::begin() {
  if (!listening_) return;  // it ended before it began
  for (const auto& listener : listeners_) accept(*listener);
  arm_sweep();
}

// Coming

bool RpcServer::Impl::make_room(const std::string& peer, const std::string& key) {
  const auto verdict = admission_.judge(key);
  if (verdict.gives_way) give_way(*verdict.gives_way, verdict.reason);
  if (verdict.admitted) return true;
  log_.say(ServerEvent::kRefused, fmt::format("rpc: {}: refused, {}", peer, verdict.reason), monotonic_now());
  const std::scoped_lock lock(figures_mutex_);
  ++figures_.accepted;
  ++figures_.refused;
  return false;
}

void RpcServer::Impl::give_way(ConnectionNumber number, std::string_view reason) {
  const auto found = links_.find(number);
  if (found == links_.end()) return;
  const auto link = found->second;
  link->abort(LinkEnd::kGaveWay, {win32::kRpcSServerTooBusy, Phase::kNone, std::string(reason)});
}

rpc::ServerOptions RpcServer::Impl::association_options(const Listener& listener, const std::string& address) const {
  rpc::ServerOptions made;
  made.peer = address;
  made.secondary_address = std::to_string(listener.local.port());
  made.handshake_timeout = options_.limits.handshake_timeout;
  made.calls_max = options_.limits.calls_per_connection_max;
  if (listener.is_mapper) {
    made.interfaces = {{.id = rpc::kEndpointMapper, .opnum_count = rpc::kEptOpnumCount, .require_privacy = false}};
  } else {
    made.interfaces = options_.interfaces;
    made.make_acceptor = options_.make_acceptor;
  }
  return made;
}

void RpcServer::Impl::take(Listener& listener, asio::ip::tcp::socket socket) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // it has gone already
  const std::string address = remote.address().to_string();
  const std::string key = admission_key(address);
  ServerLink::Setup setup;
  setup.peer = address_and_port(remote);
  if (!make_room(setup.peer, key)) return;
  setup.address_key = key;
  setup.number = next_number_++;
  setup.is_mapper = listener.is_mapper;
  setup.association = association_options(listener, address);
  const ConnectionNumber number = setup.number;
  auto link = std::make_shared<ServerLink>(runtime_, *this, groups_, options_.limits, std::move(setup), std::move(socket));
  links_.emplace(number, link);
  admission_.enter(number, key);
  {
    const std::scoped_lock lock(figures_mutex_);
    ++figures_.accepted;
    figures_.open = links_.size();
    figures_.unauthenticated = admission_.unauthenticated();
  }
  link->start();
}

// Being there

void RpcServer::Impl::on_secured(ServerLink& link) {
  admission_.authenticated(link.number());
  const std::scoped_lock lock(figures_mutex_);
  figures_.unauthenticated = admission_.unauthenticated();
}

void RpcServer::Impl::on_expired(ServerLink& link) {
  say(ServerEvent::kIdle, "closed", link, {win32::kErrorContextExpired, Phase::kAuthenticate, "its ticket has ended"});
  const std::scoped_lock lock(figures_mutex_);
  ++figures_.expired;
}

void RpcServer::Impl::on_call(ServerLink& link, rpc::CallReceived call) {
  {
    const std::scoped_lock lock(figures_mutex_);
    ++(link.is_mapper() ? figures_.mapper_calls : figures_.calls);
  }
  if (!link.is_mapper()) return options_.handler(link.make_call(std::move(call), gate_));
  auto answer = answer_endpoint_mapper(call, endpoints_for(link.local_address()));
  if (answer)
    link.complete(call.id, std::move(*answer));
  else
    link.fail(call.id, answer.error());
}

/// Where this server's interfaces are found by somebody who reached the machine at `asked_at`: there, if somebody listens there, and
/// else wherever somebody does.
std::vector<rpc::TcpEndpoint> RpcServer::Impl::endpoints_for(const asio::ip::address& asked_at) const {
  const auto reachable = [&](const Listener& listener) {
    const auto& bound = listener.local.address();
    return !listener.is_mapper && (bound == asked_at || (bound.is_unspecified() && bound.is_v4() == asked_at.is_v4()));
  };
  std::array<std::uint8_t, 4> address{};
  if (asked_at.is_v4()) address = asked_at.to_v4().to_bytes();
  const bool any = std::ranges::any_of(listeners_, [&](const auto& listener) { return reachable(*listener); });
  std::vector<rpc::TcpEndpoint> endpoints;
  for (const auto& interface : options_.interfaces)
    for (const auto& listener : listeners_)
      if (any ? reachable(*listener) : !listener->is_mapper)
        endpoints.push_back({.interface = interface.id, .transfer_syntax = rpc::kNdr20, .port = listener->local.port(), .address = address});
  return endpoints;
}

void RpcServer::Impl::on_held(ServerLink& link, std::size_t before) {
  held_octets_ += link.held_octets() - before;
  {
    const std::scoped_lock lock(figures_mutex_);
    figures_.held_octets = held_octets_;
  }
  if (held_octets_ <= options_.limits.octets_max || shedding_) return;
  shedding_ = true;
  runtime_.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->shed();
  });
}

/// Of the client address that holds most, the connection that holds most.
void RpcServer::Impl::shed() {
  shedding_ = false;
  if (held_octets_ <= options_.limits.octets_max) return;
  std::map<std::string, std::size_t> by_address;
  for (const auto& [number, link] : links_) by_address[link->address_key()] += link->held_octets();
  const auto most = std::ranges::max_element(by_address, {}, [](const auto& each) { return each.second; });
  std::shared_ptr<ServerLink> chosen;
  for (const auto& [number, link] : links_)
    if (link->address_key() == most->first && (!chosen || link->held_octets() > chosen->held_octets())) chosen = link;
  if (!chosen) return;
  chosen->abort(LinkEnd::kMemory, {win32::kRpcSOutOfResources, Phase::kNone, fmt::format("{} octets wait for it", chosen->held_octets())});
  on_held(*chosen, chosen->held_octets());  // there may be more to do
}

void RpcServer::Impl::arm_sweep() {
  sweep_timer_.expires_after(sweep_every_);
  sweep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self) self->sweep();
  });
}

void RpcServer::Impl::sweep() {
  const MonoTime now = monotonic_now();
  log_.tick(now);
  for (auto at = links_.begin(); at != links_.end();) {
    const auto link = at->second;
    const ConnectionNumber number = at->first;
    link->sweep(now);
    at = links_.upper_bound(number);  // any of them may have gone
  }
  if (listening_ || !links_.empty()) arm_sweep();
}

// Going

void RpcServer::Impl::say(ServerEvent event, std::string_view outcome, const ServerLink& link, const Error& error) {
  const std::string who = link.admitted() ? fmt::format("{} ({})", link.peer_text(), link.principal()) : link.peer_text();
  // Not describe_error(): its advice is for the other end.
  log_.say(event, fmt::format("rpc: {}{}: {}: {} ({})", who, link.is_mapper() ? " at the endpoint mapper" : "", outcome, error.detail, win32_name(error.code)),
           monotonic_now());
}

void RpcServer::Impl::on_over(ServerLink& link, LinkEnd how, const Error& error) {
  count(how, link);
  switch (how) {
    case LinkEnd::kPeerLeft:
    case LinkEnd::kFinished: return;
    case LinkEnd::kHandshake: return say(ServerEvent::kHandshake, "not authenticated", link, error);
    case LinkEnd::kSlow: return say(ServerEvent::kSlow, "dropped", link, error);
    case LinkEnd::kIdle: return say(ServerEvent::kIdle, "closed", link, error);
    case LinkEnd::kViolation: return say(ServerEvent::kViolation, "dropped", link, error);
    case LinkEnd::kGaveWay: return say(ServerEvent::kRefused, "gave way", link, error);
    case LinkEnd::kMemory: return say(ServerEvent::kMemory, "dropped", link, error);
  }
}

void RpcServer::Impl::count(LinkEnd how, const ServerLink& link) {
  const std::scoped_lock lock(figures_mutex_);
  switch (how) {
    case LinkEnd::kPeerLeft:
      if (!link.admitted() && !link.is_mapper()) ++figures_.failed_handshakes;
      return;
    case LinkEnd::kFinished: return;
    case LinkEnd::kHandshake: ++figures_.failed_handshakes; return;
    case LinkEnd::kSlow: ++figures_.dropped_slow; return;
    case LinkEnd::kIdle: ++figures_.dropped_idle; return;
    case LinkEnd::kViolation:
    case LinkEnd::kMemory: ++figures_.violations; return;
    case LinkEnd::kGaveWay: ++figures_.refused; return;
  }
}

void RpcServer::Impl::on_ended(ServerLink& link) {
  const auto found = links_.find(link.number());
  if (found == links_.end()) return;
  const auto keep = found->second;
  links_.erase(found);
  admission_.leave(link.number());
  held_octets_ -= link.held_octets();
  {
    const std::scoped_lock lock(figures_mutex_);
    figures_.open = links_.size();
    figures_.unauthenticated = admission_.unauthenticated();
    figures_.held_octets = held_octets_;
  }
  if (!links_.empty()) return;
  for (auto& done : std::exchange(when_empty_, {})) done();
}

void RpcServer::Impl::stop_listening() {
  listening_ = false;
  boost::system::error_code ignored;
  for (const auto& listener : listeners_) {
    listener->acceptor.close(ignored);
    listener->pause.cancel();
  }
}

void RpcServer::Impl::drain(std::chrono::milliseconds grace, std::move_only_function<void()> done) {
  stop_listening();
  if (links_.empty()) return done();
  when_empty_.push_back(std::move(done));
  for (const auto& [number, link] : std::map(links_)) link->drain();
  runtime_.post_after(grace, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->close_all();
  });
}

void RpcServer::Impl::close_all() {
  stop_listening();
  for (const auto& [number, link] : std::map(links_)) link->abort(LinkEnd::kFinished, {win32::kRpcSServerTooBusy, Phase::kNone, "the server ends"});
  sweep_timer_.cancel();
}

void RpcServer::Impl::finish() {
  close_all();
  log_.finish();
  log_ = ServerLog({});
  options_.handler = nullptr;
  options_.make_acceptor = nullptr;
}

}  // namespace tributary::net
