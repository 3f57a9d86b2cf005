// SPDX-License-Identifier: Apache-2.0
// A client of a session without a socket: what it sends, and everything that comes of it as lines of text. Jobs run at once, unless they are
// held back; wakes arrive when the test says so.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ldap/server/session.hpp"
#include "ldap/server/testing/requests.hpp"
#include "ldap/server/testing/toy_handler.hpp"

namespace tributary::ldap::testing {

/// A security layer that anybody can look through: two octets of header, the rest turned over.
class GlassLayer final : public security::GssContext {
 public:
  Result<Bytes> wrap(ByteView message) override;
  Result<Bytes> unwrap(ByteView token) override;
  Result<std::size_t> wrap_bytes_max(std::size_t token_bytes_max) override { return token_bytes_max < 2 ? 0 : token_bytes_max - 2; }
  [[nodiscard]] Granted granted() const noexcept override { return {.signing = true, .sealing = true}; }
  Result<> set_sealing(bool) override { return {}; }
  Result<Step> step(ByteView) override { return Step{.token = {9}, .complete = true}; }
  [[nodiscard]] bool complete() const noexcept override { return true; }
  [[nodiscard]] security::AuthType auth_type() const noexcept override { return security::AuthType::kKerberos; }
  Result<std::size_t> token_size(security::AuthLevel, std::size_t) override { return std::size_t{0}; }
  Result<> protect(security::AuthLevel, ByteView, std::span<std::uint8_t>, ByteView, std::span<std::uint8_t>) override { return {}; }
  Result<> unprotect(security::AuthLevel, ByteView, std::span<std::uint8_t>, ByteView, ByteView) override { return {}; }
  Result<Bytes> session_key() override { return Bytes(16, 7); }
  Result<std::string> peer_name() override { return std::string("glass"); }
  std::optional<std::int64_t> seconds_left() override { return std::nullopt; }
};
/// A frame of that layer.
[[nodiscard]] Bytes in_glass(ByteView plain);

class SessionPeer {
 public:
  explicit SessionPeer(SessionLimits limits_ = {}, bool can_start_tls = true);

  /// What comes back, a line for each response, until nothing more happens; then "end: <reason>" if it is over.
  std::string send(ByteView octets);
  std::string send(std::initializer_list<Bytes> messages) { return send(joined(messages)); }
  std::string drive();
  std::string after(std::chrono::milliseconds time);
  void run_jobs();
  void deliver_wakes();

  ToyHandler handler;
  SessionLimits limits;
  SessionCounters counters;
  MonoTime now{std::chrono::hours(1)};
  std::int64_t wall_s = 1'000'000;
  bool holds_jobs = false;    ///< run_jobs() runs them
  bool takes_octets = true;   ///< false: a client that does not read
  bool in_glass_now = false;  ///< what comes is framed
  std::vector<SessionJob> jobs;
  std::vector<OperationKey> wakes;
  Bytes received;             ///< that were not read as responses
  std::size_t longest_frame = 0;
  std::unique_ptr<Session> session;

 private:
  std::string read();
};

}  // namespace tributary::ldap::testing
