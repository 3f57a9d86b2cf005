// SPDX-License-Identifier: Apache-2.0
// SecurityContext over GSSAPI: SPNEGO (RFC 4178) with Kerberos V5 (RFC 4121) inside, or Kerberos alone; never NTLM (src/security/ntlm).
// [MS-RPCE] 2.2.1.1.7 (auth types), 3.3.1.5.2 (the handshake in PDUs), [MS-KILE] 3.4.5.4 to 3.4.5.7 (DCE style, the IOV forms).
// Both ends are here. Must never know a PDU: header and trailer come as octets.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "security/credentials.hpp"
#include "security/security_context.hpp"
#include "security/target_name.hpp"

namespace tributary::security {

/// The longest token that step() accepts from a peer: auth_length of an RPC PDU is 16 bits wide ([MS-RPCE] 2.2.2.11).
inline constexpr std::size_t kTokenBytesMax = 65'535;
/// The most tokens that one side feeds to step(). SPNEGO with Kerberos in DCE style needs three.
inline constexpr int kHandshakeStepsMax = 8;

struct ContextOptions {
  AuthType auth_type = AuthType::kSpnego;  ///< or kKerberos; any other is refused
  /// The three-leg form of Kerberos with which RPC works, and the only one in which protect() at kPrivacy works. LDAP does
  /// without and uses wrap() and unwrap().
  bool dce_style = true;
  /// Encryption must be granted, or the handshake fails: there is no quiet fall back to signing. Off only below TLS.
  bool sealing = true;
  /// For an acceptor without DCE style: the client decides what it asks for, granted() says what that was, and the caller whether it is
  /// enough. `sealing` does not count; wrap() seals when that was granted.
  bool as_asked = false;
};

/// What both ends add to the contract of SecurityContext.
class GssContext : public SecurityContext {
 public:
  /// One self-contained message (RFC 2743 section 2.3.3), encrypted when sealing is on: what SASL puts into its buffers
  /// (RFC 4752, [MS-ADTS] 5.1.1.1.2). Not for DCE style.
  [[nodiscard]] virtual Result<Bytes> wrap(ByteView message) = 0;
  /// The inverse; with sealing on, a message that was only signed is refused.
  [[nodiscard]] virtual Result<Bytes> unwrap(ByteView token) = 0;
  /// The largest message whose wrap() has at most `token_bytes_max` octets.
  [[nodiscard]] virtual Result<std::size_t> wrap_bytes_max(std::size_t token_bytes_max) = 0;

  struct Granted {
    bool signing = false, sealing = false;
  };
  /// What both ends agreed on in the handshake; nothing before it is complete.
  [[nodiscard]] virtual Granted granted() const noexcept = 0;
  /// Whether wrap() seals and unwrap() demands it from now on: for those who agree on a layer after the handshake (RFC 4752 section 3.2).
  /// kErrorAccessDenied for sealing that was not granted.
  [[nodiscard]] virtual Result<> set_sealing(bool sealing) = 0;
};

/// The client's end. Its first step() may ask a KDC for a ticket; kErrorWrongTargetName when there is no such service.
/// The context keeps the tickets it began with, whatever becomes of `credential`.
[[nodiscard]] Result<std::unique_ptr<GssContext>> make_initiator(std::shared_ptr<Credential> credential, const TargetName& target,
                                                                 const ContextOptions& options = {});

/// The keys of a service, shareable by any number of acceptors in any number of threads.
class AcceptorKeys;

/// `keytab`: "/etc/krb5.keytab" or "FILE:..."; every key in it is accepted, under any of its names. kErrorFileNotFound without
/// a file, kErrorNotFound without keys. `replay_cache` as in krb5.conf's rcache ("file2:/path", "dfl:"; empty: the default,
/// which [MS-KILE] 3.1.1.1 demands to be there).
[[nodiscard]] Result<std::shared_ptr<const AcceptorKeys>> load_acceptor_keys(const std::string& keytab,
                                                                             const std::string& replay_cache = {});

/// The service's end. Fails the handshake of a client that asks for less than `options` says.
[[nodiscard]] Result<std::unique_ptr<GssContext>> make_acceptor(std::shared_ptr<const AcceptorKeys> keys,
                                                                const ContextOptions& options = {});

}  // namespace tributary::security
