// SPDX-License-Identifier: Apache-2.0
// What a run of the KCC wants done: originating updates of the Configuration NC, changes of the local DSA's repsFrom by way of
// IDL_DRSReplicaAdd, -Modify and -Del, and the new kCCFailedLinks and kCCFailedConnections ([MS-ADTS] 6.2.2). Nothing in here
// has been done yet. The text of a plan is stable: equal plans, equal text; it is for transcripts and for a dry run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topology/configuration.hpp"

namespace tributary::topology {

/// A new nTDSConnection. Its guid is a proposal drawn from the run's chance, good for objectGUID and for the RDN; systemFlags
/// are kConnectionSystemFlags.
struct ConnectionCreate {
  NtdsConnection connection;
  std::string why;
};
inline constexpr std::uint32_t kConnectionSystemFlags = 0x60000000;  ///< FLAG_CONFIG_ALLOW_RENAME + FLAG_CONFIG_ALLOW_MOVE

struct ConnectionModify {
  NtdsConnection before;
  NtdsConnection after;
  std::string why;
};
struct ConnectionDelete {
  NtdsConnection connection;
  std::string why;
};

struct RepsFromAdd {
  ObjectGuid nc;
  DsaGuid source;
  RepsFromState value;
};
/// `fields` are drsuapi::DRS_UPDATE_FIELDS, as IDL_DRSReplicaModify takes them.
struct RepsFromModify {
  ObjectGuid nc;
  DsaGuid source;
  RepsFromState before;
  RepsFromState after;
  std::uint32_t fields = 0;
};
struct RepsFromRemove {
  ObjectGuid nc;
  RepsFromState value;
  std::string why;
};

/// What a run cost, in steps that do not depend on the machine.
struct KccWork {
  std::uint64_t path_relaxations = 0;  ///< TryNewPath
  std::uint64_t internal_edges = 0;    ///< handed to Kruskal
  std::uint64_t bridgehead_checks = 0; ///< DCs looked at as bridgeheads
  std::uint64_t ring_edges = 0;        ///< edges looked at inside the site
};

struct KccPlan {
  DsaGuid dsa;
  bool acts_as_istg = false;
  bool claims_istg = false;  ///< set interSiteTopologyGenerator of the local site to `dsa`
  bool all_connected = true; ///< every NC's site graph has a spanning tree
  std::vector<ConnectionCreate> creates;
  std::vector<ConnectionModify> modifies;
  std::vector<ConnectionDelete> deletes;
  std::vector<ObjectGuid> replica_removes;  ///< NC replicas that should not be present: IDL_DRSReplicaDel, DRS_NO_SOURCE
  std::vector<RepsFromAdd> reps_adds;
  std::vector<RepsFromModify> reps_modifies;
  std::vector<RepsFromRemove> reps_removes;
  std::vector<FailedTuple> failed_links;        ///< the new value of the variable
  std::vector<FailedTuple> failed_connections;  ///< likewise
  KccWork work;

  /// Whether anything is to be written (the two variables and the work aside).
  [[nodiscard]] bool changes_nothing() const noexcept;
};

/// One line a step, with the names of the view where it has them.
[[nodiscard]] std::string to_text(const KccPlan& plan, const ConfigurationView& view);

}  // namespace tributary::topology
