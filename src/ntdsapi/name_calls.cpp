// SPDX-License-Identifier: Apache-2.0
// Requests and answers of IDL_DRSCrackNames. [MS-DRSR] 4.1.4.
#include "ntdsapi/name_calls.hpp"

#include "base/canonical_name.hpp"
#include "base/utf.hpp"
#include "drsuapi/constants.hpp"
#include "ntdsapi/ldap_answers.hpp"

namespace tributary::ntdsapi {
namespace {

// The server ignores both; Windows sends the caller's.
constexpr std::uint32_t kCodePage = 1252;
constexpr std::uint32_t kLocaleId = 0x409;

}  // namespace

Result<drsuapi::DS_NAME_RESULTW> crack_names(Session& session, CrackRequest request, std::size_t items_min) {
  drsuapi::DRS_MSG_CRACKREQ_V1 message;
  message.CodePage = kCodePage;
  message.LocaleId = kLocaleId;
  message.dwFlags = request.flags;
  message.formatOffered = request.offered;
  message.formatDesired = request.desired;
  message.rpNames = std::move(request.names);
  drsuapi::IDL_DRSCrackNames::In in;
  in.msgIn = std::move(message);
  auto out = session.dc().call<drsuapi::IDL_DRSCrackNames>(std::move(in), session.call());
  if (!out) return std::unexpected(std::move(out.error()));
  auto* reply = out->msgOut.get_if<1>();
  if (reply == nullptr || !reply->pResult) return fail(win32::kErrorNotSupported, "the DC answered nothing to this kind of name", Phase::kCall);
  drsuapi::DS_NAME_RESULTW result = std::move(*reply->pResult);
  if (result.rItems.size() < items_min) return fail(win32::kRpcXBadStubData, "the DC answered fewer names than were asked for", Phase::kCall);
  return result;
}

Result<std::u16string> crack_account(Session& session, const std::string& sam_account_name) {
  CrackRequest request;
  request.offered = drsuapi::DS_NT4_ACCOUNT_NAME_SANS_DOMAIN;
  request.desired = drsuapi::DS_FQDN_1779_NAME;
  request.names.push_back(to_utf16_lossy(sam_account_name));
  auto result = crack_names(session, std::move(request), 1);
  if (!result) return std::unexpected(std::move(result.error()));
  auto& item = result->rItems[0];
  if (item.status != DS_NAME_NO_ERROR || !item.pName) return fail(kErrorDsObjNotFound, "the domain has no account " + sam_account_name, Phase::kCall);
  return std::u16string(*item.pName);
}

Result<drsuapi::DS_NAME_RESULTW> list_names(Session& session, CrackRequest request, std::size_t items_min) {
  auto result = crack_names(session, request, items_min);
  if (result || result.error().code != win32::kErrorNotSupported) return result;
  auto directory = open_directory(session.dc(), session.call().timeout);
  if (!directory) return std::unexpected(std::move(directory.error()));
  return list_names(**directory, request.offered, request.names.span());
}

drsuapi::DS_NAME_RESULTW crack_syntactically(const CrackRequest& request) {
  const bool extended = request.desired == drsuapi::DS_CANONICAL_NAME_EX;
  const bool possible = request.offered == drsuapi::DS_FQDN_1779_NAME && (extended || request.desired == drsuapi::DS_CANONICAL_NAME);
  drsuapi::DS_NAME_RESULTW result;
  for (const auto& name : request.names) {
    auto& item = result.rItems.emplace_back();
    item.status = DS_NAME_ERROR_NO_SYNTACTICAL_MAPPING;
    if (!possible || !name) continue;
    auto canonical = canonical_name(*name, extended);
    if (!canonical) continue;
    item.status = DS_NAME_NO_ERROR;
    item.pDomain = std::move(canonical->domain);
    item.pName = std::move(canonical->name);
  }
  return result;
}

std::uint32_t schema_guid_type(std::uint32_t status) noexcept {
  switch (status) {
    case drsuapi::DS_NAME_ERROR_SCHEMA_GUID_ATTR: return DS_SCHEMA_GUID_ATTR;
    case drsuapi::DS_NAME_ERROR_SCHEMA_GUID_ATTR_SET: return DS_SCHEMA_GUID_ATTR_SET;
    case drsuapi::DS_NAME_ERROR_SCHEMA_GUID_CLASS: return DS_SCHEMA_GUID_CLASS;
    case drsuapi::DS_NAME_ERROR_SCHEMA_GUID_CONTROL_RIGHT: return DS_SCHEMA_GUID_CONTROL_RIGHT;
    default: return DS_SCHEMA_GUID_NOT_FOUND;
  }
}

Result<ndr::Seq<SchemaGuid>> map_schema_guids(Session& session, std::span<const Guid> guids) {
  CrackRequest request;
  request.offered = drsuapi::DS_MAP_SCHEMA_GUID;
  request.desired = DS_UNKNOWN_NAME;
  for (const Guid& guid : guids) request.names.push_back(to_utf16_lossy("{" + to_string(guid) + "}"));
  auto result = crack_names(session, std::move(request), guids.size());
  if (!result && result.error().code == win32::kErrorNotSupported) {
    auto directory = open_directory(session.dc(), session.call().timeout);
    return directory ? map_guids(**directory, guids) : std::unexpected(std::move(directory.error()));
  }
  if (!result) return std::unexpected(std::move(result.error()));
  ndr::Seq<SchemaGuid> map;
  for (std::size_t i = 0; i < guids.size(); ++i) {
    auto& item = result->rItems[i];
    const auto type = schema_guid_type(item.status);
    map.push_back({guids[i], type, type == DS_SCHEMA_GUID_NOT_FOUND ? ndr::WString{} : std::move(item.pName)});
  }
  return map;
}

}  // namespace tributary::ntdsapi
