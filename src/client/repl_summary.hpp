// SPDX-License-Identifier: Apache-2.0
// The health of a whole forest in one line per DSA: what each pulled, from whom, how long ago, with what result.
// Pure: inbound neighbours in, totals out. Times are given, no clock is read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "client/dsa_index.hpp"
#include "client/repl_state.hpp"

namespace tributary::client {

/// What one DSA said, or why it said nothing.
struct DsaReport {
  Dsa dsa;
  Result<ReplState<Neighbor>> inbound;
};

struct SummaryRow {
  std::string name;  ///< "DC1", or the GUID of a DSA that the forest does not know
  DsaGuid dsa_guid;
  std::int64_t largest_delta_s = 0;  ///< since the oldest of its last successes
  bool never_succeeded = false;      ///< a partner was never replicated with: the delta has no end
  std::uint32_t failing = 0;         ///< partnerships whose last attempt failed
  std::uint32_t total = 0;           ///< partnerships: one per NC and partner
  Win32 error{};                     ///< of the worst failure: the one that has lasted longest
};
struct SummaryRefusal {
  std::string name;
  Error error;
};
struct ReplSummary {
  std::vector<SummaryRow> sources;       ///< by name
  std::vector<SummaryRow> destinations;  ///< by name
  std::vector<SummaryRefusal> refusals;  ///< DSAs that could not be asked
};

[[nodiscard]] ReplSummary summarize(const std::vector<DsaReport>& reports, FileTime now);

}  // namespace tributary::client
