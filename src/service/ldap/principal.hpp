// SPDX-License-Identifier: Apache-2.0
// From a caller who is known to the principal of his connection.
#pragma once

#include "service/ldap/operations.hpp"

namespace tributary::service::ldap_face {

[[nodiscard]] inline std::shared_ptr<const LdapPrincipal> principal_of(std::shared_ptr<const Caller> caller, std::optional<std::int64_t> expires_at_s) {
  auto principal = std::make_shared<LdapPrincipal>();
  principal->name = caller->principal;
  principal->expires_at_s = expires_at_s;
  principal->caller = std::move(caller);
  return principal;
}

/// Seconds since 1970.
[[nodiscard]] inline std::int64_t seconds_of(FileTime time) { return time.ticks / 10'000'000 - 11'644'473'600; }

}  // namespace tributary::service::ldap_face
