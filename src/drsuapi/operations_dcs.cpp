// SPDX-License-Identifier: Apache-2.0
// The compiled codecs of: The calls of dcinfo.hpp, addentry.hpp and demotion.hpp. See operations.hpp.
#include "drsuapi/operations_impl.hpp"

namespace tributary::drsuapi {

TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSDomainControllerInfo);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSQuerySitesByCost);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSExecuteKCC);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSAddEntry);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSRemoveDsServer);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSRemoveDsDomain);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSInitDemotion);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSReplicaDemotion);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSFinishDemotion);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSAddCloneDC);

}  // namespace tributary::drsuapi
