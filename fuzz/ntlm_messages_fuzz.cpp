// SPDX-License-Identifier: Apache-2.0
// Fuzzes what a client sends before it is known: the three messages of NTLM, the NTLMv2 response, AV pairs, and SPNEGO around them; each
// also through the acceptor that reads it (src/security/ntlm, src/security/spnego_messages.hpp).
#include <cstddef>
#include <cstdint>

#include "must_hold.hpp"
#include "security/ntlm/messages.hpp"
#include "security/ntlm/test_peers.hpp"
#include "security/spnego_messages.hpp"

namespace {

using namespace tributary;
using namespace tributary::security;

bool is_inside(ByteView part, ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void read_spnego(ByteView input) {
  if (const auto init = decode_neg_token_init(input)) {
    must_hold(is_inside(init->mech_list, input) && init->mechs.size() <= kMechsMax, "a NegTokenInit is inside of its octets");
    if (init->token) must_hold(is_inside(*init->token, input), "so is its token");
  }
  if (const auto resp = decode_neg_token_resp(input)) {
    const Bytes again = encode_neg_token_resp(*resp);
    const auto same = decode_neg_token_resp(again);
    must_hold(same && same->state == resp->state && same->token.has_value() == resp->token.has_value(), "a NegTokenResp is written as it was read");
  }
}

void read_messages(ByteView input) {
  static_cast<void>(ntlm::decode_negotiate(input));
  if (const auto challenge = ntlm::decode_challenge(input)) {
    must_hold(is_inside(challenge->target_info, input), "TargetInfo is inside of the message");
    if (const auto pairs = ntlm::decode_av_pairs(challenge->target_info)) {
      must_hold(pairs->size() <= ntlm::kAvPairsMax, "pairs have a limit");
      const auto again = ntlm::decode_av_pairs(ntlm::encode_av_pairs(*pairs));
      must_hold(again && again->size() == pairs->size(), "pairs are written as they were read");
    }
  }
  if (const auto message = ntlm::decode_authenticate(input)) {
    for (const ByteView part : {message->lm_response, message->nt_response, message->encrypted_session_key})
      must_hold(is_inside(part, input), "fields are inside of the message");
    if (const auto response = ntlm::decode_nt_response(message->nt_response)) must_hold(response->proof.size() == 16, "a proof has 16 octets");
  }
  static_cast<void>(ntlm::decode_nt_response(input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  read_spnego(input);
  read_messages(input);
  ntlm::testing::World world;
  for (const AuthType type : {AuthType::kNtlm, AuthType::kSpnego}) {
    static_cast<void>(world.acceptor(type)->step(input));
    // As the second message, behind a first that is right; nothing that a fuzzer finds knows the password.
    const auto acceptor = world.acceptor(type);
    must_hold(acceptor->step(world.initiator(type)->step({})->token).has_value(), "the first message is right");
    must_hold(!acceptor->step(input) || !acceptor->complete(), "who does not know the password is not let in");
  }
  return 0;
}
