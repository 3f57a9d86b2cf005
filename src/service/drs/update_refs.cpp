// SPDX-License-Identifier: Apache-2.0
// IDL_DRSUpdateRefs as a server: [MS-DRSR] 4.1.26.2. The change itself is the queue's matter (5.201).
#include "base/win32.hpp"
#include "service/drs/drs_operations.hpp"
#include "service/drs/requested_nc.hpp"

namespace tributary::service {

using namespace drsuapi;

namespace {

struct Asked {
  const DSNAME* nc = nullptr;
  repl::UpdateRefsRequest request;
};

template <class Message>
Asked understand(const Message& message) {
  return {&message.pNC, {message.pszDsaDest, DsaGuid{message.uuidDsaObjDest}, message.ulOptions}};
}

}  // namespace

void update_refs(Dsa& dsa, const CallContext& call, const IDL_DRSUpdateRefs::In& in, Answer<IDL_DRSUpdateRefs> answer) {
  const auto* const v2 = in.msgUpdRefs.get_if<2>();
  if (v2 != nullptr && !knows_correlation_id(dsa)) return refuse(answer, win32::kErrorDsDraInvalidParameter, "version 2");
  Asked asked = v2 != nullptr ? understand(*v2) : understand(*in.msgUpdRefs.get_if<1>());
  const auto context = dsa.context();
  const auto snapshot = dsa.store().read();
  const auto nc = requested_nc(dsa, context, *snapshot, call, *asked.nc, right::kManageTopology);
  if (!nc) return answer(std::unexpected(nc.error()));
  if (const auto code = repl::check_update_refs(asked.request, nc->facts); code != win32::kErrorSuccess) return refuse(answer, code, nc->dn);
  // DEVIATION: an object that is no replica is ERROR_DS_DRA_BAD_NC as well; the section would write repsTo of any object.
  if (!nc->is_replica) return refuse(answer, win32::kErrorDsDraBadNc, nc->dn);
  auto place = place_of_dsa(context, *snapshot, dsa.identity(), asked.request.destination_dsa.value);
  if (!place) return answer(std::unexpected(std::move(place.error())));
  queue_request(dsa, call, answer, *nc, std::move(asked.request), std::move(*place));
}

}  // namespace tributary::service
