// SPDX-License-Identifier: Apache-2.0
// The form of an operation of drsuapi: a function of the DSA, the caller and the request. An Error's code is what the call returns; the
// other outputs are then those of a failed call. What is not named in an interface of src/service/directory and src/service/drs is not
// offered. Operations run on worker threads and may block.
#pragma once

#include "drsuapi/operations.hpp"
#include "service/dsa.hpp"

namespace tributary::service {

template <class Op>
using Operation = Result<typename Op::Out> (*)(Dsa&, const CallContext&, const typename Op::In&);

}  // namespace tributary::service
