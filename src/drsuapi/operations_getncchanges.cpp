// SPDX-License-Identifier: Apache-2.0
// The compiled codecs of: GetNCChanges. See operations.hpp.
#include "drsuapi/operations_impl.hpp"

namespace tributary::drsuapi {

TRIBUTARY_DRSUAPI_OPERATION(IDL_DRSGetNCChanges);

}  // namespace tributary::drsuapi
