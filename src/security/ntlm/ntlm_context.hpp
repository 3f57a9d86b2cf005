// SPDX-License-Identifier: Apache-2.0
// SecurityContext over NTLMv2, both ends: alone (auth type 0x0A, [MS-RPCE] 2.2.1.1.7) and inside SPNEGO (0x09, RFC 4178, [MS-SPNG]).
// [MS-NLMP] 3.1.5.1 (client), 3.2.5.1 (server). Sealed or refused: no NTLMv1, no LM, nobody anonymous, no weaker keys, no lower level.
// Must never know a PDU or a directory: who may log on is asked through find_account. docs/decisions/0058 has the reasons.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "security/ntlm/crypto.hpp"
#include "security/secret.hpp"
#include "security/security_context.hpp"

namespace tributary::security::ntlm {

/// The longest token that step() accepts; auth_length has 16 bits, and an honest message has less than two thousand octets.
inline constexpr std::size_t kTokenBytesMax = 16'384;
/// So long may a context be used: NTLM has no ticket that ends. What a KDC gives a ticket by default.
inline constexpr std::chrono::seconds kContextLifetime = std::chrono::hours(10);

/// What the client says of itself, as it was sent, in UTF-8.
struct ClaimedIdentity {
  std::string user;    ///< "ann", or "ann@lab.example"
  std::string domain;  ///< "LAB", "lab.example", or empty
};

/// An account that may try.
struct KnownAccount {
  std::string principal;                 ///< what peer_name() says of it
  Key nt_hash;
  std::function<Result<>()> may_log_on;  ///< asked once the password is known to be right, so that no stranger can make us work for it
};

/// The account that is meant; any error is a logon failure, whose detail goes to the log alone. May block; any thread.
using FindAccount = std::function<Result<KnownAccount>(const ClaimedIdentity&)>;

/// Shared by all acceptors of a server. Everything lives as long as the last of them.
struct AcceptorOptions {
  std::string netbios_domain, netbios_computer;        ///< "LAB", "DSA-A"
  std::string dns_domain, dns_computer, dns_forest;    ///< "lab.example", "dsa-a.lab.example", "lab.example"
  FindAccount find_account;
  Random* random = nullptr;
  const Clock* clock = nullptr;
};

struct InitiatorOptions {
  std::string user, domain;
  Secret password;
  std::string workstation;
  Random* random = nullptr;
  const Clock* clock = nullptr;
};

/// `type` is kNtlm or kSpnego, kErrorNotSupported for another; kErrorNotSupported as well when the library lacks RC4.
[[nodiscard]] Result<std::unique_ptr<SecurityContext>> make_acceptor(AuthType type, std::shared_ptr<const AcceptorOptions> options);
[[nodiscard]] Result<std::unique_ptr<SecurityContext>> make_initiator(AuthType type, InitiatorOptions options);

}  // namespace tributary::security::ntlm
