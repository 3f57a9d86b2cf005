// SPDX-License-Identifier: Apache-2.0
// Sites by cost, domain controllers, removal of servers and domains, SID history. [MS-DRSR] 4.1.2, 4.1.5, 4.1.16, 4.1.17, 4.1.18.
#include <cstdlib>

#include "drsuapi/constants.hpp"
#include "ntdsapi/args.hpp"
#include "ntdsapi/c_layout.hpp"
#include "ntdsapi/identity.hpp"
#include "ntdsapi/ldap_answers.hpp"
#include "ntdsapi/name_calls.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

// [MS-DRSR] 4.1.2.1.5: the source is deleted, and its SIDs go to the destination.
constexpr std::uint32_t kAddSidPrivateDelSrcObj = 0x80000000;

/// The costs; computed from the site links over LDAP where the DC has no such call (Samba).
Result<ndr::Seq<drsuapi::DRS_MSG_QUERYSITESREPLYELEMENT_V1>> site_costs(Session& session, const std::string& from,
                                                                    const std::vector<std::string>& to) {
  drsuapi::DRS_MSG_QUERYSITESREQ_V1 message;
  message.pwszFromSite = to_utf16_lossy(from);
  for (const auto& site : to) message.rgszToSites.push_back(to_utf16_lossy(site));
  drsuapi::IDL_DRSQuerySitesByCost::In in;
  in.msgIn = std::move(message);
  auto reply = session.dc().call<drsuapi::IDL_DRSQuerySitesByCost>(std::move(in), session.call());
  if (!reply && reply.error().code == win32::kRpcSProcnumOutOfRange) {
    TRIBUTARY_TRY(directory, open_directory(session.dc(), session.call().timeout));
    return query_site_costs(*directory, from, to);
  }
  if (!reply) return std::unexpected(std::move(reply.error()));
  auto* costs = reply->msgOut.get_if<1>();
  if (costs == nullptr || costs->rgCostInfo.size() != to.size())
    return fail(win32::kRpcXBadStubData, "the DC answered for other sites than were asked for", Phase::kCall);
  return std::move(costs->rgCostInfo);
}

template <class Char>
DWORD query_sites(HANDLE handle, const Char* from, Char* const* to, DWORD count, DWORD flags, PDS_SITE_COST_INFO* out) {
  if (out != nullptr) *out = nullptr;
  return with_session(handle, [&](Session& session) -> Result<> {
    if (out == nullptr) return null_argument("prgSiteInfo");
    if (to == nullptr) return null_argument("the sites");
    if (flags != 0) return fail(win32::kErrorInvalidFlags, "unknown dwFlags");
    if (count == 0 || count > kNamesMax) return fail(win32::kErrorInvalidParameter, "cToSites is not from 1 to 10000");
    TRIBUTARY_TRY(from_site, required_utf8(from, "the site to start from"));
    std::vector<std::string> to_sites;
    for (DWORD i = 0; i < count; ++i) {
      TRIBUTARY_TRY(to_site, required_utf8(static_cast<const Char*>(to[i]), "a site"));
      to_sites.push_back(std::move(to_site));
    }
    TRIBUTARY_TRY(costs, site_costs(session, from_site, to_sites));
    *out = static_cast<PDS_SITE_COST_INFO>(c_array<Char>(costs));
    return {};
  });
}

template <class Char>
DWORD dc_info(HANDLE handle, const Char* domain, DWORD level, DWORD* count, VOID** out) {
  if (count != nullptr) *count = 0;
  if (out != nullptr) *out = nullptr;
  return with_session(handle, [&](Session& session) -> Result<> {
    if (count == nullptr || out == nullptr) return null_argument("pcOut or ppInfo");
    if (level < 1 || level > 3) return fail(win32::kErrorInvalidParameter, "InfoLevel is not 1, 2 or 3");
    drsuapi::DRS_MSG_DCINFOREQ_V1 message;
    TRIBUTARY_TRY(name, required_wide(domain, "DomainName"));
    message.Domain = std::move(name);
    message.InfoLevel = level;
    drsuapi::IDL_DRSDomainControllerInfo::In in;
    in.msgIn = std::move(message);
    TRIBUTARY_TRY(reply, session.dc().call<drsuapi::IDL_DRSDomainControllerInfo>(std::move(in), session.call()));
    if (reply.msgOut.tag() != level) return fail(win32::kRpcXBadStubData, "the DC answered with another level", Phase::kCall);
    reply.msgOut.visit([&](const auto& info) {
      // The level that is not for programs (connections of the DC) has been excluded above.
      if constexpr (requires { info.rItems[0].NetbiosName; }) {
        *out = c_array<Char>(info.rItems);
        *count = static_cast<DWORD>(info.rItems.size());
      }
    });
    return {};
  });
}

