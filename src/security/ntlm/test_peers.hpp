// SPDX-License-Identifier: Apache-2.0
// For tests of NTLM: time and chance that the test chooses, the account of [MS-NLMP] 4.2.1, and two contexts that talk to each other.
#pragma once

#include <deque>

#include "base/win32.hpp"
#include "security/ntlm/ntlm_context.hpp"

namespace tributary::security::ntlm::testing {

/// Gives the octets that were put in, in their order, and 0x55 when there are none left (the RandomSessionKey of 4.2.1).
class FixedRandom final : public Random {
 public:
  void put(ByteView octets) { queue_.insert(queue_.end(), octets.begin(), octets.end()); }
  void fill(std::span<std::uint8_t> octets) override {
    for (auto& octet : octets) {
      octet = queue_.empty() ? 0x55 : queue_.front();
      if (!queue_.empty()) queue_.pop_front();
    }
  }

 private:
  std::deque<std::uint8_t> queue_;
};

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> octets) override {
    for (auto& octet : octets) octet = static_cast<std::uint8_t>((state_ = state_ * 6364136223846793005U + 1442695040888963407U) >> 56);
  }

 private:
  std::uint64_t state_ = 1;
};

class StandingClock final : public Clock {
 public:
  MonoTime now{};
  [[nodiscard]] MonoTime monotonic() const override { return now; }
  [[nodiscard]] FileTime wall() const override { return FileTime{133'000'000'000'000'000}; }
};

/// The account, and a server that knows it.
struct World {
  FixedRandom fixed;
  CountingRandom counting;
  StandingClock clock;
  std::string user = "User", domain = "Domain", password = "Password";
  std::optional<Error> refusal;
  Random* server_random = &counting;

  [[nodiscard]] std::shared_ptr<const AcceptorOptions> server() {
    auto options = std::make_shared<AcceptorOptions>();
    options->netbios_domain = "Domain";
    options->netbios_computer = "Server";
    options->dns_domain = options->dns_forest = "domain.example";
    options->dns_computer = "server.domain.example";
    options->random = server_random;
    options->clock = &clock;
    options->find_account = [this](const ClaimedIdentity& claimed) -> Result<KnownAccount> {
      if (claimed.user != "User") return fail(win32::kErrorNoSuchUser, "there is no such account");
      return KnownAccount{.principal = "User@DOMAIN.EXAMPLE", .nt_hash = *nt_hash("Password"), .may_log_on = [this]() -> Result<> {
        if (refusal) return std::unexpected(*refusal);
        return {};
      }};
    };
    return options;
  }
  [[nodiscard]] InitiatorOptions client() {
    return {.user = user, .domain = domain, .password = Secret(password), .workstation = "COMPUTER", .random = &counting, .clock = &clock};
  }
  [[nodiscard]] std::unique_ptr<SecurityContext> acceptor(AuthType type) { return std::move(*make_acceptor(type, server())); }
  [[nodiscard]] std::unique_ptr<SecurityContext> initiator(AuthType type) { return std::move(*make_initiator(type, client())); }
};

/// Passes tokens to and fro until nothing comes out; the first error of either.
inline Result<> shake_hands(SecurityContext& client, SecurityContext& server) {
  Bytes to_server;
  if (auto first = client.step({}); first) {
    to_server = std::move(first->token);
  } else {
    return std::unexpected(first.error());
  }
  for (int turn = 0; turn < 8; ++turn) {
    const auto answer = server.step(to_server);
    if (!answer) return std::unexpected(answer.error());
    if (answer->token.empty()) return {};
    const auto next = client.step(answer->token);
    if (!next) return std::unexpected(next.error());
    if (next->token.empty()) return {};
    to_server = next->token;
  }
  return fail(win32::kErrorTimeout, "no end");
}

}  // namespace tributary::security::ntlm::testing
