// SPDX-License-Identifier: Apache-2.0
// See server_test.hpp.
#include "net/testing/server_test.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::net::testing {

RawSocket::RawSocket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}

RawSocket RawSocket::unconnected() { return {}; }

bool RawSocket::connect(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return fd_ >= 0 && ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

RawSocket::RawSocket(std::uint16_t port, const std::string& from, int receive_buffer) : RawSocket() {
  if (receive_buffer > 0) (void)::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  bool fine = fd_ >= 0;
  if (!from.empty()) {
    fine = fine && ::inet_pton(AF_INET, from.c_str(), &address.sin_addr) == 1 && ::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  if (!fine || !connect(port)) close();
}

RawSocket::~RawSocket() { close(); }

void RawSocket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawSocket::shut_down_sending() { (void)::shutdown(fd_, SHUT_WR); }

bool RawSocket::send(ByteView octets) {
  if (fd_ < 0) return false;
  while (!octets.empty()) {
    pollfd wait{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (::poll(&wait, 1, 10'000) != 1) return false;
    const ssize_t n = ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) continue;
    if (n <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool RawSocket::readable(std::chrono::milliseconds limit) const {
  pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
  return fd_ >= 0 && ::poll(&wait, 1, static_cast<int>(limit.count())) == 1;
}

Bytes RawSocket::receive(std::chrono::milliseconds limit) {
  if (!ahead_.empty()) return std::exchange(ahead_, {});
  Bytes octets(65536);
  if (!readable(limit)) return {};
  const ssize_t n = ::recv(fd_, octets.data(), octets.size(), 0);
  octets.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return octets;
}

Bytes RawSocket::receive_pdu(std::chrono::milliseconds limit) {
  Bytes octets = std::exchange(ahead_, {});
  const auto complete = [&] { return octets.size() >= rpc::kCommonHeaderSize && octets.size() >= load_le<std::uint16_t>(octets.data() + 8); };
  while (!complete()) {
    const Bytes more = receive(limit);
    if (more.empty()) return {};
    octets.insert(octets.end(), more.begin(), more.end());
  }
  const auto end = octets.begin() + load_le<std::uint16_t>(octets.data() + 8);
  ahead_.assign(end, octets.end());
  octets.erase(end, octets.end());
  return octets;
}

bool RawSocket::closed_within(std::chrono::milliseconds limit) {
  const auto end = monotonic_now() + limit;
  Bytes dropped(65536);
  for (auto now = monotonic_now(); now < end; now = monotonic_now()) {
    if (!readable(std::chrono::duration_cast<std::chrono::milliseconds>(end - now) + std::chrono::milliseconds(1))) continue;
    if (::recv(fd_, dropped.data(), dropped.size(), 0) <= 0) return true;
  }
  return false;
}

namespace {

rpc::ClientAssociation association_for(ContextFactory make, std::uint32_t group) {
  rpc::ClientOptions options;
  options.interfaces = {kEchoInterface};
  options.assoc_group_id = group;
  return std::move(*rpc::ClientAssociation::sealed(std::move(options), *make()));
}

}  // namespace

HandClient::HandClient(std::uint16_t port, ContextFactory context, std::uint32_t group, const std::string& from, int receive_buffer)
    : socket(port, from, receive_buffer), association_(association_for(std::move(context), group)) {}

void HandClient::pump(bool send) {
  for (auto actions = association_.poll_actions(); !actions.empty(); actions = association_.poll_actions()) {
    for (auto& action : actions) {
      if (auto* const bytes = std::get_if<rpc::SendBytes>(&action)) {
        if (send)
          (void)socket.send(bytes->octets);
        else
          unsent_.insert(unsent_.end(), bytes->octets.begin(), bytes->octets.end());
      }
      if (auto* const step = std::get_if<rpc::NeedSecurityStep>(&action))
        association_.on_security_step(step->context->step(step->peer_token), monotonic_now());
      if (auto* const bound = std::get_if<rpc::Bound>(&action)) bound_ = std::move(*bound);
      if (auto* const done = std::get_if<rpc::CallCompleted>(&action)) answers_.insert_or_assign(static_cast<std::uint32_t>(done->id), std::move(done->stub));
      if (auto* const close = std::get_if<rpc::Close>(&action)) closed_ = std::move(close->error);
    }
  }
}

Result<> HandClient::bind() {
  association_.start(monotonic_now());
  pump(true);
  while (!bound_ && !closed_) {
    const Bytes octets = socket.receive();
    if (octets.empty()) return fail(win32::kErrorTimeout, "the bind was not answered", Phase::kBind);
    association_.on_bytes(octets, monotonic_now());
    pump(true);
  }
  if (!bound_) return std::unexpected(*closed_);
  return {};
}

Bytes HandClient::seal(std::uint16_t opnum, Bytes stub) {
  const auto id = association_.begin_call(0, opnum, std::move(stub), {}, monotonic_now());
  if (!id) return {};
  waiting_.push_back(static_cast<std::uint32_t>(*id));
  pump(false);
  return std::exchange(unsent_, {});
}

Result<Bytes> HandClient::answer(std::chrono::milliseconds limit) {
  const std::uint32_t id = waiting_.front();
  waiting_.pop_front();
  while (!answers_.contains(id)) {
    const Bytes octets = socket.receive(limit);
    if (octets.empty())
      association_.on_transport_closed({win32::kRpcSCallFailed, Phase::kNone, "the server closed, or said nothing in time"});
    else
      association_.on_bytes(octets, monotonic_now());
    pump(true);
  }
  return std::move(answers_.extract(id).mapped());
}

Result<Bytes> HandClient::call(std::uint16_t opnum, Bytes stub, std::chrono::milliseconds limit) {
  const Bytes request = seal(opnum, std::move(stub));
  if (request.empty()) return fail(win32::kRpcSCallFailedDne);
  (void)socket.send(request);
  return answer(limit);
}

Bytes raw_bind(std::uint32_t call_id, const rpc::SyntaxId& interface, std::optional<rpc::AuthTrailer> auth, bool alter) {
  const rpc::Bind bind{.contexts = {{.context_id = 0, .abstract_syntax = interface, .transfer_syntaxes = {rpc::kNdr20}}}};
  return rpc::encode_pdu({.header = {.type = alter ? rpc::PduType::kAlterContext : rpc::PduType::kBind, .flags = rpc::pfc::kWhole, .call_id = call_id},
                          .body = bind,
                          .auth = auth})
      .value();
}

Bytes raw_request(std::uint32_t call_id, std::uint16_t opnum, ByteView stub) {
  return rpc::encode_pdu({.header = {.type = rpc::PduType::kRequest, .flags = rpc::pfc::kWhole, .call_id = call_id},
                          .body = rpc::Request{.alloc_hint = static_cast<std::uint32_t>(stub.size()), .context_id = 0, .opnum = opnum, .object = {}, .stub = stub},
                          .auth = {}})
      .value();
}

std::optional<rpc::PduType> type_of(const Bytes& pdu) {
  if (pdu.size() < rpc::kCommonHeaderSize) return std::nullopt;
  return static_cast<rpc::PduType>(pdu[2]);
}

std::uint32_t fault_of(const Bytes& pdu) {
  const auto decoded = type_of(pdu) == rpc::PduType::kFault ? rpc::decode_pdu(pdu) : fail(win32::kErrorInvalidParameter);
  return decoded ? rpc::fault_status(std::get<rpc::Fault>(decoded->body).body, decoded->header.byte_order()).value_or(0) : 0;
}

bool Lines::has(std::initializer_list<std::string_view> words) const {
  return std::ranges::any_of(all(), [&](const std::string& line) {
    return std::ranges::all_of(words, [&](std::string_view word) { return line.find(word) != std::string::npos; });
  });
}

}  // namespace tributary::net::testing
