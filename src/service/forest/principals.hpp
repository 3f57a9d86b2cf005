// SPDX-License-Identifier: Apache-2.0
// The accounts and groups that every new domain has: [MS-ADTS] 6.1.1.4.12, 6.1.1.6, [MS-DTYP] 2.4.2.4; and the well-known principals that the
// Configuration NC names (6.1.1.2.6). Facts as objects; must never know how they are written.
#pragma once

#include "service/forest/tree.hpp"

namespace tributary::service {

struct PrincipalNames {
  std::string domain_dn;
  std::string configuration_dn;
  std::string domain_sid;     ///< "S-1-5-21-1-2-3"
  std::string administrator;  ///< the name of the account with RID 500
  std::string protected_sddl;  ///< of those that have adminCount
};
/// Users, groups of the domain, builtin groups, foreign principals: members are named before and after they come.
[[nodiscard]] std::vector<TreeObject> domain_principals(const PrincipalNames& names);
/// Below WellKnown Security Principals.
[[nodiscard]] std::vector<TreeObject> well_known_principals(const std::string& configuration_dn);

}  // namespace tributary::service
