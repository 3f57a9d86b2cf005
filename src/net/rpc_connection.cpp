// SPDX-License-Identifier: Apache-2.0
// The way to a bound connection, phase by phase, under one deadline: DNS, endpoint map, connect, bind and authenticate.
// A failed address gives way to the next one of the same host; any later phase is final.
#include "net/rpc_connection.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>

#include "base/win32.hpp"
#include "net/address.hpp"
#include "net/association_link.hpp"
#include "net/dns.hpp"
#include "net/peer_watch.hpp"
#include "rpc/epm.hpp"

namespace tributary::net {
namespace {

using asio::ip::tcp;

/// A host that does not answer one address within this time gets its next address tried.
constexpr auto kConnectAttemptMax = std::chrono::seconds(5);
/// An association ends itself at the deadline and knows in which phase it was; this is how long it may take to say so.
constexpr auto kLastWord = std::chrono::milliseconds(250);

std::unexpected<Error> timed_out(const ConnectOptions& options, Phase phase, const std::string& what) {
  // While there is no connection Windows calls silence an unavailable server; later on it is a deadline that passed.
  const Win32 code = phase == Phase::kDns || phase == Phase::kConnect ? win32::kRpcSServerUnavailable : win32::kErrorTimeout;
  return fail(code, what + ": no answer within " + std::to_string(options.timeout.count()) + " ms", phase);
}

}  // namespace

class RpcConnection::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Runtime& runtime, ConnectOptions options, ContextFactory make_context)
      : runtime_(runtime), options_(std::move(options)), make_context_(std::move(make_context)), deadline_(monotonic_now() + options_.timeout) {}

  void open(OpenHandler handler);
  RpcConnection::Ticket call(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds timeout, CallHandler handler);
  void cancel(RpcConnection::Ticket ticket);
  void close();

  std::atomic<bool> usable = false;
  Bytes session_key;
  std::string peer;

 private:
  asio::awaitable<Result<>> establish();
  asio::awaitable<Result<std::vector<std::string>>> addresses();
  asio::awaitable<Result<tcp::socket>> connect(std::string address, std::uint16_t port);
  asio::awaitable<Result<std::uint16_t>> mapped_port(std::string address);
  asio::awaitable<Result<std::uint16_t>> ask_endpoint_mapper(std::shared_ptr<AssociationLink> link, std::string mapper);
  asio::awaitable<Result<>> bind(tcp::socket socket);
  asio::awaitable<Result<>> wait_until_bound(AssociationLink& link, Phase phase, const std::string& what);

  Runtime& runtime_;
  ConnectOptions options_;
  ContextFactory make_context_;
  MonoTime deadline_;
  std::shared_ptr<AssociationLink> link_;
  std::atomic<std::uint64_t> next_ticket_ = 1;
  std::unordered_map<std::uint64_t, rpc::CallId> tickets_;  // network thread only
};

void RpcConnection::Impl::open(OpenHandler handler) {
  asio::co_spawn(
      runtime_.impl().io,
      [self = shared_from_this(), handler = std::move(handler)]() mutable -> asio::awaitable<void> {
        auto established = co_await self->establish();
        if (established) {
          self->usable = true;
          handler(std::make_shared<RpcConnection>(self));
        } else {
          self->close();
          handler(std::unexpected(std::move(established.error())));
        }
      },
      asio::detached);
}

asio::awaitable<Result<>> RpcConnection::Impl::establish() {
  auto found = co_await addresses();
  if (!found) co_return std::unexpected(std::move(found.error()));
  Error last;
  for (const auto& address : *found) {
    std::uint16_t port = options_.port.value_or(0);
    if (!options_.port) {
      auto mapped = co_await mapped_port(address);
      if (!mapped) {
        last = std::move(mapped.error());
        if (last.phase == Phase::kConnect) continue;
        co_return std::unexpected(std::move(last));
      }
      port = *mapped;
    }
    auto socket = co_await connect(address, port);
    if (!socket) {
      last = std::move(socket.error());
      continue;
    }
    peer = address_and_port(address, port);
    co_return co_await bind(std::move(*socket));
  }
  co_return std::unexpected(std::move(last));
}