template <class Char>
DWORD remove_server(HANDLE handle, const Char* server, const Char* domain, BOOL* last_dc, BOOL commit) {
  return with_session(handle, [&](Session& session) -> Result<> {
    drsuapi::DRS_MSG_RMSVRREQ_V1 message;
    TRIBUTARY_TRY(server_dn, required_wide(server, "ServerDN"));
    TRIBUTARY_TRY(domain_dn, optional_wide(domain));
    if (last_dc != nullptr && !domain_dn) return null_argument("DomainDN");
    message.ServerDN = std::move(server_dn);
    message.DomainDN = std::move(domain_dn);
    message.fCommit = commit != FALSE ? 1 : 0;
    drsuapi::IDL_DRSRemoveDsServer::In in;
    in.msgIn = std::move(message);
    TRIBUTARY_TRY(reply, session.dc().call<drsuapi::IDL_DRSRemoveDsServer>(std::move(in), session.call()));
    const auto* answer = reply.msgOut.get_if<1>();
    if (last_dc != nullptr) *last_dc = answer != nullptr && answer->fLastDcInDomain != 0 ? TRUE : FALSE;
    return {};
  });
}

template <class Char>
DWORD remove_domain(HANDLE handle, const Char* domain) {
  return with_session(handle, [&](Session& session) -> Result<> {
    drsuapi::DRS_MSG_RMDMNREQ_V1 message;
    TRIBUTARY_TRY(domain_dn, required_wide(domain, "DomainDN"));
    message.DomainDN = std::move(domain_dn);
    drsuapi::IDL_DRSRemoveDsDomain::In in;
    in.msgIn = std::move(message);
    const auto removed = session.dc().call<drsuapi::IDL_DRSRemoveDsDomain>(std::move(in), session.call());
    return removed ? Result<>() : std::unexpected(removed.error());
  });
}

Result<> add_sids(Session& session, drsuapi::DRS_MSG_ADDSIDREQ_V1 message) {
  drsuapi::IDL_DRSAddSidHistory::In in;
  in.msgIn = std::move(message);
  TRIBUTARY_TRY(reply, session.dc().call<drsuapi::IDL_DRSAddSidHistory>(std::move(in), session.call()));
  // The call succeeds also when the operation failed; then the answer has the reason.
  const auto* answer = reply.msgOut.get_if<1>();
  if (answer == nullptr) return fail(win32::kRpcXBadStubData, "the answer is empty", Phase::kCall);
  if (answer->dwWin32Error != 0) return fail(Win32{answer->dwWin32Error}, "IDL_DRSAddSidHistory", Phase::kCall);
  return {};
}

/// Credentials for the source domain, as arrays without terminator.
Result<> put_source_credentials(drsuapi::DRS_MSG_ADDSIDREQ_V1& message, RPC_AUTH_IDENTITY_HANDLE handle) {
  TRIBUTARY_TRY(identity, read_identity(handle));
  if (!identity) return {};
  TRIBUTARY_TRY(user, to_utf16(identity->user));
  TRIBUTARY_TRY(domain, to_utf16(identity->domain));
  TRIBUTARY_TRY(password, to_utf16(identity->password.reveal()));
  message.SrcCredsUser = ndr::Seq<char16_t>(user);
  message.SrcCredsDomain = ndr::Seq<char16_t>(domain);
  message.SrcCredsPassword = ndr::Seq<char16_t>(password);
  explicit_bzero(password.data(), password.size() * sizeof(char16_t));
  return {};
}

template <class Char>
struct SidHistoryArguments {
  const Char* src_domain;
  const Char* src_principal;
  const Char* src_controller;
  RPC_AUTH_IDENTITY_HANDLE src_credentials;
  const Char* dst_domain;
  const Char* dst_principal;
};

template <class Char>
DWORD add_sid_history(HANDLE handle, DWORD flags, const SidHistoryArguments<Char>& arguments) {
  return with_session(handle, [&](Session& session) -> Result<> {
    if (flags != 0) return fail(win32::kErrorInvalidFlags, "unknown Flags");
    drsuapi::DRS_MSG_ADDSIDREQ_V1 message;
    TRIBUTARY_TRY(src_domain, required_wide(arguments.src_domain, "SrcDomain"));
    TRIBUTARY_TRY(src_principal, required_wide(arguments.src_principal, "SrcPrincipal"));
    TRIBUTARY_TRY(src_controller, optional_wide(arguments.src_controller));
    TRIBUTARY_TRY(dst_domain, required_wide(arguments.dst_domain, "DstDomain"));
    TRIBUTARY_TRY(dst_principal, required_wide(arguments.dst_principal, "DstPrincipal"));
    message.SrcDomain = std::move(src_domain);
    message.SrcPrincipal = std::move(src_principal);
    message.SrcDomainController = std::move(src_controller);
    message.DstDomain = std::move(dst_domain);
    message.DstPrincipal = std::move(dst_principal);
    if (auto put = put_source_credentials(message, arguments.src_credentials); !put) return put;
    return add_sids(session, std::move(message));
  });
}

