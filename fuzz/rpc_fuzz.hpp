// SPDX-License-Identifier: Apache-2.0
// What the fuzzers of src/rpc share: taking decisions from the input, and a security context that lets everything pass, so that
// what lies behind the signature is reached by octets that nobody signed.
#pragma once

#include <algorithm>

#include "base/bytes.hpp"
#include "security/security_context.hpp"

namespace tributary::rpc::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : octets_(data, size) {}
  [[nodiscard]] bool empty() const noexcept { return octets_.empty(); }
  std::uint8_t u8() {
    if (octets_.empty()) return 0;
    const std::uint8_t value = octets_.front();
    octets_ = octets_.subspan(1);
    return value;
  }
  ByteView take(std::size_t count) {
    const ByteView taken = octets_.first(std::min(count, octets_.size()));
    octets_ = octets_.subspan(taken.size());
    return taken;
  }
  /// A piece with its length in front, 16 bits little-endian.
  ByteView piece() {
    const std::size_t low = u8();
    return take(low | std::size_t{u8()} << 8);
  }
  ByteView rest() { return take(octets_.size()); }

 private:
  ByteView octets_;
};

/// Two tokens from the initiator, one from the acceptor; every signature is right.
class OpenContext final : public security::SecurityContext {
 public:
  explicit OpenContext(bool initiator) : initiator_(initiator) {}
  Result<Step> step(ByteView) override {
    ++steps_;
    return Step{.token = initiator_ || steps_ == 1 ? Bytes{'t'} : Bytes{}, .complete = complete()};
  }
  [[nodiscard]] bool complete() const noexcept override { return steps_ >= 2; }
  [[nodiscard]] security::AuthType auth_type() const noexcept override { return security::AuthType::kSpnego; }
  Result<std::size_t> token_size(security::AuthLevel, std::size_t) override { return std::size_t{4}; }
  Result<> protect(security::AuthLevel, ByteView, std::span<std::uint8_t>, ByteView, std::span<std::uint8_t>) override { return {}; }
  Result<> unprotect(security::AuthLevel, ByteView, std::span<std::uint8_t>, ByteView, ByteView) override { return {}; }
  Result<Bytes> session_key() override { return Bytes(16); }
  Result<std::string> peer_name() override { return std::string(); }
  std::optional<std::int64_t> seconds_left() override { return std::nullopt; }

 private:
  bool initiator_;
  int steps_ = 0;
};

}  // namespace tributary::rpc::fuzz
