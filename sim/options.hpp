// SPDX-License-Identifier: Apache-2.0
// What a run is asked to do: the command line as values, and the line that asks for it again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "sim/core/storage.hpp"

namespace tributary::sim {

/// Faults that may happen; each seed chooses among those that are allowed.
enum Fault : std::uint32_t {
  kFaultDelay = 1u << 0,
  kFaultLoss = 1u << 1,
  kFaultDuplicate = 1u << 2,
  kFaultReorder = 1u << 3,
  kFaultPartition = 1u << 4,
  kFaultOneWay = 1u << 5,
  kFaultStall = 1u << 6,
  kFaultCrash = 1u << 7,
  kFaultRestore = 1u << 8,
  kFaultRollback = 1u << 9,
  kFaultSkew = 1u << 10,
  kFaultSlowDisk = 1u << 11,
  kFaultDiskFull = 1u << 12,
  kFaultNewIdentity = 1u << 13,
  kFaultAge = 1u << 14,
  kFaultAll = (1u << 15) - 1,
};

/// Kinds of work; each seed gives them weights.
enum class Work : std::uint8_t {
  kAdd, kModify, kMove, kRename, kDelete, kUndelete, kLink, kUnlink, kCollide, kCross, kOrphan, kSchema, kNcAdd, kNcRemove, kReplica, kRaise,
};
inline constexpr std::size_t kWorkCount = 16;

struct Options {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  std::uint32_t operations = 200;
  int dsas = 5;
  StoreKind store = StoreKind::kMemory;
  std::uint32_t faults = kFaultAll;
  std::uint32_t workload = (1u << kWorkCount) - 1;  ///< bits of Work
  std::string plant;                                ///< a bug to be found; only in the program that has them
  std::string folder;                               ///< for LMDB
  std::string regressions;                          ///< a file of lines to replay
  unsigned jobs = 1;
  bool is_verbose = false;
  bool has_trace = false;
  bool wants_help = false;
};

inline constexpr int kDsasMax = 16;
inline constexpr std::uint32_t kOperationsMax = 1'000'000;

/// kErrorInvalidParameter with what is wrong.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);
[[nodiscard]] std::string help_text();
/// The arguments that make one seed of this run again.
[[nodiscard]] std::string replay_line(const Options& options, std::uint64_t seed);

[[nodiscard]] std::string_view name_of(Fault fault) noexcept;
[[nodiscard]] std::string_view name_of(Work work) noexcept;
/// The bugs that can be planted, by name.
[[nodiscard]] const std::vector<std::string>& planted_bugs();

}  // namespace tributary::sim
