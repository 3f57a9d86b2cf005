// SPDX-License-Identifier: Apache-2.0
// IDL_DRSCrackNames as the API uses it: translating names, listing, mapping schema GUIDs. [MS-DRSR] 4.1.4.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drsuapi/names.hpp"
#include "ntdsapi/session.hpp"

namespace tributary::ntdsapi {

inline constexpr std::uint32_t kNamesMax = 10'000;  ///< [range] of cNames

struct CrackRequest {
  std::uint32_t flags = 0;
  std::uint32_t offered = 0;
  std::uint32_t desired = 0;
  ndr::Seq<ndr::WString> names;
};
/// One item for each name, or the list asked for. kRpcXBadStubData when the DC answered fewer items than `items_min`;
/// kErrorNotSupported when it answered nothing at all, though it called that a success.
[[nodiscard]] Result<drsuapi::DS_NAME_RESULTW> crack_names(Session& session, CrackRequest request, std::size_t items_min);
/// The DN of the account with this sAMAccountName, whatever its domain. kErrorDsObjNotFound.
[[nodiscard]] Result<std::u16string> crack_account(Session& session, const std::string& sam_account_name);
/// A list; read over LDAP where the DC answers nothing (Samba).
[[nodiscard]] Result<drsuapi::DS_NAME_RESULTW> list_names(Session& session, CrackRequest request, std::size_t items_min);
/// The same without a DC: DS_FQDN_1779_NAME to DS_CANONICAL_NAME or DS_CANONICAL_NAME_EX; anything else is
/// DS_NAME_ERROR_NO_SYNTACTICAL_MAPPING for each name.
[[nodiscard]] drsuapi::DS_NAME_RESULTW crack_syntactically(const CrackRequest& request);

/// DS_SCHEMA_GUID_MAP of ntdsapi.h.
struct SchemaGuid {
  Guid guid;
  std::uint32_t guidType = 0;
  ndr::WString pName;
};
template <class W>
constexpr void describe(W& w, SchemaGuid& v) {
  w.scalar("guid", v.guid);
  w.scalar("guidType", v.guidType);
  w.unique_string("pName", v.pName);
}
/// What a status of DS_MAP_SCHEMA_GUID says: one of DS_SCHEMA_GUID_* ([MS-DRSR] 4.1.4.1.8).
[[nodiscard]] std::uint32_t schema_guid_type(std::uint32_t status) noexcept;
/// Read over LDAP where the DC answers nothing (Samba).
[[nodiscard]] Result<ndr::Seq<SchemaGuid>> map_schema_guids(Session& session, std::span<const Guid> guids);

}  // namespace tributary::ntdsapi
