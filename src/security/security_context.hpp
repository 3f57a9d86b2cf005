// SPDX-License-Identifier: Apache-2.0
// The seam between RPC (which frames) and the security package (which authenticates, seals and names the caller).
// src/rpc knows only this interface; src/security implements it over GSSAPI, and src/security/ntlm over NTLMv2. [MS-RPCE] 2.2.2.11, 3.3.1.5.2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace tributary::security {

/// [MS-RPCE] 2.2.1.1.7.
enum class AuthType : std::uint8_t { kNone = 0x00, kSpnego = 0x09, kNtlm = 0x0A, kKerberos = 0x10 };
/// [MS-RPCE] 2.2.1.1.8. drsuapi is never called below kPrivacy.
enum class AuthLevel : std::uint8_t { kNone = 1, kConnect = 2, kCall = 3, kPacket = 4, kIntegrity = 5, kPrivacy = 6 };

/// One security context: first a handshake driven by step(), then protection of messages.
/// Not thread-safe: one owner (an RPC association) uses it from one thread at a time. Nothing in it blocks except step(),
/// which may talk to a KDC; the edge therefore calls step() off the network thread.
class SecurityContext {
 public:
  virtual ~SecurityContext() = default;

  struct Step {
    Bytes token;            ///< to send to the peer; empty when there is nothing to send
    bool complete = false;  ///< this side is content and can protect messages; a token that is there is still to be sent
  };
  /// Feeds the peer's token (empty for the initiator's first step, and only then). How to drive it: send every token that comes
  /// out, feed every token that comes in, and stop when nothing came out. The token that a SPNEGO peer sends to say that it
  /// is content too may arrive after completion: feed it as well, it gives an empty step (and an error if it is a rejection).
  /// After an error the context is of no further use.
  /// Errors carry Phase::kAuthenticate and a Win32 code (kErrorLogonFailure, kErrorTimeSkew, kErrorNoLogonServers, ...).
  [[nodiscard]] virtual Result<Step> step(ByteView peer_token) = 0;
  [[nodiscard]] virtual bool complete() const noexcept = 0;

  [[nodiscard]] virtual AuthType auth_type() const noexcept = 0;

  /// The exact number of octets that seal()/sign() put into the auth_value for `data_size` octets of (padded) stub.
  [[nodiscard]] virtual Result<std::size_t> token_size(AuthLevel level, std::size_t data_size) = 0;
  /// Protects one fragment. With kPrivacy `data` is encrypted in place; `header` and `trailer` (the sec_trailer) are
  /// covered by the signature when header signing was agreed, else the caller passes them empty. `token` is filled wholly.
  [[nodiscard]] virtual Result<> protect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer,
                                         std::span<std::uint8_t> token) = 0;
  /// The inverse. kErrorAccessDenied when anything was changed on the way, replayed or out of order; kErrorContextExpired when
  /// the ticket has ended. Never a partial result: on failure `data` is not to be used, and the association is to be closed.
  [[nodiscard]] virtual Result<> unprotect(AuthLevel level, ByteView header, std::span<std::uint8_t> data, ByteView trailer,
                                           ByteView token) = 0;

  /// The session key ([MS-DRSR] 4.1.10.6.x encrypts secrets with it). Only once complete.
  [[nodiscard]] virtual Result<Bytes> session_key() = 0;
  /// Who the peer is: for an acceptor "administrator@LAB.EXAMPLE", for an initiator the target's name.
  [[nodiscard]] virtual Result<std::string> peer_name() = 0;
  /// Seconds until the ticket ends; nullopt when it does not.
  [[nodiscard]] virtual std::optional<std::int64_t> seconds_left() = 0;

  /// Whether header and trailer are always signed, also where PFC_SUPPORT_HEADER_SIGN was not agreed on: so does NTLM.
  [[nodiscard]] virtual bool always_signs_headers() const noexcept { return false; }
  /// The KERB_VALIDATION_INFO of the caller's ticket ([MS-PAC] 2.5) as NDR octets: who the caller is and in which groups.
  /// Only for an acceptor that has completed, only when the ticket has one and its signature fits the service's key.
  [[nodiscard]] virtual std::optional<Bytes> pac_logon_info() { return std::nullopt; }
};

}  // namespace tributary::security
