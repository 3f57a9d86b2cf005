// SPDX-License-Identifier: Apache-2.0
// One run: a forest comes to be, clients work while faults happen, everything heals, the forest comes to rest, and the checkers judge.
// The same options and seed give the same history, octet for octet.
#pragma once

#include "sim/options.hpp"
#include "sim/world.hpp"

namespace tributary::sim {

struct Outcome {
  std::uint64_t seed = 0;
  std::vector<std::string> failures;
  std::vector<std::string> history;  ///< with Options::has_trace
  std::uint64_t digest = 0;          ///< of the history
  Figures figures;
  std::uint64_t events = 0;
  MonoTime virtual_time{};
  std::size_t writes = 0;
};

[[nodiscard]] Outcome run_seed(const Options& options, std::uint64_t seed);

}  // namespace tributary::sim
