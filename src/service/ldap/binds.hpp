// SPDX-License-Identifier: Apache-2.0
// Binds ([MS-ADTS] 5.1.1; RFC 4511 4.2, RFC 4513, RFC 4752, [MS-SPNG]): GSS-SPNEGO and GSSAPI with their layers, EXTERNAL by the certificate of
// TLS, name and password under protection, anonymous. What a client has to be told when he is refused. Knows no operation.
#pragma once

#include "ldap/server/handler.hpp"
#include "service/logon/password_logon.hpp"

namespace tributary::service::ldap_face {

namespace lp = tributary::ldap;

/// What binds need of the machine around them. Every function may be called by any thread.
struct FaceSecurity {
  /// A fresh acceptor (ContextOptions::as_asked), kSpnego or kKerberos.
  using MakeAcceptor = std::function<Result<std::unique_ptr<security::GssContext>>(security::AuthType)>;
  MakeAcceptor make_acceptor;
  std::string realm;             ///< of the domain's principals, "LAB.EXAMPLE"; empty: as the domain is called
  CheckPassword check_password;  ///< with the KDC, for accounts whose password the directory has not; empty: there is none to ask
  /// A SASL bind without TLS has to agree on a layer that signs, as LDAPServerIntegrity 2 of Active Directory has it. A password in clear
  /// is taken under TLS or a sealing layer only, whatever this says.
  bool requires_signing = true;
};

/// Of the largest wrapped buffer that we take: what Active Directory calls MaxReceiveBuffer.
inline constexpr std::size_t kReceiveBufferMax = 10'485'760;

/// Never null.
[[nodiscard]] std::unique_ptr<lp::BindExchange> begin_bind(Dsa& dsa, std::shared_ptr<const FaceSecurity> security, const lp::Connection& connection,
                                                           const lp::BindRequest& request);
/// Who has not bound, or has bound as nobody.
[[nodiscard]] std::shared_ptr<const Caller> anonymous_caller(const std::string& address);

}  // namespace tributary::service::ldap_face
