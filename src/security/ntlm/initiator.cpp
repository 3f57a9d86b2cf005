// SPDX-License-Identifier: Apache-2.0
// The client's end of NTLMv2 ([MS-NLMP] 3.1.5.1). Never NTLMv1, never without a MIC: a server that does not tell the time gets ours.
#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/ntlm/plain_context.hpp"

namespace tributary::security::ntlm {
namespace {

constexpr std::uint32_t kOffered = flag::kDemanded | flag::kRequestTarget | flag::kTargetInfo | flag::kAlwaysSign | flag::kVersion;

class Initiator final : public PlainContext {
 public:
  explicit Initiator(InitiatorOptions options) : PlainContext(MessageProtection::End::kClient, *options.clock), options_(std::move(options)) {}

 private:
  Result<Bytes> leg(int number, ByteView peer_token) override {
    if (number == 2) return authenticate(peer_token);
    if (!peer_token.empty()) return denied("NTLM: the server speaks first");
    negotiate_message_ = encode_negotiate({.flags = kOffered});
    return negotiate_message_;
  }
  Result<Bytes> authenticate(ByteView token);
  [[nodiscard]] Result<Bytes> client_challenge(const ChallengeMessage& challenge);

  const InitiatorOptions options_;
  Bytes negotiate_message_;
};

/// The server's pairs with its time, or ours, and the word that there is a MIC.
Result<Bytes> Initiator::client_challenge(const ChallengeMessage& challenge) {
  auto pairs = decode_av_pairs(challenge.target_info);
  if (!pairs) return std::unexpected(std::move(pairs.error()));
  FileTime now = options_.clock->wall();
  if (const AvPair* const time = find_av_pair(*pairs, AvId::kTimestamp); time != nullptr && time->value.size() == 8)
    now = FileTime{static_cast<std::int64_t>(load_le<std::uint64_t>(time->value.data()))};
  static constexpr std::array<std::uint8_t, 4> kHasMic{kAvFlagMic, 0, 0, 0};
  std::erase_if(*pairs, [](const AvPair& pair) { return pair.id == AvId::kFlags; });
  pairs->push_back({AvId::kFlags, kHasMic});
  ChallengeOctets ours{};
  options_.random->fill(ours);
  return encode_client_challenge(now, ours, *pairs);
}

Result<Bytes> Initiator::authenticate(ByteView token) {
  const auto challenge = decode_challenge(token);
  if (!challenge) return std::unexpected(challenge.error());
  if (const auto missing = missing_flags(challenge->flags); !missing.empty()) return denied("NTLM: the server does without" + missing);
  auto user = to_utf16(options_.user), domain = to_utf16(options_.domain);
  const auto hash = nt_hash(options_.password.reveal());
  if (!user || !domain || !hash) return fail(win32::kErrorInvalidAccountName, "the account or its password is no UTF-8", Phase::kAuthenticate);
  const auto behind_proof = client_challenge(*challenge);
  if (!behind_proof) return std::unexpected(behind_proof.error());

  const Key key = response_key(*hash, *user, *domain);
  const Key proof = hmac_md5(key, {challenge->challenge, *behind_proof});
  Key exported;
  options_.random->fill(exported.span());
  Key sealed = exported;
  Rc4(hmac_md5(key, {proof.view()})).apply(sealed.span());

  static constexpr std::array<std::uint8_t, 24> kNoLmResponse{};
  Bytes nt_response = to_bytes(proof.view());
  nt_response.insert(nt_response.end(), behind_proof->begin(), behind_proof->end());
  auto message = encode_authenticate({.flags = kOffered,
                                      .user = std::move(*user),
                                      .domain = std::move(*domain),
                                      .workstation = to_utf16_lossy(options_.workstation),
                                      .lm_response = kNoLmResponse,
                                      .nt_response = nt_response,
                                      .encrypted_session_key = sealed.view()});
  if (!message) return message;
  const Key mic = hmac_md5(exported, {negotiate_message_, token, *message});
  std::copy_n(mic.view().begin(), kMicSize, message->begin() + kMicOffset);
  establish(exported, to_utf8_lossy(challenge->target_name));
  return message;
}

}  // namespace

std::unique_ptr<PlainContext> make_plain_initiator(InitiatorOptions options) { return std::make_unique<Initiator>(std::move(options)); }

}  // namespace tributary::security::ntlm
