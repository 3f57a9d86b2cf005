// SPDX-License-Identifier: Apache-2.0
// EXTERNAL ([MS-ADTS] 5.1.1.2, RFC 4513 5.2.3): the account of a TLS client's certificate. Tried in this order, and the first that names an
// account decides: altSecurityIdentities "X509:<I>issuer<SR>serial", "X509:<SKI>key identifier", "X509:<I>issuer<S>subject"; a userPrincipalName
// among the alternative names; a DNS name among them that is dNSHostName of a computer.
// DEVIATION: 5.1.1.2 binds a client of port 636 by its certificate at once and refuses EXTERNAL there; here both ports want the bind.
#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/certificate_names.hpp"
#include "service/directory/reader.hpp"
#include "service/ldap/principal.hpp"
#include "service/ldap/refusals.hpp"
#include "service/ldap/sasl_binds.hpp"

namespace tributary::service::ldap_face {

using lp::ResultCode;
using store::Dnt;
using store::kNoDnt;

namespace {

/// One object, or none; several are an error, since then nobody knows whose the certificate is.
Dnt only(const std::vector<Dnt>& found) {
  if (found.size() > 1) directory::refuse(win32::kErrorInvalidParameter, "the certificate means more than one object");
  return found.empty() ? kNoDnt : found.front();
}

Dnt find_account_of(const directory::Reader& reader, const LogonDomain& domain, const security::CertificateNames& names) {
  namespace attid = directory::attid;
  std::vector<std::string> mappings = {"X509:<I>" + names.issuer + "<SR>" + names.serial_reversed};
  if (!names.subject_key_identifier.empty()) mappings.push_back("X509:<SKI>" + names.subject_key_identifier);
  if (!names.subject.empty()) mappings.push_back("X509:<I>" + names.issuer + "<S>" + names.subject);
  for (const auto& mapping : mappings)
    if (const Dnt found = only(reader.equal_text(attid::kAltSecurityIdentities, mapping)); found != kNoDnt) return found;
  for (const auto& name : names.principal_names) {
    if (const Dnt found = only(reader.equal_text(attid::kUserPrincipalName, name)); found != kNoDnt) return found;
    const auto at = name.rfind('@');
    if (at == std::string::npos || !equals_ignoring_case(std::string_view(name).substr(at + 1), domain.dns_name)) continue;
    if (const Dnt found = only(reader.equal_text(attid::kSamAccountName, std::string_view(name).substr(0, at))); found != kNoDnt) return found;
  }
  for (const auto& name : names.dns_names) {
    auto found = reader.equal_text(attid::kDnsHostName, name);  // server objects of the Configuration NC have it too
    std::erase_if(found, [&](Dnt dnt) { return !reader.is_instance(reader.object(dnt), directory::class_id::kComputer); });
    if (const Dnt computer = only(found); computer != kNoDnt) return computer;
  }
  return kNoDnt;
}

class External final : public lp::BindExchange {
 public:
  explicit External(BindParts parts) : parts_(std::move(parts)) {}

  Step step(const lp::Connection& connection, const lp::BindRequest& request) override {
    const auto* const credentials = sasl_credentials(request);
    if (credentials == nullptr) return refused(refusal(ResultCode::kProtocolError, win32::kErrorDsProtocolError, "a bind of another kind goes on"));
    auto caller = log_on(connection, *credentials);
    if (!caller) {
      parts_.dsa.log('i', fmt::format("ldap: {}: a bind with a certificate is refused: {}", connection.peer_address, describe_error(caller.error())));
      return refused(invalid_credentials(caller.error(), false));
    }
    Step done;
    done.principal = principal_of(std::move(*caller), std::nullopt);
    return done;
  }

 private:
  [[nodiscard]] Result<std::shared_ptr<const Caller>> log_on(const lp::Connection& connection, const std::optional<ByteView>& credentials) const {
    if (!connection.is_tls || !connection.client_certificate)
      return fail(win32::kErrorLogonFailure, "there is no client certificate", Phase::kAuthenticate);
    const auto names = security::read_certificate_names(*connection.client_certificate);
    if (!names) return std::unexpected(names.error());
    auto& dsa = parts_.dsa;
    const auto context = dsa.context();
    const auto snapshot = dsa.store().read();
    const auto domain = logon_domain(dsa.identity(), parts_.security->realm);
    auto account = directory::guarded([&]() -> Dnt {
      const directory::Reader reader(context, *snapshot, dsa.identity());
      const Dnt found = find_account_of(reader, domain, *names);
      if (found == kNoDnt) directory::refuse(win32::kErrorNoSuchUser, fmt::format("nobody has the certificate of {}", names->subject));
      if (credentials && !credentials->empty()) check_identity(reader, found, *credentials);
      return found;
    });
    if (!account) return std::unexpected(std::move(account.error()));
    auto token = may_log_on(context, *snapshot, domain, *account, false);
    if (!token) return std::unexpected(std::move(token.error()));
    const auto object = snapshot->find(*account);
    if (!object) return std::unexpected(object.error());
    auto caller = std::make_shared<Caller>();
    caller->principal = principal_of_account(**object, domain);
    caller->token = std::move(*token);
    caller->address = connection.peer_address;
    return std::shared_ptr<const Caller>(std::move(caller));
  }

  /// 5.1.1.1.2: of an authorization identity only "dn:" is taken, and only who one is anyway.
  static void check_identity(const directory::Reader& reader, Dnt account, ByteView wanted) {
    const std::string_view text(reinterpret_cast<const char*>(wanted.data()), wanted.size());
    if (!text.starts_with("dn:") || reader.of_dn(text.substr(3)) != account)
      directory::refuse(win32::kErrorLogonFailure, "nobody acts for somebody else here");
  }

  BindParts parts_;
};

}  // namespace

std::unique_ptr<lp::BindExchange> make_external_exchange(BindParts parts) { return std::make_unique<External>(std::move(parts)); }

}  // namespace tributary::service::ldap_face
