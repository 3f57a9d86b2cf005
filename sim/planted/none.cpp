// SPDX-License-Identifier: Apache-2.0
// The engine as it is: nothing can be planted.
#include "sim/planted.hpp"

namespace tributary::sim {

bool plant(std::string_view bug) { return bug.empty(); }

}  // namespace tributary::sim
