// SPDX-License-Identifier: Apache-2.0
// The beginning of IDL_DRSReplicaVerifyObjects as a server ([MS-DRSR] 4.1.24.3): who asks for what, judged in the order of the section, and
// GetRemoteUTD (4.1.24.2.1) as a request and the reading of its answer. What follows is lingering_scan.hpp's. Reads only.
#pragma once

#include "drsuapi/replica.hpp"
#include "drsuapi/replinfo.hpp"
#include "repl/objects/context.hpp"
#include "repl/state/up_to_dateness.hpp"
#include "store/directory_store.hpp"

namespace tributary::repl {

/// What to verify, against whom, and what to do about it.
struct VerifyObjects {
  drsuapi::DSNAME nc;
  DsaGuid reference;        ///< objectGUID of the reference DSA's nTDSDSA object
  std::string reference_dn;
  bool advisory = false;    ///< DS_EXIST_ADVISORY_MODE: name them, remove nothing
};

/// `may_manage_topology`: AccessCheckCAR(nc, DS-Replication-Manage-Topology).
/// kErrorDsDraInvalidParameter (no NC, no DSA, a DSA that the Configuration NC does not have), kErrorDsDraBadNc, kErrorDsDraAccessDenied.
/// DEVIATION: options other than 0 and 1 are kErrorDsDraInvalidParameter too; by the section they would compare and then do nothing.
[[nodiscard]] Result<VerifyObjects> verify_objects(const Context& context, const store::Snapshot& snapshot, const drsuapi::DRS_MSG_REPVERIFYOBJ& request,
                                                   bool may_manage_topology);

/// GetRemoteUTD: what goes to the reference DSA, and its vector of the NC. kErrorInvalidData for an answer of another kind.
[[nodiscard]] drsuapi::DRS_MSG_GETREPLINFO_REQ remote_utd_request(const drsuapi::DSNAME& nc);
[[nodiscard]] Result<ReplUpToDateVector> remote_utd(const drsuapi::DRS_MSG_GETREPLINFO_REPLY& reply);

}  // namespace tributary::repl
