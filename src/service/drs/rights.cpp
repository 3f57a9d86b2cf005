// SPDX-License-Identifier: Apache-2.0
// See rights.hpp.
#include "service/drs/rights.hpp"

#include <algorithm>

#include "security/access/well_known_sids.hpp"

namespace tributary::service {

using store::Dnt;
using store::kNoDnt;

Result<repl::ReplicationRights> replication_rights(const repl::Context& context, const store::Snapshot& snapshot, const security::Token& token,
                                                   Dnt nc_root) {
  repl::ReplicationRights rights{false, false, false};
  if (nc_root == kNoDnt) return rights;
  const auto check = [&](const Guid& right, bool& granted) -> Result<void> {
    const auto allowed = access_check_car(context, snapshot, token, nc_root, right);
    if (!allowed) return std::unexpected(allowed.error());
    granted = *allowed;
    return {};
  };
  if (auto done = check(right::kGetChanges, rights.get_changes); !done || !rights.get_changes)
    return done ? Result<repl::ReplicationRights>(rights) : std::unexpected(done.error());
  if (auto done = check(right::kGetChangesAll, rights.get_changes_all); !done) return std::unexpected(done.error());
  if (rights.get_changes_all) {
    rights.get_changes_filtered_set = true;
    return rights;
  }
  if (auto done = check(right::kGetChangesInFilteredSet, rights.get_changes_filtered_set); !done) return std::unexpected(done.error());
  return rights;
}

Result<Dnt> default_nc(const store::Snapshot& snapshot, const DsaIdentity& dsa) {
  return snapshot.find_guid(dsa.domain_nc.is_null() ? dsa.configuration_nc : dsa.domain_nc);
}

Result<bool> has_right(const repl::Context& context, const store::Snapshot& snapshot, const CallContext& call, const DsaIdentity& dsa, Dnt object,
                       const Guid& right) {
  if (object == kNoDnt) {
    const auto fallback = default_nc(snapshot, dsa);
    if (!fallback) return std::unexpected(fallback.error());
    object = *fallback;
  }
  if (object == kNoDnt) return false;
  return access_check_car(context, snapshot, call.caller->token, object, right);
}

bool is_read_only_dsa(const security::Token& token) noexcept {
  return std::ranges::any_of(token.groups, [](const Sid& sid) {
    return sid.sub_authority_count == 5 && sid.sub_authority[0] == 21 && sid.sub_authority[4] == security::rid::kEnterpriseReadOnlyDomainControllers &&
           sid.identifier_authority == std::array<std::uint8_t, 6>{0, 0, 0, 0, 0, 5};
  });
}

}  // namespace tributary::service
