// SPDX-License-Identifier: Apache-2.0
// What protects messages once NTLM has agreed on a session key ([MS-NLMP] 3.4): a key to sign and one to seal for each direction, RC4 handles
// that run on, sequence numbers. With extended session security, 128 bits and key exchange only. Knows no handshake and no PDU.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "security/ntlm/crypto.hpp"

namespace tributary::security::ntlm {

/// NTLMSSP_MESSAGE_SIGNATURE, 2.2.2.9.
inline constexpr std::size_t kSignatureSize = 16;
using Signature = std::array<std::uint8_t, kSignatureSize>;

/// Not thread-safe. After a failure every further call fails.
class MessageProtection {
 public:
  enum class End : std::uint8_t { kClient, kServer };
  /// `end`: which one we are.
  MessageProtection(const Key& exported_session_key, End end);

  /// Encrypts `data` and signs `header`, `data` as it was, and `trailer`.
  [[nodiscard]] Result<Signature> seal(ByteView header, std::span<std::uint8_t> data, ByteView trailer);
  /// The inverse. kErrorAccessDenied, and `data` is zero, when anything was changed, replayed or left out.
  [[nodiscard]] Result<> open(ByteView header, std::span<std::uint8_t> data, ByteView trailer, ByteView signature);

  /// The signatures over SPNEGO's list of mechanisms, before the first message: they count as messages, but the handles of RC4 begin
  /// anew behind them ([MS-SPNG] 3.3.5.1).
  [[nodiscard]] Result<Signature> sign_mech_list(ByteView mech_list);
  [[nodiscard]] Result<> check_mech_list(ByteView mech_list, ByteView signature);

 private:
  /// One direction.
  struct Direction {
    Direction(const Key& exported_session_key, bool from_client);
    /// The signature of the next message, whose octets these are.
    [[nodiscard]] Signature sign(ByteView header, ByteView data, ByteView trailer);
    Key signing, sealing;
    Rc4 handle;
    std::uint32_t sequence = 0;
  };
  [[nodiscard]] Result<> usable(const Direction& direction) const;
  [[nodiscard]] Result<> judge(ByteView signature, const Signature& expected);

  Direction out_, in_;
  bool failed_ = false;
};

}  // namespace tributary::security::ntlm
