// SPDX-License-Identifier: Apache-2.0
// See session_peer.hpp.
#include "ldap/server/testing/session_peer.hpp"

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::ldap::testing {

Result<Bytes> GlassLayer::wrap(ByteView message) {
  Bytes token{'G', 'L'};
  for (const std::uint8_t octet : message) token.push_back(static_cast<std::uint8_t>(~octet));
  return token;
}

Result<Bytes> GlassLayer::unwrap(ByteView token) {
  if (token.size() < 2 || token[0] != 'G' || token[1] != 'L') return fail(win32::kErrorAccessDenied, "no glass");
  Bytes plain;
  for (const std::uint8_t octet : token.subspan(2)) plain.push_back(static_cast<std::uint8_t>(~octet));
  return plain;
}

Bytes in_glass(ByteView plain) {
  GlassLayer glass;
  const auto token = glass.wrap(plain).value_or(Bytes{});
  Bytes frame(4);
  store_be(frame.data(), static_cast<std::uint32_t>(token.size()));
  return joined({frame, token});
}

SessionPeer::SessionPeer(SessionLimits limits_, bool can_start_tls) : limits(limits_) {
  handler.make_acceptor = [] { return std::make_shared<GlassLayer>(); };
  Connection connection;
  connection.number = 1;
  session = std::make_unique<Session>(
      handler, std::move(connection), limits, counters, [this](OperationKey key) { return [this, key] { wakes.push_back(key); }; }, can_start_tls, now);
}

std::string SessionPeer::send(ByteView octets) {
  session->receive(octets, now);
  return drive();
}

void SessionPeer::run_jobs() {
  for (auto& job : std::exchange(jobs, {})) {
    if (auto* bind = std::get_if<BindJob>(&job)) {
      session->on_bind_step(bind->exchange->step(session->connection(), std::get<BindRequest>(bind->message->request)), now, wall_s);
    } else {
      auto& operation = std::get<OperationJob>(job);
      Bytes out;
      const auto state = operation.operation->run(out);
      session->on_ran(operation.key, state, std::move(out), now);
    }
  }
}

void SessionPeer::deliver_wakes() {
  for (const auto key : std::exchange(wakes, {})) session->on_woken(key);
}

std::string SessionPeer::drive() {
  std::string lines;
  for (bool more = true; more;) {
    session->run(16, now);
    for (auto& job : session->take_jobs()) jobs.push_back(std::move(job));
    if (!holds_jobs) run_jobs();
    for (auto& job : session->take_jobs()) jobs.push_back(std::move(job));
    if (takes_octets) lines += read();
    more = session->can_run() || (!holds_jobs && !jobs.empty());
  }
  if (session->end() && takes_octets) lines += "end: " + session->reason() + "\n";
  return lines;
}

std::string SessionPeer::read() {
  const auto unsent = session->unsent();
  received.insert(received.end(), unsent.begin(), unsent.end());
  if (!unsent.empty()) session->sent(unsent.size(), now);
  Bytes plain;
  GlassLayer glass;
  while (in_glass_now && received.size() >= 4) {
    const std::size_t size = load_be<std::uint32_t>(received.data());
    longest_frame = std::max(longest_frame, size);
    const auto opened = glass.unwrap(ByteView(received).subspan(4, std::min(size, received.size() - 4)));
    if (!opened) return "not in glass\n";
    plain.insert(plain.end(), opened->begin(), opened->end());
    received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(4 + size));
  }
  std::string lines;
  for (const auto& response : take_responses(in_glass_now ? plain : received)) lines += response.line() + "\n";
  return lines;
}

std::string SessionPeer::after(std::chrono::milliseconds time) {
  now += time;
  session->tick(now);
  return drive();
}

}  // namespace tributary::ldap::testing
