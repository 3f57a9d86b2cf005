// SPDX-License-Identifier: Apache-2.0
// See binds.hpp. Which exchange a request begins, and those that are over after one step.
#include "service/ldap/binds.hpp"

#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/access/kerb_validation_info.hpp"
#include "service/ldap/principal.hpp"
#include "service/ldap/refusals.hpp"
#include "service/ldap/sasl_binds.hpp"

namespace tributary::service::ldap_face {

using lp::ResultCode;

lp::Outcome invalid_credentials(const Error& error, bool is_simple) {
  lp::Outcome outcome;
  outcome.code = ResultCode::kInvalidCredentials;
  // SEC_E_INVALID_TOKEN and SEC_E_LOGON_DENIED, as Active Directory has them for the two kinds.
  outcome.message = fmt::format("{}: LdapErr: DSID-00000000, comment: AcceptSecurityContext error, data {:x}, v1", is_simple ? "80090308" : "8009030C",
                                static_cast<std::uint32_t>(error.code));
  return outcome;
}

std::shared_ptr<const Caller> anonymous_caller(const std::string& address) {
  auto caller = std::make_shared<Caller>();
  caller->principal = "ANONYMOUS LOGON";
  caller->token = security::anonymous_token();
  caller->address = address;
  return caller;
}

const std::optional<ByteView>* sasl_credentials(const lp::BindRequest& request) {
  const auto* const sasl = std::get_if<lp::BindRequest::Sasl>(&request.authentication);
  return sasl != nullptr ? &sasl->credentials : nullptr;
}

namespace {

/// For what is over before it begins.
class Refusing final : public lp::BindExchange {
 public:
  explicit Refusing(lp::Outcome outcome) : outcome_(std::move(outcome)) {}
  Step step(const lp::Connection&, const lp::BindRequest&) override { return refused(outcome_); }

 private:
  lp::Outcome outcome_;
};

/// 5.1.1.1.1. DEVIATION: Active Directory takes a name without a password for an anonymous bind and says success; who believes that it has
/// checked a password then is deceived, so it is refused, as RFC 4513 5.1.2 would have it.
class Simple final : public lp::BindExchange {
 public:
  explicit Simple(BindParts parts) : parts_(std::move(parts)) {}

  Step step(const lp::Connection& connection, const lp::BindRequest& request) override {
    const auto* const simple = std::get_if<lp::BindRequest::Simple>(&request.authentication);
    if (simple == nullptr) return refused(refusal(ResultCode::kProtocolError, win32::kErrorDsProtocolError, "a bind of another kind goes on"));
    if (simple->password.empty()) {
      if (request.name.empty()) return {};
      return refused(refusal(ResultCode::kUnwillingToPerform, win32::kErrorDsUnwillingToPerform, "a bind with a name needs a password"));
    }
    if (!connection.is_tls && !connection.is_sealed)
      return refused(refusal(ResultCode::kStrongerAuthRequired, win32::kErrorDsStrongAuthRequired,
                             "a password in clear is taken under TLS only: use ldaps or StartTLS, or bind with GSS-SPNEGO or GSSAPI"));
    if (request.name.empty()) return refused(invalid_credentials({win32::kErrorInvalidParameter, Phase::kNone, {}}, true));
    const security::Secret password({reinterpret_cast<const char*>(simple->password.data()), simple->password.size()});
    auto logged_on = log_on_with_password(parts_.dsa, parts_.security->realm, std::string(request.name), password, parts_.security->check_password);
    if (!logged_on) {
      parts_.dsa.log('i', fmt::format("ldap: {}: a simple bind as {} is refused: {}", connection.peer_address, to_printable(request.name, 200),
                                      describe_error(logged_on.error())));
      return refused(invalid_credentials(logged_on.error(), true));
    }
    auto caller = std::make_shared<Caller>();
    caller->principal = std::move(logged_on->principal);
    caller->token = std::move(logged_on->token);
    caller->address = connection.peer_address;
    Step done;
    done.principal = principal_of(std::move(caller), std::nullopt);
    return done;
  }

 private:
  BindParts parts_;
};

}  // namespace

std::unique_ptr<lp::BindExchange> begin_bind(Dsa& dsa, std::shared_ptr<const FaceSecurity> security, const lp::Connection&, const lp::BindRequest& request) {
  const auto refuse = [](ResultCode code, Win32 win32, std::string detail) { return std::make_unique<Refusing>(refusal(code, win32, std::move(detail))); };
  if (request.version != 2 && request.version != 3)
    return refuse(ResultCode::kProtocolError, win32::kErrorDsProtocolError, fmt::format("version {} of LDAP is not spoken here", request.version));
  BindParts parts{dsa, std::move(security)};
  if (std::holds_alternative<lp::BindRequest::Simple>(request.authentication)) return std::make_unique<Simple>(std::move(parts));
  if (std::holds_alternative<lp::BindRequest::Other>(request.authentication))  // Sicily, 5.1.1.1.3
    return refuse(ResultCode::kInappropriateAuthentication, win32::kErrorDsInappropriateAuth, "use GSS-SPNEGO or GSSAPI");
  const auto mechanism = std::get<lp::BindRequest::Sasl>(request.authentication).mechanism;
  if (equals_ignoring_case(mechanism, "GSS-SPNEGO")) return make_spnego_exchange(std::move(parts));
  if (equals_ignoring_case(mechanism, "GSSAPI")) return make_gssapi_exchange(std::move(parts));
  if (equals_ignoring_case(mechanism, "EXTERNAL")) return make_external_exchange(std::move(parts));
  return refuse(ResultCode::kAuthMethodNotSupported, win32::kErrorDsAuthMethodNotSupported,
                fmt::format("{} is not offered: use GSS-SPNEGO, GSSAPI or EXTERNAL", to_printable(mechanism, 40)));
}

}  // namespace tributary::service::ldap_face
