// SPDX-License-Identifier: Apache-2.0
// Service principal names ([MS-DRSR] 2.2.3.2, 2.2.4.2) as texts. Must never ask DNS.
#include "security/target_name.hpp"

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "security/account_name.hpp"

namespace tributary::security {
namespace {

[[nodiscard]] std::unexpected<Error> malformed(std::string_view text, std::string_view why) {
  return fail(win32::kErrorInvalidParameter, "target name \"" + to_utf8_lossy(to_utf16_lossy(text)) + "\": " + std::string(why),
              Phase::kAuthenticate);
}

/// Blanks, controls and backslashes occur in no host, domain, GUID or service class; refusing them spares us all escaping.
[[nodiscard]] bool is_refused(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '\\'; }

[[nodiscard]] std::string_view without_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

}  // namespace

Result<TargetName> TargetName::from_spn(std::string_view spn) {
  if (spn.size() > kTargetNameBytesMax) return malformed(spn.substr(0, 64), "too long");
  if (std::ranges::any_of(spn, is_refused) || !to_utf16(spn)) return malformed(spn, "holds a character that no name has");
  const std::size_t at = spn.find('@');
  const std::string_view realm = at == std::string_view::npos ? std::string_view() : spn.substr(at + 1);
  if (at != std::string_view::npos && (realm.empty() || realm.find_first_of("@/") != std::string_view::npos))
    return malformed(spn, "what follows '@' is not a realm");

  std::string_view rest = spn.substr(0, at);
  std::size_t components = 0;
  for (bool more = true; more; ++components) {
    const std::size_t slash = rest.find('/');
    if (rest.substr(0, slash).empty()) return malformed(spn, "a component is empty");
    more = slash != std::string_view::npos;
    if (more) rest.remove_prefix(slash + 1);
  }
  if (components < 2 || components > 3) return malformed(spn, "expected service/host or service/host/domain");
  // An empty realm behind the '@' is how Kerberos is told "ask and follow referrals" instead of the default realm.
  return TargetName(false, std::string(spn), std::string(spn.substr(0, at)) + "@" + std::string(realm));
}

Result<TargetName> TargetName::host_based(std::string_view service, std::string_view host) {
  host = without_dot(host);
  std::string text = std::string(service) + "@" + std::string(host);
  const auto refused = [](char c) { return is_refused(c) || c == '@' || c == '/'; };
  if (text.size() > kTargetNameBytesMax) return malformed(text.substr(0, 64), "too long");
  if (service.empty() || host.empty()) return malformed(text, "expected a service and a host");
  if (std::ranges::any_of(service, refused) || std::ranges::any_of(host, refused))
    return malformed(text, "holds a character that no name has");
  std::string gss_text = text;
  return TargetName(true, std::move(text), std::move(gss_text));
}

std::string ldap_spn(std::string_view host, std::string_view dns_domain) {
  std::string spn = "ldap/" + std::string(without_dot(host));
  if (!dns_domain.empty()) spn += "/" + std::string(without_dot(dns_domain));
  return spn;
}

std::string drs_spn(const DsaGuid& dsa, std::string_view dns_domain) {
  return "E3514235-4B06-11D1-AB04-00C04FC2DCD2/" + to_string(dsa) + "/" + std::string(without_dot(dns_domain));
}

std::string gc_spn(std::string_view host, std::string_view dns_forest) {
  return "GC/" + std::string(without_dot(host)) + "/" + std::string(without_dot(dns_forest));
}

}  // namespace tributary::security
