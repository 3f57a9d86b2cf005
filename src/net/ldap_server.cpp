// SPDX-License-Identifier: Apache-2.0
// See ldap_server.hpp and ldap_server_impl.hpp.
#include "net/ldap_server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <tuple>

#include "base/win32.hpp"
#include "net/acceptor.hpp"
#include "net/address.hpp"
#include "net/ldap_link.hpp"
#include "net/ldap_server_impl.hpp"
#include "net/runtime.hpp"

namespace tributary::net {
namespace {

using asio::ip::tcp;

/// Descriptors for everything that is no client of ours: the database, the log, connections to partners, RPC.
constexpr rlim_t kOtherDescriptors = 512;

/// As many descriptors as the system lets us have, and how many connections they are good for.
std::size_t raise_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) (void)getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur == RLIM_INFINITY) return wanted;
  const rlim_t room = limit.rlim_cur > 2 * kOtherDescriptors ? limit.rlim_cur - kOtherDescriptors : limit.rlim_cur / 2;
  return std::min<std::size_t>(wanted, room);
}

LdapServerOptions sensible(LdapServerOptions options) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  options.threads = options.threads == 0 ? std::min(cores, kLdapThreadsMax) : options.threads;
  options.workers = std::max(options.workers, 1U);
  const auto room = raise_descriptors(options.limits.connections_max);
  if (room < options.limits.connections_max && options.log)
    options.log(fmt::format("ldap: {} connections instead of {}: raise the limit of open files (LimitNOFILE=) for more", room, options.limits.connections_max));
  options.limits.connections_max = room;
  return options;
}

}  // namespace

LdapServer::Impl::Impl(LdapServerOptions options, std::shared_ptr<ldap::Handler> handler)
    : options_(sensible(std::move(options))),
      shared_(options_.limits, std::move(handler), options_.workers, options_.log),
      admission_({.connections_max = options_.limits.connections_max,
                  .connections_per_address_max = options_.limits.connections_per_address_max,
                  .unauthenticated_max = options_.limits.connections_max}) {
  for (unsigned i = 0; i < options_.threads; ++i) threads_.push_back(std::make_unique<LdapThread>(shared_));
  // The first thread outlives all others, and its gate the calls.
  shared_.on_bound = [this](ConnectionNumber number) { front().gate->post([this, number] { admission_.authenticated(number); }); };
  shared_.on_ended = [this](ConnectionNumber number) {
    front().gate->post([this, number] {
      admission_.leave(number);
      homes_.erase(number);
    });
  };
}

LdapServer::Impl::~Impl() {
  if (runs_) {
    std::promise<void> closed;
    asio::post(front().io, [&] {
      close_listeners();
      closed.set_value();
    });
    closed.get_future().wait();
  }
  for (auto& thread : threads_) thread->close_links();
  shared_.workers.stop();
  shared_.workers.join();
  for (auto& thread : threads_) thread->stop();
  for (auto& thread : threads_) thread->forget_links();
  shared_.finish_log();
}

void LdapServer::Impl::close_listeners() {
  closing_ = true;
  boost::system::error_code ignored;
  for (auto& listener : listeners_) {
    listener.acceptor.close(ignored);
    listener.pause.cancel();
  }
  for (auto& each : datagrams_) each.close();
}

Result<> LdapServer::Impl::listen() {
  const bool wants_tls = options_.tls_port || options_.catalog_tls_port;
  if (options_.tls) {
    if (auto loaded = reload_tls(*options_.tls); !loaded) return loaded;
  } else if (wants_tls) {
    return fail(win32::kErrorInvalidParameter, "a port for TLS needs a certificate", Phase::kConnect);
  }
  for (const auto& address : options_.addresses) {
    if (options_.port) {
      const auto port = listen_at(address, *options_.port, false, false);
      if (!port) return std::unexpected(port.error());
      if (options_.datagrams) {
        auto socket = open_datagrams(front().io, address, *port);
        if (!socket) return std::unexpected(std::move(socket.error()));
        datagrams_.emplace_back(std::move(*socket), shared_);
      }
    }
    const auto others = {std::tuple{options_.tls_port, true, false}, {options_.catalog_port, false, true}, {options_.catalog_tls_port, true, true}};
    for (const auto& [port, is_tls, is_catalog] : others)
      if (port)
        if (const auto listening = listen_at(address, *port, is_tls, is_catalog); !listening) return std::unexpected(listening.error());
  }
  return {};
}

