// SPDX-License-Identifier: Apache-2.0
// Groups of members and members of groups, from link indexes and the index of objectSid and primaryGroupID.
#include "service/directory/membership.hpp"

#include <set>

#include "security/access/well_known_sids.hpp"
#include "service/directory/well_known_names.hpp"

namespace tributary::service::directory {

using Operation = drsuapi::REVERSE_MEMBERSHIP_OPERATION_TYPE;

MembershipGraph::MembershipGraph(const Reader& reader, const Partitions& partitions, std::function<void(std::size_t)> step)
    : reader_(reader), partitions_(partitions), step_(std::move(step)), is_forest_wide_(partitions.is_gc()) {}

bool MembershipGraph::has(Dnt dnt) const {
  const auto object = reader_.living(dnt);
  return object && (is_forest_wide_ || object->nc() == reader_.default_nc());
}

std::optional<Sid> MembershipGraph::domain_sid(Dnt domain) const {
  const auto root = reader_.living(domain);
  if (!root) return std::nullopt;
  const auto sids = reader_.sids(*root, attid::kObjectSid);
  return sids.empty() ? std::nullopt : std::optional(sids.front());
}

Dnt MembershipGraph::primary_group(Dnt member) const {
  const auto rid = reader_.object(member).first_u32(attid::kPrimaryGroupId);
  const auto domain = rid ? domain_sid(reader_.default_nc()) : std::nullopt;
  if (!domain) return kNoDnt;
  const auto groups = reader_.equal(attid::kObjectSid, encode_sid(security::with_rid(*domain, *rid)));
  return groups.empty() ? kNoDnt : groups.front();
}

Dnt MembershipGraph::enterprise_rodcs() const {
  const auto root = domain_sid(partitions_.held_domain(reader_.identity().forest_dns_name));
  if (!root) return kNoDnt;
  const auto groups = reader_.equal(attid::kObjectSid, encode_sid(security::with_rid(*root, security::rid::kEnterpriseReadOnlyDomainControllers)));
  return groups.empty() ? kNoDnt : groups.front();
}

std::vector<Dnt> MembershipGraph::groups_of(Dnt member) const {
  auto groups = reader_.referring(member, attid::kMember);
  if (const Dnt primary = primary_group(member); primary != kNoDnt && !has_element(groups, primary)) groups.push_back(primary);
  std::erase_if(groups, [&](Dnt dnt) { return !has(dnt); });
  return groups;
}

std::vector<Dnt> MembershipGraph::members_of(Dnt group) const {
  auto members = reader_.references(group, attid::kMember);
  const auto sids = reader_.sids(reader_.object(group), attid::kObjectSid);
  const auto parts = sids.empty() ? std::nullopt : security::split_sid(sids.front());
  if (parts && domain_sid(reader_.default_nc()) == parts->domain) {
    Bytes rid(4);
    store_le(rid.data(), parts->rid);
    for (const Dnt dnt : reader_.equal(attid::kPrimaryGroupId, rid))
      if (!has_element(members, dnt)) members.push_back(dnt);
  }
  std::erase_if(members, [&](Dnt dnt) { return !has(dnt); });
  return members;
}

bool MembershipGraph::is_matched_group(Dnt group, const GroupFilter& filter) const {
  const auto object = reader_.object(group);
  const std::uint32_t type = object.first_u32(attid::kGroupType).value_or(0);
  const auto op = filter.operation;
  if ((type & kGroupTypeSecurityEnabled) == 0) return false;
  if (op != Operation::RevMembGetUniversalGroups && filter.limits_domain && object.nc() != filter.limiting_domain) return false;
  if (op != Operation::RevMembGetAliasMembership) {
    const auto sids = reader_.sids(object, attid::kObjectSid);
    if (!sids.empty() && is_builtin_principal(sids.front())) return false;
  }
  constexpr std::uint32_t kLocal = kGroupTypeResource | kGroupTypeAppBasic | kGroupTypeAppQuery;
  switch (op) {
    case Operation::RevMembGetGroupsForUser: return (type & kLocal) == 0;
    case Operation::RevMembGetAliasMembership: return (type & kLocal) != 0;
    case Operation::RevMembGetAccountGroups:
    case Operation::RevMembGlobalGroupsNonTransitive: return (type & kGroupTypeAccount) != 0;
    case Operation::RevMembGetResourceGroups: return (type & kGroupTypeResource) != 0;
    case Operation::RevMembGetUniversalGroups: return (type & kGroupTypeUniversal) != 0;
    case Operation::GroupMembersTransitive: break;
  }
  return true;
}

/// What can be reached, breadth first, each once: the set bounds the walk by the size of the database.
template <class Next>
std::vector<Dnt> MembershipGraph::walk(Dnt from, Next&& next) const {
  std::vector<Dnt> reached{from};
  std::set<Dnt> seen{from};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    step_(i);
    for (const Dnt dnt : next(reached[i]))
      if (seen.insert(dnt).second) reached.push_back(dnt);
  }
  reached.erase(reached.begin());
  return reached;
}

std::vector<Dnt> MembershipGraph::neighbors(Dnt from, const GroupFilter& filter) const {
  auto groups = groups_of(from);
  std::erase_if(groups, [&](Dnt dnt) { return dnt == from || !is_matched_group(dnt, filter); });
  return groups;
}

std::vector<Dnt> MembershipGraph::closure(Dnt from, const GroupFilter& filter) const {
  return walk(from, [&](Dnt dnt) { return neighbors(dnt, filter); });
}

std::vector<Dnt> MembershipGraph::all_members(Dnt group) const {
  return walk(group, [&](Dnt dnt) { return members_of(dnt); });
}

}  // namespace tributary::service::directory
