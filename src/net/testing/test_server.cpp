// SPDX-License-Identifier: Apache-2.0
// See test_server.hpp. One thread runs everything; security steps run on it too, which only a test may do.
#include "net/testing/test_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include "base/win32.hpp"
#include "net/rpc_server_mapper.hpp"
#include "net/runtime_impl.hpp"
#include "rpc/epm.hpp"

namespace tributary::net::testing {
namespace {

using asio::ip::tcp;

constexpr std::size_t kReadOctets = 64 * 1024;
constexpr std::size_t kOctetsBeforeReset = 20'000;
/// A common header with a version that does not exist, and then anything.
const Bytes kGarbageOctets(64, 0xEE);

}  // namespace

class TestServer::Impl : public std::enable_shared_from_this<TestServer::Impl> {
 public:
  class Session;

  explicit Impl(TestServerOptions given)
      : options(std::move(given)), listener(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), mapper(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  void start() {
    accept(listener, false);
    accept(mapper, true);
    thread = std::thread([this] { io.run(); });
  }
  void stop();
  void accept(tcp::acceptor& acceptor, bool is_mapper);
  rpc::ServerOptions server_options(bool is_mapper);

  /// Runs `task` on the server's thread and waits for it.
  void run(std::function<void()> task) {
    std::promise<void> done;
    asio::post(io, [&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  TestServerOptions options;
  asio::io_context io{1};
  tcp::acceptor listener;
  tcp::acceptor mapper;
  rpc::AssociationGroups groups;
  std::set<std::shared_ptr<Session>> sessions;
  std::deque<std::pair<std::shared_ptr<Session>, rpc::CallReceived>> held;
  std::atomic<std::size_t> accepted = 0, open = 0, calls = 0, cancelled = 0;
  std::uint16_t port = listener.local_endpoint().port();
  std::uint16_t mapper_port = mapper.local_endpoint().port();
  std::thread thread;
};

/// One connection.
class TestServer::Impl::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Impl& server, tcp::socket socket, bool is_mapper)
      : server_(server), socket_(std::move(socket)), association_(server.server_options(is_mapper), server.groups), is_mapper_(is_mapper) {}

  void start() {
    const Manner how = manner();
    if (how == Manner::kReset) return close(true);
    if (how == Manner::kDeaf) return;
    association_.start(monotonic_now());
    read();
  }

  void close(bool reset) {
    if (closed_) return;
    closed_ = true;
    boost::system::error_code ignored;
    if (reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
    if (!is_mapper_) --server_.open;
    server_.sessions.erase(shared_from_this());
  }

  void complete(rpc::CallId id, Bytes stub) {
    association_.complete_call(id, std::move(stub));
    carry_out();
  }

 private:
  [[nodiscard]] Manner manner() const { return is_mapper_ ? server_.options.mapper_manner : server_.options.manner; }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](boost::system::error_code error, std::size_t n) {
      if (self->closed_) return;
      if (error) {
        self->association_.on_transport_closed(Error{win32::kRpcSCallFailed, Phase::kNone, error.message()});
        self->carry_out();
        return self->close(false);
      }
      self->received(ByteView(self->buffer_).first(n));
      const bool deaf = self->manner() == Manner::kDeafAfterBind && self->association_.secured();
      if (!self->closed_ && !deaf) self->read();
    });
  }

  void received(ByteView octets) {
    ++portions_;
    switch (manner()) {
      case Manner::kSilent: return;
      case Manner::kGarbage: return send(kGarbageOctets);
      case Manner::kSilentAfterBind:
        if (portions_ > 1) return;
        break;
      case Manner::kResetAfterBind:
        if (portions_ > 1) return close(true);
        break;
      case Manner::kGarbageAfterBind:
        if (association_.secured()) return send(kGarbageOctets);
        break;
      default: break;
    }
    association_.on_bytes(octets, monotonic_now());
    carry_out();
  }

  void carry_out() {
    if (carrying_out_) return;
    carrying_out_ = true;
    while (outbox_.size() < 4) {  // the rest when these are written: large answers are sealed by and by
      auto actions = association_.poll_actions();
      if (actions.empty()) break;
      for (auto& action : actions) std::visit([&](auto& each) { perform(each); }, action);
    }
    carrying_out_ = false;
  }

  void perform(rpc::SendBytes& action) { send(std::move(action.octets)); }
  void perform(rpc::NeedSecurityStep& action) {
    association_.on_security_step(action.context->step(action.peer_token), monotonic_now());
  }
  void perform(rpc::CallReceived& call) {
    if (is_mapper_) return answer_mapper(call);
    ++server_.calls;
    auto answer = server_.options.answer ? server_.options.answer(call) : Answer{.stub = Bytes{}, .fault = 0, .hold = false};
    if (answer.hold)
      server_.held.emplace_back(shared_from_this(), std::move(call));
    else if (answer.stub)
      association_.complete_call(call.id, std::move(*answer.stub));
    else
      association_.fail_call(call.id, answer.fault);
  }
  void perform(rpc::CallCancelled&) { ++server_.cancelled; }
  void perform(rpc::WakeAt&) {}
  void perform(rpc::Close&) {
    closing_ = true;
    if (!writing_) close(false);
  }

