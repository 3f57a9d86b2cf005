// SPDX-License-Identifier: Apache-2.0
// See validate_input.hpp.
#include "service/drs/validate_input.hpp"

#include "base/win32.hpp"

namespace tributary::service {

Result<void> validate_drs_input(const Dsa& dsa, const DrsBinding& binding) {
  if (binding.client_dsa == client::kNtdsapiClientGuid) return {};
  const auto now = dsa.extensions();
  if (now != binding.server) return fail(win32::kErrorDsDrsExtensionsChanged, "this DSA is not what it was when the handle was bound");
  if (binding.client.dwReplEpoch != now.dwReplEpoch) return fail(win32::kErrorDsDifferentReplEpochs, "msDS-ReplicationEpoch");
  return {};
}

}  // namespace tributary::service
