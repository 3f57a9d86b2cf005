// SPDX-License-Identifier: Apache-2.0
// The forms that names of principals take, taken apart: [MS-DRSR] 4.1.4.2.1, 4.1.4.2.4, 4.1.4.2.6, 4.1.4.2.19 to 4.1.4.2.22, 5.37, 5.80,
// 5.84, 5.85, 5.88, 5.207. Nothing when a name does not have the form. UTF-8 throughout. Pure: knows no directory.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/guid.hpp"

namespace tributary::service::directory {

/// "DOMAIN\user": two components, of which either may be empty, though not both.
struct Nt4Name {
  std::string domain, user;
};
[[nodiscard]] std::optional<Nt4Name> parse_nt4_name(std::string_view name);

/// "user@domain": neither part is empty; the last @ counts, since a name before it may have one.
struct PrincipalName {
  std::string user, domain;
};
[[nodiscard]] std::optional<PrincipalName> parse_upn(std::string_view name);

/// "class/instance" or "class/instance/service", no part empty.
struct ServicePrincipal {
  std::string service_class, instance, service;  ///< service: empty when there are two parts
  [[nodiscard]] bool has_three_parts() const noexcept { return !service.empty(); }
};
[[nodiscard]] std::optional<ServicePrincipal> parse_spn(std::string_view spn);
/// DRS_SPN_CLASS (5.45).
inline constexpr std::string_view kDrsSpnClass = "E3514235-4B06-11D1-AB04-00C04FC2DCD2";
/// MapSPN with the values of sPNMappings ("host=alerter,appmgmt"). Classes compare without case.
[[nodiscard]] std::optional<std::string> map_spn(const ServicePrincipal& spn, std::span<const std::string> mappings);

/// "example.com/Staff/Ada": the labels behind the domain, unescaped; none for "example.com" and "example.com/".
struct CanonicalParts {
  std::string domain;
  std::vector<std::string> labels;
};
[[nodiscard]] std::optional<CanonicalParts> parse_canonical(std::string_view name);
/// The last newline becomes a slash. Nothing without a newline.
[[nodiscard]] std::optional<std::string> canonical_from_extended(std::string_view name);

/// GuidFromString(true, ...): braces are demanded.
[[nodiscard]] std::optional<Guid> parse_braced_guid(std::string_view text);
[[nodiscard]] std::string braced(const Guid& guid);

/// RetrieveDCSuffixFromDn: the domain components at the end, as they are written. Empty when there are none.
[[nodiscard]] std::string dc_suffix(std::string_view dn);

/// ValidateSiteRDN (4.1.16.2.1).
[[nodiscard]] Win32 validate_site_rdn(const std::optional<std::u16string>& name);

}  // namespace tributary::service::directory
