// SPDX-License-Identifier: Apache-2.0
// See principals.hpp.
#include "service/forest/principals.hpp"

#include <fmt/format.h>

#include <array>
#include <span>

namespace tributary::service {
namespace {

// groupType ([MS-ADTS] 2.2.12), with GROUP_TYPE_SECURITY_ENABLED.
constexpr std::uint32_t kGlobal = 0x80000002;
constexpr std::uint32_t kDomainLocal = 0x80000004;
constexpr std::uint32_t kUniversal = 0x80000008;
constexpr std::uint32_t kBuiltin = 0x80000005;
// sAMAccountType.
constexpr std::uint32_t kUserObject = 0x30000000;
constexpr std::uint32_t kGroupObject = 0x10000000;
constexpr std::uint32_t kAliasObject = 0x20000000;
// userAccountControl ([MS-ADTS] 2.2.16).
constexpr std::uint32_t kDisabled = 0x2;
constexpr std::uint32_t kPasswordNotRequired = 0x20;
constexpr std::uint32_t kNormalAccount = 0x200;
constexpr std::uint32_t kPasswordNeverExpires = 0x10000;

struct User {
  std::uint32_t rid;
  std::string_view name;  ///< empty: the administrator's
  std::uint32_t control;
  std::uint32_t primary_group;
  bool is_protected;      ///< adminCount: AdminSDHolder's descriptor ([MS-ADTS] 3.1.1.6.1)
};
constexpr std::array kUsers = {
    User{500, "", kNormalAccount | kPasswordNeverExpires, 513, true},
    User{501, "Guest", kNormalAccount | kDisabled | kPasswordNotRequired | kPasswordNeverExpires, 514, false},
    User{502, "krbtgt", kNormalAccount | kDisabled, 513, true},
};

struct Group {
  std::uint32_t rid;
  std::string_view name;
  std::uint32_t type;
  bool is_protected;
  std::string_view members;  ///< names of principals of the domain, or SIDs, with '|' between them; '@' is the administrator
};
constexpr std::array kDomainGroups = {
    Group{498, "Enterprise Read-only Domain Controllers", kUniversal, false, ""},
    Group{512, "Domain Admins", kGlobal, true, "@"},
    Group{513, "Domain Users", kGlobal, false, ""},
    Group{514, "Domain Guests", kGlobal, false, ""},
    Group{515, "Domain Computers", kGlobal, false, ""},
    Group{516, "Domain Controllers", kGlobal, true, ""},
    Group{517, "Cert Publishers", kDomainLocal, false, ""},
    Group{518, "Schema Admins", kUniversal, true, "@"},
    Group{519, "Enterprise Admins", kUniversal, true, "@"},
    Group{520, "Group Policy Creator Owners", kGlobal, false, "@"},
    Group{521, "Read-only Domain Controllers", kGlobal, true, ""},
    Group{522, "Cloneable Domain Controllers", kGlobal, false, ""},
    Group{525, "Protected Users", kGlobal, false, ""},
    Group{526, "Key Admins", kGlobal, true, ""},
    Group{527, "Enterprise Key Admins", kUniversal, true, ""},
    Group{553, "RAS and IAS Servers", kDomainLocal, false, ""},
    Group{571, "Allowed RODC Password Replication Group", kDomainLocal, false, ""},
    Group{572, "Denied RODC Password Replication Group", kDomainLocal, false,
          "krbtgt|Domain Admins|Schema Admins|Enterprise Admins|Cert Publishers|Domain Controllers|Group Policy Creator Owners|"
          "Read-only Domain Controllers"},
};
constexpr std::array kBuiltinGroups = {
    Group{544, "Administrators", kBuiltin, true, "@|Domain Admins|Enterprise Admins"},
    Group{545, "Users", kBuiltin, false, "Domain Users|S-1-5-11|S-1-5-4"},
    Group{546, "Guests", kBuiltin, false, "Guest|Domain Guests"},
    Group{548, "Account Operators", kBuiltin, true, ""},
    Group{549, "Server Operators", kBuiltin, true, ""},
    Group{550, "Print Operators", kBuiltin, true, ""},
    Group{551, "Backup Operators", kBuiltin, true, ""},
    Group{552, "Replicator", kBuiltin, true, ""},
    Group{554, "Pre-Windows 2000 Compatible Access", kBuiltin, false, "S-1-5-11"},
    Group{555, "Remote Desktop Users", kBuiltin, false, ""},
    Group{556, "Network Configuration Operators", kBuiltin, false, ""},
    Group{557, "Incoming Forest Trust Builders", kBuiltin, false, ""},
    Group{558, "Performance Monitor Users", kBuiltin, false, ""},
    Group{559, "Performance Log Users", kBuiltin, false, ""},
    Group{560, "Windows Authorization Access Group", kBuiltin, false, "S-1-5-9"},
    Group{561, "Terminal Server License Servers", kBuiltin, false, ""},
    Group{562, "Distributed COM Users", kBuiltin, false, ""},
    Group{568, "IIS_IUSRS", kBuiltin, false, "S-1-5-17"},
    Group{569, "Cryptographic Operators", kBuiltin, false, ""},
    Group{573, "Event Log Readers", kBuiltin, false, ""},
    Group{574, "Certificate Service DCOM Access", kBuiltin, false, ""},
    Group{575, "RDS Remote Access Servers", kBuiltin, false, ""},
    Group{576, "RDS Endpoint Servers", kBuiltin, false, ""},
    Group{577, "RDS Management Servers", kBuiltin, false, ""},
    Group{578, "Hyper-V Administrators", kBuiltin, false, ""},
    Group{579, "Access Control Assistance Operators", kBuiltin, false, ""},
    Group{580, "Remote Management Users", kBuiltin, false, ""},
    Group{582, "Storage Replica Administrators", kBuiltin, false, ""},
};
constexpr std::array<std::string_view, 4> kForeign = {"S-1-5-4", "S-1-5-9", "S-1-5-11", "S-1-5-17"};

struct WellKnown {
  std::string_view name;
  std::string_view sid;
};
constexpr std::array kWellKnown = {
    WellKnown{"Anonymous Logon", "S-1-5-7"}, WellKnown{"Authenticated Users", "S-1-5-11"}, WellKnown{"Batch", "S-1-5-3"},
    WellKnown{"Console Logon", "S-1-2-1"}, WellKnown{"Creator Group", "S-1-3-1"}, WellKnown{"Creator Owner", "S-1-3-0"},
    WellKnown{"Dialup", "S-1-5-1"}, WellKnown{"Digest Authentication", "S-1-5-64-21"},
    WellKnown{"Enterprise Domain Controllers", "S-1-5-9"}, WellKnown{"Everyone", "S-1-1-0"}, WellKnown{"Interactive", "S-1-5-4"},
    WellKnown{"IUSR", "S-1-5-17"}, WellKnown{"Local Service", "S-1-5-19"}, WellKnown{"Network", "S-1-5-2"},
    WellKnown{"Network Service", "S-1-5-20"}, WellKnown{"NTLM Authentication", "S-1-5-64-10"},
    WellKnown{"Other Organization", "S-1-5-1000"}, WellKnown{"Owner Rights", "S-1-3-4"}, WellKnown{"Proxy", "S-1-5-8"},
    WellKnown{"Remote Interactive Logon", "S-1-5-14"}, WellKnown{"Restricted", "S-1-5-12"},
    WellKnown{"SChannel Authentication", "S-1-5-64-14"}, WellKnown{"Self", "S-1-5-10"}, WellKnown{"Service", "S-1-5-6"},
    WellKnown{"System", "S-1-5-18"}, WellKnown{"Terminal Server User", "S-1-5-13"}, WellKnown{"This Organization", "S-1-5-15"},
};

std::string member_dn(const PrincipalNames& names, std::string_view member) {
  if (member == "@") return fmt::format("CN={},CN=Users,{}", names.administrator, names.domain_dn);
  if (member.starts_with("S-1-")) return fmt::format("CN={},CN=ForeignSecurityPrincipals,{}", member, names.domain_dn);
  return fmt::format("CN={},CN=Users,{}", member, names.domain_dn);
}

void add_account(const PrincipalNames& names, TreeObject& object, std::string_view name, std::string sid, std::uint32_t type, bool is_protected) {
  object.values.insert(object.values.end(), {{"objectSid", std::move(sid)},
                                             {"sAMAccountName", std::string(name)},
                                             {"sAMAccountType", fmt::format("{:#x}", type)},
                                             {"isCriticalSystemObject", "TRUE"}});
  if (is_protected) object.values.insert(object.values.end(), {{"adminCount", "1"}, {"sddl", names.protected_sddl}});
}

TreeObject user_object(const PrincipalNames& names, const User& user) {
  const std::string_view name = user.name.empty() ? std::string_view(names.administrator) : user.name;
  TreeObject object{fmt::format("CN={},CN=Users,{}", name, names.domain_dn), {{"objectClass", "user"}}};
  add_account(names, object, name, fmt::format("{}-{}", names.domain_sid, user.rid), kUserObject, user.is_protected);
  object.values.insert(object.values.end(), {{"userAccountControl", fmt::format("{:#x}", user.control)},
                                             {"primaryGroupID", std::to_string(user.primary_group)},
                                             {"accountExpires", "9223372036854775807"}});
  if (user.rid == 502) object.values.insert(object.values.end(), {{"servicePrincipalName", "kadmin/changepw"}, {"showInAdvancedViewOnly", "TRUE"}});
  return object;
}

TreeObject group_object(const PrincipalNames& names, const Group& group, std::string_view container, std::string sid) {
  TreeObject object{fmt::format("CN={},CN={},{}", group.name, container, names.domain_dn), {{"objectClass", "group"}}};
  const bool is_alias = (group.type & (kGlobal | kUniversal) & 0xFF) == 0;
  add_account(names, object, group.name, std::move(sid), is_alias ? kAliasObject : kGroupObject, group.is_protected);
  object.values.emplace_back("groupType", fmt::format("{:#x}", group.type));
  if (group.type == kBuiltin) object.values.emplace_back("systemFlags", "0x8C000000");
  for (auto rest = group.members; !rest.empty();) {
    const auto end = rest.find('|');
    object.values.emplace_back("member", member_dn(names, rest.substr(0, end)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return object;
}

TreeObject foreign_principal(std::string_view name, std::string_view container, std::string_view sid) {
  return {fmt::format("CN={},{}", name, container), {{"objectClass", "foreignSecurityPrincipal"}, {"objectSid", std::string(sid)}}};
}

}  // namespace

std::vector<TreeObject> domain_principals(const PrincipalNames& names) {
  std::vector<TreeObject> objects;
  for (const auto& user : kUsers) objects.push_back(user_object(names, user));
  for (const auto& group : kDomainGroups) objects.push_back(group_object(names, group, "Users", fmt::format("{}-{}", names.domain_sid, group.rid)));
  for (const auto& group : kBuiltinGroups) objects.push_back(group_object(names, group, "Builtin", fmt::format("S-1-5-32-{}", group.rid)));
  for (const auto sid : kForeign) objects.push_back(foreign_principal(sid, "CN=ForeignSecurityPrincipals," + names.domain_dn, sid));
  return objects;
}

std::vector<TreeObject> well_known_principals(const std::string& configuration_dn) {
  std::vector<TreeObject> objects;
  for (const auto& each : kWellKnown)
    objects.push_back(foreign_principal(each.name, "CN=WellKnown Security Principals," + configuration_dn, each.sid));
  return objects;
}

}  // namespace tributary::service
