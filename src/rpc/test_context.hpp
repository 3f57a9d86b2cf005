// SPDX-License-Identifier: Apache-2.0
// For tests and fuzzers of this room only: a SecurityContext that really encrypts, authenticates and counts messages, with a
// toy cipher that needs no library and no realm. GSSAPI itself is tested in src/security and src/net.
#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "base/bytes.hpp"
#include "base/win32.hpp"
#include "security/security_context.hpp"

namespace tributary::rpc::test {

/// The shape of a handshake: the initiator sends tokens i1, i2, ... and is complete when it has produced the last one;
/// the acceptor answers a1, a2, ... as long as it has any, and is complete when it has seen the initiator's last.
struct Script {
  int initiator_tokens = 3;  ///< SPNEGO with Kerberos in DCE style: three each
  int acceptor_tokens = 3;
  security::AuthType type = security::AuthType::kSpnego;
  std::size_t token_size = 76;  ///< of AES-256
};
inline constexpr Script kSpnegoScript{};
inline constexpr Script kKerberosScript{2, 1, security::AuthType::kKerberos, 76};
inline constexpr Script kNtlmScript{2, 1, security::AuthType::kNtlm, 16};

class TestContext final : public security::SecurityContext {
 public:
  TestContext(bool initiator, Script script) : initiator_(initiator), script_(script) {}

  Result<Step> step(ByteView peer_token) override {
    if (complete_) return fail(win32::kRpcSSecPkgError, "stepped after the end", Phase::kAuthenticate);
    const std::string got(peer_token.begin(), peer_token.end());
    const std::string expected = initiator_ ? (steps_ == 0 ? "" : "a" + std::to_string(steps_)) : "i" + std::to_string(steps_ + 1);
    if (got != expected) return fail(win32::kErrorLogonFailure, "token '" + got + "' instead of '" + expected + "'", Phase::kAuthenticate);
    ++steps_;
    complete_ = steps_ == script_.initiator_tokens;
    const bool speaks = initiator_ || steps_ <= script_.acceptor_tokens;
    const std::string token = speaks ? (initiator_ ? "i" : "a") + std::to_string(steps_) : "";
    return Step{.token = to_bytes(as_bytes(token)), .complete = complete_};
  }
  [[nodiscard]] bool complete() const noexcept override { return complete_; }
  [[nodiscard]] security::AuthType auth_type() const noexcept override { return script_.type; }
  Result<std::size_t> token_size(security::AuthLevel, std::size_t) override { return script_.token_size; }

  Result<> protect(security::AuthLevel, ByteView header, std::span<std::uint8_t> data, ByteView trailer,
                   std::span<std::uint8_t> token) override {
    const std::uint64_t mac = digest(initiator_, sent_, header, data, trailer);
    crypt(initiator_, sent_, data);
    std::ranges::fill(token, std::uint8_t{0xA5});
    store_le(token.data(), mac);
    ++sent_;
    return {};
  }
  Result<> unprotect(security::AuthLevel, ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView token) override {
    crypt(!initiator_, received_, data);
    if (token.size() != script_.token_size || load_le<std::uint64_t>(token.data()) != digest(!initiator_, received_, header, data, trailer))
      return fail(win32::kErrorAccessDenied, "the signature is wrong", Phase::kCall);
    ++received_;
    return {};
  }
  Result<Bytes> session_key() override { return Bytes(16, 0x11); }
  Result<std::string> peer_name() override { return std::string(initiator_ ? "server" : "client"); }
  std::optional<std::int64_t> seconds_left() override { return std::nullopt; }

  /// Skips the handshake.
  void force_complete() noexcept { complete_ = true; }

 private:
  static std::uint64_t seed(bool from_initiator, std::uint64_t number) noexcept { return (number * 2 + (from_initiator ? 1 : 0) + 1) * 0x9E3779B97F4A7C15u; }
  static void crypt(bool from_initiator, std::uint64_t number, std::span<std::uint8_t> data) noexcept {
    std::uint64_t state = seed(from_initiator, number);
    for (auto& octet : data) {
      octet ^= static_cast<std::uint8_t>(state >> 56);
      state = state * 6364136223846793005u + 1442695040888963407u;
    }
  }
  static std::uint64_t digest(bool from_initiator, std::uint64_t number, ByteView header, ByteView data, ByteView trailer) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325u ^ seed(from_initiator, number);
    for (const ByteView part : {header, data, trailer}) {
      for (const std::uint8_t octet : part) hash = (hash ^ octet) * 0x100000001B3u;
      hash = (hash ^ part.size()) * 0x100000001B3u;
    }
    return hash;
  }

  bool initiator_;
  Script script_;
  int steps_ = 0;
  bool complete_ = false;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace tributary::rpc::test
