// SPDX-License-Identifier: Apache-2.0
// Instances and generators, read from the configuration NC of the DC at hand.
#include "ntdsapi/instance.hpp"

#include "base/rdn.hpp"
#include "ntdsapi/codes.hpp"
#include "ntdsapi/ldap_answers.hpp"

namespace tributary::ntdsapi {
Result<> check_annotation(std::string_view annotation) {
  if (annotation.empty() || annotation == "389") return {};
  return fail(win32::kErrorNotSupported, "only the instance on LDAP port 389 can be bound");
}

Result<> check_instance(client::DrsHandle& dc, const Guid& instance, std::chrono::milliseconds timeout) {
  if (instance.is_null()) return {};
  auto directory = open_directory(dc, timeout);
  if (!directory) return std::unexpected(std::move(directory.error()));
  const auto dsa = (*directory)->local_dsa();
  if (!dsa) return std::unexpected(dsa.error());
  if (dsa->guid.value != instance)
    return fail(win32::kEptSNotRegistered, dc.host() + " is the instance " + to_string(dsa->guid), Phase::kEndpointMap);
  return {};
}

Result<std::string> host_of_istg(client::DrsHandle& dc, const std::string& site, std::chrono::milliseconds timeout) {
  auto opened = open_directory(dc, timeout);
  if (!opened) return std::unexpected(std::move(opened.error()));
  client::Directory& directory = **opened;
  std::string site_rdn = quote_rdn_value(std::string_view(site));
  if (site.empty()) {
    const auto dsa = directory.local_dsa();
    if (!dsa) return std::unexpected(dsa.error());
    site_rdn = quote_rdn_value(std::string_view(dsa->site));
  }
  const auto settings = "CN=NTDS Site Settings,CN=" + site_rdn + ",CN=Sites," + directory.configuration_nc();
  const auto generators = directory.attribute(settings, "interSiteTopologyGenerator");
  if (!generators && generators.error().code != win32::kErrorDsNoSuchObject) return std::unexpected(generators.error());
  if (!generators || generators->empty())
    return fail(kErrorNoSitename, settings + " does not exist or names no intersite topology generator", Phase::kLdap);
  const auto& octets = generators->front();
  const auto generator = directory.find_dsa({reinterpret_cast<const char*>(octets.data()), octets.size()});
  if (!generator) return std::unexpected(generator.error());
  if (generator->dns_host_name.empty()) return fail(kErrorNoSitename, generator->dn + " has no DNS host name", Phase::kLdap);
  return generator->dns_host_name;
}

}  // namespace tributary::ntdsapi
