// SPDX-License-Identifier: Apache-2.0
// One run of the KCC for a DSA ([MS-ADTS] 6.2.2, [MS-DRSR] 4.1.6.3): reads its database, contacts the DSAs that the run has to know of, computes,
// and carries the plan out. The steps are in configuration_reader.hpp, topology/kcc.hpp and carry_out.hpp. Blocks as long as the contacts do.
#pragma once

#include <functional>

#include "service/dsa.hpp"
#include "topology/kcc.hpp"

namespace tributary::service {

/// IDL_DRSBind, and IDL_DRSGetReplInfo for the failures of a bridgehead, on the KCC's behalf.
using ContactDsa = std::function<topology::ContactResult(const topology::DsaToContact&)>;
/// Over Dsa::partner().
[[nodiscard]] ContactDsa contact_partners(Dsa& dsa, std::chrono::milliseconds timeout);

struct KccRun {
  topology::KccPlan plan;
  std::string text;             ///< what changes, one line a step; empty when nothing does
  std::size_t requests = 0;     ///< that were handed to the queue
};
/// `seed`: topology::KccInput::seed. Errors are those of reading and of the update; what becomes of a request is logged.
[[nodiscard]] Result<KccRun> run_kcc(Dsa& dsa, const ContactDsa& contact, std::uint64_t seed);

/// For Dsa::kcc_failures().
[[nodiscard]] Result<KccFailures> stored_kcc_failures(const store::Snapshot& snapshot);

}  // namespace tributary::service
