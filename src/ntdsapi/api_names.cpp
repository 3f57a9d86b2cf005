// SPDX-License-Identifier: Apache-2.0
// DsCrackNames, the DsList functions, DsMapSchemaGuids. [MS-DRSR] 4.1.4.
#include <cstdlib>
#include <vector>

#include "drsuapi/constants.hpp"
#include "ntdsapi/args.hpp"
#include "ntdsapi/c_layout.hpp"
#include "ntdsapi/guids.hpp"
#include "ntdsapi/name_calls.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

template <class Char>
using NameResult = std::conditional_t<std::is_same_v<Char, char16_t>, ::DS_NAME_RESULTW, ::DS_NAME_RESULTA>;
template <class Char>
using SchemaGuidMap = std::conditional_t<std::is_same_v<Char, char16_t>, ::DS_SCHEMA_GUID_MAPW, ::DS_SCHEMA_GUID_MAPA>;

template <class Char>
DWORD crack(HANDLE handle, CrackRequest request, DWORD count, const Char* const* names, NameResult<Char>** out) {
  if (out != nullptr) *out = nullptr;
  const bool without_dc = (request.flags & DS_NAME_FLAG_SYNTACTICAL_ONLY) != 0;
  const auto body = [&](Session* session) -> Result<> {
    if (out == nullptr) return null_argument("ppResult");
    if (names == nullptr) return null_argument("rpNames");
    if (count == 0 || count > kNamesMax) return fail(win32::kErrorInvalidParameter, "cNames is not from 1 to 10000");
    for (DWORD i = 0; i < count; ++i) {
      TRIBUTARY_TRY(name, required_wide(names[i], "a name"));
      request.names.push_back(std::move(name));
    }
    if (session == nullptr) {
      *out = static_cast<NameResult<Char>*>(c_structure<Char>(crack_syntactically(request)));
      return {};
    }
    TRIBUTARY_TRY(result, crack_names(*session, std::move(request), count));
    *out = static_cast<NameResult<Char>*>(c_structure<Char>(result));
    return {};
  };
  if (without_dc) return run([&] { return body(nullptr); });
  return with_session(handle, [&](Session& session) { return body(&session); });
}

/// A DsList function: `names` go out as they are, at least `items_min` items come back.
template <class Char>
DWORD list(HANDLE handle, std::uint32_t what, std::initializer_list<const Char*> names, std::size_t items_min, NameResult<Char>** out) {
  if (out != nullptr) *out = nullptr;
  return with_session(handle, [&](Session& session) -> Result<> {
    if (out == nullptr) return null_argument("the result");
    CrackRequest request;
    request.offered = what;
    request.desired = DS_FQDN_1779_NAME;
    for (const Char* name : names) {
      TRIBUTARY_TRY(wide, required_wide(name, "a name"));
      request.names.push_back(std::move(wide));
    }
    // cNames has a range from 1: lists that take no name get an empty one.
    if (request.names.empty()) request.names.push_back(std::u16string());
    TRIBUTARY_TRY(result, list_names(session, std::move(request), items_min));
    *out = static_cast<NameResult<Char>*>(c_structure<Char>(result));
    return {};
  });
}

constexpr std::size_t kServerInfoItems = 3;  // DS_LIST_DSA_OBJECT_FOR_SERVER to DS_LIST_ACCOUNT_OBJECT_FOR_SERVER
constexpr std::size_t kRoleItems = 5;        // DS_ROLE_SCHEMA_OWNER to DS_ROLE_INFRASTRUCTURE_OWNER

template <class Char>
DWORD map_guids(HANDLE handle, DWORD count, const GUID* guids, SchemaGuidMap<Char>** out) {
  if (out != nullptr) *out = nullptr;
  return with_session(handle, [&](Session& session) -> Result<> {
    if (out == nullptr) return null_argument("ppGuidMap");
    if (guids == nullptr) return null_argument("rGuids");
    if (count == 0 || count > kNamesMax) return fail(win32::kErrorInvalidParameter, "cGuids is not from 1 to 10000");
    std::vector<Guid> wanted;
    for (DWORD i = 0; i < count; ++i) wanted.push_back(from_c_guid(guids[i]));
    TRIBUTARY_TRY(map, map_schema_guids(session, wanted));
    *out = static_cast<SchemaGuidMap<Char>*>(c_array<Char>(map));
    return {};
  });
}

CrackRequest crack_request(DS_NAME_FLAGS flags, DS_NAME_FORMAT offered, DS_NAME_FORMAT desired) {
  CrackRequest request;
  request.flags = static_cast<std::uint32_t>(flags);
  request.offered = static_cast<std::uint32_t>(offered);
  request.desired = static_cast<std::uint32_t>(desired);
  return request;
}

}  // namespace

