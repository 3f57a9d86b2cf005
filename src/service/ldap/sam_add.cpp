// SPDX-License-Identifier: Apache-2.0
// New users, computers and groups. See sam.hpp. [MS-ADTS] 3.1.1.5.2.2, 3.1.1.5.2.4.
#include <algorithm>
#include <array>

#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/directory/names.hpp"
#include "service/forest/rid_block.hpp"
#include "service/forest/rid_pool.hpp"
#include "service/ldap/sam.hpp"

namespace tributary::service::ldap_face {
namespace {

using namespace directory;  // NOLINT: its constants

constexpr std::int64_t kNever = INT64_MAX;

constexpr std::array<std::string_view, 13> kOfUsers = {"badPasswordTime", "badPwdCount", "dBCSPwd", "isCriticalSystemObject", "lastLogoff",
                                                       "lastLogon", "lastLogonTimestamp", "lmPwdHistory", "logonCount", "ntPwdHistory",
                                                       "rid", "sAMAccountType", "supplementalCredentials"};
constexpr std::array<std::string_view, 4> kOfGroups = {"isCriticalSystemObject", "rid", "sAMAccountType", "userPassword"};
constexpr std::array<std::string_view, 7> kOfOthers = {"isCriticalSystemObject", "lmPwdHistory", "ntPwdHistory", "sAMAccountName",
                                                       "sAMAccountType", "supplementalCredentials", "unicodePwd"};

Attid named(const Write& write, std::string_view name) {
  const auto* found = write.schema().find_attribute(name);
  if (found == nullptr) refuse(ResultCode::kOther, win32::kErrorDsAttNotDefInSchema, std::string(name));
  return found->attid;
}

Sid next_sid(Write& write) {
  auto next = peek_sid(write.tx, write.context);
  if (!next && next.error().code == kErrorDsNoRidsAllocated) {
    // The RID master gives itself a block, in the transaction that needs it.
    if (const auto block = take_rid_block(write.tx, write.context)) {
      write.updates.append(*block);
      next = peek_sid(write.tx, write.context);
    }
  }
  if (next) return next->sid;
  if (next.error().code == kErrorDsNoRidsAllocated) {
    write.progress.wants_rids = true;
    unwilling(next.error().code, "this DSA has no RIDs left and asks the RID master for more: try again in a moment");
  }
  refuse(outcome_of_update(next.error()), next.error().code);
}

void complete_user(Write& write, AddPlan& plan) {
  const auto given = plan.number(attid::kUserAccountControl);
  // What clients of DCs find: a user is disabled and needs no password until somebody says otherwise.
  const std::uint32_t by_default = plan.is_computer ? kUfWorkstationTrustAccount : kUfNormalAccount | kUfAccountDisable | kUfPasswdNotReqd;
  const std::uint32_t control = settled_control(given.value_or(by_default), plan.is_computer);
  // What nobody asked for is the system's to give.
  if (!plan.by_quota) check_control_rights(write, given ? 0 : control, control);
  const bool is_dc = (control & (kUfServerTrustAccount | kUfPartialSecretsAccount)) != 0;
  const std::uint32_t primary = primary_group_of(control);
  if (const auto wanted = plan.number(attid::kPrimaryGroupId); wanted && *wanted != primary)
    unwilling(code::kMemberNotInGroup, "a new account has the primary group that belongs to its kind");
  const bool expired = given && (*given & kUfPasswordExpired) != 0;
  plan.set(attid::kUserAccountControl, repl::u32_value(control));
  plan.set(attid::kSamAccountType, repl::u32_value(account_type_of(control)));
  plan.set(attid::kPrimaryGroupId, repl::u32_value(primary));
  if (plan.is_computer) plan.set(attid::kIsCriticalSystemObject, repl::bool_value(is_dc));
  for (const auto* zero : {"badPwdCount", "codePage", "countryCode", "logonCount"}) plan.set_default(named(write, zero), repl::u32_value(0));
  for (const auto* zero : {"badPasswordTime", "lastLogoff", "lastLogon"}) plan.set_default(named(write, zero), repl::i64_value(0));
  if (plan.is_computer) plan.set_default(named(write, "localPolicyFlags"), repl::u32_value(0));
  plan.set_default(named(write, "accountExpires"), repl::i64_value(kNever));
  const bool sets_now = plan.find(attid::kPwdLastSet) != nullptr && !expired && plan.find(attid::kPwdLastSet)->values.front() == repl::i64_value(-1);
  plan.set(attid::kPwdLastSet, repl::i64_value(sets_now ? static_cast<std::int64_t>(write.context.now.ticks) : 0));
}

void complete_group(Write& write, AddPlan& plan) {
  const auto type = plan.number(attid::kGroupType).value_or(kGroupTypeAccount | kGroupTypeSecurityEnabled);
  if ((type & kGroupTypeBuiltin) != 0) unwilling(code::kInvalidGroupType, "built-in groups are the system's");
  const auto scope = type & kGroupTypeScopes;
  if ((scope != kGroupTypeAccount && scope != kGroupTypeResource && scope != kGroupTypeUniversal) ||
      (type & ~(kGroupTypeScopes | kGroupTypeSecurityEnabled)) != 0)
    unwilling(code::kInvalidGroupType, "groupType is one of global, domain local and universal, with security or without");
  plan.set(attid::kGroupType, repl::u32_value(type));
  plan.set(attid::kSamAccountType, repl::u32_value(group_account_type_of(type)));
  if (const auto* members = plan.find(attid::kMember))
    for (const auto& member : members->values) check_member_to_add(write, kNoDnt, type, member.target);
}

}  // namespace

repl::NewAttribute* AddPlan::find(Attid attid) noexcept {
  const auto found = std::ranges::find(request.attributes, attid, &repl::NewAttribute::attid);
  return found == request.attributes.end() || found->values.empty() ? nullptr : &*found;
}
std::optional<std::uint32_t> AddPlan::number(Attid attid) {
  const auto* attribute = find(attid);
  return attribute == nullptr ? std::nullopt : std::optional(number_of(attribute->values.front()));
}
void AddPlan::set(Attid attid, repl::NewValue value) {
  if (auto* attribute = find(attid)) attribute->values = {std::move(value)};
  else request.attributes.push_back({attid, {std::move(value)}});
}
void AddPlan::set_default(Attid attid, repl::NewValue value) {
  if (find(attid) == nullptr) request.attributes.push_back({attid, {std::move(value)}});
}

void check_sam_attribute(const schema::AttributeSchema& attribute, bool is_user, bool is_group) {
  const auto is_in = [&](auto& list) { return has_element(list, attribute.ldap_display_name); };
  if ((is_user && is_in(kOfUsers)) || (is_group && is_in(kOfGroups)))
    unwilling(code::kAttributeOwnedBySam, attribute.ldap_display_name + " is not written by clients");
  if (!is_user && !is_group && is_in(kOfOthers)) unwilling(win32::kErrorDsIllegalModOperation, attribute.ldap_display_name + " belongs to accounts");
}

std::uint32_t account_type_of(std::uint32_t control) noexcept {
  if ((control & (kUfWorkstationTrustAccount | kUfServerTrustAccount)) != 0) return kSamMachineAccount;
  return (control & kUfInterdomainTrustAccount) != 0 ? kSamTrustAccount : kSamUserObject;
}
std::uint32_t group_account_type_of(std::uint32_t type) noexcept {
  const bool is_secure = (type & kGroupTypeSecurityEnabled) != 0;
  if ((type & kGroupTypeResource) != 0) return is_secure ? kSamAliasObject : kSamNonSecurityAliasObject;
  return is_secure ? kSamGroupObject : kSamNonSecurityGroupObject;
}
std::uint32_t primary_group_of(std::uint32_t control) noexcept {
  if ((control & kUfPartialSecretsAccount) != 0) return security::rid::kReadOnlyDomainControllers;
  if ((control & kUfServerTrustAccount) != 0) return security::rid::kDomainControllers;
  return (control & kUfWorkstationTrustAccount) != 0 ? security::rid::kDomainComputers : security::rid::kDomainUsers;
}

std::uint32_t settled_control(std::uint32_t control, bool is_computer) {
  control &= ~kUfComputed;
  if ((control & kUfTempDuplicateAccount) != 0) refuse(ResultCode::kOther, win32::kErrorInvalidParameter, "UF_TEMP_DUPLICATE_ACCOUNT is no account of a domain");
  if ((control & kUfAccountTypes) == 0) control |= is_computer ? kUfWorkstationTrustAccount : kUfNormalAccount;
  if (std::popcount(control & kUfAccountTypes) != 1) refuse(ResultCode::kOther, win32::kErrorInvalidParameter, "userAccountControl names two kinds of account");
  if ((control & kUfInterdomainTrustAccount) != 0) unwilling(win32::kErrorDsSecurityIllegalModify, "accounts of trusts are made by making the trust");
  const bool is_machine = (control & (kUfWorkstationTrustAccount | kUfServerTrustAccount)) != 0;
  if (is_machine && !is_computer) refuse(ResultCode::kObjectClassViolation, win32::kErrorDsObjClassViolation, "only a computer has a machine account");
  if ((control & kUfPartialSecretsAccount) != 0 && ((control & kUfWorkstationTrustAccount) == 0 || (control & kUfTrustedForDelegation) != 0))
    refuse(ResultCode::kOther, win32::kErrorInvalidParameter, "the account of an RODC is a workstation's without delegation");
  return control;
}

void check_control_rights(const Write& write, std::uint32_t before, std::uint32_t after) {
  struct Right {
    std::uint32_t bits;
    Guid guid;
    const char* what;
  };
  static constexpr Right kRights[] = {  // [MS-ADTS] 5.1.3.2.1
      {kUfServerTrustAccount | kUfPartialSecretsAccount, right::kReplicaAddRemove, "making a domain controller's account needs DS-Install-Replica on the domain"},
      {kUfPasswdNotReqd, "280f369c-67c7-438e-ae98-1d46f3c6f541"_guid, "UF_PASSWD_NOTREQD needs Update-Password-Not-Required-Bit on the domain"},
      {kUfDontExpirePasswd, "ccc2dc7d-a6ad-4a7a-8846-c04e3cc53501"_guid, "UF_DONT_EXPIRE_PASSWD needs Unexpire-Password on the domain"},
      {kUfEncryptedTextPasswordAllowed, "05c74c5e-4deb-43b4-bd9f-86664c2a7fd5"_guid, "UF_ENCRYPTED_TEXT_PASSWORD_ALLOWED needs its right on the domain"},
  };
  const std::uint32_t added = after & ~before;
  if (added == 0 || write.is_administrator()) return;
  if ((added & (kUfTrustedForDelegation | kUfTrustedToAuthenticateForDelegation)) != 0)
    refuse(ResultCode::kInsufficientAccessRights, code::kPrivilegeNotHeld, "delegation is enabled by administrators");
  std::optional<ObjectAccess> domain;
  for (const auto& each : kRights) {
    if ((added & each.bits) == 0) continue;
    if (!domain) domain.emplace(write.access(write.reader.default_nc()));
    if (!domain->control_access(each.guid)) refuse(ResultCode::kInsufficientAccessRights, win32::kErrorDsInsuffAccessRights, each.what);
  }
}

void complete_account(Write& write, AddPlan& plan) {
  if (plan.object_class->attid == class_id::kForeignSecurityPrincipal) {
    const auto sid = parse_sid(plan.request.rdn);
    if (!sid) refuse(ResultCode::kConstraintViolation, win32::kErrorDsNamingViolation, "the name of a foreignSecurityPrincipal is its SID");
    plan.request.sid = *sid;
  }
  if (!plan.is_principal()) return;
  if (plan.nc != write.reader.default_nc()) unwilling(win32::kErrorDsUnwillingToPerform, "accounts live in the domain of this DSA");
  if (const auto* description = plan.find(attid::kDescription); description != nullptr && description->values.size() > 1)
    refuse(ResultCode::kAttributeOrValueExists, win32::kErrorDsSingleValueConstraint, "description");
  if (plan.find(attid::kSamAccountName) == nullptr) {
    plan.set(attid::kSamAccountName, repl::text_value(made_up_account_name(write)));
  } else {
    check_account_name(write, unicode_text(plan.find(attid::kSamAccountName)->values.front().octets), kNoDnt);
  }
  if (const auto* upn = plan.find(attid::kUserPrincipalName)) check_principal_name(write, unicode_text(upn->values.front().octets), kNoDnt);
  if (const auto* spns = plan.find(attid::kServicePrincipalName)) {
    std::vector<std::string> names;
    for (const auto& value : spns->values) names.push_back(unicode_text(value.octets));
    check_service_names(write, names, kNoDnt);
  }
  if (plan.is_user) complete_user(write, plan);
  else complete_group(write, plan);
  plan.request.sid = next_sid(write);
  plan.draws_sid = true;
}

}  // namespace tributary::service::ldap_face
