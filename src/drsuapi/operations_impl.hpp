// SPDX-License-Identifier: Apache-2.0
// The bodies of operations.hpp, for the few operations_*.cpp that instantiate them and for nobody else.
#pragma once

#include "drsuapi/operations.hpp"
#include "ndr/ndr.hpp"

namespace tributary::drsuapi {

template <class Operation>
Bytes encode_in(const typename Operation::In& in, ndr::Syntax syntax) {
  return ndr::encode_parameters(in, syntax);
}
template <class Operation>
Result<typename Operation::Out> decode_out(ByteView stub, ndr::ReadOptions options) {
  return ndr::decode_parameters<typename Operation::Out>(stub, options);
}
template <class Operation>
Result<typename Operation::In> decode_in(ByteView stub, ndr::ReadOptions options) {
  return ndr::decode_parameters<typename Operation::In>(stub, options);
}
template <class Operation>
Bytes encode_out(const typename Operation::Out& out, ndr::Syntax syntax) {
  return ndr::encode_parameters(out, syntax);
}

}  // namespace tributary::drsuapi

#define TRIBUTARY_DRSUAPI_OPERATION(Operation)                                                  \
  template Bytes encode_in<Operation>(const Operation::In&, ndr::Syntax);                       \
  template Result<Operation::Out> decode_out<Operation>(ByteView, ndr::ReadOptions);            \
  template Result<Operation::In> decode_in<Operation>(ByteView, ndr::ReadOptions);              \
  template Bytes encode_out<Operation>(const Operation::Out&, ndr::Syntax)
