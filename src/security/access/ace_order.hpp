// SPDX-License-Identifier: Apache-2.0
// The order of ACEs in a list ([MS-ADTS] 6.1.3.1, [MS-DTYP] 2.4.5).
#pragma once

#include <span>
#include <vector>

#include "security/access/security_descriptor.hpp"

namespace tributary::security {

/// Explicit before inherited, and among the explicit ones: denying before granting, each for the whole object before for a part.
[[nodiscard]] bool is_canonical(std::span<const Ace> aces) noexcept;

/// Sorts a list in canonical form: explicit, denying, regular, then by octets. One in another form stays as it is: its owner meant it.
void standardize(std::vector<Ace>& aces);

}  // namespace tributary::security
