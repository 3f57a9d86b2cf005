// SPDX-License-Identifier: Apache-2.0
// A plan of the KCC carried out ([MS-ADTS] 6.2.2): connections and the generator's name as originating updates, the variables as values of the
// DSA, repsFrom as requests for the replication queue. Also the lists of NCs that a DSA keeps on its own nTDSDSA object (6.1.2.3), which
// the KCCs of all others read. A plan that was carried out in part does no harm.
#pragma once

#include "repl/queue/events.hpp"
#include "repl/updates/updates.hpp"
#include "store/directory_store.hpp"
#include "topology/plan.hpp"

namespace tributary::service {

/// Connections, interSiteTopologyGenerator, the variables. `view` is what the plan was made from. An object that is gone meanwhile is passed over.
/// Of a read-only DSA the variables only.
[[nodiscard]] Result<repl::Updates> write_kcc_plan(store::WriteTransaction& tx, const repl::Context& context, const topology::ConfigurationView& view,
                                                   const topology::KccPlan& plan);

/// Who asks, when the KCC does: S-1-5-18.
inline constexpr std::string_view kKccCaller = "S-1-5-18";
/// Requests as IDL_DRSReplicaDel, -Modify and -Add would make them, in the order in which they are to be submitted, all asynchronous. A source
/// is addressed by its GUID below `forest_dns_name` ([MS-DRSR] 2.2.4.2).
[[nodiscard]] Result<std::vector<repl::Request>> kcc_requests(const store::Snapshot& snapshot, const schema::Schema& schema,
                                                              const topology::ConfigurationView& view, const topology::KccPlan& plan,
                                                              std::string_view forest_dns_name);

/// msDS-hasMasterNCs, msDS-hasFullReplicaNCs, hasPartialReplicaNCs and msDS-HasInstantiatedNCs of our nTDSDSA object as the replicas that are
/// held say. Nothing happens when it is so, while there is no such object, or when the Configuration NC takes no updates here.
[[nodiscard]] Result<repl::Updates> update_nc_lists(store::WriteTransaction& tx, const repl::Context& context);

}  // namespace tributary::service
