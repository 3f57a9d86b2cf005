// SPDX-License-Identifier: Apache-2.0
// IDL_DRSGetObjectExistence as a server: [MS-DRSR] 4.1.12.4.
#include "repl/lingering/object_existence.hpp"

#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"

namespace tributary::service {

using namespace drsuapi;

Result<IDL_DRSGetObjectExistence::Out> get_object_existence(Dsa& dsa, const CallContext& call, const IDL_DRSGetObjectExistence::In& in) {
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto& message = *in.msgIn.get_if<1>();
  bool is_granted = false;
  if (message.pNC) {
    const auto nc = resolve_or_none(context, *snapshot, *message.pNC);
    if (!nc) return std::unexpected(nc.error());
    if (*nc != store::kNoDnt) {
      const auto granted = access_check_car(context, *snapshot, call.caller->token, *nc, right::kGetChanges);
      if (!granted) return std::unexpected(granted.error());
      is_granted = *granted;
    }
  }
  auto reply = repl::object_existence(context, *snapshot, in.msgIn, is_granted);
  if (!reply) return std::unexpected(std::move(reply.error()));
  return IDL_DRSGetObjectExistence::Out{std::move(*reply), 0};
}

}  // namespace tributary::service
