// SPDX-License-Identifier: Apache-2.0
// IDL_DRSExecuteKCC as a server: [MS-DRSR] 4.1.6.3.
#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"
#include "service/drs/rights.hpp"

namespace tributary::service {

using namespace drsuapi;

void execute_kcc(Dsa& dsa, const CallContext& call, const IDL_DRSExecuteKCC::In& in, Answer<IDL_DRSExecuteKCC> answer) {
  const auto& message = *in.msgIn.get_if<1>();
  if (message.dwTaskID != 0) return refuse(answer, win32::kErrorInvalidParameter, "dwTaskID");
  {
    const auto snapshot = dsa.store().read();
    const auto configuration = snapshot->find_guid(dsa.identity().configuration_nc);
    if (!configuration) return answer(std::unexpected(configuration.error()));
    const auto granted = *configuration == store::kNoDnt
                             ? Result<bool>(false)
                             : access_check_car(dsa.context(), *snapshot, call.caller->token, *configuration, right::kManageTopology);
    if (!granted) return answer(std::unexpected(granted.error()));
    if (!*granted) return refuse(answer, win32::kErrorDsDraAccessDenied, "DS-Replication-Manage-Topology");
  }
  const bool is_damped = (message.dwFlags & kDsKccFlagDamped) != 0;
  if ((message.dwFlags & kDsKccFlagAsyncOp) != 0) {
    answer(IDL_DRSExecuteKCC::Out{});
    if (const auto done = dsa.run_kcc(is_damped); !done) dsa.log('w', "the KCC: " + describe_error(done.error()));
    return;
  }
  const auto done = dsa.run_kcc(is_damped);
  answer(done ? Result<IDL_DRSExecuteKCC::Out>(IDL_DRSExecuteKCC::Out{}) : std::unexpected(done.error()));
}

}  // namespace tributary::service
