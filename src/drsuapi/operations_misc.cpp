// SPDX-License-Identifier: Apache-2.0
// The compiled codecs of: Bind, unbind, move, the NT4 change log, the NGC key, and dsaop. See operations.hpp.
#include "drsuapi/operations_impl.hpp"

namespace tributary::drsuapi {

TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSBind);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSUnbind);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSInterDomainMove);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSGetNT4ChangeLog);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSWriteNgcKey);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSReadNgcKey);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DSAPrepareScript);
TRIBUTARY_DRSUAPI_OPERATION(IDL_DSAExecuteScript);

}  // namespace tributary::drsuapi
