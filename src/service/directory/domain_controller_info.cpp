// SPDX-License-Identifier: Apache-2.0
// IDL_DRSDomainControllerInfo: [MS-DRSR] 4.1.5.2. One description of a DC is made and written in the level that was asked for; what the
// caller may not read of the computer and server objects is left out ([MS-ADTS] 3.1.1.4.3).
#include <concepts>

#include "base/win32.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/name_cracker.hpp"
#include "service/directory/session.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

constexpr std::uint32_t kLevelConnections = 0xFFFFFFFF;

/// The named domain is the default NC. Otherwise refuses with the code of the section.
void check_domain(const Session& session, const std::string& domain) {
  const auto& partitions = session.partitions();
  const Dnt default_nc = session.reader().default_nc();
  for (const auto& each : partitions.all())
    if (each.nc == default_nc && each.is_called(domain)) return;
  const NameCracker cracker(session.reader(), partitions, 0);
  for (const auto* suffix : {"", "\\", "/"}) {
    const auto cracked = cracker.lookup(DS_UNKNOWN_NAME, DS_FQDN_1779_NAME, domain + suffix);
    if (cracked.status != DS_NAME_NO_ERROR) continue;
    if (default_nc != kNoDnt && cracked.name == session.reader().dn(default_nc)) return;
    refuse(win32::kErrorInvalidParameter);
  }
  refuse(win32::kErrorDsObjNotFound);
}

/// The server object of a DC: one with NTDS Settings is preferred.
struct ServerObjects {
  Dnt server = kNoDnt, dsa = kNoDnt, site = kNoDnt;
};
ServerObjects server_of(const Reader& reader, Dnt computer) {
  ServerObjects found;
  for (const Dnt server : reader.referring(computer, attid::kServerReference)) {
    const Dnt dsa = reader.child(server, "NTDS Settings");
    if (found.server == kNoDnt || (found.dsa == kNoDnt && dsa != kNoDnt)) found = {server, dsa, kNoDnt};
  }
  // DEVIATION: SiteName is in every level's structure and in none of the section's steps; it is the RDN of the site.
  if (found.server != kNoDnt) found.site = reader.parent(reader.parent(found.server));
  return found;
}

/// The newest level has every field; the others have those of the same name.
DS_DOMAIN_CONTROLLER_INFO_3W describe_dc(const Session& session, Dnt computer) {
  const auto& reader = session.reader();
  const auto record = reader.object(computer);
  const auto read = [&](Attid attid) {
    return session.asker().may_access(computer, security::kRightDsReadProperty, attid) ? reader.text(record, attid) : std::nullopt;
  };
  DS_DOMAIN_CONTROLLER_INFO_3W info;
  info.DnsHostName = wide_or_null(read(attid::kDnsHostName));
  info.ComputerObjectName = wide(reader.dn(computer));
  if (auto account = read(attid::kSamAccountName); account && !account->empty()) {
    account->pop_back();  // the dollar at the end
    info.NetbiosName = wide(*account);
  }
  info.ComputerObjectGuid = record.guid().value;
  info.fDsEnabled = 1;
  info.fIsRodc = (record.first_u32(attid::kUserAccountControl).value_or(0) & kUfPartialSecretsAccount) != 0 ? 1 : 0;
  const auto objects = server_of(reader, computer);
  if (objects.server == kNoDnt) return info;
  info.ServerObjectName = wide(reader.dn(objects.server));
  info.ServerObjectGuid = reader.object(objects.server).guid().value;
  info.SiteName = wide(reader.rdn(objects.site));
  info.SiteObjectName = wide(reader.dn(objects.site));
  info.SiteObjectGuid = reader.object(objects.site).guid().value;
  if (objects.dsa == kNoDnt) return info;
  const auto dsa = reader.object(objects.dsa);
  info.NtdsDsaObjectName = wide(reader.dn(objects.dsa));
  info.NtdsDsaObjectGuid = dsa.guid().value;
  info.fIsGc = (dsa.first_u32(attid::kOptions).value_or(0) & kNtdsdsaOptIsGc) != 0 ? 1 : 0;
  info.fIsPdc = objects.dsa == session.partitions().role_owner(FsmoRole::kPdc) ? 1 : 0;
  return info;
}

