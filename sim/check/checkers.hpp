// SPDX-License-Identifier: Apache-2.0
// What has to be true of a forest, and of one that has come to rest in particular. Each checker says what it found in words and blames the
// run; none changes anything. docs/simulator.md lists them.
#pragma once

#include "sim/world.hpp"

namespace tributary::sim {

/// At any time: no vector claims what its replica lacks.
void check_vectors(World& world);

/// At rest: replicas agree with each other and with the model, databases are sound, queues are empty, and nothing has grown beyond bounds.
void check_rest(World& world);

}  // namespace tributary::sim
