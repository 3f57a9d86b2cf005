// SPDX-License-Identifier: Apache-2.0
// Bugs on purpose: the proof that the simulator finds what it is made for. docs/simulator.md, "Planted bugs".
#pragma once

#include <string_view>

namespace tributary::sim {

/// Plants a bug by its name, or none when it is empty. False in a program whose engine has no places for them.
[[nodiscard]] bool plant(std::string_view bug);

}  // namespace tributary::sim
