// SPDX-License-Identifier: Apache-2.0
// See membership_walk.hpp.
#include "service/access/membership_walk.hpp"

#include "base/win32.hpp"
#include "repl/objects/facts.hpp"
#include "schema/value_compare.hpp"
#include "service/access/caller_token.hpp"
#include "service/directory/constants.hpp"

namespace tributary::service {

using store::Dnt;

namespace {

std::unexpected<Error> too_many(std::string_view what) { return fail(security::kErrorTooManyContextIds, "more than the limit of " + std::string(what)); }

}  // namespace

void MembershipWalk::add(const Sid& sid) {
  if (seen_.insert(sid).second) waiting_.push_back(sid);
}

Result<void> MembershipWalk::run() {
  while (!waiting_.empty()) {
    if (seen_.size() > security::kTokenSidsMax) return too_many("SIDs of one token");
    const Sid sid = waiting_.back();
    waiting_.pop_back();
    if (auto visited = visit_sid(sid); !visited) return visited;
  }
  return {};
}

Result<void> MembershipWalk::visit_sid(const Sid& sid) {
  if (!snapshot_.has_index(repl::attid::kObjectSid)) return fail(win32::kErrorNotSupported, "objectSid is not indexed");
  std::vector<Dnt> objects;
  const auto scanned = snapshot_.equal(repl::attid::kObjectSid, schema::normal_form(schema::Syntax::kSid, encode_sid(sid)), [&](const Dnt& dnt) {
    objects.push_back(dnt);
    return objects.size() <= security::kTokenSidsMax;
  });
  if (!scanned) return scanned;
  for (const Dnt dnt : objects)
    if (auto visited = visit_object(dnt); !visited) return visited;
  return {};
}

Result<void> MembershipWalk::visit_object(Dnt object) {
  std::vector<store::LinkKey> memberships;
  const auto scanned = snapshot_.backlinks(object, repl::attid::kMember, [&](const store::LinkKey& key) {
    memberships.push_back(key);
    return ++memberships_ <= kMembershipsMax;
  });
  if (!scanned) return scanned;
  if (memberships_ > kMembershipsMax) return too_many("memberships");
  for (const auto& membership : memberships)
    if (auto considered = consider_group(membership); !considered) return considered;
  return {};
}

Result<void> MembershipWalk::consider_group(const store::LinkKey& membership) {
  const auto link = snapshot_.find_link(membership);
  if (!link) return std::unexpected(link.error());
  if (!*link || !(*link)->is_present || (*link)->is_deactivated) return {};
  const auto group = snapshot_.find(membership.source);
  if (!group) return std::unexpected(group.error());
  if (!*group || repl::is_phantom(**group) || repl::is_deleted(**group)) return {};
  const std::uint32_t type = (*group)->first_u32(repl::attid::kGroupType).value_or(0);
  if ((type & directory::kGroupTypeSecurityEnabled) == 0) return {};
  // A domain local group holds in its own domain alone; only its DCs have its members.
  const bool is_local = (type & directory::kGroupTypeResource) != 0;
  if (is_local ? (*group)->nc() != domain_ : local_only_) return {};
  if (const auto sid = (*group)->head().sid) add(*sid);
  return {};
}

}  // namespace tributary::service
