// SPDX-License-Identifier: Apache-2.0
// Memberships however deep: [MS-ADTS] 3.1.1.4.5.19, 3.1.1.4.5.20, 3.1.1.4.5.40 to 3.1.1.4.5.43. Declared in makers.hpp.
// DEVIATION: tokenGroups has what a token has: global and universal groups, and those of this domain that are local or built in. By the
// sections' own algorithm local groups would be missing, which no domain controller does and which SSSD and others could not work with.
#include <set>

#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access/caller_token.hpp"
#include "service/access/membership_walk.hpp"
#include "service/ldap/constructed/makers.hpp"

namespace tributary::service::ldap_face::constructed {

namespace attid = directory::attid;

namespace {

Values as_octets(std::span<const Sid> sids) {
  Values values;
  for (const Sid& sid : sids) values.push_back(octets_of(encode_sid(sid)));
  return values;
}

Values as_names(const Subject& s, std::span<const Sid> sids) {
  Values values;
  for (const Sid& sid : sids)
    if (const Dnt group = must(repl::resolve_sid(s.view.snapshot, sid)); group != kNoDnt) values.push_back(s.dn(group));
  return values;
}

std::vector<Sid> groups(const Subject& s) {
  const auto sid = s.object.head().sid;
  return sid ? groups_of_account(s, *sid) : std::vector<Sid>();
}

std::vector<Sid> global_and_universal_groups(const Subject& s) {
  auto found = groups(s);
  std::erase_if(found, [&](const Sid& sid) {
    const Dnt dnt = must(repl::resolve_sid(s.view.snapshot, sid));
    const auto group = dnt == kNoDnt ? std::nullopt : must(s.view.snapshot.find(dnt));
    const std::uint32_t type = group ? group->first_u32(attid::kGroupType).value_or(0) : 0;
    return (type & (directory::kGroupTypeAccount | directory::kGroupTypeUniversal)) == 0;
  });
  return found;
}

/// Everything that `next` leads to, without the beginning unless a cycle leads back to it; each once.
template <class Next>
Values closure(const Subject& s, Next&& next) {
  std::vector<Dnt> reached;
  std::set<Dnt> seen;
  const auto add = [&](Dnt from) {
    for (const Dnt dnt : next(from)) {
      if (seen.size() > kMembershipsMax) directory::refuse(win32::kErrorDsAdminLimitExceeded, "more than the limit of memberships");
      if (seen.insert(dnt).second) reached.push_back(dnt);
    }
  };
  add(s.object.dnt());
  for (std::size_t i = 0; i < reached.size(); ++i) add(reached[i]);
  Values values;
  for (const Dnt dnt : reached) values.push_back(s.dn(dnt));
  return values;
}

}  // namespace

std::vector<Sid> groups_of_account(const Subject& s, const Sid& account) {
  MembershipWalk walk(s.view.context, s.view.snapshot, s.reader().default_nc(), false);
  walk.add(account);
  const auto primary = s.object.first_u32(attid::kPrimaryGroupId);
  const auto parts = security::split_sid(account);
  if (primary && parts) walk.add(security::with_rid(parts->domain, *primary));
  must(walk.run());
  std::vector<Sid> sids(walk.sids().begin(), walk.sids().end());
  std::erase(sids, account);
  return sids;
}

Values token_groups(const Subject& s) { return as_octets(groups(s)); }
Values token_groups_global_and_universal(const Subject& s) { return as_octets(global_and_universal_groups(s)); }
Values token_group_names(const Subject& s) { return as_names(s, groups(s)); }
Values token_group_names_global_and_universal(const Subject& s) { return as_names(s, global_and_universal_groups(s)); }

Values member_of_transitive(const Subject& s) {
  const auto reader = s.reader();
  return closure(s, [&](Dnt dnt) { return reader.referring(dnt, attid::kMember); });
}
Values member_transitive(const Subject& s) {
  const auto reader = s.reader();
  return closure(s, [&](Dnt dnt) { return reader.references(dnt, attid::kMember); });
}

}  // namespace tributary::service::ldap_face::constructed
