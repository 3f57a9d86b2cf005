// SPDX-License-Identifier: Apache-2.0
// Attid: an ATTRTYP ([MS-DRSR] 5.14) of the local prefix table, as a type of its own. ATTRTYP (types.hpp) is the number on the wire,
// in whatever table the sender has; only schema/prefix_table.hpp turns one into the other.
#pragma once

#include <cstdint>

namespace tributary::drsuapi {

enum class Attid : std::uint32_t {};

}  // namespace tributary::drsuapi
