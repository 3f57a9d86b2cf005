// SPDX-License-Identifier: Apache-2.0
// The compiled codecs of: The calls of replica.hpp. See operations.hpp.
#include "drsuapi/operations_impl.hpp"

namespace tributary::drsuapi {

TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSReplicaSync);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSUpdateRefs);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSReplicaAdd);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSReplicaDel);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSReplicaModify);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSReplicaVerifyObjects);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSGetObjectExistence);

}  // namespace tributary::drsuapi
