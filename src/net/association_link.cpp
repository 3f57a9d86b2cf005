// SPDX-License-Identifier: Apache-2.0
// The pump between a socket and a rpc::ClientAssociation; follows the contract at the top of rpc/client_association.hpp.
#include "net/association_link.hpp"

#include <array>
#include <boost/asio/write.hpp>
#include <variant>

#include "base/win32.hpp"

namespace tributary::net {
namespace {
constexpr std::size_t kReadOctets = 64 * 1024;  // about eleven fragments of the usual size for one system call
/// A peer that does not read gets this long to take what was said before the end.
constexpr auto kLinger = std::chrono::seconds(2);
}

Error socket_error(const boost::system::error_code& error, const std::string& peer) {
  return Error{win32::kRpcSServerUnavailable, Phase::kNone, peer + ": " + error.message()};
}

AssociationLink::AssociationLink(Runtime& runtime, asio::ip::tcp::socket socket, rpc::ClientAssociation association)
    : runtime_(runtime), socket_(std::move(socket)), wake_(runtime.impl().io), association_(std::move(association)) {}

void AssociationLink::start(BoundHandler on_bound) {
  on_bound_ = std::move(on_bound);
  runtime_.impl().adopt(weak_from_this());
  asio::co_spawn(runtime_.impl().io, [self = shared_from_this()] { return self->read_loop(); }, asio::detached);
  association_.start(monotonic_now());
  carry_out();
}

Result<rpc::CallId> AssociationLink::call(std::uint16_t opnum, Bytes stub, std::optional<MonoTime> deadline, CallHandler handler) {
  rpc::CallOptions options;
  options.deadline = deadline;
  auto id = association_.begin_call(0, opnum, std::move(stub), options, monotonic_now());
  if (!id) {
    handler(std::unexpected(id.error()));
    return id;
  }
  handlers_.emplace(static_cast<std::uint32_t>(*id), std::move(handler));
  carry_out();
  return id;
}

void AssociationLink::cancel(rpc::CallId id) {
  association_.cancel(id, monotonic_now());
  carry_out();
}

void AssociationLink::close() {
  association_.close();
  carry_out();
}

void AssociationLink::abort(Error error) {
  association_.on_transport_closed(std::move(error));
  carry_out();
}

void AssociationLink::abandon() noexcept {
  // A handler may hold the connection, and with it this link.
  const auto handlers = std::exchange(handlers_, {});
  const auto on_bound = std::exchange(on_bound_, nullptr);
  end();
}

asio::awaitable<void> AssociationLink::read_loop() {
  const auto self = shared_from_this();
  std::vector<std::uint8_t> buffer(kReadOctets);
  while (!ended_) {
    boost::system::error_code error;
    const std::size_t n = co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (ended_) break;
    if (error) {
      association_.on_transport_closed(error == asio::error::eof ? Error{win32::kRpcSCallFailed, Phase::kNone, "the server closed the connection"}
                                                                 : Error{win32::kRpcSCallFailed, Phase::kNone, error.message()});
    } else {
      association_.on_bytes(ByteView(buffer).first(n), monotonic_now());
    }
    carry_out();
    if (error) break;
  }
}

void AssociationLink::write_next() {
  if (writing_ || ended_) return;
  if (outbox_.empty()) {
    if (closing_) end();
    return;
  }
  writing_ = true;
  asio::async_write(socket_, asio::buffer(outbox_.front()), [self = shared_from_this()](boost::system::error_code error, std::size_t) {
    self->writing_ = false;
    self->outbox_.pop_front();
    if (self->ended_) return;
    if (error) {
      self->outbox_.clear();
      self->association_.on_transport_closed(Error{win32::kRpcSCallFailed, Phase::kNone, error.message()});
    }
    self->carry_out();
  });
}

void AssociationLink::carry_out() {
  if (carrying_out_) return;  // a handler called back into us: the loop below sees what it caused
  carrying_out_ = true;
  const auto self = shared_from_this();
  for (auto actions = association_.poll_actions(); !actions.empty(); actions = association_.poll_actions())
    for (auto& action : actions) std::visit([&](auto& each) { perform(each); }, action);
  carrying_out_ = false;
  if (on_over_ && !association_.accepts_calls()) std::exchange(on_over_, nullptr)();
  write_next();
}

void AssociationLink::perform(rpc::SendBytes& action) { outbox_.push_back(std::move(action.octets)); }

void AssociationLink::perform(rpc::NeedSecurityStep& action) {
  runtime_.post_blocking([&runtime = runtime_, weak = weak_from_this(), step = std::move(action)]() mutable {
    auto result = step.context->step(step.peer_token);
    runtime.post([weak = std::move(weak), result = std::move(result)]() mutable {
      const auto self = weak.lock();
      if (!self || self->ended_) return;
      self->association_.on_security_step(std::move(result), monotonic_now());
      self->carry_out();
    });
  });
}

void AssociationLink::perform(rpc::Bound& action) {
  if (on_bound_) std::exchange(on_bound_, nullptr)(std::move(action));
}

void AssociationLink::perform(rpc::CallFragment&) {}  // only for streaming calls, and call() begins none

void AssociationLink::perform(rpc::CallCompleted& action) {
  const auto found = handlers_.find(static_cast<std::uint32_t>(action.id));
  if (found == handlers_.end()) return;
  auto handler = std::move(found->second);
  handlers_.erase(found);
  if (action.stub)
    handler(CallReply{*std::move(action.stub), action.byte_order});
  else
    handler(std::unexpected(in_phase(std::move(action.stub.error()), Phase::kCall)));
}

void AssociationLink::perform(rpc::WakeAt& action) {
  wake_.expires_at(std::chrono::steady_clock::time_point(action.time));
  wake_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->ended_) return;
    self->association_.on_tick(monotonic_now());
    self->carry_out();
  });
}

void AssociationLink::perform(rpc::Close& action) {
  if (on_bound_) std::exchange(on_bound_, nullptr)(std::unexpected(action.error));
  closing_ = true;
  wake_.expires_after(kLinger);
  wake_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self && !self->ended_) self->end();
  });
}

void AssociationLink::end() {
  ended_ = true;
  wake_.cancel();
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

}  // namespace tributary::net
