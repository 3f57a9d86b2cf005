// SPDX-License-Identifier: Apache-2.0
// Names for the ATTRTYP values of the base schema: those that [MS-ADA1], [MS-ADA2] and [MS-ADA3] list and that the default
// prefix table of [MS-DRSR] 5.16.4 covers. A forest with its own prefix table can number other attributes differently:
// these names are for people, the number decides.
#pragma once

#include <optional>
#include <string_view>

#include "drsuapi/attid.hpp"

namespace tributary::drsuapi::blobs {

/// Empty when the base schema has no such attribute.
[[nodiscard]] std::string_view ldap_display_name(Attid attid) noexcept;
/// Exact spelling.
[[nodiscard]] std::optional<Attid> attid_of(std::string_view ldap_display_name) noexcept;

}  // namespace tributary::drsuapi::blobs
