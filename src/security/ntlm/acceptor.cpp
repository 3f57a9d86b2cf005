// SPDX-License-Identifier: Apache-2.0
// The server's end of NTLMv2 ([MS-NLMP] 3.2.5.1): a challenge that was never used before, and what has to hold of the answer. Whoever is
// refused learns nothing of why: a wrong password, an unknown account and a disabled one have the same code, and before the password is
// right they cost the same work.
#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/ntlm/plain_context.hpp"

namespace tributary::security::ntlm {
namespace {

class Acceptor final : public PlainContext {
 public:
  explicit Acceptor(std::shared_ptr<const AcceptorOptions> options)
      : PlainContext(MessageProtection::End::kServer, *options->clock), options_(std::move(options)) {}

 private:
  Result<Bytes> leg(int number, ByteView peer_token) override {
    if (number == 1) return challenge(peer_token);
    auto done = authenticate(peer_token);
    if (!done) return std::unexpected(std::move(done.error()));
    return Bytes{};
  }

  Result<Bytes> challenge(ByteView token);
  [[nodiscard]] Bytes target_info() const;
  Result<> authenticate(ByteView token);
  [[nodiscard]] Result<Key> prove(const AuthenticateMessage& message, const NtResponse& response, std::string& principal) const;
  [[nodiscard]] Result<> check_mic(ByteView token, const Key& exported_session_key) const;

  const std::shared_ptr<const AcceptorOptions> options_;
  ChallengeOctets challenge_{};
  Bytes negotiate_message_, challenge_message_;  ///< as they went over the wire: the MIC covers them
};

std::unexpected<Error> logon_failure(std::string why) { return fail(win32::kErrorLogonFailure, std::move(why), Phase::kAuthenticate); }

Result<> demand(std::uint32_t flags) {
  if (const auto missing = missing_flags(flags); !missing.empty()) return denied("NTLM: the client does without" + missing);
  return {};
}

Result<Bytes> Acceptor::challenge(ByteView token) {
  const auto offer = decode_negotiate(token);
  if (!offer) return std::unexpected(offer.error());
  if (auto good = demand(offer->flags); !good) return std::unexpected(std::move(good.error()));
  options_->random->fill(challenge_);
  const Bytes info = target_info();
  ChallengeMessage message;
  message.flags = flag::kDemanded | flag::kRequestTarget | flag::kTargetTypeDomain | flag::kTargetInfo | flag::kVersion | flag::kAlwaysSign |
                  (offer->flags & flag::k56);
  message.target_name = to_utf16_lossy(options_->netbios_domain);
  message.challenge = challenge_;
  message.target_info = info;
  negotiate_message_ = to_bytes(token);
  challenge_message_ = encode_challenge(message);
  return challenge_message_;
}

/// The time is in it so that the client, seeing it, protects its answer with a MIC (3.1.5.1.2).
Bytes Acceptor::target_info() const {
  const std::pair<AvId, const std::string*> names[] = {{AvId::kNbDomainName, &options_->netbios_domain},
                                                       {AvId::kNbComputerName, &options_->netbios_computer},
                                                       {AvId::kDnsDomainName, &options_->dns_domain},
                                                       {AvId::kDnsComputerName, &options_->dns_computer},
                                                       {AvId::kDnsTreeName, &options_->dns_forest}};
  std::array<Bytes, std::size(names)> values;
  std::vector<AvPair> pairs;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    for (const char16_t unit : to_utf16_lossy(*names[i].second)) {
      values[i].push_back(static_cast<std::uint8_t>(unit));
      values[i].push_back(static_cast<std::uint8_t>(unit >> 8));
    }
    if (!values[i].empty()) pairs.push_back({names[i].first, values[i]});
  }
  std::array<std::uint8_t, 8> now{};
  store_le<std::uint64_t>(now.data(), static_cast<std::uint64_t>(options_->clock->wall().ticks));
  pairs.push_back({AvId::kTimestamp, now});
  return encode_av_pairs(pairs);
}

/// SessionBaseKey, which is KeyExchangeKey for NTLMv2, when the proof is right.
Result<Key> Acceptor::prove(const AuthenticateMessage& message, const NtResponse& response, std::string& principal) const {
  const ClaimedIdentity claimed{to_utf8_lossy(message.user), to_utf8_lossy(message.domain)};
  const std::string shown = to_printable(claimed.domain.empty() ? claimed.user : claimed.domain + "\\" + claimed.user, 120);
  const auto known = options_->find_account(claimed);
  Key nobody;
  if (!known) options_->random->fill(nobody.span());  // a hash that nobody has: an unknown name costs the same work
  const Key key = response_key(known ? known->nt_hash : nobody, message.user, message.domain);
  const Key proof = hmac_md5(key, {challenge_, response.client_challenge});
  const bool is_right = same_octets(proof.view(), response.proof);
  if (!known) return logon_failure(fmt::format("NTLM: {}: {}", shown, known.error().detail));
  if (!is_right) return logon_failure(fmt::format("NTLM: {}: the password is wrong", shown));
  if (const auto may = known->may_log_on(); !may) return logon_failure(fmt::format("NTLM: {}: {} ({})", shown, may.error().detail, win32_name(may.error().code)));
  principal = known->principal;
  return hmac_md5(key, {proof.view()});
}

Result<> Acceptor::authenticate(ByteView token) {
  const auto message = decode_authenticate(token);
  if (!message) return std::unexpected(message.error());
  if (auto good = demand(message->flags); !good) return good;
  if ((message->flags & flag::kAnonymous) != 0 || message->user.empty() || message->nt_response.empty())
    return logon_failure("NTLM: the client wants to be anonymous");
  const auto response = decode_nt_response(message->nt_response);
  if (!response) return std::unexpected(response.error());
  if (message->encrypted_session_key.size() != Key::kSize) return denied("NTLM: the session key has not 16 octets");
  std::string principal;
  const auto exchange_key = prove(*message, *response, principal);
  if (!exchange_key) return std::unexpected(exchange_key.error());
  Key exported(message->encrypted_session_key.first<Key::kSize>());
  Rc4(*exchange_key).apply(exported.span());
  if (response->has_mic()) {
    if (auto whole = check_mic(token, exported); !whole) return whole;
  }
  establish(exported, std::move(principal));
  return {};
}

/// The MIC is over all three messages, with itself taken for zero.
Result<> Acceptor::check_mic(ByteView token, const Key& exported_session_key) const {
  static constexpr std::array<std::uint8_t, kMicSize> kZero{};
  if (token.size() < kMicOffset + kMicSize) return denied("NTLM: the client says that there is a MIC, and there is none");
  const Key mic = hmac_md5(exported_session_key,
                           {negotiate_message_, challenge_message_, token.first(kMicOffset), kZero, token.subspan(kMicOffset + kMicSize)});
  if (same_octets(mic.view(), token.subspan(kMicOffset, kMicSize))) return {};
  return denied("NTLM: the messages were changed on the way");
}

}  // namespace

std::unique_ptr<PlainContext> make_plain_acceptor(std::shared_ptr<const AcceptorOptions> options) {
  return std::make_unique<Acceptor>(std::move(options));
}

}  // namespace tributary::security::ntlm