DWORD DsCrackNamesW(HANDLE hDS, DS_NAME_FLAGS flags, DS_NAME_FORMAT formatOffered, DS_NAME_FORMAT formatDesired, DWORD cNames,
                    const LPCWSTR* rpNames, PDS_NAME_RESULTW* ppResult) {
  return crack(hDS, crack_request(flags, formatOffered, formatDesired), cNames, rpNames, ppResult);
}
DWORD DsCrackNamesA(HANDLE hDS, DS_NAME_FLAGS flags, DS_NAME_FORMAT formatOffered, DS_NAME_FORMAT formatDesired, DWORD cNames,
                    const LPCSTR* rpNames, PDS_NAME_RESULTA* ppResult) {
  return crack(hDS, crack_request(flags, formatOffered, formatDesired), cNames, rpNames, ppResult);
}
void DsFreeNameResultW(DS_NAME_RESULTW* pResult) { std::free(pResult); }
void DsFreeNameResultA(DS_NAME_RESULTA* pResult) { std::free(pResult); }

DWORD DsListSitesW(HANDLE hDs, PDS_NAME_RESULTW* ppSites) { return list<WCHAR>(hDs, drsuapi::DS_LIST_SITES, {}, 0, ppSites); }
DWORD DsListSitesA(HANDLE hDs, PDS_NAME_RESULTA* ppSites) { return list<CHAR>(hDs, drsuapi::DS_LIST_SITES, {}, 0, ppSites); }
DWORD DsListServersInSiteW(HANDLE hDs, LPCWSTR site, PDS_NAME_RESULTW* ppServers) {
  return list<WCHAR>(hDs, drsuapi::DS_LIST_SERVERS_IN_SITE, {site}, 0, ppServers);
}
DWORD DsListServersInSiteA(HANDLE hDs, LPCSTR site, PDS_NAME_RESULTA* ppServers) {
  return list<CHAR>(hDs, drsuapi::DS_LIST_SERVERS_IN_SITE, {site}, 0, ppServers);
}
DWORD DsListDomainsInSiteW(HANDLE hDs, LPCWSTR site, PDS_NAME_RESULTW* ppDomains) {
  return list<WCHAR>(hDs, drsuapi::DS_LIST_DOMAINS_IN_SITE, {site}, 0, ppDomains);
}
DWORD DsListDomainsInSiteA(HANDLE hDs, LPCSTR site, PDS_NAME_RESULTA* ppDomains) {
  return list<CHAR>(hDs, drsuapi::DS_LIST_DOMAINS_IN_SITE, {site}, 0, ppDomains);
}
DWORD DsListServersForDomainInSiteW(HANDLE hDs, LPCWSTR domain, LPCWSTR site, PDS_NAME_RESULTW* ppServers) {
  return list<WCHAR>(hDs, drsuapi::DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE, {domain, site}, 0, ppServers);
}
DWORD DsListServersForDomainInSiteA(HANDLE hDs, LPCSTR domain, LPCSTR site, PDS_NAME_RESULTA* ppServers) {
  return list<CHAR>(hDs, drsuapi::DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE, {domain, site}, 0, ppServers);
}
DWORD DsListInfoForServerW(HANDLE hDs, LPCWSTR server, PDS_NAME_RESULTW* ppInfo) {
  return list<WCHAR>(hDs, drsuapi::DS_LIST_INFO_FOR_SERVER, {server}, kServerInfoItems, ppInfo);
}
DWORD DsListInfoForServerA(HANDLE hDs, LPCSTR server, PDS_NAME_RESULTA* ppInfo) {
  return list<CHAR>(hDs, drsuapi::DS_LIST_INFO_FOR_SERVER, {server}, kServerInfoItems, ppInfo);
}
DWORD DsListRolesW(HANDLE hDs, PDS_NAME_RESULTW* ppRoles) { return list<WCHAR>(hDs, drsuapi::DS_LIST_ROLES, {}, kRoleItems, ppRoles); }
DWORD DsListRolesA(HANDLE hDs, PDS_NAME_RESULTA* ppRoles) { return list<CHAR>(hDs, drsuapi::DS_LIST_ROLES, {}, kRoleItems, ppRoles); }

DWORD DsMapSchemaGuidsW(HANDLE hDs, DWORD cGuids, GUID* rGuids, DS_SCHEMA_GUID_MAPW** ppGuidMap) {
  return map_guids<WCHAR>(hDs, cGuids, rGuids, ppGuidMap);
}
DWORD DsMapSchemaGuidsA(HANDLE hDs, DWORD cGuids, GUID* rGuids, DS_SCHEMA_GUID_MAPA** ppGuidMap) {
  return map_guids<CHAR>(hDs, cGuids, rGuids, ppGuidMap);
}
VOID DsFreeSchemaGuidMapW(PDS_SCHEMA_GUID_MAPW pGuidMap) { std::free(pGuidMap); }
VOID DsFreeSchemaGuidMapA(PDS_SCHEMA_GUID_MAPA pGuidMap) { std::free(pGuidMap); }