asio::awaitable<Result<std::vector<std::string>>> RpcConnection::Impl::addresses() {
  boost::system::error_code not_numeric;
  (void)asio::ip::make_address(options_.host, not_numeric);
  if (!not_numeric) co_return std::vector<std::string>{options_.host};
  Promised<Result<std::vector<std::string>>> answer(runtime_.impl());
  runtime_.post_blocking([answer, host = options_.host]() mutable { answer.set(resolve_host(host)); });
  auto result = co_await answer.wait_until(deadline_);
  if (!result) co_return timed_out(options_, Phase::kDns, options_.host);
  co_return std::move(*result);
}

asio::awaitable<Result<tcp::socket>> RpcConnection::Impl::connect(std::string address, std::uint16_t port) {
  struct Attempt {
    explicit Attempt(asio::io_context& io) : socket(io) {}
    tcp::socket socket;
    bool decided = false;
  };
  const std::string text = address_and_port(address, port);
  boost::system::error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(address, error), port);
  if (error) co_return fail(win32::kRpcSServerUnavailable, text + ": " + error.message(), Phase::kDns);

  const auto attempt = std::make_shared<Attempt>(runtime_.impl().io);
  asio::steady_timer timer(runtime_.impl().io);
  const MonoTime until = std::min<MonoTime>(deadline_, monotonic_now() + kConnectAttemptMax);
  timer.expires_at(std::chrono::steady_clock::time_point(until));
  timer.async_wait([attempt](boost::system::error_code) {
    boost::system::error_code ignored;
    if (!attempt->decided) attempt->socket.close(ignored);
  });
  co_await attempt->socket.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  attempt->decided = true;
  timer.cancel();
  if (error == asio::error::operation_aborted) co_return timed_out(options_, Phase::kConnect, text);
  if (error) co_return std::unexpected(in_phase(socket_error(error, text), Phase::kConnect));
  watch_peer(attempt->socket);
  co_return std::move(attempt->socket);
}

asio::awaitable<Result<>> RpcConnection::Impl::wait_until_bound(AssociationLink& link, Phase phase, const std::string& what) {
  Promised<Result<rpc::Bound>> bound(runtime_.impl());
  link.start([bound](Result<rpc::Bound> result) mutable { bound.set(std::move(result)); });
  auto result = co_await bound.wait_until(deadline_ + kLastWord);
  if (!result) {
    link.close();
    co_return timed_out(options_, phase, what);
  }
  if (!*result) {
    auto error = std::move(result->error());
    error = in_phase(std::move(error), phase);
    if (error.detail.find(what) == std::string::npos) error.detail = what + (error.detail.empty() ? "" : ": " + error.detail);
    co_return std::unexpected(std::move(error));
  }
  co_return Result<>{};
}

asio::awaitable<Result<std::uint16_t>> RpcConnection::Impl::mapped_port(std::string address) {
  auto socket = co_await connect(address, options_.mapper_port);
  if (!socket) co_return std::unexpected(std::move(socket.error()));
  rpc::ClientOptions bind_options;
  bind_options.interfaces = {rpc::kEndpointMapper};
  bind_options.bind_deadline = deadline_;
  auto association = rpc::ClientAssociation::for_endpoint_mapper(std::move(bind_options));
  if (!association) co_return std::unexpected(std::move(association.error()));
  auto link = std::make_shared<AssociationLink>(runtime_, std::move(*socket), std::move(*association));
  auto port = co_await ask_endpoint_mapper(link, address_and_port(address, options_.mapper_port));
  link->close();
  if (!port) {
    port.error().phase = Phase::kEndpointMap;
    co_return std::unexpected(std::move(port.error()));
  }
  co_return port;
}

asio::awaitable<Result<std::uint16_t>> RpcConnection::Impl::ask_endpoint_mapper(std::shared_ptr<AssociationLink> link, std::string mapper) {
  auto bound = co_await wait_until_bound(*link, Phase::kEndpointMap, mapper);
  if (!bound) co_return std::unexpected(std::move(bound.error()));
  Promised<Result<CallReply>> answer(runtime_.impl());
  (void)link->call(rpc::kEptMapOpnum, rpc::encode_ept_map(options_.interface), deadline_,
                   [answer](Result<CallReply> reply) mutable { answer.set(std::move(reply)); });
  auto reply = co_await answer.wait_until(deadline_);
  if (!reply) co_return timed_out(options_, Phase::kEndpointMap, mapper);
  if (!*reply) co_return std::unexpected(std::move(reply->error()));
  const auto response = rpc::decode_ept_map_response((*reply)->stub, (*reply)->byte_order);
  if (!response) co_return std::unexpected(response.error());
  co_return rpc::find_tcp_port(*response, options_.interface);
}

