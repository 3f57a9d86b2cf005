// SPDX-License-Identifier: Apache-2.0
// What a DC should answer and leaves out (Samba: every list of IDL_DRSCrackNames but roles and server info, schema GUIDs, costs
// between sites), read over LDAP from the same DC by the rules of [MS-DRSR] 4.1.4.2 and 4.1.16.3, and what is only there.
// Blocks. Never decides that it is needed: the callers do.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "client/directory.hpp"
#include "drsuapi/dcinfo.hpp"
#include "ntdsapi/name_calls.hpp"

namespace tributary::ntdsapi {

[[nodiscard]] Result<std::unique_ptr<client::Directory>> open_directory(client::DrsHandle& dc, std::chrono::milliseconds timeout);

/// DS_LIST_SITES, DS_LIST_SERVERS_IN_SITE, DS_LIST_DOMAINS_IN_SITE, DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE; kErrorNotSupported for others.
[[nodiscard]] Result<drsuapi::DS_NAME_RESULTW> list_names(client::Directory& directory, std::uint32_t what,
                                                          std::span<const ndr::WString> names);
/// DS_MAP_SCHEMA_GUID.
[[nodiscard]] Result<ndr::Seq<SchemaGuid>> map_guids(client::Directory& directory, std::span<const Guid> guids);
/// IDL_DRSQuerySitesByCost ([MS-DRSR] 4.1.16.3), names of sites being RDN values. kErrorDsObjNotFound when `from` is no site.
[[nodiscard]] Result<ndr::Seq<drsuapi::DRS_MSG_QUERYSITESREPLYELEMENT_V1>> query_site_costs(client::Directory& directory, const std::string& from,
                                                                                        std::span<const std::string> to);
/// The DN of the computer account of a NetBIOS name. kErrorDsObjNotFound.
[[nodiscard]] Result<std::u16string> computer_account(client::Directory& directory, const std::string& netbios_name);
/// The DN of each DSA by its current invocationId.
[[nodiscard]] Result<std::map<Guid, std::u16string>> dsa_names(client::Directory& directory);

}  // namespace tributary::ntdsapi