Result<std::uint16_t> LdapServer::Impl::listen_at(const std::string& address, std::uint16_t port, bool is_tls, bool is_catalog) {
  auto acceptor = open_acceptor(front().io, address, port);
  if (!acceptor) return std::unexpected(std::move(acceptor.error()));
  boost::system::error_code ignored;
  const auto local = acceptor->local_endpoint(ignored);
  listeners_.push_back({std::move(*acceptor), local, is_tls, is_catalog, asio::steady_timer(front().io)});
  return local.port();
}

void LdapServer::Impl::begin() {
  for (auto& listener : listeners_) accept(listener);
  for (auto& each : datagrams_) each.start();
  for (auto& thread : threads_) thread->start();
  runs_ = true;
}

// Coming

void LdapServer::Impl::accept(Listener& listener) {
  auto& thread = *threads_[next_thread_++ % threads_.size()];
  listener.acceptor.async_accept(thread.io, [this, &listener, &thread](boost::system::error_code error, tcp::socket socket) {
    if (closing_) return;
    if (error && !is_the_clients(error)) return accept_failed(listener, error);
    if (!error) take(listener, thread, std::move(socket));
    accept(listener);
  });
}

/// Most likely no descriptor is left: somebody who has not authenticated gives his back, and everybody else is served meanwhile.
void LdapServer::Impl::accept_failed(Listener& listener, const boost::system::error_code& error) {
  ++shared_.counters.accept_errors;
  shared_.say(ServerEvent::kAcceptFailed, fmt::format("ldap: no connection can be accepted at {}: {}", address_and_port(listener.local), error.message()));
  if (const auto oldest = admission_.oldest_unauthenticated()) give_way(*oldest, "no descriptor is left");
  listener.pause.expires_after(kAcceptPause);
  listener.pause.async_wait([this, &listener](boost::system::error_code cancelled) {
    if (!cancelled && !closing_) accept(listener);
  });
}

bool LdapServer::Impl::make_room(const std::string& peer, const std::string& key) {
  const auto verdict = admission_.judge(key);
  if (verdict.gives_way) give_way(*verdict.gives_way, std::string(verdict.reason));
  if (verdict.admitted) return true;
  ++shared_.counters.refused;
  shared_.say(ServerEvent::kRefused, fmt::format("ldap: {}: refused, {}", peer, verdict.reason));
  return false;
}

void LdapServer::Impl::give_way(ConnectionNumber number, std::string reason) {
  const auto home = homes_.find(number);
  if (home == homes_.end()) return;
  ++shared_.counters.refused;
  // It goes on its own thread, soon; here it is gone at once, so that the next who comes is not told the same.
  asio::post(home->second->io, [thread = home->second, number, reason = std::move(reason)] {
    const auto found = thread->links.find(number);
    if (found == thread->links.end()) return;
    const auto link = found->second;
    link->finish(ldap::SessionEnd::kFinished, {.code = ldap::ResultCode::kBusy, .matched_dn = {}, .message = reason, .referrals = {}});
    link->end();
  });
  admission_.leave(number);
  homes_.erase(home);
}

