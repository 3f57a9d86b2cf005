// SPDX-License-Identifier: Apache-2.0
// The three messages of NTLM and what is in them: NEGOTIATE, CHALLENGE and AUTHENTICATE ([MS-NLMP] 2.2.1), AV pairs (2.2.2.1), the
// NTLMv2 response (2.2.2.7, 2.2.2.8). Pure decoders of hostile input, and their opposite. What they decode are views into the message.
// Must never know a key, nor decide who may log on.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/ds_time.hpp"
#include "base/error.hpp"

namespace tributary::security::ntlm {

/// NEGOTIATE flags, 2.2.2.5.
namespace flag {
inline constexpr std::uint32_t kUnicode = 0x0000'0001;
inline constexpr std::uint32_t kRequestTarget = 0x0000'0004;
inline constexpr std::uint32_t kSign = 0x0000'0010;
inline constexpr std::uint32_t kSeal = 0x0000'0020;
inline constexpr std::uint32_t kNtlm = 0x0000'0200;
inline constexpr std::uint32_t kAnonymous = 0x0000'0800;
inline constexpr std::uint32_t kAlwaysSign = 0x0000'8000;
inline constexpr std::uint32_t kTargetTypeDomain = 0x0001'0000;
inline constexpr std::uint32_t kExtendedSessionSecurity = 0x0008'0000;
inline constexpr std::uint32_t kTargetInfo = 0x0080'0000;
inline constexpr std::uint32_t kVersion = 0x0200'0000;
inline constexpr std::uint32_t k128 = 0x2000'0000;
inline constexpr std::uint32_t kKeyExchange = 0x4000'0000;
inline constexpr std::uint32_t k56 = 0x8000'0000;
/// What both ends must want, or there is no context: nothing below it is ever agreed on.
inline constexpr std::uint32_t kDemanded = kUnicode | kSign | kSeal | kNtlm | kExtendedSessionSecurity | k128 | kKeyExchange;
}  // namespace flag
/// " sealing, 128-bit keys": what of flag::kDemanded is not in `flags`; empty when nothing is missing.
[[nodiscard]] std::string missing_flags(std::uint32_t flags);

/// AvId, 2.2.2.1.
enum class AvId : std::uint16_t {
  kEnd = 0,
  kNbComputerName = 1,
  kNbDomainName = 2,
  kDnsComputerName = 3,
  kDnsDomainName = 4,
  kDnsTreeName = 5,
  kFlags = 6,
  kTimestamp = 7,
};
/// MsvAvFlags: the AUTHENTICATE message has a MIC.
inline constexpr std::uint32_t kAvFlagMic = 0x0000'0002;
/// More pairs than this are no honest peer's: eleven kinds are known.
inline constexpr std::size_t kAvPairsMax = 64;

struct AvPair {
  AvId id{};
  ByteView value;
};
/// The pairs up to the one that ends the list, which must be there; what is behind it is not looked at. kErrorInvalidData.
[[nodiscard]] Result<std::vector<AvPair>> decode_av_pairs(ByteView octets);
/// The list, with its end.
[[nodiscard]] Bytes encode_av_pairs(std::span<const AvPair> pairs);
/// The first pair of this kind.
[[nodiscard]] const AvPair* find_av_pair(std::span<const AvPair> pairs, AvId id) noexcept;

using ChallengeOctets = std::array<std::uint8_t, 8>;

struct NegotiateMessage {
  std::uint32_t flags = 0;
};
struct ChallengeMessage {
  std::uint32_t flags = 0;
  std::u16string target_name;
  ChallengeOctets challenge{};
  ByteView target_info;  ///< AV pairs
};
struct AuthenticateMessage {
  std::uint32_t flags = 0;
  std::u16string user, domain, workstation;
  ByteView lm_response;  ///< never judged
  ByteView nt_response;
  ByteView encrypted_session_key;
};
/// Where the MIC is in an AUTHENTICATE message that has one, and its size.
inline constexpr std::size_t kMicOffset = 72, kMicSize = 16;

/// NTLMv2_RESPONSE and the NTLMv2_CLIENT_CHALLENGE in it.
struct NtResponse {
  ByteView proof;             ///< NTProofStr, 16 octets
  ByteView client_challenge;  ///< all behind it: what the proof is computed over, beside the server's challenge
  FileTime timestamp;
  std::vector<AvPair> pairs;
  /// Whether the client says that its message has a MIC.
  [[nodiscard]] bool has_mic() const noexcept;
};

/// kErrorInvalidData with the field's name: a signature or type that is another, a field that points outside or into the header or into
/// another field, a name that is no UTF-16.
[[nodiscard]] Result<NegotiateMessage> decode_negotiate(ByteView octets);
[[nodiscard]] Result<ChallengeMessage> decode_challenge(ByteView octets);
[[nodiscard]] Result<AuthenticateMessage> decode_authenticate(ByteView octets);
/// kErrorInvalidData; kErrorNotSupported for an NTLMv1 response, which has 24 octets.
[[nodiscard]] Result<NtResponse> decode_nt_response(ByteView octets);

[[nodiscard]] Bytes encode_negotiate(const NegotiateMessage& message);
[[nodiscard]] Bytes encode_challenge(const ChallengeMessage& message);
/// With room for a MIC, which is zero. kErrorInvalidParameter when a field is longer than its length can say.
[[nodiscard]] Result<Bytes> encode_authenticate(const AuthenticateMessage& message);
/// The octets behind NTProofStr.
[[nodiscard]] Bytes encode_client_challenge(FileTime timestamp, const ChallengeOctets& challenge, std::span<const AvPair> pairs);

}  // namespace tributary::security::ntlm
