// SPDX-License-Identifier: Apache-2.0
// The Knowledge Consistency Checker ([MS-ADTS] 6.2) as a function: the same view, state, time and seed give the same plan on
// any machine, in any order of the view's vectors. A run is 6.2.2's sequence of tasks; what IDL_DRSExecuteKCC asks for
// ([MS-DRSR] 4.1.6.2.1, ExecuteKCCTasks) is one such run.
//
// Contract. The caller contacts the DSAs that dsas_to_contact names (IDL_DRSBind, IDL_DRSGetReplInfo), puts the outcomes into
// LocalState::contacts, calls run_kcc, and carries the plan out in its order: connections, repsFrom, the two variables. A plan
// that was carried out in part does no harm: the next run completes it. Errors: kErrorInvalidParameter when the local DSA has
// no nTDSDSA object in a site of the view, or when the view is larger than KccLimits.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/configuration.hpp"
#include "topology/plan.hpp"

namespace tributary::topology {

/// [MS-ADTS] 6.2.2: when runs happen.
inline constexpr std::int64_t kFirstRunDelaySeconds = 5 * 60;
inline constexpr std::int64_t kRunIntervalSeconds = 15 * 60;

struct KccLimits {
  std::size_t objects_max = 1'000'000;                 ///< of the whole view
  std::uint64_t path_relaxations_max = 2'000'000'000;  ///< in one run: site links of thousands of sites with schedules
};

struct KccInput {
  const ConfigurationView& view;
  const LocalState& local;
  DsTime now;
  /// Chance, where 6.2.2.2 and 6.2.2.3.4.4 leave a choice to it. Any value; DSAs that share one predict each other's choices
  /// and need fewer connections for the same number of hops.
  std::uint64_t seed = 0;
  KccLimits limits{};
};

/// [MS-ADTS] 6.2.2.1 and 6.2.2.3.2: whom to bind to before the run. `fetch_failures` is set for the bridgeheads of the local
/// DSA's own site, whose failures are to be fetched too.
struct DsaToContact {
  DsaGuid dsa;
  bool fetch_failures = false;
  friend bool operator==(const DsaToContact&, const DsaToContact&) = default;
};
[[nodiscard]] std::vector<DsaToContact> dsas_to_contact(const KccInput& input);

[[nodiscard]] Result<KccPlan> run_kcc(const KccInput& input);

}  // namespace tributary::topology
