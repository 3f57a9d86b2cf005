// SPDX-License-Identifier: Apache-2.0
// What operations ask of their call.
#include "service/directory/session.hpp"

#include "base/win32.hpp"

namespace tributary::service::directory {

void stop_when_cancelled(const CallContext& call, std::size_t item) {
  if (item % kItemsBetweenChecks == kItemsBetweenChecks - 1 && call.cancelled()) refuse(win32::kRpcSCallCancelled);
}

bool is_administrators_program(const CallContext& call) noexcept { return call.binding->client_dsa == client::kNtdsapiClientGuid; }

}  // namespace tributary::service::directory
