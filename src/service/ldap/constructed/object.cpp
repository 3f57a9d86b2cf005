// SPDX-License-Identifier: Apache-2.0
// Constructed attributes that one object alone says, with its name and its parent: [MS-ADTS] 3.1.1.4.5.2, 3.1.1.4.5.8 to 3.1.1.4.5.12,
// 3.1.1.4.5.15, 3.1.1.4.5.16, 3.1.1.4.5.27, 3.1.1.4.5.28, 3.1.1.4.5.37, 3.1.1.4.5.38. Declared in makers.hpp.
// DEVIATION: the heuristic fKVNOEmuW2k of msDS-KeyVersionNumber (a forest that claims Windows 2000's KDC) is not looked at.
#include "base/canonical_name.hpp"
#include "base/utf.hpp"
#include "query/ldap_values.hpp"
#include "security/access/rights.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/access/object_access.hpp"
#include "service/directory/partitions.hpp"
#include "service/directory/well_known_names.hpp"
#include "service/ldap/constructed/makers.hpp"

namespace tributary::service::ldap_face::constructed {

namespace attid = directory::attid;
namespace class_id = directory::class_id;

namespace {

/// 3.1.1.4.5.15 asks for an estimate: more are not counted.
constexpr std::uint32_t kSubordinatesMax = 100'000;

Values time_value(DsTime time) { return one(query::format_ldap_time(schema::Syntax::kGeneralizedTime, time)); }

}  // namespace

Values canonical_name_of(const Subject& s) {
  const auto dn = must(repl::dn_of(s.view.snapshot, s.schema(), s.object.dnt()));
  const auto name = canonical_name(to_utf16_lossy(dn), false);
  return name ? one(to_utf8_lossy(name->name)) : Values();
}

Values from_entry(const Subject& s) { return truth((repl::instance_type(s.object) & drsuapi::IT_WRITE) != 0); }

Values create_time_stamp(const Subject& s) {
  return time_value(DsTime{large_integer(s.object, attid::kWhenCreated).value_or(s.object.head().when_created.seconds)});
}
Values modify_time_stamp(const Subject& s) { return time_value(s.object.head().when_changed); }

Values primary_group_token(const Subject& s) {
  const auto sid = s.object.head().sid;
  const auto parts = sid ? security::split_sid(*sid) : std::nullopt;
  return parts && s.is_instance(class_id::kGroup) ? integer(parts->rid) : Values();
}

Values entry_ttl(const Subject& s) {
  const auto end = large_integer(s.object, attribute_called(s.schema(), "msDS-Entry-Time-To-Die"));
  if (!end) return {};
  const std::int64_t left = *end - s.view.context.ds_now().seconds;
  // LDAP has no unsigned integer: a lifetime is at most a year ([MS-ADTS] 3.1.1.5.2.3), far below the limit.
  return one(std::to_string(std::clamp<std::int64_t>(left, 0, INT32_MAX)));
}

Values approximate_subordinates(const Subject& s) {
  const auto access = must(ObjectAccess::of(s.view.context, s.view.snapshot, s.view.caller.token, s.object.dnt()));
  std::uint32_t count = 0;
  if (access.object(security::kRightDsListContents))
    must(s.view.snapshot.children(s.object.dnt(), [&](const Dnt&) { return ++count < kSubordinatesMax; }));
  return integer(count);
}

Values key_version_number(const Subject& s) {
  const auto stamp = s.object.stamp(attid::kUnicodePwd);
  return stamp ? integer(stamp->version) : Values();
}

Values principal_name(const Subject& s) {
  const auto sid = s.object.head().sid;
  if (!sid) return {};
  const auto reader = s.reader();
  if (const auto name = reader.text(s.object, attid::kSamAccountName)) {
    if (directory::is_builtin_principal(*sid)) return one("BUILTIN\\" + *name);
    const bool is_own = reader.default_nc() == s.object.nc();
    const auto domain = is_own ? std::optional(s.view.dsa.identity().domain_netbios_name) : directory::Partitions(reader).netbios_name(s.object.nc());
    if (domain) return one(*domain + "\\" + *name);
  }
  return one(to_string(*sid));
}

Values parent_guid(const Subject& s) {
  if (repl::is_nc_root(s.object)) return {};
  const auto parent = must(s.view.snapshot.find(s.object.parent()));
  return parent && !parent->guid().is_null() ? one(octets_of(parent->guid().value.octets)) : Values();
}

Values parent_name(const Subject& s) {
  if (repl::is_nc_root(s.object) || s.object.parent() == store::kRootDnt) return {};
  return one(s.dn(s.object.parent()));
}

Values local_deletion_time(const Subject& s) { return repl::is_deleted(s.object) ? time_value(s.object.when_deleted()) : Values(); }
Values local_recycle_time(const Subject& s) { return repl::is_recycled(s.object) ? time_value(s.object.when_deleted()) : Values(); }

}  // namespace tributary::service::ldap_face::constructed
