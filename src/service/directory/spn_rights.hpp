// SPDX-License-Identifier: Apache-2.0
// AccessCheckWriteToSpnAttribute ([MS-DRSR] 5.5): whoever may write the attribute may write any SPN; whoever has only the validated write may
// write those that name the account itself (5.92, 5.93, 5.98, 5.102, 5.110). Reads only.
#pragma once

#include <span>

#include "service/directory/session.hpp"

namespace tributary::service::directory {

/// kErrorSuccess, kErrorDsInvalidAttributeSyntax or kErrorDsInsuffAccessRights.
[[nodiscard]] Win32 check_write_to_spn_attribute(const Reader& reader, const Partitions& partitions, const Asker& asker, Dnt account,
                                                 std::span<const std::string> spns);

}  // namespace tributary::service::directory