template <class Char>
DWORD inherit(HANDLE handle, DWORD flags, const Char* src, const Char* dst) {
  return with_session(handle, [&](Session& session) -> Result<> {
    if (flags != 0) return fail(win32::kErrorInvalidFlags, "unknown Flags");
    drsuapi::DRS_MSG_ADDSIDREQ_V1 message;
    TRIBUTARY_TRY(src_principal, required_wide(src, "SrcPrincipal"));
    TRIBUTARY_TRY(dst_principal, required_wide(dst, "DstPrincipal"));
    message.Flags = kAddSidPrivateDelSrcObj;
    message.SrcPrincipal = std::move(src_principal);
    message.DstPrincipal = std::move(dst_principal);
    return add_sids(session, std::move(message));
  });
}

}  // namespace

DWORD DsQuerySitesByCostW(HANDLE hDS, LPWSTR pwszFromSite, LPWSTR* rgwszToSites, DWORD cToSites, DWORD dwFlags,
                          PDS_SITE_COST_INFO* prgSiteInfo) {
  return query_sites<WCHAR>(hDS, pwszFromSite, rgwszToSites, cToSites, dwFlags, prgSiteInfo);
}
DWORD DsQuerySitesByCostA(HANDLE hDS, LPSTR pszFromSite, LPSTR* rgszToSites, DWORD cToSites, DWORD dwFlags,
                          PDS_SITE_COST_INFO* prgSiteInfo) {
  return query_sites<CHAR>(hDS, pszFromSite, rgszToSites, cToSites, dwFlags, prgSiteInfo);
}
VOID DsQuerySitesFree(PDS_SITE_COST_INFO rgSiteInfo) { std::free(rgSiteInfo); }

DWORD DsGetDomainControllerInfoW(HANDLE hDs, LPCWSTR DomainName, DWORD InfoLevel, DWORD* pcOut, VOID** ppInfo) {
  return dc_info(hDs, DomainName, InfoLevel, pcOut, ppInfo);
}
DWORD DsGetDomainControllerInfoA(HANDLE hDs, LPCSTR DomainName, DWORD InfoLevel, DWORD* pcOut, VOID** ppInfo) {
  return dc_info(hDs, DomainName, InfoLevel, pcOut, ppInfo);
}
VOID DsFreeDomainControllerInfoW(DWORD, DWORD, VOID* pInfo) { std::free(pInfo); }
VOID DsFreeDomainControllerInfoA(DWORD, DWORD, VOID* pInfo) { std::free(pInfo); }

DWORD DsRemoveDsServerW(HANDLE hDs, LPWSTR ServerDN, LPWSTR DomainDN, BOOL* fLastDcInDomain, BOOL fCommit) {
  return remove_server<WCHAR>(hDs, ServerDN, DomainDN, fLastDcInDomain, fCommit);
}
DWORD DsRemoveDsServerA(HANDLE hDs, LPSTR ServerDN, LPSTR DomainDN, BOOL* fLastDcInDomain, BOOL fCommit) {
  return remove_server<CHAR>(hDs, ServerDN, DomainDN, fLastDcInDomain, fCommit);
}
DWORD DsRemoveDsDomainW(HANDLE hDs, LPWSTR DomainDN) { return remove_domain<WCHAR>(hDs, DomainDN); }
DWORD DsRemoveDsDomainA(HANDLE hDs, LPSTR DomainDN) { return remove_domain<CHAR>(hDs, DomainDN); }

DWORD DsAddSidHistoryW(HANDLE hDS, DWORD Flags, LPCWSTR SrcDomain, LPCWSTR SrcPrincipal, LPCWSTR SrcDomainController,
                       RPC_AUTH_IDENTITY_HANDLE SrcDomainCreds, LPCWSTR DstDomain, LPCWSTR DstPrincipal) {
  return add_sid_history<WCHAR>(hDS, Flags, {SrcDomain, SrcPrincipal, SrcDomainController, SrcDomainCreds, DstDomain, DstPrincipal});
}
DWORD DsAddSidHistoryA(HANDLE hDS, DWORD Flags, LPCSTR SrcDomain, LPCSTR SrcPrincipal, LPCSTR SrcDomainController,
                       RPC_AUTH_IDENTITY_HANDLE SrcDomainCreds, LPCSTR DstDomain, LPCSTR DstPrincipal) {
  return add_sid_history<CHAR>(hDS, Flags, {SrcDomain, SrcPrincipal, SrcDomainController, SrcDomainCreds, DstDomain, DstPrincipal});
}
DWORD DsInheritSecurityIdentityW(HANDLE hDS, DWORD Flags, LPCWSTR SrcPrincipal, LPCWSTR DstPrincipal) {
  return inherit(hDS, Flags, SrcPrincipal, DstPrincipal);
}
DWORD DsInheritSecurityIdentityA(HANDLE hDS, DWORD Flags, LPCSTR SrcPrincipal, LPCSTR DstPrincipal) {
  return inherit(hDS, Flags, SrcPrincipal, DstPrincipal);
}
