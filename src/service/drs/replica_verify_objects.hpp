// SPDX-License-Identifier: Apache-2.0
// The conversation of IDL_DRSReplicaVerifyObjects with the reference DSA ([MS-DRSR] 4.1.24.3), over whatever carries it.
#pragma once

#include <functional>

#include "repl/lingering/lingering_scan.hpp"
#include "service/dsa.hpp"

namespace tributary::service {

struct ReferenceDsa {
  std::function<Result<drsuapi::DRS_MSG_GETREPLINFO_REPLY>(const drsuapi::DRS_MSG_GETREPLINFO_REQ&)> vector;
  std::function<Result<drsuapi::DRS_MSG_EXISTREPLY>(const drsuapi::DRS_MSG_EXISTREQ&)> existence;
};

/// To the end of the scan, or until `cancelled`: kErrorDsDraRpcCancelled; what was removed before stays removed. Findings go to the log.
[[nodiscard]] Result<repl::LingeringFigures> run_lingering_scan(Dsa& dsa, repl::VerifyObjects what, const ReferenceDsa& reference,
                                                                const std::function<bool()>& cancelled);

}  // namespace tributary::service
