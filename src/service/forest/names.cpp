// SPDX-License-Identifier: Apache-2.0
// See names.hpp.
#include "service/forest/names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::service {
namespace {

constexpr std::string_view kDsa =
#include "service/forest/data/dsa.inc"
    ;

constexpr std::size_t kNetbiosNameMax = 15;
constexpr std::size_t kDnsLabelMax = 63;
constexpr std::size_t kDnsNameMax = 255;
constexpr std::size_t kRdnMax = 64;

bool is_letter_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_label(std::string_view label) noexcept {
  const auto is_good = [](char c) { return is_letter_or_digit(c) || c == '-'; };
  return !label.empty() && label.size() <= kDnsLabelMax && label.front() != '-' && label.back() != '-' && std::ranges::all_of(label, is_good);
}

bool is_dns_name(std::string_view name) noexcept {
  if (name.size() > kDnsNameMax) return false;
  while (true) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::unexpected<Error> refuse(std::string_view name, std::string_view why) {
  return fail(win32::kErrorInvalidParameter, fmt::format("\"{}\": {}", name, why));
}

std::string upper(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return made;
}

}  // namespace

std::string default_netbios_name(std::string_view dns_name) { return upper(dns_name.substr(0, dns_name.find('.'))); }

std::string DsaPlan::computer_dn(const ForestNames& forest) const {
  return fmt::format("CN={},OU=Domain Controllers,{}", upper(host_name), forest.domain_dn());
}
std::string DsaPlan::site_dn(const ForestNames& forest) const { return fmt::format("CN={},CN=Sites,{}", site_name, forest.configuration_dn()); }
std::string DsaPlan::server_dn(const ForestNames& forest) const { return fmt::format("CN={},CN=Servers,{}", upper(host_name), site_dn(forest)); }
std::string DsaPlan::dsa_dn(const ForestNames& forest) const { return "CN=NTDS Settings," + server_dn(forest); }

bool is_plain_name(std::string_view name) noexcept {
  const auto is_good = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.' || c == '$' || c == ' '; };
  return !name.empty() && name.size() <= kRdnMax && name.front() != ' ' && name.back() != ' ' && std::ranges::all_of(name, is_good);
}

Result<void> check_names(const ForestNames& forest) {
  if (!is_dns_name(forest.dns_name)) return refuse(forest.dns_name, "the forest's name is no DNS name");
  if (!is_label(forest.netbios_name) || forest.netbios_name.size() > kNetbiosNameMax)
    return refuse(forest.netbios_name, "the NetBIOS name is one label of at most 15 characters");
  return {};
}

Result<void> check_names(const DsaPlan& dsa) {
  if (!is_label(dsa.host_name) || dsa.host_name.size() > kNetbiosNameMax)
    return refuse(dsa.host_name, "the host name is one label of at most 15 characters");
  if (!is_plain_name(dsa.site_name)) return refuse(dsa.site_name, "the site's name has characters that a DN quotes");
  if (dsa.dsa.is_null() || dsa.invocation_id.is_null()) return refuse(dsa.host_name, "the DSA has no GUID or no invocationId");
  return {};
}

std::string recycle_bin_dn(const ForestNames& forest) {
  return "CN=Recycle Bin Feature,CN=Optional Features,CN=Directory Service,CN=Windows NT,CN=Services," + forest.configuration_dn();
}

TreeVariables forest_variables(const ForestNames& forest) {
  return {{"domain", forest.domain_dn()},   {"configuration", forest.configuration_dn()}, {"schema", forest.schema_dn()},
          {"forestDns", forest.dns_name},   {"domainDns", forest.dns_name},               {"netbios", forest.netbios_name}};
}

Result<std::vector<TreeObject>> dsa_objects(const ForestNames& forest, const DsaPlan& dsa, const Sid& computer_sid) {
  auto variables = forest_variables(forest);
  variables.insert(variables.end(), {{"computer", dsa.computer_dn(forest)},
                                     {"computerSid", to_string(computer_sid)},
                                     {"server", dsa.server_dn(forest)},
                                     {"dsa", dsa.dsa_dn(forest)},
                                     {"hostUpper", upper(dsa.host_name)},
                                     {"hostDns", dsa.dns_host_name(forest)},
                                     {"dsaGuid", to_string(dsa.dsa)},
                                     {"invocationId", to_string(dsa.invocation_id)},
                                     {"dsaOptions", dsa.global_catalog ? "1" : "0"}});
  auto objects = read_tree(kDsa, variables);
  if (!objects) return objects;
  if (dsa.recycle_bin)
    objects->back().values.emplace_back("msDS-EnabledFeature", recycle_bin_dn(forest));
  return objects;
}

}  // namespace tributary::service
