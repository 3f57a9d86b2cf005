// SPDX-License-Identifier: Apache-2.0
// The compiled codecs of: The calls of names.hpp. See operations.hpp.
#include "drsuapi/operations_impl.hpp"

namespace tributary::drsuapi {

TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSCrackNames);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSVerifyNames);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSGetMemberships);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSGetMemberships2);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSWriteSPN);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSAddSidHistory);

}  // namespace tributary::drsuapi
