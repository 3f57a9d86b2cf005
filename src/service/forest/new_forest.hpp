// SPDX-License-Identifier: Apache-2.0
// A new forest: the Schema, the Configuration and one domain NC with everything that [MS-ADTS] 6.1 demands of them, written into an
// empty database as originating updates of its first DSA, in one transaction. The DSA is the owner of every FSMO role (6.1.5).
// The schema is the embedded one, as objects. Nothing here asks the machine for anything: time and chance are the context's.
#pragma once

#include <memory>

#include "repl/updates/nc.hpp"
#include "service/forest/names.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

/// DS_BEHAVIOR_WIN2016 ([MS-ADTS] 6.1.4.2): what our DSAs support.
inline constexpr std::uint32_t kFunctionalLevelMax = 7;
/// Below it there is no recycle bin (DS_BEHAVIOR_WIN2008R2), below the next no RODC; we make none below.
inline constexpr std::uint32_t kFunctionalLevelMin = 4;

struct ForestPlan {
  ForestNames names;
  /// The first DSA. Its GUID and invocationId are those of the database and of the context.
  std::string host_name;
  std::string site_name = "Default-First-Site-Name";
  bool global_catalog = true;
  std::optional<Sid> domain_sid;  ///< S-1-5-21-x-y-z; otherwise by chance
  std::string administrator = "Administrator";
  std::uint32_t functional_level = kFunctionalLevelMax;
  bool recycle_bin = true;
  std::uint32_t tombstone_lifetime_days = 180;
  /// DNS names of application NCs that the DSA holds: "ForestDnsZones.lab.example".
  std::vector<std::string> application_ncs;
};

struct ForestCreated {
  store::Dnt domain = store::kNoDnt, configuration = store::kNoDnt, schema_nc = store::kNoDnt;
  ObjectGuid domain_guid, configuration_guid, schema_guid, site_guid;
  Sid domain_sid;
  std::shared_ptr<const schema::Schema> schema;  ///< with the GUIDs of its objects: for the context and set_policy() from now on
  repl::Updates updates;
};

/// The GUIDs of the DSA in `context` are the database's identity, its schema the embedded one, as the database's policy is.
/// kErrorInvalidParameter for names and levels that cannot be, kErrorAlreadyExists when the database holds an NC.
[[nodiscard]] Result<ForestCreated> create_forest(const repl::Context& context, store::DirectoryStore& store, const ForestPlan& plan);

/// S-1-5-21 and three numbers by chance.
[[nodiscard]] Sid random_domain_sid(Random& random);

}  // namespace tributary::service
