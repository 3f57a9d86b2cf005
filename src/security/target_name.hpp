// SPDX-License-Identifier: Apache-2.0
// The name of the service that a client wants to talk to, and the service principal names of a DC.
// [MS-DRSR] 2.2.3.2 (SPN for a target DC in DC-to-DC) and 2.2.4.2 (client to DC), [MS-ADTS] 5.1.1.4, RFC 4120 section 6.2.
// Pure text: must never resolve a host name. A name that DNS had a say in is not a name to authenticate by.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/guid.hpp"

namespace tributary::security {

/// The longest target text that is accepted: three components of at most 255 octets, a realm, and room for escapes.
inline constexpr std::size_t kTargetNameBytesMax = 2048;

class TargetName {
 public:
  /// "ldap/dc1.lab.example", "ldap/dc1.lab.example/lab.example", "E3514235-.../<dsa guid>/lab.example", each optionally
  /// followed by "@REALM". The name is used as it stands: whatever krb5.conf says about rdns or dns_canonicalize_hostname,
  /// it is never rewritten. Without a realm the KDC of the user's own realm is asked, which refers to the right one.
  /// kErrorInvalidParameter when it is malformed.
  [[nodiscard]] static Result<TargetName> from_spn(std::string_view spn);
  /// service@host as GSSAPI's host-based names: the Kerberos library picks the realm and, unless krb5.conf sets
  /// dns_canonicalize_hostname=false and rdns=false, asks DNS for another spelling of the host. Prefer from_spn.
  [[nodiscard]] static Result<TargetName> host_based(std::string_view service, std::string_view host);

  [[nodiscard]] bool is_host_based() const noexcept { return host_based_; }
  /// What the caller gave; for messages.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// What GSSAPI imports: a principal in text form (with an empty realm when none was given), or "service@host".
  [[nodiscard]] const std::string& gss_text() const noexcept { return gss_text_; }

 private:
  TargetName(bool host_based, std::string text, std::string gss_text)
      : host_based_(host_based), text_(std::move(text)), gss_text_(std::move(gss_text)) {}

  bool host_based_;
  std::string text_;
  std::string gss_text_;
};

/// "ldap/host" or "ldap/host/domain": what clients use ([MS-DRSR] 2.2.4.2). A trailing dot of either name is dropped.
[[nodiscard]] std::string ldap_spn(std::string_view host, std::string_view dns_domain = {});
/// "E3514235-4B06-11D1-AB04-00C04FC2DCD2/<dsa guid>/<domain>": what DCs use among themselves ([MS-DRSR] 2.2.3.2).
[[nodiscard]] std::string drs_spn(const DsaGuid& dsa, std::string_view dns_domain);
/// "GC/host/forest": what a DC uses towards a global catalog server ([MS-DRSR] 2.2.3.2).
[[nodiscard]] std::string gc_spn(std::string_view host, std::string_view dns_forest);

}  // namespace tributary::security
