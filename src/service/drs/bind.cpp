// SPDX-License-Identifier: Apache-2.0
// See bind.hpp.
#include "service/drs/bind.hpp"

#include "base/win32.hpp"
#include "service/drs/read_ahead.hpp"

namespace tributary::service {

using namespace drsuapi;

Result<Bound> bind(Dsa& dsa, const CallContext&, const IDL_DRSBind::In& in) {
  if (!in.puuidClientDsa || in.puuidClientDsa->is_null()) return fail(win32::kErrorDsDraInvalidParameter, "puuidClientDsa");
  Bound bound;
  bound.binding.client_dsa = *in.puuidClientDsa;
  if (in.pextClient) bound.binding.client = decode_extensions(*in.pextClient);
  bound.binding.server = dsa.extensions();
  bound.binding.read_ahead = std::make_shared<ReadAhead>();
  bound.out.ppextServer = encode_extensions(bound.binding.server);
  return bound;
}

IDL_DRSUnbind::Out unbind() { return {}; }

}  // namespace tributary::service
