// SPDX-License-Identifier: Apache-2.0
// Names of the SIDs that are the same everywhere ([MS-DTYP] 2.4.2.4), as an LSA of the English language gives them, and what of a SID says
// whose it is ([MS-DRSR] 5.95, 4.1.2.2.15). Pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/sid.hpp"

namespace tributary::service::directory {

struct WellKnownName {
  std::string_view domain;  ///< empty for Everyone and the like
  std::string_view name;
};
[[nodiscard]] std::optional<WellKnownName> well_known_name(const Sid& sid);

/// IsBuiltinPrincipal (5.95): S-1-5-32-...
[[nodiscard]] bool is_builtin_principal(const Sid& sid) noexcept;
/// IsWellKnownDomainRelativeSid (4.1.2.2.15): of the domain, with a RID below 1000.
[[nodiscard]] bool is_well_known_domain_relative(const Sid& sid, const Sid& domain) noexcept;

}  // namespace tributary::service::directory
