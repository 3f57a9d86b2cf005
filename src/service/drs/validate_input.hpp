// SPDX-License-Identifier: Apache-2.0
// ValidateDRSInput ([MS-DRSR] 5.213): what is raised as an exception, before an operation looks at its request.
#pragma once

#include "service/dsa.hpp"

namespace tributary::service {

/// kErrorDsDrsExtensionsChanged when this DSA has become another since the binding (an optional feature, a new site): who is a DSA binds
/// again then. kErrorDsDifferentReplEpochs. Neither is for administrators' programs.
[[nodiscard]] Result<void> validate_drs_input(const Dsa& dsa, const DrsBinding& binding);

}  // namespace tributary::service
