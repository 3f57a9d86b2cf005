// SPDX-License-Identifier: Apache-2.0
// See chosen_acceptor.hpp. Before the first message there is no mechanism, and nothing but step() works.
#include "security/chosen_acceptor.hpp"

#include <algorithm>

#include "base/win32.hpp"
#include "security/forwarding_context.hpp"
#include "security/spnego_messages.hpp"

namespace tributary::security {
namespace {

class ChosenAcceptor final : public ForwardingContext {
 public:
  ChosenAcceptor(MakeAcceptor kerberos, MakeAcceptor ntlm) : kerberos_(std::move(kerberos)), ntlm_(std::move(ntlm)) {}

  Result<Step> step(ByteView peer_token) override {
    if (!chosen_) chosen_ = wants_ntlm(peer_token) ? ntlm_() : kerberos_();
    if (!chosen_) return fail(win32::kErrorNotSupported, "SPNEGO: there is no such mechanism here", Phase::kAuthenticate);
    return chosen_->step(peer_token);
  }
  bool complete() const noexcept override { return chosen_ && chosen_->complete(); }
  AuthType auth_type() const noexcept override { return AuthType::kSpnego; }

 private:
  [[nodiscard]] static bool wants_ntlm(ByteView token) {
    const auto offer = decode_neg_token_init(token);
    if (!offer) return false;
    const auto best = std::ranges::find_if(offer->mechs, [](Mech mech) { return mech != Mech::kUnknown; });
    return best != offer->mechs.end() && *best == Mech::kNtlm;
  }
  [[nodiscard]] SecurityContext* other() const noexcept override { return chosen_.get(); }

  MakeAcceptor kerberos_, ntlm_;
  std::shared_ptr<SecurityContext> chosen_;
};

}  // namespace

std::shared_ptr<SecurityContext> make_chosen_acceptor(MakeAcceptor kerberos, MakeAcceptor ntlm) {
  return std::make_shared<ChosenAcceptor>(std::move(kerberos), std::move(ntlm));
}

}  // namespace tributary::security
