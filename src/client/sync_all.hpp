// SPDX-License-Identifier: Apache-2.0
// Bringing one NC up to date across the DSAs that hold it: which replication follows which (pure), and carrying it out over
// many DCs. What DsReplicaSyncAll and `tributary syncall` are made of. [MS-DRSR] 4.1.23 for each step; [MS-ADTS] 6.2 has the links.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "client/client.hpp"
#include "client/directory.hpp"

namespace tributary::client {

struct SyncAllOptions {
  bool abort_if_unavailable = false;   ///< stop at the first DSA that cannot be contacted or reached
  bool adjacent_only = false;          ///< only the home DSA's own sources (or destinations)
  bool do_not_sync = false;            ///< plan and report, replicate nothing
  bool skip_initial_check = false;     ///< trust the connection objects instead of asking every DSA for its sources
  bool push_outward = false;           ///< from the home DSA to the others instead of from the others to it
  bool cross_site_boundaries = false;  ///< DSAs of other sites too
};

/// `destination` replicates from `source`; both are indices of DSAs.
struct SyncLink {
  std::size_t source = 0;
  std::size_t destination = 0;
  friend auto operator<=>(const SyncLink&, const SyncLink&) = default;
};

struct SyncPlan {
  std::vector<SyncLink> steps;           ///< in this order changes travel all the way within one pass
  std::vector<std::size_t> unreachable;  ///< available DSAs to (or from) which no path of links leads, ascending
};
/// Orders the links by their distance from `home`: towards it the farthest first, outward the nearest first. Links between DSAs of the
/// same distance, and those that lead away, are not needed. Unavailable DSAs take no part. Deterministic.
[[nodiscard]] SyncPlan plan_sync_all(std::size_t home, const std::vector<bool>& available, std::span<const SyncLink> links,
                                     bool push_outward, bool adjacent_only);

enum class SyncAllFailureKind : std::uint8_t { kContacting, kReplicating, kUnreachable };
struct SyncAllFailure {
  SyncAllFailureKind kind{};
  Dsa server;
  Dsa source;   ///< kReplicating only
  Error error;  ///< success for kUnreachable
};

enum class SyncAllEventKind : std::uint8_t { kError, kSyncStarted, kSyncCompleted, kFinished };
struct SyncAllEvent {
  SyncAllEventKind kind{};
  const SyncAllFailure* failure = nullptr;  ///< kError
  const Dsa* source = nullptr;              ///< kSyncStarted and kSyncCompleted
  const Dsa* destination = nullptr;
  std::string_view nc_dn{};
  std::string_view forest{};  ///< as in SyncAllOutcome
};
/// Called in the caller's thread. False stops the work.
using SyncAllObserver = std::function<bool(const SyncAllEvent&)>;

struct SyncAllRequest {
  std::string nc_dn;  ///< empty: the configuration NC
  SyncAllOptions options;
  CallOptions sync_call;  ///< for each replication
  std::chrono::milliseconds bind_timeout{30'000};
};
struct SyncAllOutcome {
  /// kErrorCancelled when the observer said so; with abort_if_unavailable the first failure; a failure to read the topology at all.
  Result<> result;
  std::vector<SyncAllFailure> failures;
  std::string nc_dn;
  std::string forest;  ///< "lab.example": names DSAs as "<guid>._msdcs.lab.example"
};
/// Blocks until done.
[[nodiscard]] SyncAllOutcome sync_all(const std::shared_ptr<DrsHandle>& home, const SyncAllRequest& request, const SyncAllObserver& observer);

}  // namespace tributary::client
