// SPDX-License-Identifier: Apache-2.0
// IDL_DRSQuerySitesByCost: [MS-DRSR] 4.1.16.3. Anybody who may bind may ask. The paths are topology/site_costs.hpp's.
#include <map>

#include "base/win32.hpp"
#include "service/directory/directory.hpp"
#include "service/directory/names.hpp"
#include "service/directory/session.hpp"
#include "topology/site_costs.hpp"

namespace tributary::service {
namespace {

using namespace directory;
using namespace drsuapi;

void check_names(const DRS_MSG_QUERYSITESREQ_V1& request) {
  if (const Win32 code = validate_site_rdn(request.pwszFromSite); code != win32::kErrorSuccess) refuse(code);
  for (const auto& name : request.rgszToSites)
    if (const Win32 code = validate_site_rdn(name); code != win32::kErrorSuccess) refuse(code);
}

/// Sites and site links as numbers.
class SiteMap {
 public:
  explicit SiteMap(const Reader& reader) : reader_(reader), container_(reader.child(reader.configuration_nc(), "Sites")) {
    for (const Dnt site : reader.children(container_, class_id::kSite)) numbers_.emplace(site, numbers_.size());
    const Dnt transport = reader.descendant(container_, {"Inter-Site Transports", "IP"});
    for (const Dnt link : reader.children(transport, class_id::kSiteLink)) add_link(link);
    for (const Dnt bridge : reader.children(transport, class_id::kSiteLinkBridge)) add_bridge(bridge);
    const auto record = reader.living(transport);
    bridges_required_ = record && (record->first_u32(attid::kOptions).value_or(0) & kNtdsTransportOptBridgesRequired) != 0;
  }
  [[nodiscard]] std::optional<std::size_t> find(const WString& name) const {
    const auto found = numbers_.find(reader_.child(container_, text_of(name)));
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }
  [[nodiscard]] std::vector<std::uint32_t> costs_from(std::size_t site) const {
    return topology::site_costs(numbers_.size(), site, links_, bridges_required_ ? &bridges_ : nullptr);
  }

 private:
  void add_link(Dnt link) {
    topology::WeightedLink weighted;
    for (const Dnt site : reader_.references(link, attid::kSiteList))
      if (const auto found = numbers_.find(site); found != numbers_.end()) weighted.sites.push_back(found->second);
    weighted.cost = reader_.object(link).first_u32(attid::kCost).value_or(0);
    link_numbers_.emplace(link, links_.size());
    links_.push_back(std::move(weighted));
  }
  void add_bridge(Dnt bridge) {
    topology::BridgedLinks bridged;
    for (const Dnt link : reader_.references(bridge, attid::kSiteLinkList))
      if (const auto found = link_numbers_.find(link); found != link_numbers_.end()) bridged.push_back(found->second);
    bridges_.push_back(std::move(bridged));
  }

  const Reader& reader_;
  Dnt container_;
  std::map<Dnt, std::size_t> numbers_, link_numbers_;
  std::vector<topology::WeightedLink> links_;
  std::vector<topology::BridgedLinks> bridges_;
  bool bridges_required_ = false;
};

}  // namespace

Result<IDL_DRSQuerySitesByCost::Out> query_sites_by_cost(Dsa& dsa, const CallContext& call, const IDL_DRSQuerySitesByCost::In& in) {
  return guarded([&] {
    const Session session(dsa, call);
    const auto* request = in.msgIn.get_if<1>();
    if (request == nullptr) refuse(win32::kErrorDsDraInvalidParameter);
    check_names(*request);
    const SiteMap sites(session.reader());
    const auto from = sites.find(request->pwszFromSite);
    if (!from) refuse(win32::kErrorDsObjNotFound);
    const auto costs = sites.costs_from(*from);
    IDL_DRSQuerySitesByCost::Out out;
    auto& answer = out.msgOut.emplace<1>().rgCostInfo;
    for (const auto& name : request->rgszToSites) {
      const auto to = sites.find(name);
      if (to) answer.push_back({0, costs[*to]});
      else answer.push_back({static_cast<std::uint32_t>(win32::kErrorDsObjNotFound), topology::kNotConnected});
    }
    return out;
  });
}

}  // namespace tributary::service
