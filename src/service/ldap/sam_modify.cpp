// SPDX-License-Identifier: Apache-2.0
// Changes of users, computers and groups. See sam.hpp. [MS-ADTS] 3.1.1.5.3.2, 3.1.1.5.3.3.
#include <algorithm>

#include "base/win32.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/ldap/sam.hpp"

namespace tributary::service::ldap_face {
namespace {

using namespace directory;  // NOLINT: its constants
using repl::Modification;
using repl::ModifyOperation;

/// One object's changes, judged one attribute after the other.
class Judge {
 public:
  Judge(Write& write, const store::ObjectView& object, std::vector<Modification>& changes)
      : write_(write), object_(object), changes_(changes), is_user_(write.is_a(object, class_id::kUser)),
        is_group_(write.is_a(object, class_id::kGroup)), is_computer_(write.is_a(object, class_id::kComputer)) {}

  SamChanges judge() {
    if (changes(attid::kDescription)) judge_description();
    if (changes(attid::kSamAccountName)) judge_account_name();
    if (changes(attid::kUserPrincipalName)) judge_names(attid::kUserPrincipalName);
    if (changes(attid::kServicePrincipalName)) judge_names(attid::kServicePrincipalName);
    if (is_user_) judge_user();
    if (is_group_) judge_group();
    return std::move(made_);
  }

 private:
  [[nodiscard]] bool changes(Attid attid) const { return std::ranges::find(changes_, attid, &Modification::attid) != changes_.end(); }
  /// The one value that the attribute has afterwards; nothing: none.
  [[nodiscard]] std::optional<repl::NewValue> outcome(Attid attid) const {
    std::optional<repl::NewValue> value;
    if (const auto stored = object_.first(attid)) value = repl::octets_value(*stored);
    for (const auto& change : changes_) {
      if (change.attid != attid) continue;
      if (change.operation != ModifyOperation::kDelete && !change.values.empty()) value = change.values.back();
      else if (change.values.empty() || (value && change.values.back() == *value)) value.reset();
    }
    return value;
  }
  void replace_outcome(Attid attid, repl::NewValue value) {
    for (auto& change : std::views::reverse(changes_)) {
      if (change.attid != attid || change.operation == ModifyOperation::kDelete || change.values.empty()) continue;
      change.values.back() = std::move(value);
      return;
    }
  }
  [[nodiscard]] std::uint32_t number(Attid attid, const char* name) const {
    const auto value = outcome(attid);
    if (!value) unwilling(win32::kErrorDsUnwillingToPerform, std::string(name) + " stays");
    return number_of(*value);
  }
  void as_system(Attid attid, repl::NewValue value) { made_.as_system.push_back({ModifyOperation::kReplace, attid, {std::move(value)}}); }
  [[nodiscard]] Attid named(std::string_view name) const { return write_.schema().find_attribute(name)->attid; }

  void judge_description() {
    std::size_t count = object_.find(attid::kDescription) ? object_.find(attid::kDescription)->size() : 0;
    for (const auto& change : changes_) {
      if (change.attid != attid::kDescription) continue;
      if (change.operation == ModifyOperation::kReplace) count = change.values.size();
      else if (change.operation == ModifyOperation::kAdd) count += change.values.size();
      else count = change.values.empty() ? 0 : count - std::min(count, change.values.size());
    }
    if (count > 1 && changes_with_values(attid::kDescription))
      refuse(ResultCode::kAttributeOrValueExists, win32::kErrorDsSingleValueConstraint, "description of an account has one value");
  }
  [[nodiscard]] bool changes_with_values(Attid attid) const {
    return std::ranges::any_of(changes_, [&](const Modification& each) {
      return each.attid == attid && each.operation != ModifyOperation::kDelete && !each.values.empty();
    });
  }

  void judge_account_name() {
    const auto name = outcome(attid::kSamAccountName);
    if (!name) unwilling(win32::kErrorDsUnwillingToPerform, "an account keeps a sAMAccountName");
    check_account_name(write_, unicode_text(name->octets), object_.dnt());
  }

  void judge_names(Attid attid) {
    std::vector<std::string> names;
    for (const auto& change : changes_)
      if (change.attid == attid && change.operation != ModifyOperation::kDelete)
        for (const auto& value : change.values) names.push_back(unicode_text(value.octets));
    if (attid == attid::kServicePrincipalName) return check_service_names(write_, names, object_.dnt());
    for (const auto& name : names) check_principal_name(write_, name, object_.dnt());
  }

  void judge_user() {
    if (changes(attid::kUserAccountControl)) judge_control();
    if (changes(attid::kPrimaryGroupId)) judge_primary_group();
    if (changes(attid::kLockoutTime)) judge_lockout();
    if (changes(attid::kPwdLastSet)) judge_password_time();
  }

