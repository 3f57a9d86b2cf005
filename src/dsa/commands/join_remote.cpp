// SPDX-License-Identifier: Apache-2.0
// See join_remote.hpp.
#include "dsa/commands/join_remote.hpp"

#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/dsname.hpp"
#include "dsa/core/partners.hpp"
#include "schema/schema.hpp"
#include "service/forest/add_dsa.hpp"

namespace tributary::dsa {
namespace {

using namespace drsuapi;

constexpr client::CallOptions kLimits{std::chrono::milliseconds(60'000), nullptr};

std::string utf8(const WString& text) { return text ? to_utf8_lossy(*text) : std::string(); }

Result<Seq<DS_DOMAIN_CONTROLLER_INFO_2W>> list_dsas(client::DrsHandle& handle, const std::string& domain) {
  DRS_MSG_DCINFOREQ_V1 request;
  request.Domain = to_utf16_lossy(domain);
  request.InfoLevel = 2;
  IDL_DRSDomainControllerInfo::In in;
  in.msgIn = std::move(request);
  auto out = handle.call<IDL_DRSDomainControllerInfo>(std::move(in), kLimits);
  if (!out) return std::unexpected(std::move(out.error()));
  auto* reply = out->msgOut.get_if<2>();
  if (reply == nullptr) return fail(win32::kErrorRevisionMismatch, "the list of domain controllers", Phase::kCall);
  return std::move(reply->rItems);
}

/// "LAB" for "DC=lab,DC=example".
Result<std::string> ask_netbios_name(client::DrsHandle& handle, const std::string& domain_dn) {
  DRS_MSG_CRACKREQ_V1 request;
  request.formatOffered = DS_FQDN_1779_NAME;
  request.formatDesired = DS_NT4_ACCOUNT_NAME;
  request.rpNames.push_back(WString{to_utf16_lossy(domain_dn)});
  IDL_DRSCrackNames::In in;
  in.msgIn = std::move(request);
  auto out = handle.call<IDL_DRSCrackNames>(std::move(in), kLimits);
  if (!out) return std::unexpected(std::move(out.error()));
  const auto* reply = out->msgOut.get_if<1>();
  const auto* result = reply != nullptr ? reply->pResult.get() : nullptr;
  if (result == nullptr || result->rItems.empty() || result->rItems[0].status != DS_NAME_NO_ERROR)
    return fail(win32::kErrorNoSuchDomain, domain_dn + " has no NetBIOS name", Phase::kCall);
  auto name = utf8(result->rItems[0].pName);
  return name.substr(0, name.find('\\'));
}

std::unexpected<Error> refused(std::uint32_t code, const Unique<DSNAME>& object) {
  const auto dn = object ? drsuapi::to_string(*object) : std::string();
  return fail(code != 0 ? Win32{code} : win32::kErrorDsGenericError, "IDL_DRSAddEntry: " + dn, Phase::kCall);
}

/// The code in the error data of a reply of version 3.
std::uint32_t code_in(const DRS_MSG_ADDENTRYREPLY_V3& reply) {
  const auto* data = reply.pErrData ? reply.pErrData->get_if<1>() : nullptr;
  if (data == nullptr || !data->pErrInfo) return 0;
  std::uint32_t code = 0;
  const auto& info = *data->pErrInfo;
  const auto take = [&](const auto* error) {
    if (error != nullptr) code = error->extendedErr;
  };
  take(info.get_if<2>());
  take(info.get_if<5>());
  take(info.get_if<6>());
  take(info.get_if<7>());
  return code;
}

}  // namespace

Result<DsaGuid> find_dsa(client::DrsHandle& handle, const std::string& domain, const std::string& host_name) {
  const auto items = list_dsas(handle, domain);
  if (!items) return std::unexpected(items.error());
  for (const auto& item : *items)
    if (equals_ignoring_case(utf8(item.DnsHostName), host_name)) return DsaGuid{item.NtdsDsaObjectGuid};
  return DsaGuid{};
}

Result<JoinSource> ask_source(client::DrsHandle& handle, const std::string& host, const std::string& domain) {
  JoinSource source;
  source.forest.dns_name = to_lower_ascii(domain);
  source.host_name = host;
  auto guid = find_dsa(handle, domain, host);
  if (!guid) return std::unexpected(std::move(guid.error()));
  if (guid->is_null()) return fail(win32::kErrorDsNoNtdsaObject, fmt::format("{} is no domain controller of {}", host, domain), Phase::kCall);
  source.dsa = *guid;
  auto name = ask_netbios_name(handle, source.forest.domain_dn());
  if (!name) return std::unexpected(std::move(name.error()));
  source.forest.netbios_name = std::move(*name);
  return source;
}

Result<DsaGuid> add_entries(client::DrsHandle& handle, const service::ForestNames& forest, const service::DsaPlan& plan) {
  auto entries = service::dsa_entries(*schema::Schema::embedded(), forest, plan);
  if (!entries) return std::unexpected(std::move(entries.error()));
  if (!plan.dsa.is_null()) entries->back().pName->Guid = plan.dsa.value;  // of NTDS Settings: the object's own
  DRS_MSG_ADDENTRYREQ_V2 request;
  for (auto& entry : *entries) request.EntInfList.push_back(ENTINFLIST{std::move(entry)});
  IDL_DRSAddEntry::In in;
  in.msgIn = std::move(request);
  auto out = handle.call<IDL_DRSAddEntry>(std::move(in), kLimits);
  if (!out) return std::unexpected(std::move(out.error()));
  const Seq<ADDENTRY_REPLY_INFO>* infos = nullptr;
  if (const auto* reply = out->msgOut.get_if<2>()) {
    if (reply->errCode != 0 || reply->extendedErr != 0) return refused(reply->extendedErr, reply->pErrorObject);
    infos = &reply->infoList;
  } else if (const auto* newer = out->msgOut.get_if<3>()) {
    if (newer->pErrData || newer->pdsErrObject) return refused(code_in(*newer), newer->pdsErrObject);
    infos = &newer->infoList;
  }
  if (infos == nullptr || infos->empty()) return fail(win32::kErrorDsGenericError, "IDL_DRSAddEntry tells no GUID", Phase::kCall);
  return DsaGuid{(*infos)[infos->size() - 1].objGuid};
}

Result<> ask_for_notifications(client::DrsHandle& handle, const DSNAME& nc, const DsaGuid& dsa, const std::string& forest_dns_name) {
  IDL_DRSUpdateRefs::In in;
  in.msgUpdRefs = DRS_MSG_UPDREFS_V1{nc, dsa_address(dsa, forest_dns_name), dsa.value, DRS_ADD_REF | DRS_DEL_REF | DRS_WRIT_REP};
  auto out = handle.call<IDL_DRSUpdateRefs>(std::move(in), kLimits);
  if (!out) return std::unexpected(std::move(out.error()));
  return {};
}

}  // namespace tributary::dsa
