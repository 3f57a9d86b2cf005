// SPDX-License-Identifier: Apache-2.0
// NTLM inside SPNEGO, both ends (RFC 4178 sections 3.2 and 5, [MS-SPNG] 3.1.5 and 3.3.5.1). DEVIATION: the mechListMIC is demanded in both
// directions, also where RFC 4178 would do without: whoever speaks NTLMv2 sends it, and nobody can take a mechanism from the client's list on the way.
#include <algorithm>

#include "security/forwarding_context.hpp"
#include "security/ntlm/plain_context.hpp"
#include "security/spnego_messages.hpp"

namespace tributary::security::ntlm {
namespace {

constexpr int kStepsMax = 4;

/// What both ends leave to NTLM itself.
class SpnegoContext : public ForwardingContext {
 public:
  explicit SpnegoContext(std::unique_ptr<PlainContext> inner) : inner_(std::move(inner)) {}

  Result<Step> step(ByteView peer_token) final {
    if (complete_) return denied("SPNEGO: the peer goes on negotiating after the end");
    if (failed_ || ++steps_ > kStepsMax) return denied("SPNEGO: the handshake does not come to an end");
    failed_ = true;  // until this step turns out well
    auto token = leg(peer_token);
    if (!token) return std::unexpected(std::move(token.error()));
    failed_ = false;
    return Step{std::move(*token), complete_};
  }
  bool complete() const noexcept final { return complete_; }
  AuthType auth_type() const noexcept final { return AuthType::kSpnego; }

 protected:
  [[nodiscard]] virtual Result<Bytes> leg(ByteView peer_token) = 0;
  [[nodiscard]] PlainContext& inner() noexcept { return *inner_; }
  [[nodiscard]] int steps() const noexcept { return steps_; }
  void finish() noexcept { complete_ = true; }

  Bytes mech_list_;

 private:
  [[nodiscard]] SecurityContext* other() const noexcept override { return complete_ ? inner_.get() : nullptr; }

  std::unique_ptr<PlainContext> inner_;
  int steps_ = 0;
  bool complete_ = false;
  bool failed_ = false;
};

[[nodiscard]] std::unexpected<Error> no_mic() { return denied("SPNEGO: the peer does not prove its list of mechanisms (mechListMIC)"); }

class Acceptor final : public SpnegoContext {
 public:
  using SpnegoContext::SpnegoContext;

 private:
  Result<Bytes> leg(ByteView peer_token) override {
    return steps() == 1 ? begin(peer_token) : go_on(peer_token);
  }

  Result<Bytes> begin(ByteView peer_token) {
    const auto offer = decode_neg_token_init(peer_token);
    if (!offer) return denied("SPNEGO: a NegTokenInit was expected");
    if (std::ranges::find(offer->mechs, Mech::kNtlm) == offer->mechs.end()) return denied("SPNEGO: the client does not offer NTLM");
    mech_list_ = to_bytes(offer->mech_list);
    // The first token belongs to the mechanism that the client likes best. Is that another one, NTLM begins with the next message.
    if (offer->mechs.front() != Mech::kNtlm || !offer->token)
      return encode_neg_token_resp({.state = NegState::kRequestMic, .mech = Mech::kNtlm, .token = {}, .mic = {}});
    return pass_on(*offer->token, Mech::kNtlm);
  }

  Result<Bytes> go_on(ByteView peer_token) {
    const auto message = decode_neg_token_resp(peer_token);
    if (!message || !message->token || message->state == NegState::kReject) return denied("SPNEGO: the client does not go on");
    auto answer = pass_on(*message->token, std::nullopt);
    if (!answer || !inner().complete()) return answer;
    if (!message->mic) return no_mic();
    if (auto proven = inner().check_mech_list(mech_list_, *message->mic); !proven) return std::unexpected(std::move(proven.error()));
    const auto mic = inner().sign_mech_list(mech_list_);
    if (!mic) return mic;
    finish();
    return encode_neg_token_resp({.state = NegState::kAcceptCompleted, .mech = {}, .token = {}, .mic = *mic});
  }

  Result<Bytes> pass_on(ByteView token, std::optional<Mech> mech) {
    const auto done = inner().step(token);
    if (!done) return std::unexpected(done.error());
    return encode_neg_token_resp({.state = NegState::kAcceptIncomplete, .mech = mech, .token = done->token, .mic = {}});
  }
};

class Initiator final : public SpnegoContext {
 public:
  using SpnegoContext::SpnegoContext;

 private:
  Result<Bytes> leg(ByteView peer_token) override {
    if (steps() == 1) return begin(peer_token);
    const auto message = decode_neg_token_resp(peer_token);
    if (!message || message->state == NegState::kReject) return denied("SPNEGO: the server rejects the authentication; its log says why");
    if (!inner().complete()) return authenticate(*message);
    if (!message->mic) return no_mic();
    if (auto proven = inner().check_mech_list(mech_list_, *message->mic); !proven) return std::unexpected(std::move(proven.error()));
    finish();
    return Bytes{};
  }

  Result<Bytes> begin(ByteView peer_token) {
    const auto first = inner().step(peer_token);
    if (!first) return std::unexpected(first.error());
    mech_list_ = encode_ntlm_mech_list();
    return encode_neg_token_init(mech_list_, first->token);
  }

  Result<Bytes> authenticate(const NegTokenResp& message) {
    if (message.mech != Mech::kNtlm || !message.token) return denied("SPNEGO: the server chose something else than NTLM");
    const auto second = inner().step(*message.token);
    if (!second) return std::unexpected(second.error());
    const auto mic = inner().sign_mech_list(mech_list_);
    if (!mic) return mic;
    return encode_neg_token_resp({.state = NegState::kAcceptIncomplete, .mech = {}, .token = second->token, .mic = *mic});
  }
};

}  // namespace

std::unique_ptr<SecurityContext> make_spnego_acceptor(std::unique_ptr<PlainContext> inner) { return std::make_unique<Acceptor>(std::move(inner)); }
std::unique_ptr<SecurityContext> make_spnego_initiator(std::unique_ptr<PlainContext> inner) { return std::make_unique<Initiator>(std::move(inner)); }

}  // namespace tributary::security::ntlm
