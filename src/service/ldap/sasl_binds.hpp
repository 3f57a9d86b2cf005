// SPDX-License-Identifier: Apache-2.0
// The exchanges of SASL mechanisms, for binds.cpp alone.
#pragma once

#include "service/ldap/binds.hpp"

namespace tributary::service::ldap_face {

/// What every exchange has.
struct BindParts {
  Dsa& dsa;
  std::shared_ptr<const FaceSecurity> security;
};

/// GSS-SPNEGO ([MS-SPNG]): the flags of the context say which layer follows.
[[nodiscard]] std::unique_ptr<lp::BindExchange> make_spnego_exchange(BindParts parts);
/// GSSAPI (RFC 4752 section 3.2): the layer is agreed on after the context stands.
[[nodiscard]] std::unique_ptr<lp::BindExchange> make_gssapi_exchange(BindParts parts);
/// EXTERNAL (RFC 4513 section 5.2.3): the certificate of TLS.
[[nodiscard]] std::unique_ptr<lp::BindExchange> make_external_exchange(BindParts parts);

[[nodiscard]] inline lp::BindExchange::Step refused(lp::Outcome outcome) { return {.outcome = std::move(outcome)}; }
/// The credentials of a request with SASL; null when there are none.
[[nodiscard]] const std::optional<ByteView>* sasl_credentials(const lp::BindRequest& request);

}  // namespace tributary::service::ldap_face
