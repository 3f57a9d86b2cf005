// SPDX-License-Identifier: Apache-2.0
// Who can be a bridgehead, [MS-ADTS] 6.2.2.3.4.4: GetBridgeheadDC and GetAllBridgeheadDCs. Private to the room.
#pragma once

#include <vector>

#include "topology/run.hpp"

namespace tributary::topology {

struct BridgeheadQuery {
  const Site* site = nullptr;
  const Nc* nc = nullptr;
  const Transport* transport = nullptr;
  bool partial_replica_okay = false;
  bool detect_failed = false;
};

/// In the section's order: GC servers first and by objectGUID when the site switches chance off, else by chance.
[[nodiscard]] std::vector<const PlacedDsa*> all_bridgeheads(Run& run, const BridgeheadQuery& query);
/// Whether there is one.
[[nodiscard]] bool has_bridgehead(Run& run, const BridgeheadQuery& query);

}  // namespace tributary::topology
