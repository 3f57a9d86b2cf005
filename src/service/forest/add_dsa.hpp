// SPDX-License-Identifier: Apache-2.0
// One more DSA in a forest that is there ([MS-ADTS] 6.1.2.1): its computer object, server object and NTDS Settings. As entries of
// IDL_DRSAddEntry for who joins ([MS-DRSR] 4.1.1), and as originating updates for who has the forest at hand.
// DEVIATION: IDL_DRSAddEntry makes no computer and no server object; between our own DSAs it takes them too, in the order of
// dsa_entries(), so that joining needs one protocol only. The server draws the computer's SID (rid_pool.hpp).
#pragma once

#include "drsuapi/types.hpp"
#include "security/access/token.hpp"
#include "service/forest/names.hpp"
#include "store/directory_store.hpp"

namespace tributary::service {

/// The forest's names, from the crossRef of the domain that is held ([MS-ADTS] 6.1.1.2.1.1.4). kErrorDsCantFindExpectedNc without one.
[[nodiscard]] Result<ForestNames> forest_names(const store::Snapshot& snapshot, const schema::Schema& schema);

/// computer, server, NTDS Settings. Numbers are those of the default prefix table. NTDS Settings names the computer by serverReference, by
/// which the server finds whom to give the replication SPN. A null DSA GUID: the server chooses it, and the SPNs with it come later
/// (complete_spns()).
[[nodiscard]] Result<std::vector<drsuapi::ENTINF>> dsa_entries(const schema::Schema& schema, const ForestNames& forest, const DsaPlan& dsa);

struct DsaAdded {
  store::Dnt computer = store::kNoDnt, server = store::kNoDnt, settings = store::kNoDnt;
  Sid computer_sid;
  repl::Updates updates;
};
/// All three in `tx`; what is there already stays as it is. The computer's SID is drawn from this DSA's pool. `token` says whose objects they
/// are. kErrorDsNoParentObject without the site, kErrorDsObjStringNameExists when NTDS Settings is there, those of draw_sid().
[[nodiscard]] Result<DsaAdded> add_dsa(store::WriteTransaction& tx, const repl::Context& context, const security::Token& token, const DsaPlan& dsa);

/// The SPNs that the computer of this DSA lacks ([MS-DRSR] 2.2.2: each DSA maintains its own).
[[nodiscard]] Result<repl::Updates> complete_spns(store::WriteTransaction& tx, const repl::Context& context, const DsaPlan& dsa);

}  // namespace tributary::service
