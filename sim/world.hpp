// SPDX-License-Identifier: Apache-2.0
// What all DSAs of one run share: time, network, history, the model of what was accepted, and what this seed has chosen about the forest.
// Owner: one Run. Nothing here decides anything about replication.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "repl/objects/context.hpp"
#include "sim/check/model.hpp"
#include "sim/core/event_loop.hpp"
#include "sim/core/network.hpp"
#include "sim/core/trace.hpp"
#include "sim/options.hpp"

namespace tributary::sim {

class SimDsa;

/// What a DSA is meant to hold of an NC, and from whom. The simulator's KCC.
struct WantedReplica {
  bool is_partial = false;
  std::vector<int> sources;  ///< DSAs; empty for the one that made the NC, as long as nobody else has it
};
struct WantedNc {
  ObjectGuid guid;
  std::string dn;
  bool is_schema = false;
  bool is_configuration = false;
  std::map<int, WantedReplica> replicas;  ///< by DSA
};

/// What a seed has chosen once for the whole run.
struct Terms {
  repl::DirectoryRules rules;
  std::uint32_t page_objects_max = 100;
  std::uint32_t page_octets_max = 1u << 20;
  bool uses_compression = false;
  bool has_v9 = true;                   ///< DSAs know replies of version 9
  std::int64_t notify_first_s = 15;
  std::int64_t notify_subsequent_s = 3;
  bool is_hourly = true;                ///< periodic replication once in an hour; otherwise four times a day
};

struct Figures {
  std::uint64_t operations = 0;   ///< of clients, that were accepted
  std::uint64_t refused = 0;      ///< ... that were refused, as a directory may
  std::uint64_t cycles = 0, failed_cycles = 0, pages = 0;
  std::uint64_t objects_sent = 0, links_sent = 0;
  std::uint64_t faults = 0;
  std::uint64_t quarantines = 0;
  std::size_t queue_max = 0;
};

struct World {
  World(const Options& of, std::uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  const Options& options;
  Chance chance;
  Trace trace;
  EventLoop loop;
  SimNetwork network;
  Model model;
  Terms terms;
  Figures figures;
  std::vector<std::unique_ptr<SimDsa>> dsas;
  std::vector<WantedNc> ncs;
  std::vector<std::string> failures;
  std::vector<ObjectGuid> given_back;  ///< NCs of which a replica was taken down: what was only there is lost

  /// A line of the history.
  template <class... Args>
  void log(fmt::format_string<const Args&...> format, const Args&... args) {
    trace.line(loop.now(), format, args...);
  }
  /// What a checker found: the run has failed.
  void blame(std::string what);
  [[nodiscard]] bool has_failed() const noexcept { return !failures.empty(); }

  /// The true time, which no DSA knows exactly.
  [[nodiscard]] FileTime wall() const noexcept;
  [[nodiscard]] WantedNc* find_nc(const ObjectGuid& guid) noexcept;
  [[nodiscard]] int find_dsa(const DsaGuid& guid) const noexcept;
};

}  // namespace tributary::sim