template <class Level>
Level in_level(const DS_DOMAIN_CONTROLLER_INFO_3W& from) {
  if constexpr (std::same_as<Level, DS_DOMAIN_CONTROLLER_INFO_3W>) return from;
  Level to;
  to.NetbiosName = from.NetbiosName;
  to.DnsHostName = from.DnsHostName;
  to.SiteName = from.SiteName;
  to.ComputerObjectName = from.ComputerObjectName;
  to.ServerObjectName = from.ServerObjectName;
  to.fIsPdc = from.fIsPdc;
  to.fDsEnabled = from.fDsEnabled;
  if constexpr (requires { to.SiteObjectGuid; }) {
    to.SiteObjectName = from.SiteObjectName;
    to.NtdsDsaObjectName = from.NtdsDsaObjectName;
    to.fIsGc = from.fIsGc;
    to.SiteObjectGuid = from.SiteObjectGuid;
    to.ComputerObjectGuid = from.ComputerObjectGuid;
    to.ServerObjectGuid = from.ServerObjectGuid;
    to.NtdsDsaObjectGuid = from.NtdsDsaObjectGuid;
  }
  return to;
}

/// Computers of the domain whose account is a DC's; RODCs in level 3 only. By the index of objectCategory.
template <class Level>
Seq<Level> list_dcs(const Session& session, const CallContext& call, std::uint32_t account_bits) {
  const auto& reader = session.reader();
  Seq<Level> items;
  std::size_t seen = 0;
  for (const Dnt computer : reader.of_category(class_id::kComputer, reader.default_nc())) {
    stop_when_cancelled(call, seen++);
    const auto record = reader.object(computer);
    if (record.nc() != reader.default_nc() || (record.first_u32(attid::kUserAccountControl).value_or(0) & account_bits) == 0) continue;
    items.push_back(in_level<Level>(describe_dc(session, computer)));
  }
  return items;
}

}  // namespace

Result<IDL_DRSDomainControllerInfo::Out> domain_controller_info(Dsa& dsa, const CallContext& call, const IDL_DRSDomainControllerInfo::In& in) {
  IDL_DRSDomainControllerInfo::Out out;
  auto& reply = out.msgOut;
  const auto done = guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorInvalidParameter);
    const std::uint32_t level = request->InfoLevel;
    if ((level < 1 || level > 3) && level != kLevelConnections) refuse(win32::kErrorInvalidParameter);
    // The level is the reply's version, of a failed call as well.
    if (level == 2) reply.emplace<2>();
    if (level == 3) reply.emplace<3>();
    if (level == kLevelConnections) {
      reply.emplace<kLevelConnections>();  // there is no LDAP server in this process: no connection is open
      if (!session.asker().is_administrator()) refuse(win32::kErrorAccessDenied);
      return;
    }
    check_domain(session, text_of(request->Domain));
    constexpr std::uint32_t kAllDcs = kUfServerTrustAccount | kUfPartialSecretsAccount;
    if (auto* one = reply.get_if<1>()) one->rItems = list_dcs<DS_DOMAIN_CONTROLLER_INFO_1W>(session, call, kUfServerTrustAccount);
    if (auto* two = reply.get_if<2>()) two->rItems = list_dcs<DS_DOMAIN_CONTROLLER_INFO_2W>(session, call, kUfServerTrustAccount);
    if (auto* three = reply.get_if<3>()) three->rItems = list_dcs<DS_DOMAIN_CONTROLLER_INFO_3W>(session, call, kAllDcs);
  });
  out.result = static_cast<std::uint32_t>(done ? win32::kErrorSuccess : done.error().code);
  return out;
}

}  // namespace tributary::service
