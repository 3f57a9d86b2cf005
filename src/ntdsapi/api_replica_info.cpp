// SPDX-License-Identifier: Apache-2.0
// DsReplicaGetInfo, DsReplicaGetInfo2, DsReplicaFreeInfo. [MS-DRSR] 4.1.13.
#include <cstdlib>

#include "client/replica.hpp"
#include "ntdsapi/args.hpp"
#include "ntdsapi/guids.hpp"
#include "ntdsapi/ldap_answers.hpp"
#include "ntdsapi/repl_info.hpp"
#include "ntdsapi/session.hpp"

using namespace tributary;
using namespace tributary::ntdsapi;

namespace {

/// The answer; made of what the DC does serve where it does not serve this type.
Result<drsuapi::DRS_MSG_GETREPLINFO_REPLY> ask(Session& session, client::InfoRequest request) {
  auto reply = client::get_repl_info(session.dc(), request, session.call());
  const auto substitute = substitute_of(request.type);
  if (reply || reply.error().code != win32::kErrorNotSupported || !substitute) return reply;
  const std::uint32_t type = request.type;
  request.type = *substitute;
  auto other = client::get_repl_info(session.dc(), request, session.call());
  if (!other) return reply;
  std::map<Guid, std::u16string> names;  // a cursor without a name is better than none
  if (type == DS_REPL_INFO_CURSORS_3_FOR_NC) {
    auto directory = open_directory(session.dc(), session.call().timeout);
    auto read = directory ? dsa_names(**directory) : std::unexpected(std::move(directory.error()));
    if (read) names = std::move(*read);
  }
  return from_substitute(type, *other, names);
}

}  // namespace

DWORD DsReplicaGetInfoW(HANDLE hDS, DS_REPL_INFO_TYPE InfoType, LPCWSTR pszObject, UUID* puuidForSourceDsaObjGuid, VOID** ppInfo) {
  return DsReplicaGetInfo2W(hDS, InfoType, pszObject, puuidForSourceDsaObjGuid, nullptr, nullptr, 0, 0, ppInfo);
}

DWORD DsReplicaGetInfo2W(HANDLE hDS, DS_REPL_INFO_TYPE InfoType, LPCWSTR pszObject, UUID* puuidForSourceDsaObjGuid,
                         LPCWSTR pszAttributeName, LPCWSTR pszValue, DWORD dwFlags, DWORD dwEnumerationContext, VOID** ppInfo) {
  if (ppInfo != nullptr) *ppInfo = nullptr;
  return with_session(hDS, [&](Session& session) -> Result<> {
    if (ppInfo == nullptr) return null_argument("ppInfo");
    client::InfoRequest request;
    request.type = static_cast<std::uint32_t>(InfoType);
    if (request.type > kInfoTypeMax) return fail(win32::kErrorInvalidParameter, "unknown InfoType");
    TRIBUTARY_TRY(object, optional_utf8(pszObject));
    TRIBUTARY_TRY(attribute, optional_utf8(pszAttributeName));
    TRIBUTARY_TRY(value, optional_utf8(pszValue));
    request.object_dn = object;
    request.attribute = attribute;
    request.value_dn = value;
    if (puuidForSourceDsaObjGuid != nullptr) request.source_dsa = from_c_guid(*puuidForSourceDsaObjGuid);
    request.flags = dwFlags;
    request.enumeration_context = dwEnumerationContext;
    TRIBUTARY_TRY(reply, ask(session, request));
    TRIBUTARY_TRY(block, repl_info_block(request.type, std::move(reply)));
    *ppInfo = block;
    return {};
  });
}

void DsReplicaFreeInfo(DS_REPL_INFO_TYPE, VOID* pInfo) { std::free(pInfo); }
