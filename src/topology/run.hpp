// SPDX-License-Identifier: Apache-2.0
// One run of the KCC from the inside ([MS-ADTS] 6.2.2): the model, the connections as the run leaves them, the failures it
// knows of, and the tasks in their order. Private to the room. Must never touch the view: all changes are in `connections`.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "topology/chance.hpp"
#include "topology/kcc.hpp"
#include "topology/model.hpp"

namespace tributary::topology {

/// A connection of the view or one that this run makes.
struct WorkConnection {
  NtdsConnection now;
  const NtdsConnection* before = nullptr;  ///< null: made in this run
  bool is_deleted = false;
  std::string why;  ///< the first task that made or changed it

  [[nodiscard]] bool has(std::uint32_t option) const noexcept { return (now.options & option) != 0; }
  void give_reason(ObjectGuid nc, std::uint32_t reason);
  void because(std::string_view text) {
    if (why.empty()) why = text;
  }
};

/// All connections, by destination. An index stays valid for the whole run.
class Connections {
 public:
  explicit Connections(const ConfigurationView& view);
  [[nodiscard]] std::span<const std::size_t> of(DsaGuid parent) const noexcept;
  [[nodiscard]] WorkConnection& at(std::size_t index) noexcept { return all_[index]; }
  [[nodiscard]] const WorkConnection& at(std::size_t index) const noexcept { return all_[index]; }
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
  std::size_t create(NtdsConnection connection, std::string why);

 private:
  std::vector<WorkConnection> all_;
  std::map<DsaGuid, std::vector<std::size_t>> by_parent_;
};

/// 6.2.2.2 and 6.2.2.3.4.4 (BridgeheadDCFailed): after how long a DC that fails is routed around.
inline constexpr std::int64_t kStaleAfterSeconds = 2 * 60 * 60;

/// kCCFailedLinks and kCCFailedConnections during a run.
struct Failures {
  std::map<DsaGuid, FailedTuple> links;
  std::map<DsaGuid, FailedTuple> connections;
  std::map<DsaGuid, const ContactResult*> contacts;

  /// A tuple with more than `count` failures, the first of them more than two hours ago.
  [[nodiscard]] bool is_stale(DsaGuid dsa, std::uint32_t count, DsTime now) const noexcept;
};

struct Run {
  const KccInput& in;
  const Model model;
  const PlacedDsa* self;  ///< the local DSA
  Connections connections;
  Failures failures;
  std::set<std::size_t> keep;  ///< 6.2.2.3.4.2: keepConnections
  bool intersite_ran = false;  ///< CreateIntersiteConnections was called
  KccPlan plan;

  [[nodiscard]] const NtdsDsa& dsa() const noexcept { return *self->dsa; }
  [[nodiscard]] const Site& site() const noexcept { return *self->site; }
  [[nodiscard]] bool site_option(std::uint32_t option) const noexcept {
    return site().settings && (site().settings->options & option) != 0;
  }
  [[nodiscard]] Chance chance() const noexcept { return Chance(in.seed); }
  /// 6.2.2.3.4.4, BridgeheadDCFailed.
  [[nodiscard]] bool bridgehead_failed(DsaGuid dsa, bool detect_failed) const noexcept;
  /// A new enabled connection; its GUID comes from chance, time and what it connects.
  std::size_t create_connection(DsaGuid parent, DsaGuid from, ObjectGuid transport, std::uint32_t options,
                                const Schedule& schedule, std::string why);
};

// The tasks, in the order of 6.2.2. Each looks up for itself whether it is switched off.
void refresh_failures(Run& run);                       ///< 6.2.2.1
void create_intrasite_connections(Run& run);           ///< 6.2.2.2
void select_istg(Run& run);                            ///< 6.2.2.3.1
void merge_bridgehead_failures(Run& run);              ///< 6.2.2.3.2
[[nodiscard]] Result<> create_intersite_connections(Run& run);  ///< 6.2.2.3.3, 6.2.2.3.4
void remove_unnecessary_connections(Run& run);         ///< 6.2.2.4
void update_rodc_ntfrs_connection(Run& run);           ///< 6.2.2.7
void report_connections(Run& run);                     ///< what became of the connections, into the plan
void translate_connections(Run& run);                  ///< 6.2.2.5
void remove_unneeded_failures(Run& run);               ///< 6.2.2.6

/// 6.2.2.3.2: has a connection from another site.
[[nodiscard]] bool is_bridgehead(const Model& model, const Connections& connections, const PlacedDsa& dsa);

}  // namespace tributary::topology
