// SPDX-License-Identifier: Apache-2.0
// The two messages of SPNEGO (RFC 4178 section 4.2): what a client offers, and what is answered from then on. Pure decoders of hostile input,
// whose results are views into it, and their opposite. What a mechanism's own token means is not known here.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace tributary::security {

/// RFC 4178 section 4.2.2.
enum class NegState : std::uint8_t { kAcceptCompleted = 0, kAcceptIncomplete = 1, kReject = 2, kRequestMic = 3 };

enum class Mech : std::uint8_t { kUnknown, kKerberos, kNtlm };

struct NegTokenInit {
  std::vector<Mech> mechs;  ///< in the client's order
  ByteView mech_list;       ///< the MechTypeList as it was sent, tag and all: what a mechListMIC is over
  std::optional<ByteView> token;
};
struct NegTokenResp {
  std::optional<NegState> state;
  std::optional<Mech> mech;  ///< supportedMech
  std::optional<ByteView> token;
  std::optional<ByteView> mic;
};

/// More mechanisms than this nobody offers.
inline constexpr std::size_t kMechsMax = 32;

/// nullopt when the token is something else.
[[nodiscard]] std::optional<NegTokenInit> decode_neg_token_init(ByteView octets);
[[nodiscard]] std::optional<NegTokenResp> decode_neg_token_resp(ByteView octets) noexcept;
/// The negState of a NegTokenResp; nullopt when the token is something else, or does not say.
[[nodiscard]] std::optional<NegState> spnego_state(ByteView token) noexcept;

/// The MechTypeList that offers NTLM alone.
[[nodiscard]] Bytes encode_ntlm_mech_list();
[[nodiscard]] Bytes encode_neg_token_init(ByteView mech_list, ByteView token);
[[nodiscard]] Bytes encode_neg_token_resp(const NegTokenResp& message);

}  // namespace tributary::security
