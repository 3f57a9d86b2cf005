// SPDX-License-Identifier: Apache-2.0
// See run.hpp.
#include "sim/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "sim/check/checkers.hpp"
#include "sim/dsa.hpp"
#include "sim/faults.hpp"
#include "sim/forest.hpp"
#include "sim/planted.hpp"
#include "sim/workload.hpp"

namespace tributary::sim {
namespace {

using namespace std::chrono_literals;

class Run {
 public:
  Run(const Options& options, std::uint64_t seed)
      : world_(options, seed), forest_(world_), workload_(world_, forest_), faults_(world_, forest_), chance_(world_.chance.split("run")) {}

  void go();
  [[nodiscard]] Outcome outcome(std::uint64_t seed);

 private:
  [[nodiscard]] bool is_complete();
  void maintain(bool starts_all);
  void join();
  void work();
  /// Everybody pulls everything from everybody once. True: nothing failed, and nothing was sent.
  [[nodiscard]] bool round();
  void come_to_rest();
  void age();

  World world_;
  Forest forest_;
  Workload workload_;
  Faults faults_;
  Chance chance_;
  MonoTime maintained_{};
};

bool Run::is_complete() {
  for (const auto& nc : world_.ncs)
    for (const auto& [index, wanted] : nc.replicas) {
      auto& dsa = *world_.dsas[static_cast<std::size_t>(index)];
      const auto root = dsa.is_up() ? dsa.root_of(nc.guid) : store::kNoDnt;
      if (root == store::kNoDnt) return false;
      const auto replica = dsa.store().read()->nc_replica(root);
      if (!replica || !*replica || (*replica)->coming || (*replica)->going || (*replica)->partial != wanted.is_partial) return false;
      if ((*replica)->reps_from.size() < wanted.sources.size()) return false;
    }
  return true;
}

void Run::maintain(bool starts_all) {
  maintained_ = world_.loop.now();
  for (auto& dsa : world_.dsas) {
    if (!dsa->is_up() && (starts_all || chance_.per_mille(300))) (void)dsa->start();
    dsa->maintain();
  }
  for (const auto& nc : std::exchange(world_.given_back, {})) forest_.forget_lost(nc);
}

/// The forest comes to be, with nothing in its way.
void Run::join() {
  constexpr int kRoundsMax = 100;
  for (int i = 0; i < kRoundsMax && !world_.has_failed(); ++i) {
    maintain(true);
    world_.loop.run_until(world_.loop.now() + 30s);
    if (is_complete()) return;
  }
  world_.blame("the DSAs do not join");
}

void Run::work() {
  const auto operations = world_.options.operations;
  const bool ages = (world_.options.faults & kFaultAge) != 0 && operations > 0 && chance_.per_mille(300);
  const auto aging = ages ? chance_.below(operations) : UINT64_MAX;
  const auto looking = operations > 0 ? chance_.below(operations) : 0;
  const auto pace = static_cast<std::uint64_t>(chance_.between(200, 40'000));
  for (std::uint32_t i = 0; i < operations && !world_.has_failed(); ++i) {
    world_.loop.run_until(world_.loop.now() + std::chrono::milliseconds(chance_.below(pace)));
    workload_.step();
    faults_.step();
    if (world_.loop.now() - maintained_ > 60s) maintain(false);
    if (i == looking) check_vectors(world_);
    if (i == aging) age();
  }
}

bool Run::round() {
  const auto sent = world_.figures.objects_sent + world_.figures.links_sent;
  std::size_t open = 0, failed = 0;
  for (const auto& nc : world_.ncs)
    for (const auto& [dsa, wanted] : nc.replicas)
      for (const int source : wanted.sources) {
        ++open;
        world_.dsas[static_cast<std::size_t>(dsa)]->sync(nc.guid, source, [&open, &failed](Win32 result) {
          --open;
          failed += result == Win32::kSuccess ? 0 : 1;
        });
      }
  const auto limit = world_.loop.now() + 1h;
  while (open != 0 && world_.loop.step(limit)) {
  }
  world_.log("a round: {} failed, {} without an answer, {} sent", failed, open, world_.figures.objects_sent + world_.figures.links_sent - sent);
  if (open != 0) world_.blame("a call of IDL_DRSReplicaSync has no answer");
  return failed == 0 && open == 0 && sent == world_.figures.objects_sent + world_.figures.links_sent;
}

void Run::come_to_rest() {
  faults_.heal();
  world_.loop.run_until(world_.loop.now() + 20min);  // stalls, disks and starts that are still to come
  faults_.heal();
  const int rounds_max = 3 * world_.options.dsas + 20;
  bool is_quiet = false;
  for (int i = 0; i < rounds_max && !is_quiet && !world_.has_failed(); ++i) {
    maintain(true);
    forest_.forget_orphans();
    world_.loop.run_until(world_.loop.now() + 30s);
    is_quiet = round() && is_complete();
  }
  if (world_.has_failed()) return;
  if (!is_quiet) world_.blame("the forest does not come to rest");
  const auto sent = world_.figures.objects_sent + world_.figures.links_sent;
  world_.loop.run_until(world_.loop.now() + 61min);
  if (is_quiet && sent != world_.figures.objects_sent + world_.figures.links_sent) world_.blame("a quiet forest replicates");
  check_rest(world_);
}

/// The tombstone lifetime passes in a forest at rest, as it has to be: who was away for longer could not come back.
void Run::age() {
  come_to_rest();
  if (world_.has_failed()) return;
  const auto& rules = world_.terms.rules;
  const auto lifetime = std::max(rules.tombstone_lifetime_s, rules.deleted_object_lifetime_s);
  // Twice: what the recycle bin keeps is recycled first, and goes after another lifetime.
  for (int i = 0; i < 2 && !world_.has_failed(); ++i) {
    world_.log("time passes");
    world_.loop.run_until(world_.loop.now() + std::chrono::seconds(lifetime + 3600));
    faults_.forget_backups();
    for (auto& dsa : world_.dsas) dsa->collect_garbage();
    come_to_rest();
  }
}

void Run::go() {
  if (!plant(world_.options.plant)) return world_.blame("this program has no bugs to plant");
  if (!forest_.build()) return;
  join();
  work();
  if (!world_.has_failed()) come_to_rest();
}

Outcome Run::outcome(std::uint64_t seed) {
  return {seed, world_.failures, world_.trace.lines(), world_.trace.digest(), world_.figures, world_.loop.events(), world_.loop.now(),
          world_.model.writes()};
}

}  // namespace

Outcome run_seed(const Options& options, std::uint64_t seed) {
  Run run(options, seed);
  run.go();
  return run.outcome(seed);
}

}  // namespace tributary::sim
