// SPDX-License-Identifier: Apache-2.0
// See site_map.hpp.
#include "service/directory/site_map.hpp"

namespace tributary::service::directory {

SiteMap::SiteMap(const Reader& reader) : reader_(reader), container_(reader.child(reader.configuration_nc(), "Sites")) {
  for (const Dnt site : reader.children(container_, class_id::kSite)) numbers_.emplace(site, numbers_.size());
  const Dnt transport = reader.descendant(container_, {"Inter-Site Transports", "IP"});
  for (const Dnt link : reader.children(transport, class_id::kSiteLink)) add_link(link);
  for (const Dnt bridge : reader.children(transport, class_id::kSiteLinkBridge)) add_bridge(bridge);
  const auto record = reader.living(transport);
  bridges_required_ = record && (record->first_u32(attid::kOptions).value_or(0) & kNtdsTransportOptBridgesRequired) != 0;
}

std::optional<std::size_t> SiteMap::find(std::string_view name) const {
  const auto found = numbers_.find(reader_.child(container_, name));
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::uint32_t> SiteMap::costs_from(std::size_t site) const {
  return topology::site_costs(numbers_.size(), site, links_, bridges_required_ ? &bridges_ : nullptr);
}

Dnt SiteMap::closest_to(Dnt site) const {
  const auto from = numbers_.find(site);
  if (from == numbers_.end()) return kNoDnt;
  const auto costs = costs_from(from->second);
  Dnt closest = kNoDnt;
  std::uint32_t least = topology::kNotConnected;
  for (const auto& [each, number] : numbers_) {
    if (each == site || costs[number] >= least) continue;
    closest = each;
    least = costs[number];
  }
  return closest;
}

void SiteMap::add_link(Dnt link) {
  topology::WeightedLink weighted;
  for (const Dnt site : reader_.references(link, attid::kSiteList))
    if (const auto found = numbers_.find(site); found != numbers_.end()) weighted.sites.push_back(found->second);
  weighted.cost = reader_.object(link).first_u32(attid::kCost).value_or(0);
  link_numbers_.emplace(link, links_.size());
  links_.push_back(std::move(weighted));
}

void SiteMap::add_bridge(Dnt bridge) {
  topology::BridgedLinks bridged;
  for (const Dnt link : reader_.references(bridge, attid::kSiteLinkList))
    if (const auto found = link_numbers_.find(link); found != link_numbers_.end()) bridged.push_back(found->second);
  bridges_.push_back(std::move(bridged));
}

}  // namespace tributary::service::directory
