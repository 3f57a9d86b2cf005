// SPDX-License-Identifier: Apache-2.0
// See faults.hpp.
#include "sim/faults.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"

namespace tributary::sim {

using namespace std::chrono_literals;

Faults::Faults(World& world, Forest& forest)
    : world_(world), forest_(forest), chance_(world.chance.split("faults")), rate_(static_cast<std::uint32_t>(chance_.between(20, 250))) {
  for (std::uint32_t bit = 1; bit < kFaultAll; bit <<= 1) {
    const auto fault = static_cast<Fault>(bit);
    if (is_allowed(fault) && fault != kFaultAge && chance_.per_mille(500)) chosen_.push_back(fault);
  }
}

MonoTime Faults::pick_while() { return std::chrono::seconds(chance_.between(5, 900)); }

void Faults::note(Fault fault, const SimDsa& dsa) {
  ++world_.figures.faults;
  world_.log("fault: {} at {}", name_of(fault), dsa.name());
}

void Faults::step() {
  if (chosen_.empty() || !chance_.per_mille(rate_)) return;
  const auto fault = chance_.pick(chosen_);
  auto& dsa = pick_dsa();
  back_up(dsa);
  switch (fault) {
    case kFaultPartition:
    case kFaultOneWay: return cut(fault);
    case kFaultStall: return stall();
    case kFaultCrash: return crash(dsa);
    case kFaultRestore: return restore(dsa);
    case kFaultRollback: return dsa.storage().can_snapshot() && chance_.per_mille(500) ? revert(dsa) : roll_back(dsa);
    case kFaultSkew: return skew(dsa);
    case kFaultSlowDisk: return slow_disk(dsa);
    case kFaultDiskFull: return fill_disk(dsa);
    case kFaultNewIdentity:
      if (!dsa.is_up() || dsa.is_quarantined() || dsa.is_rolled_back()) return;
      note(fault, dsa);
      return dsa.take_new_invocation_id();
    default: return disturb_links(fault);
  }
}

// --- Links ----------------------------------------------------------------------------------------------------------------------

void Faults::disturb_links(Fault fault) {
  auto& dsa = pick_dsa();
  note(fault, dsa);
  const auto rate = static_cast<std::uint32_t>(chance_.between(10, 400));
  for (int other = 0; other < world_.options.dsas; ++other) {
    if (other == dsa.index() || chance_.per_mille(400)) continue;
    auto& link = world_.network.link(dsa.index(), other);
    if (fault == kFaultDelay) link.jitter = std::chrono::milliseconds(chance_.between(1, 2000));
    if (fault == kFaultLoss) link.loss = rate;
    if (fault == kFaultDuplicate) link.duplicate = rate;
    if (fault == kFaultReorder) link.reorder = rate;
  }
  world_.loop.after(pick_while(), [this, from = dsa.index()] {
    for (int other = 0; other < world_.options.dsas; ++other) {
      auto& link = world_.network.link(from, other);
      link.jitter = {};
      link.loss = link.duplicate = link.reorder = 0;
    }
  });
}

void Faults::cut(Fault fault) {
  auto& dsa = pick_dsa();
  note(fault, dsa);
  std::vector<int> others;
  for (int other = 0; other < world_.options.dsas; ++other)
    if (other != dsa.index() && chance_.per_mille(700)) others.push_back(other);
  const bool is_inward = chance_.per_mille(500);
  const auto set = [this, fault, is_inward, from = dsa.index(), others](bool is_cut) {
    for (const int other : others) {
      if (fault == kFaultPartition) {
        world_.network.cut(from, other, is_cut);
      } else {
        world_.network.link(is_inward ? other : from, is_inward ? from : other).is_cut = is_cut;
      }
    }
  };
  set(true);
  world_.loop.after(pick_while(), [set] { set(false); });
}

void Faults::stall() {
  auto& dsa = pick_dsa();
  note(kFaultStall, dsa);
  const auto until = world_.loop.now() + std::chrono::seconds(chance_.between(1, 120));
  for (int other = 0; other < world_.options.dsas; ++other)
    if (other != dsa.index()) world_.network.link(dsa.index(), other).held_until = until;
}

// --- Machines -------------------------------------------------------------------------------------------------------------------

void Faults::start_later(SimDsa& dsa, MonoTime delay) {
  world_.loop.after(delay, [this, &dsa] {
    if (dsa.is_up() || dsa.start()) return;
    if (dsa.storage().is_full()) return start_later(dsa, std::chrono::minutes(1));  // a service manager tries again as well
    world_.blame(dsa.name() + " does not start again");
  });
}

void Faults::crash(SimDsa& dsa) {
  if (!dsa.is_up()) return;
  note(kFaultCrash, dsa);
  if (chance_.per_mille(500)) {
    dsa.storage().crash_after(chance_.below(40));  // in the middle of what it does next
    return;
  }
  dsa.crash();
  start_later(dsa, chance_.per_mille(500) ? MonoTime{} : pick_while());
}

void Faults::skew(SimDsa& dsa) {
  note(kFaultSkew, dsa);
  dsa.set_skew(chance_.between(-300, 300));
}

void Faults::slow_disk(SimDsa& dsa) {
  note(kFaultSlowDisk, dsa);
  dsa.set_disk_delay(std::chrono::milliseconds(chance_.between(10, 20'000)));
  world_.loop.after(pick_while(), [&dsa] { dsa.set_disk_delay({}); });
}

void Faults::fill_disk(SimDsa& dsa) {
  note(kFaultDiskFull, dsa);
  dsa.storage().set_full(true);
  world_.loop.after(pick_while(), [&dsa] { dsa.storage().set_full(false); });
}

// --- The past -------------------------------------------------------------------------------------------------------------------

void Faults::back_up(SimDsa& dsa) {
  const bool is_wanted = std::ranges::find(chosen_, kFaultRestore) != chosen_.end() || std::ranges::find(chosen_, kFaultRollback) != chosen_.end();
  if (!is_wanted || !dsa.is_up() || dsa.is_quarantined() || dsa.is_rolled_back()) return;
  if (dsa.storage().can_snapshot() && !dsa.storage().has_snapshot()) dsa.storage().take_snapshot();
  constexpr int kBackupsMax = 4;
  auto& own = backups_[dsa.index()];
  if (own.size() >= kBackupsMax) return;
  const int number = backup_count_++;
  if (const auto done = dsa.store().backup(dsa.storage().backup_place(number)); !done)
    return world_.log("{} cannot be backed up: {}", dsa.name(), done.error().detail);
  world_.log("{} is backed up as {}", dsa.name(), number);
  own.push_back(number);
}

void Faults::restore(SimDsa& dsa) {
  auto& own = backups_[dsa.index()];
  if (own.empty() || dsa.is_rolled_back()) return;
  note(kFaultRestore, dsa);
  dsa.stop();
  const int number = chance_.pick(own);
  dsa.storage().set_full(false);
  dsa.storage().restore_backup(number, false);
  world_.log("{} is restored from backup {}", dsa.name(), number);
  if (dsa.start()) return world_.blame(dsa.name() + " was restored, and starts under the invocationId of the backup");
  if (!dsa.start(InvocationId{chance_.guid()})) return world_.blame(dsa.name() + " was restored and does not start");
  forest_.forget_lost();
}

/// The data of the backup under the mark that is there: found out when it is opened.
void Faults::roll_back(SimDsa& dsa) {
  auto& own = backups_[dsa.index()];
  if (own.empty() || !dsa.is_up() || dsa.is_rolled_back()) return;
  note(kFaultRollback, dsa);
  const auto before = dsa.store().read()->highest_committed_usn();
  dsa.storage().crash_after(UINT64_MAX);  // closed as it should be: the mark may lag behind a crash by some commits, and is allowed to
  dsa.stop();
  const int number = chance_.pick(own);
  dsa.storage().set_full(false);
  dsa.storage().restore_backup(number, true);
  world_.log("{} gets the data of backup {}", dsa.name(), number);
  if (dsa.start() && dsa.store().read()->highest_committed_usn() < before) return world_.blame(dsa.name() + " was rolled back, and starts");
  if (!dsa.is_up() && !dsa.start(InvocationId{chance_.guid()})) return world_.blame(dsa.name() + " was rolled back and does not start anew");
  forest_.forget_lost();
}

/// The whole machine as it was: only partners can find that out, and then it has to be built anew.
void Faults::revert(SimDsa& dsa) {
  const bool is_master = dsa.index() == 0;  // only there are NCs that nobody else may have
  if (!dsa.storage().has_snapshot() || !dsa.is_up() || dsa.is_rolled_back() || is_master) return;
  note(kFaultRollback, dsa);
  dsa.stop();
  dsa.storage().set_full(false);
  dsa.storage().revert_to_snapshot();
  dsa.set_rolled_back();
  world_.log("{} is reverted to a snapshot", dsa.name());
  if (!dsa.start()) return world_.blame(dsa.name() + " was reverted and does not start");
  world_.loop.after(pick_while(), [this, &dsa] {
    dsa.rebuild();
    backups_[dsa.index()].clear();
    forest_.forget_lost();
  });
}

void Faults::forget_backups() {
  backups_.clear();
  for (auto& dsa : world_.dsas) dsa->storage().forget_snapshot();
}

// --- Quiet ----------------------------------------------------------------------------------------------------------------------

void Faults::heal() {
  world_.log("everything heals");
  world_.network.heal();
  for (auto& dsa : world_.dsas) {
    dsa->set_skew(0);
    dsa->set_disk_delay({});
    dsa->storage().set_full(false);
    if (dsa->is_rolled_back() || dsa->is_quarantined()) {
      dsa->rebuild();
      backups_[dsa->index()].clear();
      forest_.forget_lost();
    }
    if (!dsa->is_up() && !dsa->start()) world_.blame(dsa->name() + " does not start again");
  }
}

}  // namespace tributary::sim
