// SPDX-License-Identifier: Apache-2.0
// What goes wrong: each fault has its time, its place and its end, all chosen by the seed, and each is allowed or not by the options.
// Also the administrator who starts what is down, restores rightly what was restored wrongly, and builds anew what was found out.
// Knows no checker.
#pragma once

#include <map>
#include <vector>

#include "sim/dsa.hpp"
#include "sim/forest.hpp"

namespace tributary::sim {

class Faults {
 public:
  Faults(World& world, Forest& forest);
  /// Maybe something goes wrong now.
  void step();
  /// Whatever is wrong ends: links, clocks, disks; all DSAs run.
  void heal();
  /// Backups that are older than the tombstone lifetime must not be used.
  void forget_backups();

 private:
  [[nodiscard]] bool is_allowed(Fault fault) const noexcept { return (world_.options.faults & fault) != 0; }
  [[nodiscard]] SimDsa& pick_dsa() { return *chance_.pick(world_.dsas); }
  [[nodiscard]] MonoTime pick_while();
  void note(Fault fault, const SimDsa& dsa);

  void disturb_links(Fault fault);
  void cut(Fault fault);
  void stall();
  void crash(SimDsa& dsa);
  void skew(SimDsa& dsa);
  void slow_disk(SimDsa& dsa);
  void fill_disk(SimDsa& dsa);
  void back_up(SimDsa& dsa);
  void restore(SimDsa& dsa);
  void roll_back(SimDsa& dsa);
  void revert(SimDsa& dsa);
  void start_later(SimDsa& dsa, MonoTime delay);

  World& world_;
  Forest& forest_;
  Chance chance_;
  std::vector<Fault> chosen_;           ///< of this seed
  std::uint32_t rate_;                  ///< per mille of steps
  std::map<int, std::vector<int>> backups_;
  int backup_count_ = 0;
};

}  // namespace tributary::sim
