// SPDX-License-Identifier: Apache-2.0
// The lists that IDL_DRSCrackNames gives for formats that are no names: roles, sites, servers, domains, global catalogs, schema GUIDs
// ([MS-DRSR] 4.1.4.2.9). Knows neither caller nor message.
#pragma once

#include <span>

#include "service/directory/name_cracker.hpp"

namespace tributary::service::directory {

/// Nothing when the format is not one of a list.
[[nodiscard]] std::optional<std::vector<CrackedName>> list_names(const Reader& reader, const Partitions& partitions, std::uint32_t format,
                                                                 std::span<const std::string> names);
/// DS_MAP_SCHEMA_GUID for one name.
[[nodiscard]] CrackedName map_schema_guid(const Reader& reader, const std::string& name);

}  // namespace tributary::service::directory
