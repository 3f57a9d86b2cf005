// SPDX-License-Identifier: Apache-2.0
// IDL_DRSBind and IDL_DRSUnbind as functions: what is bound, and what the client is told. [MS-DRSR] 4.1.3.2, 4.1.25.1.
// Handles are the server's matter.
#pragma once

#include "service/drs/operation.hpp"

namespace tributary::service {

struct Bound {
  DrsBinding binding;  ///< without its number
  drsuapi::IDL_DRSBind::Out out;  ///< without its handle
};
/// kErrorDsDraInvalidParameter when the client has no GUID. Everybody who is authenticated may bind.
[[nodiscard]] Result<Bound> bind(Dsa& dsa, const CallContext& call, const drsuapi::IDL_DRSBind::In& in);
[[nodiscard]] drsuapi::IDL_DRSUnbind::Out unbind();

}  // namespace tributary::service
