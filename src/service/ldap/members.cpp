// SPDX-License-Identifier: Apache-2.0
// Groups: who may be a member of what, and what a group may become. See sam.hpp; [MS-ADTS] 3.1.1.5.3.2, 6.1.1.4 and 2.2.12.
#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/ldap/sam.hpp"

namespace tributary::service::ldap_face {
namespace {

using namespace directory;  // NOLINT: its constants

std::uint32_t type_of(const store::ObjectView& group) { return group.first_u32(attid::kGroupType).value_or(0); }
std::optional<std::uint32_t> rid_of(const store::ObjectView& object) {
  const auto sid = object.head().sid;
  const auto parts = sid ? security::split_sid(*sid) : std::nullopt;
  return parts ? std::optional(parts->rid) : std::nullopt;
}

/// A group of scope `outer` contains one of scope `inner`.
void check_nesting(std::uint32_t outer, std::uint32_t inner) {
  const bool inner_is_local = (inner & kGroupTypeResource) != 0;
  if ((outer & kGroupTypeAccount) != 0 && inner_is_local) unwilling(code::kGlobalCantHaveLocalMember, "a global group contains no domain local one");
  if ((outer & kGroupTypeAccount) != 0 && (inner & kGroupTypeUniversal) != 0)
    unwilling(code::kGlobalCantHaveUniversalMember, "a global group contains no universal one");
  if ((outer & kGroupTypeUniversal) != 0 && inner_is_local) unwilling(code::kUniversalCantHaveLocalMember, "a universal group contains no domain local one");
}

}  // namespace

void check_member_to_add(const Write& write, Dnt group, std::uint32_t type, Dnt member) {
  if (member == group && group != kNoDnt) unwilling(win32::kErrorDsUnwillingToPerform, "a group is no member of itself");
  const auto object = write.reader.living(member);
  if (!object) refuse(ResultCode::kNoSuchObject, win32::kErrorDsObjNotFound, "the member");
  if (write.is_a(*object, class_id::kGroup)) check_nesting(type, type_of(*object));
  if (group == kNoDnt) return;
  const auto own_rid = rid_of(write.object(group));
  const auto primary = object->first_u32(attid::kPrimaryGroupId);
  if (primary && own_rid && *primary == *own_rid && object->nc() == write.object(group).nc())
    refuse(ResultCode::kEntryAlreadyExists, code::kMemberInAlias, "it is the member's primary group");
}

void check_member_to_remove(const Write& write, Dnt group, Dnt member) {
  const auto object = write.reader.find(member);
  const auto own_rid = rid_of(write.object(group));
  const auto primary = object ? object->first_u32(attid::kPrimaryGroupId) : std::nullopt;
  if (primary && own_rid && *primary == *own_rid && object->nc() == write.object(group).nc())
    unwilling(code::kMembersPrimaryGroup, "it is the member's primary group");
}

bool is_primary_group_of_any(const Write& write, const store::ObjectView& group) {
  const auto rid = rid_of(group);
  if (!rid) return false;
  const Dnt nc = group.nc();
  for (const Dnt account : write.reader.equal(attid::kPrimaryGroupId, repl::u32_value(*rid).octets))
    if (write.object(account).nc() == nc) return true;
  return false;
}

void check_group_type_change(const Write& write, const store::ObjectView& group, std::uint32_t before, std::uint32_t after) {
  const auto was = before & kGroupTypeScopes, is = after & kGroupTypeScopes;
  if (((before | after) & kGroupTypeBuiltin) != 0 && before != after) unwilling(code::kInvalidGroupType, "built-in groups stay what they are");
  if ((is != kGroupTypeAccount && is != kGroupTypeResource && is != kGroupTypeUniversal) ||
      (after & ~(kGroupTypeScopes | kGroupTypeSecurityEnabled | kGroupTypeBuiltin)) != 0)
    unwilling(code::kInvalidGroupType, "groupType is one of global, domain local and universal, with security or without");
  const bool loses_security = (before & kGroupTypeSecurityEnabled) != 0 && (after & kGroupTypeSecurityEnabled) == 0;
  if (loses_security && is_primary_group_of_any(write, group)) unwilling(code::kHavePrimaryMembers, "it is somebody's primary group");
  if (was == is) return;
  if ((was | is) == (kGroupTypeAccount | kGroupTypeResource)) unwilling(code::kInvalidGroupType, "between global and domain local a group becomes universal first");
  const Dnt dnt = group.dnt();
  for (const Dnt member : write.reader.references(dnt, attid::kMember))
    if (const auto object = write.reader.living(member); object && write.is_a(*object, class_id::kGroup)) check_nesting(is, type_of(*object));
  for (const Dnt container : write.reader.referring(dnt, attid::kMember))
    if (const auto object = write.reader.living(container); object && write.is_a(*object, class_id::kGroup)) check_nesting(type_of(*object), is);
}

void check_account_deletable(const Write& write, const store::ObjectView& object) {
  const bool is_group = write.is_a(object, class_id::kGroup), is_user = write.is_a(object, class_id::kUser);
  if (!is_group && !is_user) return;
  if (const auto rid = rid_of(object); rid && *rid < kRidDomainMin && *rid != 0)
    refuse(ResultCode::kOther, code::kSpecialAccount, "well-known accounts stay");
  // As Samba answers it, and scripts expect it.
  if (is_group && is_primary_group_of_any(write, object))
    refuse(ResultCode::kEntryAlreadyExists, code::kMembersPrimaryGroup, "it is somebody's primary group");
}

}  // namespace tributary::service::ldap_face
