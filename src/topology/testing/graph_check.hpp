// SPDX-License-Identifier: Apache-2.0
// The requirements of [MS-ADTS] 6.2.2 as checks of a whole forest: who receives updates from whom, as the repsFrom of all DSAs
// say, or as their connections imply.
#pragma once

#include <string>
#include <vector>

#include "topology/testing/forest.hpp"

namespace tributary::topology::testing {

enum class Edges : std::uint8_t { kRepsFrom, kConnections };

/// One line for each violation: a replica that updates from some writable replica of its NC never reach, a writable replica
/// that reads from a read-only one, a domain that travels by mail to a full replica.
[[nodiscard]] std::vector<std::string> violations(Forest& forest, Edges edges = Edges::kRepsFrom);
/// The greatest number of hops between two writable replicas of one NC in one site, over edges inside it.
[[nodiscard]] std::size_t hops_in_sites_max(Forest& forest);

}  // namespace tributary::topology::testing
