// SPDX-License-Identifier: Apache-2.0
// The forest of a run: which NCs there are, which DSA holds what, and who replicates from whom. A stand-in for administrators and for
// the KCC: it decides what is wanted (World::ncs), and DSAs bring themselves there (SimDsa::maintain).
#pragma once

#include "sim/world.hpp"

namespace tributary::sim {

enum class Shape : std::uint8_t { kRing, kMesh, kStar, kChain };

class Forest {
 public:
  explicit Forest(World& world);

  /// The first DSA makes the NCs, the others join. False: it did not come to be, and the run has failed.
  bool build();
  /// An application NC, made by this DSA. Its root may be refused like any other object.
  void add_nc(int dsa);
  void remove_nc(WantedNc& nc);
  /// A DSA takes a replica, gives it back, or takes one of the other kind.
  void change_replica(WantedNc& nc, int dsa);
  /// Of this NC, what is only on databases that were lost is not certain any more.
  void forget_lost(const ObjectGuid& nc);
  void forget_lost();
  /// NCs that no database has any more are gone.
  void forget_orphans();

 private:
  void choose_terms();
  bool make_nc(int dsa, const std::string& dn, bool is_schema, bool is_configuration);
  void wire(WantedNc& nc);
  /// Some DSA that is up, other than `but`, has all of it.
  [[nodiscard]] bool is_held(const WantedNc& nc, int but);

  World& world_;
  Chance chance_;
  Shape shape_;
  int made_ = 0;
};

}  // namespace tributary::sim