  void answer_mapper(const rpc::CallReceived& call) {
    std::vector<rpc::TcpEndpoint> endpoints;
    if (server_.options.registered)
      endpoints.push_back({.interface = server_.options.interface, .transfer_syntax = rpc::kNdr20, .port = server_.port, .address = {127, 0, 0, 1}});
    auto answer = answer_endpoint_mapper(call, endpoints);
    if (answer)
      association_.complete_call(call.id, std::move(*answer));
    else
      association_.fail_call(call.id, answer.error());
  }

  void send(Bytes octets) {
    sent_ += association_.secured() ? octets.size() : 0;
    if (manner() == Manner::kResetDuringAnswer && sent_ > kOctetsBeforeReset) {
      octets.resize(octets.size() / 2);
      reset_when_written_ = true;
    }
    outbox_.push_back(std::move(octets));
    write();
  }

  void write() {
    if (writing_ || outbox_.empty() || closed_) return;
    writing_ = true;
    asio::async_write(socket_, asio::buffer(outbox_.front()), [self = shared_from_this()](boost::system::error_code error, std::size_t) {
      self->writing_ = false;
      self->outbox_.pop_front();
      if (self->closed_) return;
      if (error || (self->closing_ && self->outbox_.empty())) return self->close(false);
      if (self->reset_when_written_) return self->close(true);
      self->carry_out();
      self->write();
    });
  }

  Impl& server_;
  tcp::socket socket_;
  rpc::ServerAssociation association_;
  const bool is_mapper_;
  Bytes buffer_ = Bytes(kReadOctets);
  std::deque<Bytes> outbox_;
  std::size_t sent_ = 0;
  int portions_ = 0;
  bool writing_ = false, carrying_out_ = false, closing_ = false, closed_ = false, reset_when_written_ = false;
};

rpc::ServerOptions TestServer::Impl::server_options(bool is_mapper) {
  rpc::ServerOptions made;
  made.peer = "127.0.0.1";
  if (is_mapper) {
    made.interfaces = {{.id = rpc::kEndpointMapper, .opnum_count = rpc::kEptOpnumCount, .require_privacy = false}};
    return made;
  }
  made.interfaces = {{.id = options.interface, .opnum_count = options.opnum_count, .require_privacy = true}};
  made.make_acceptor = [this](security::AuthType type) -> std::shared_ptr<security::SecurityContext> {
    security::ContextOptions context;
    context.auth_type = type;
    auto acceptor = security::make_acceptor(options.keys, context);
    return acceptor ? std::shared_ptr<security::SecurityContext>(std::move(*acceptor)) : nullptr;
  };
  return made;
}

void TestServer::Impl::accept(tcp::acceptor& acceptor, bool is_mapper) {
  acceptor.async_accept([this, &acceptor, is_mapper](boost::system::error_code error, tcp::socket socket) {
    if (error) return;
    if (!is_mapper) {
      ++accepted;
      ++open;
    }
    auto session = std::make_shared<Session>(*this, std::move(socket), is_mapper);
    sessions.insert(session);
    session->start();
    accept(acceptor, is_mapper);
  });
}

void TestServer::Impl::stop() {
  run([this] {
    held.clear();
    listener.close();
    mapper.close();
    for (const auto& session : std::set(sessions)) session->close(true);
  });
  thread.join();  // it ends when nothing is left to wait for
}

TestServer::TestServer(TestServerOptions options) : impl_(std::make_shared<Impl>(std::move(options))) { impl_->start(); }
TestServer::~TestServer() { impl_->stop(); }
std::uint16_t TestServer::port() const noexcept { return impl_->port; }
std::uint16_t TestServer::mapper_port() const noexcept { return impl_->mapper_port; }
std::size_t TestServer::connections() const noexcept { return impl_->accepted; }
std::size_t TestServer::open_connections() const noexcept { return impl_->open; }
std::size_t TestServer::calls() const noexcept { return impl_->calls; }
std::size_t TestServer::cancelled() const noexcept { return impl_->cancelled; }

void TestServer::release(std::function<Bytes(const rpc::CallReceived&)> stub) {
  impl_->run([&] {
    while (!impl_->held.empty()) {
      auto [session, call] = std::move(impl_->held.back());
      impl_->held.pop_back();
      session->complete(call.id, stub(call));
    }
  });
}

void TestServer::close_connections(bool reset) {
  impl_->run([&] {
    for (const auto& session : std::set(impl_->sessions)) session->close(reset);
  });
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = monotonic_now() + limit;
  while (!condition()) {
    if (monotonic_now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace tributary::net::testing
