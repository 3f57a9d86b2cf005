// SPDX-License-Identifier: Apache-2.0
// See bugs.hpp and planted.hpp.
#include "sim/planted/bugs.hpp"

#include <algorithm>

#include "sim/options.hpp"
#include "sim/planted.hpp"

namespace tributary::sim {
namespace {

Bug g_bug = Bug::kNone;

}  // namespace

Bug planted_bug() noexcept { return g_bug; }

bool plant(std::string_view bug) {
  const auto& names = planted_bugs();
  const auto at = std::ranges::find(names, bug);
  g_bug = at == names.end() ? Bug::kNone : static_cast<Bug>(at - names.begin() + 1);
  return bug.empty() || g_bug != Bug::kNone;
}

}  // namespace tributary::sim
