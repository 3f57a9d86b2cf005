// SPDX-License-Identifier: Apache-2.0
// The names that follow from those that somebody chose: of a forest with one domain, and of a DSA in it ([MS-ADTS] 6.1.1, 6.1.2.1).
// Pure: must never know the store.
#pragma once

#include <optional>

#include "service/forest/tree.hpp"

namespace tributary::service {

struct ForestNames {
  std::string dns_name;      ///< of the forest and of its domain, "lab.example"
  std::string netbios_name;  ///< "LAB"
  [[nodiscard]] std::string domain_dn() const { return dn_of_dns_name(dns_name); }
  [[nodiscard]] std::string configuration_dn() const { return "CN=Configuration," + domain_dn(); }
  [[nodiscard]] std::string schema_dn() const { return "CN=Schema," + configuration_dn(); }
};

/// One DSA of the forest.
struct DsaPlan {
  std::string host_name;  ///< one label: "dsa-a"
  std::string site_name = "Default-First-Site-Name";
  DsaGuid dsa;
  InvocationId invocation_id;
  bool global_catalog = true;
  bool recycle_bin = false;  ///< enabled in the forest, hence in the scope of this DSA ([MS-ADTS] 3.1.1.9.1)

  [[nodiscard]] std::string dns_host_name(const ForestNames& forest) const { return host_name + "." + forest.dns_name; }
  [[nodiscard]] std::string computer_dn(const ForestNames& forest) const;
  [[nodiscard]] std::string site_dn(const ForestNames& forest) const;
  [[nodiscard]] std::string server_dn(const ForestNames& forest) const;
  [[nodiscard]] std::string dsa_dn(const ForestNames& forest) const;  ///< NTDS Settings
};

/// The first label in capitals: "LAB" of "lab.example".
[[nodiscard]] std::string default_netbios_name(std::string_view dns_name);

/// kErrorInvalidParameter, with the name and why.
[[nodiscard]] Result<void> check_names(const ForestNames& forest);
[[nodiscard]] Result<void> check_names(const DsaPlan& dsa);
/// A value of an RDN that no DN quotes: letters, digits, spaces inside, '-', '_', '.', '$'.
[[nodiscard]] bool is_plain_name(std::string_view name) noexcept;

/// The object of the recycle bin feature ([MS-ADTS] 6.1.1.2.4.1.3.1).
[[nodiscard]] std::string recycle_bin_dn(const ForestNames& forest);

/// {domain}, {configuration}, {schema}, {forestDns}, {domainDns}, {netbios}.
[[nodiscard]] TreeVariables forest_variables(const ForestNames& forest);
/// The computer object, the server object and NTDS Settings of a DSA (data/dsa.inc), in that order.
[[nodiscard]] Result<std::vector<TreeObject>> dsa_objects(const ForestNames& forest, const DsaPlan& dsa, const Sid& computer_sid);

}  // namespace tributary::service