asio::awaitable<Result<>> RpcConnection::Impl::bind(tcp::socket socket) {
  Promised<Result<std::shared_ptr<security::SecurityContext>>> made(runtime_.impl());
  runtime_.post_blocking([made, make = std::move(make_context_)]() mutable { made.set(make()); });
  auto context = co_await made.wait_until(deadline_);
  if (!context) co_return timed_out(options_, Phase::kAuthenticate, options_.host);
  if (!*context) co_return std::unexpected(in_phase(std::move(context->error()), Phase::kAuthenticate));

  rpc::ClientOptions bind_options;
  bind_options.interfaces = {options_.interface};
  bind_options.bind_deadline = deadline_;
  auto association = rpc::ClientAssociation::sealed(std::move(bind_options), **context);
  if (!association) co_return std::unexpected(std::move(association.error()));
  link_ = std::make_shared<AssociationLink>(runtime_, std::move(socket), std::move(*association));
  auto bound = co_await wait_until_bound(*link_, Phase::kBind, peer);
  if (!bound) co_return bound;
  auto key = (**context)->session_key();
  if (!key) co_return std::unexpected(in_phase(std::move(key.error()), Phase::kAuthenticate));
  session_key = std::move(*key);
  link_->when_over([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->usable = false;
  });
  if (!link_->accepts_calls()) co_return fail(win32::kRpcSCallFailed, peer + ": the server closed the connection", Phase::kBind);
  co_return Result<>{};
}

RpcConnection::Ticket RpcConnection::Impl::call(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds timeout, CallHandler handler) {
  const std::uint64_t ticket = next_ticket_++;
  std::optional<MonoTime> deadline;
  if (timeout.count() > 0) deadline = monotonic_now() + timeout;
  runtime_.post([self = shared_from_this(), ticket, opnum, stub = std::move(stub), deadline, handler = std::move(handler)]() mutable {
    const auto completed = std::make_shared<bool>(false);
    auto id = self->link_->call(opnum, std::move(stub), deadline,
                                [weak = self->weak_from_this(), completed, ticket, handler = std::move(handler)](Result<CallReply> reply) mutable {
                                  *completed = true;
                                  if (const auto alive = weak.lock()) {
                                    alive->tickets_.erase(ticket);
                                    alive->usable = alive->link_->accepts_calls();
                                  }
                                  handler(std::move(reply));
                                });
    if (id && !*completed) self->tickets_.emplace(ticket, *id);
  });
  return RpcConnection::Ticket{ticket};
}

void RpcConnection::Impl::cancel(RpcConnection::Ticket ticket) {
  runtime_.post([self = shared_from_this(), ticket] {
    const auto found = self->tickets_.find(static_cast<std::uint64_t>(ticket));
    if (found != self->tickets_.end()) self->link_->cancel(found->second);
  });
}

void RpcConnection::Impl::close() {
  usable = false;
  runtime_.post([link = link_] {
    if (link) link->close();
  });
}

void RpcConnection::open(Runtime& runtime, ConnectOptions options, ContextFactory make_context, OpenHandler handler) {
  std::make_shared<Impl>(runtime, std::move(options), std::move(make_context))->open(std::move(handler));
}

RpcConnection::RpcConnection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
RpcConnection::~RpcConnection() { impl_->close(); }

RpcConnection::Ticket RpcConnection::call(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds timeout, CallHandler handler) {
  return impl_->call(opnum, std::move(stub), timeout, std::move(handler));
}
void RpcConnection::cancel(Ticket ticket) { impl_->cancel(ticket); }
bool RpcConnection::usable() const noexcept { return impl_->usable; }
const Bytes& RpcConnection::session_key() const noexcept { return impl_->session_key; }
const std::string& RpcConnection::peer() const noexcept { return impl_->peer; }

}  // namespace tributary::net
