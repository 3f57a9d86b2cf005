// SPDX-License-Identifier: Apache-2.0
// The directory operations of drsuapi, each in the form of service::Operation. [MS-DRSR] 4.1.1, 4.1.2, 4.1.4, 4.1.5, 4.1.7 to 4.1.9,
// 4.1.11, 4.1.14 to 4.1.18, 4.1.21 and 4.1.27 to 4.1.31: validation in the order of the server section, its codes, its rights.
//
// Contract: what every call has in common (ValidateDRSInput, 5.213; unknown versions) was judged before, except the rules of 5.212, which
// are here. A reply with a result other than zero is returned where the section fills other outputs as well; otherwise an Error.
// Reads are of one snapshot; writes go through Dsa::update, one transaction each. Equalities are answered from indexes.
#pragma once

#include "service/drs/operation.hpp"

namespace tributary::service {

using drsuapi::IDL_DRSAddCloneDC;
using drsuapi::IDL_DRSAddEntry;
using drsuapi::IDL_DRSAddSidHistory;
using drsuapi::IDL_DRSCrackNames;
using drsuapi::IDL_DRSDomainControllerInfo;
using drsuapi::IDL_DRSFinishDemotion;
using drsuapi::IDL_DRSGetMemberships;
using drsuapi::IDL_DRSGetMemberships2;
using drsuapi::IDL_DRSGetNT4ChangeLog;
using drsuapi::IDL_DRSInitDemotion;
using drsuapi::IDL_DRSInterDomainMove;
using drsuapi::IDL_DRSQuerySitesByCost;
using drsuapi::IDL_DRSReadNgcKey;
using drsuapi::IDL_DRSRemoveDsDomain;
using drsuapi::IDL_DRSRemoveDsServer;
using drsuapi::IDL_DRSReplicaDemotion;
using drsuapi::IDL_DRSVerifyNames;
using drsuapi::IDL_DRSWriteNgcKey;
using drsuapi::IDL_DRSWriteSPN;

/// 8: 4.1.27
[[nodiscard]] Result<IDL_DRSVerifyNames::Out> verify_names(Dsa& dsa, const CallContext& call, const IDL_DRSVerifyNames::In& in);
/// 9: 4.1.8
[[nodiscard]] Result<IDL_DRSGetMemberships::Out> get_memberships(Dsa& dsa, const CallContext& call, const IDL_DRSGetMemberships::In& in);
/// 10: 4.1.15
[[nodiscard]] Result<IDL_DRSInterDomainMove::Out> inter_domain_move(Dsa& dsa, const CallContext& call, const IDL_DRSInterDomainMove::In& in);
/// 11: 4.1.11
[[nodiscard]] Result<IDL_DRSGetNT4ChangeLog::Out> get_nt4_change_log(Dsa& dsa, const CallContext& call, const IDL_DRSGetNT4ChangeLog::In& in);
/// 12: 4.1.4
[[nodiscard]] Result<IDL_DRSCrackNames::Out> crack_names(Dsa& dsa, const CallContext& call, const IDL_DRSCrackNames::In& in);
/// 13: 4.1.28
[[nodiscard]] Result<IDL_DRSWriteSPN::Out> write_spn(Dsa& dsa, const CallContext& call, const IDL_DRSWriteSPN::In& in);
/// 14: 4.1.18
[[nodiscard]] Result<IDL_DRSRemoveDsServer::Out> remove_ds_server(Dsa& dsa, const CallContext& call, const IDL_DRSRemoveDsServer::In& in);
/// 15: 4.1.17
[[nodiscard]] Result<IDL_DRSRemoveDsDomain::Out> remove_ds_domain(Dsa& dsa, const CallContext& call, const IDL_DRSRemoveDsDomain::In& in);
/// 16: 4.1.5
[[nodiscard]] Result<IDL_DRSDomainControllerInfo::Out> domain_controller_info(Dsa& dsa, const CallContext& call,
                                                                              const IDL_DRSDomainControllerInfo::In& in);
/// 17: 4.1.1
[[nodiscard]] Result<IDL_DRSAddEntry::Out> add_entry(Dsa& dsa, const CallContext& call, const IDL_DRSAddEntry::In& in);
/// 20: 4.1.2
[[nodiscard]] Result<IDL_DRSAddSidHistory::Out> add_sid_history(Dsa& dsa, const CallContext& call, const IDL_DRSAddSidHistory::In& in);
/// 21: 4.1.9
[[nodiscard]] Result<IDL_DRSGetMemberships2::Out> get_memberships2(Dsa& dsa, const CallContext& call, const IDL_DRSGetMemberships2::In& in);
/// 24: 4.1.16
[[nodiscard]] Result<IDL_DRSQuerySitesByCost::Out> query_sites_by_cost(Dsa& dsa, const CallContext& call, const IDL_DRSQuerySitesByCost::In& in);
/// 25: 4.1.14
[[nodiscard]] Result<IDL_DRSInitDemotion::Out> init_demotion(Dsa& dsa, const CallContext& call, const IDL_DRSInitDemotion::In& in);
/// 26: 4.1.21
[[nodiscard]] Result<IDL_DRSReplicaDemotion::Out> replica_demotion(Dsa& dsa, const CallContext& call, const IDL_DRSReplicaDemotion::In& in);
/// 27: 4.1.7
[[nodiscard]] Result<IDL_DRSFinishDemotion::Out> finish_demotion(Dsa& dsa, const CallContext& call, const IDL_DRSFinishDemotion::In& in);
/// 28: 4.1.29
[[nodiscard]] Result<IDL_DRSAddCloneDC::Out> add_clone_dc(Dsa& dsa, const CallContext& call, const IDL_DRSAddCloneDC::In& in);
/// 29: 4.1.30
[[nodiscard]] Result<IDL_DRSWriteNgcKey::Out> write_ngc_key(Dsa& dsa, const CallContext& call, const IDL_DRSWriteNgcKey::In& in);
/// 30: 4.1.31
[[nodiscard]] Result<IDL_DRSReadNgcKey::Out> read_ngc_key(Dsa& dsa, const CallContext& call, const IDL_DRSReadNgcKey::In& in);

}  // namespace tributary::service