void LdapServer::Impl::take(Listener& listener, LdapThread& thread, tcp::socket socket) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // it has gone already
  const auto local = socket.local_endpoint(error);
  ++shared_.counters.accepted;
  ldap::Connection connection;
  connection.peer_address = address_and_port(remote);
  const std::string key = admission_key(remote.address().to_string());
  if (!make_room(connection.peer_address, key)) return;
  connection.number = next_number_++;
  connection.local_address = local.address().to_string();
  connection.local_port = local.port();
  connection.is_global_catalog = listener.is_catalog;
  admission_.enter(connection.number, key);
  homes_.emplace(connection.number, &thread);
  ++shared_.counters.open;
  asio::post(thread.io, [this, &thread, is_tls = listener.is_tls, connection = std::move(connection), socket = std::move(socket)]() mutable {
    const auto link = std::make_shared<LdapLink>(thread, shared_, std::move(connection), std::move(socket));
    thread.links.emplace(link->number(), link);
    if (thread.closing) return link->end();
    link->start(is_tls ? shared_.tls() : nullptr);
  });
}

// What there is

Result<> LdapServer::Impl::reload_tls(const TlsFiles& files) {
  auto context = load_tls(files);
  if (!context) return std::unexpected(std::move(context.error()));
  shared_.set_tls(std::move(*context));
  return {};
}

std::uint16_t LdapServer::Impl::first_port(bool is_tls, bool is_catalog) const noexcept {
  for (const auto& listener : listeners_)
    if (listener.is_tls == is_tls && listener.is_catalog == is_catalog) return listener.local.port();
  return 0;
}

std::vector<std::string> LdapServer::Impl::urls() const {
  std::vector<std::string> urls;
  for (const auto& listener : listeners_) urls.push_back(fmt::format("{}://{}", listener.is_tls ? "ldaps" : "ldap", address_and_port(listener.local)));
  return urls;
}

LdapServerFigures LdapServer::Impl::figures() const {
  const auto& own = shared_.counters;
  const auto& of_sessions = shared_.session_counters;
  LdapServerFigures all;
  all.accepted = own.accepted, all.accept_errors = own.accept_errors, all.refused = own.refused, all.violations = own.violations;
  all.dropped_slow = own.dropped_slow, all.dropped_idle = own.dropped_idle, all.dropped_memory = own.dropped_memory, all.expired = own.expired;
  all.failed_tls = own.failed_tls, all.datagrams = own.datagrams, all.octets_in = own.octets_in, all.octets_out = own.octets_out;
  all.binds = of_sessions.binds, all.binds_failed = of_sessions.binds_failed, all.searches = of_sessions.searches, all.modifies = of_sessions.modifies;
  all.adds = of_sessions.adds, all.deletes = of_sessions.deletes, all.modify_dns = of_sessions.modify_dns, all.compares = of_sessions.compares;
  all.extended = of_sessions.extended, all.abandons = of_sessions.abandons, all.faults = of_sessions.faults;
  all.open = own.open, all.held_octets = own.held_octets;
  return all;
}

// The handle

LdapServer::LdapServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LdapServer::~LdapServer() = default;

Result<std::unique_ptr<LdapServer>> LdapServer::listen(LdapServerOptions options, std::shared_ptr<ldap::Handler> handler) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  if (auto listening = impl->listen(); !listening) return std::unexpected(std::move(listening.error()));
  impl->begin();
  return std::make_unique<LdapServer>(std::move(impl));
}

Result<> LdapServer::reload_tls(const TlsFiles& files) { return impl_->reload_tls(files); }
std::uint16_t LdapServer::port() const noexcept { return impl_->first_port(false, false); }
std::uint16_t LdapServer::tls_port() const noexcept { return impl_->first_port(true, false); }
std::uint16_t LdapServer::catalog_port() const noexcept { return impl_->first_port(false, true); }
std::uint16_t LdapServer::catalog_tls_port() const noexcept { return impl_->first_port(true, true); }
std::vector<std::string> LdapServer::urls() const { return impl_->urls(); }
LdapServerFigures LdapServer::figures() const { return impl_->figures(); }

}  // namespace tributary::net