  void judge_control() {
    const std::uint32_t before = object_.first_u32(attid::kUserAccountControl).value_or(0);
    const std::uint32_t wanted = number(attid::kUserAccountControl, "userAccountControl");
    const std::uint32_t after = settled_control(wanted, is_computer_);
    replace_outcome(attid::kUserAccountControl, repl::u32_value(after));
    check_control_rights(write_, before, after);
    if ((wanted & kUfPasswordExpired) != 0) as_system(attid::kPwdLastSet, repl::i64_value(0));
    if (account_type_of(before) != account_type_of(after) || !object_.first(attid::kSamAccountType))
      as_system(attid::kSamAccountType, repl::u32_value(account_type_of(after)));
    if (primary_group_of(before) != primary_group_of(after) && !changes(attid::kPrimaryGroupId))
      as_system(attid::kPrimaryGroupId, repl::u32_value(primary_group_of(after)));
    const bool was_dc = (before & (kUfServerTrustAccount | kUfPartialSecretsAccount)) != 0;
    const bool is_dc = (after & (kUfServerTrustAccount | kUfPartialSecretsAccount)) != 0;
    if (was_dc != is_dc) as_system(attid::kIsCriticalSystemObject, repl::bool_value(is_dc));
  }

  /// The group that is left behind gets a member, and the new one loses it: membership by primaryGroupID needs no value.
  void judge_primary_group() {
    const auto before = object_.first_u32(attid::kPrimaryGroupId).value_or(0);
    const auto after = number(attid::kPrimaryGroupId, "primaryGroupID");
    const auto sid = object_.head().sid;
    const auto domain = sid ? security::split_sid(*sid) : std::nullopt;
    if (before == after || !domain) return;
    const Dnt self = object_.dnt(), group = must(repl::resolve_sid(write_.tx, security::with_rid(domain->domain, after)));
    const auto found = write_.reader.living(group);
    const auto type = found ? found->first_u32(attid::kGroupType).value_or(0) : 0;
    if (!found || !write_.is_a(*found, class_id::kGroup)) unwilling(code::kNoSuchGroup, "primaryGroupID names no group of the domain");
    const bool may_be = (type & kGroupTypeSecurityEnabled) != 0 && (type & (kGroupTypeAccount | kGroupTypeUniversal)) != 0;
    if (!may_be) unwilling(code::kInvalidGroupType, "a primary group is a global or universal security group");
    if (!has_element(write_.reader.references(group, attid::kMember), self))
      unwilling(code::kMemberNotInGroup, "the account is no member of the group that is to be its primary group");
    made_.others.push_back({group, {ModifyOperation::kDelete, attid::kMember, {repl::reference_value(self)}}});
    const Dnt left = must(repl::resolve_sid(write_.tx, security::with_rid(domain->domain, before)));
    if (write_.reader.is_living(left)) made_.others.push_back({left, {ModifyOperation::kAdd, attid::kMember, {repl::reference_value(self)}}});
  }

  void judge_lockout() {
    const auto value = outcome(attid::kLockoutTime);
    if (value && *value != repl::i64_value(0)) unwilling(win32::kErrorInvalidParameter, "lockoutTime is set to 0, which ends a lockout, and to nothing else");
    if (object_.first(named("badPwdCount"))) as_system(named("badPwdCount"), repl::u32_value(0));
  }

  void judge_password_time() {
    const auto value = outcome(attid::kPwdLastSet);
    if (!value || (*value != repl::i64_value(0) && *value != repl::i64_value(-1)))
      unwilling(win32::kErrorInvalidParameter, "pwdLastSet is set to 0 (the password has to be changed) or to -1 (it was changed now)");
    if (*value == repl::i64_value(-1)) replace_outcome(attid::kPwdLastSet, repl::i64_value(static_cast<std::int64_t>(write_.context.now.ticks)));
  }

  void judge_group() {
    std::uint32_t type = object_.first_u32(attid::kGroupType).value_or(0);
    if (changes(attid::kGroupType)) {
      const auto after = number(attid::kGroupType, "groupType");
      check_group_type_change(write_, object_, type, after);
      as_system(attid::kSamAccountType, repl::u32_value(group_account_type_of(after)));
      type = after;
    }
    bool is_known = true;  // what the group contains at this point of the request is what the store says
    for (const auto& change : changes_) {
      if (change.attid != attid::kMember) continue;
      if (change.operation == ModifyOperation::kDelete) judge_going(change, is_known);
      else judge_coming(change, type, is_known);
      is_known = false;
    }
  }
  [[nodiscard]] bool is_member(Dnt member) const {
    const auto link = must(write_.tx.find_link({object_.dnt(), attid::kMember, member, {}}));
    return link && link->is_present && (!link->is_deactivated || write_.controls.show_deactivated_links);
  }
  void judge_coming(const Modification& change, std::uint32_t type, bool is_known) const {
    for (const auto& value : change.values) {
      check_member_to_add(write_, object_.dnt(), type, value.target);
      const bool is_twice = change.operation == ModifyOperation::kAdd && is_known && !write_.controls.permissive && is_member(value.target);
      if (is_twice) refuse(ResultCode::kEntryAlreadyExists, code::kMemberInAlias, "member");
    }
  }
  void judge_going(const Modification& change, bool is_known) const {
    for (const auto& value : change.values) {
      check_member_to_remove(write_, object_.dnt(), value.target);
      if (is_known && !write_.controls.permissive && !is_member(value.target)) unwilling(code::kMemberNotInAlias, "member");
    }
  }

  Write& write_;
  const store::ObjectView& object_;
  std::vector<Modification>& changes_;
  SamChanges made_;
  bool is_user_, is_group_, is_computer_;
};

}  // namespace

SamChanges judge_account_changes(Write& write, const store::ObjectView& object, std::vector<Modification>& changes) {
  return Judge(write, object, changes).judge();
}

}  // namespace tributary::service::ldap_face
