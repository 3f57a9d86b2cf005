// SPDX-License-Identifier: Apache-2.0
// IDL_DRSQuerySitesByCost: [MS-DRSR] 4.1.16.3. Anybody who may bind may ask. The costs are site_map.hpp's.
#include "base/win32.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/names.hpp"
#include "service/directory/session.hpp"
#include "service/directory/site_map.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

void check_names(const DRS_MSG_QUERYSITESREQ_V1& request) {
  if (const Win32 code = validate_site_rdn(request.pwszFromSite); code != win32::kErrorSuccess) refuse(code);
  for (const auto& name : request.rgszToSites)
    if (const Win32 code = validate_site_rdn(name); code != win32::kErrorSuccess) refuse(code);
}

}  // namespace

Result<IDL_DRSQuerySitesByCost::Out> query_sites_by_cost(Dsa& dsa, const CallContext& call, const IDL_DRSQuerySitesByCost::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorDsDraInvalidParameter);
    check_names(*request);
    const SiteMap sites(session.reader());
    const auto from = sites.find(text_of(request->pwszFromSite));
    if (!from) refuse(win32::kErrorDsObjNotFound);
    const auto costs = sites.costs_from(*from);
    IDL_DRSQuerySitesByCost::Out out;
    auto& answer = out.msgOut.emplace<1>().rgCostInfo;
    for (const auto& name : request->rgszToSites) {
      const auto to = sites.find(text_of(name));
      if (to) answer.push_back({0, costs[*to]});
      else answer.push_back({static_cast<std::uint32_t>(win32::kErrorDsObjNotFound), topology::kNotConnected});
    }
    return out;
  });
}

}  // namespace tributary::service
