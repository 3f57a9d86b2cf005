// SPDX-License-Identifier: Apache-2.0
// The verification trailer ([MS-RPCE] 2.2.2.13): commands behind a request's stub that repeat, under the stub's protection,
// what the unprotected parts of the association claimed. Values only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "rpc/pdu.hpp"

namespace tributary::rpc {

/// Where a server looks for a trailer: this many octets at the end of a stub. All commands together need 80.
inline constexpr std::size_t kVerificationTrailerSearch = 256;
/// The bit of the bitmask command.
inline constexpr std::uint32_t kClientSupportHeaderSigning = 0x00000001;

struct VerificationTrailer {
  struct PresentationContext {
    SyntaxId interface;
    SyntaxId transfer_syntax;
    friend bool operator==(const PresentationContext&, const PresentationContext&) = default;
  };
  /// The request header again, for providers that cannot sign it.
  struct Header2 {
    PduType type = PduType::kRequest;
    std::array<std::uint8_t, 4> drep{0x10, 0, 0, 0};
    std::uint32_t call_id = 0;
    std::uint16_t context_id = 0;
    std::uint16_t opnum = 0;
    friend bool operator==(const Header2&, const Header2&) = default;
  };
  std::optional<std::uint32_t> bitmask1;
  std::optional<PresentationContext> pcontext;
  std::optional<Header2> header2;
  friend bool operator==(const VerificationTrailer&, const VerificationTrailer&) = default;
};

/// Signature and commands; the caller has aligned its stub to 4. At least one command must be there.
[[nodiscard]] Bytes encode_verification_trailer(const VerificationTrailer& trailer);

/// Where the signature begins in a request's stub (searched for at the end of it, aligned to 4); nullopt when there is none.
[[nodiscard]] std::optional<std::size_t> find_verification_trailer(ByteView stub) noexcept;
/// From the signature on. Octets behind the END command are ignored. kErrorAccessDenied for a command that is not understood
/// but must be, a wrong length, one command twice, or a missing end.
[[nodiscard]] Result<VerificationTrailer> decode_verification_trailer(ByteView octets);

/// What a server knows of the request.
struct RequestFacts {
  bool header_sign_offered = false;  ///< the client's bind carried PFC_SUPPORT_HEADER_SIGN
  VerificationTrailer::PresentationContext pcontext;
  VerificationTrailer::Header2 header2;
};
/// kErrorAccessDenied, with the command, when a command contradicts the facts.
[[nodiscard]] Result<> check_verification_trailer(const VerificationTrailer& trailer, const RequestFacts& facts);

}  // namespace tributary::rpc
