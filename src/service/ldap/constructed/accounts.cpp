// SPDX-License-Identifier: Apache-2.0
// What rules for passwords make of an account: [MS-ADTS] 3.1.1.4.5.17, 3.1.1.4.5.33, 3.1.1.4.5.36. Declared in makers.hpp. The policy is that
// of the password settings object that applies, else the domain's (Effective-LockoutDuration, Effective-MaximumPasswordAge).
// DEVIATION: objects that are no users have none of these; by the sections their passwords would have expired. A maxPwdAge of zero, or none,
// means that passwords do not expire, as with the interval of no end: that is what zero is written for, and what Samba makes of it.
#include <limits>

#include "security/access/well_known_sids.hpp"
#include "service/directory/partitions.hpp"
#include "service/ldap/constructed/makers.hpp"

namespace tributary::service::ldap_face::constructed {

namespace attid = directory::attid;
namespace class_id = directory::class_id;

namespace {

constexpr std::uint32_t kUfLockout = 0x00000010;
constexpr std::uint32_t kUfPasswordExpired = 0x00800000;
constexpr std::uint32_t kTrustAccounts =
    directory::kUfWorkstationTrustAccount | directory::kUfServerTrustAccount | directory::kUfInterdomainTrustAccount;
constexpr std::uint32_t kPasswordStays = kTrustAccounts | directory::kUfSmartcardRequired | directory::kUfDontExpirePasswd;
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::min();  ///< an interval without end; intervals are negative

bool is_in_domain(const Subject& s) {
  const auto reader = s.reader();
  if (s.object.nc() == reader.default_nc()) return true;
  const directory::Partitions partitions(reader);
  const auto* const cross_ref = partitions.of_nc(s.object.nc());
  return cross_ref != nullptr && cross_ref->is_domain();
}

/// Values of msDS-PSOApplied that are password settings objects in their container.
void add_settings(const Subject& s, const directory::Reader& reader, Dnt principal, std::vector<Dnt>& settings) {
  const auto* const pso = s.schema().find_class("msDS-PasswordSettings");
  const auto* const container = s.schema().find_class("msDS-PasswordSettingsContainer");
  if (pso == nullptr || container == nullptr) return;
  for (const Dnt each : reader.referring(principal, attribute_called(s.schema(), "msDS-PSOAppliesTo"))) {
    const auto object = reader.object(each);
    if (reader.is_instance(object, pso->attid) && reader.is_instance(reader.object(object.parent()), container->attid)) settings.push_back(each);
  }
}

bool may_have_settings(const Subject& s, const directory::Reader& reader) {
  if (!s.is_instance(class_id::kUser) || s.object.nc() != reader.default_nc()) return false;
  const auto root = reader.find(s.object.nc());
  if (!root || root->first_u32(attid::kMsDsBehaviorVersion).value_or(0) < directory::kBehaviorWin2008) return false;
  if ((s.object.first_u32(attid::kUserAccountControl).value_or(0) & directory::kUfNormalAccount) == 0) return false;
  const auto sid = s.object.head().sid;
  const auto parts = sid ? security::split_sid(*sid) : std::nullopt;
  if (!parts || parts->rid == security::rid::kKrbtgt) return false;
  return !s.object.first(attribute_called(s.schema(), "msDS-SecondaryKrbTgtNumber"));
}

/// 3.1.1.4.5.36.
Dnt settings_of(const Subject& s) {
  const auto reader = s.reader();
  if (!may_have_settings(s, reader)) return kNoDnt;
  std::vector<Dnt> settings;
  add_settings(s, reader, s.object.dnt(), settings);
  if (settings.empty()) {
    for (const Sid& sid : groups_of_account(s, *s.object.head().sid)) {
      const Dnt group = must(repl::resolve_sid(s.view.snapshot, sid));
      const auto object = group == kNoDnt ? std::nullopt : reader.find(group);
      if (object && (object->first_u32(attid::kGroupType).value_or(0) & directory::kGroupTypeAccount) != 0)
        add_settings(s, reader, group, settings);
    }
  }
  const Attid precedence = attribute_called(s.schema(), "msDS-PasswordSettingsPrecedence");
  const auto rank = [&](Dnt dnt) {
    const auto object = reader.object(dnt);
    return std::pair(static_cast<std::int32_t>(object.first_u32(precedence).value_or(INT32_MAX)), object.guid());
  };
  return settings.empty() ? kNoDnt : *std::ranges::min_element(settings, {}, rank);
}

struct Policy {
  std::int64_t lockout_duration = 0;
  std::int64_t maximum_password_age = kForever;
};
Policy policy_of(const Subject& s) {
  const Dnt settings = settings_of(s);
  const auto from = must(s.view.snapshot.find(settings == kNoDnt ? s.object.nc() : settings));
  Policy policy;
  if (!from) return policy;
  const bool is_pso = settings != kNoDnt;
  policy.lockout_duration =
      large_integer(*from, is_pso ? attribute_called(s.schema(), "msDS-LockoutDuration") : attid::kLockoutDuration).value_or(0);
  policy.maximum_password_age =
      large_integer(*from, is_pso ? attribute_called(s.schema(), "msDS-MaximumPasswordAge") : attid::kMaxPwdAge).value_or(0);
  if (policy.maximum_password_age == 0) policy.maximum_password_age = kForever;
  return policy;
}

bool is_locked_out(const Subject& s, const Policy& policy) {
  const std::int64_t lockout_time = large_integer(s.object, attid::kLockoutTime).value_or(0);
  if (lockout_time == 0) return false;
  return policy.lockout_duration >= 0 || s.view.context.now.ticks + policy.lockout_duration <= lockout_time;
}

/// pwdLastSet + Effective-MaximumPasswordAge, kept within the numbers that there are.
std::int64_t expiry_of(std::int64_t last_set, std::int64_t maximum_age) {
  std::int64_t end = 0;
  return __builtin_sub_overflow(last_set, maximum_age, &end) ? INT64_MAX : end;
}

/// 3.1.1.4.5.33, and 3.1.1.4.5.17 asks whether it is over.
std::int64_t expiry_of(const Subject& s, std::uint32_t account_control, const Policy& policy) {
  if ((account_control & kPasswordStays) != 0) return INT64_MAX;
  const std::int64_t last_set = large_integer(s.object, attid::kPwdLastSet).value_or(0);
  if (last_set == 0) return 0;
  return policy.maximum_password_age == kForever ? INT64_MAX : expiry_of(last_set, policy.maximum_password_age);
}

}  // namespace

Values account_control_computed(const Subject& s) {
  if (!s.is_instance(class_id::kUser)) return {};
  if (!is_in_domain(s)) return integer(0);
  const std::uint32_t account_control = s.object.first_u32(attid::kUserAccountControl).value_or(0);
  const auto policy = policy_of(s);
  std::uint32_t computed = 0;
  if ((account_control & kTrustAccounts) == 0 && is_locked_out(s, policy)) computed |= kUfLockout;
  if (s.view.context.now.ticks > expiry_of(s, account_control, policy)) computed |= kUfPasswordExpired;
  return integer(computed);
}

Values password_expiry_time(const Subject& s) {
  if (!s.is_instance(class_id::kUser) || !is_in_domain(s)) return {};
  return one(std::to_string(expiry_of(s, s.object.first_u32(attid::kUserAccountControl).value_or(0), policy_of(s))));
}

Values resultant_pso(const Subject& s) {
  const Dnt settings = settings_of(s);
  return settings == kNoDnt ? Values() : one(s.dn(settings));
}

}  // namespace tributary::service::ldap_face::constructed
