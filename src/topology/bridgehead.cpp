// SPDX-License-Identifier: Apache-2.0
// See bridgehead.hpp. [MS-ADTS] 6.2.2.3.4.4. Must never know costs or trees.
#include "topology/bridgehead.hpp"

#include <algorithm>

#include "drsuapi/constants.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

bool has_address(const PlacedDsa& dc, const Transport& transport) {
  switch (transport.address) {
    case Transport::Address::kDnsHostName: return !dc.server->dns_host_name.empty();
    case Transport::Address::kMailAddress: return !dc.server->mail_address.empty();
    case Transport::Address::kOther: return false;
  }
  return false;
}

/// The site's own preferred bridgeheads for the transport.
// DEVIATION: the pseudocode takes the transport's whole list, so that naming a bridgehead in one site would leave every other
// site without any. The preference is one that administrators express site by site, and it is taken so.
bool site_prefers_some(const Run& run, const BridgeheadQuery& query) {
  const auto& preferred = query.transport->bridgehead_servers;
  if (preferred.empty()) return false;
  return std::ranges::any_of(run.model.dsas_in(*query.site),
                             [&](const PlacedDsa* dc) { return std::ranges::find(preferred, dc->server->guid) != preferred.end(); });
}

bool has_replica(const Run& run, const BridgeheadQuery& query, const PlacedDsa& dc) {
  const auto kind = query.site == &run.site() ? run.model.should(*dc.dsa, *query.nc) : run.model.present(*dc.dsa, query.nc->guid());
  return kind != ReplicaKind::kNone && (is_full(kind) || query.partial_replica_okay);
}

bool qualifies(Run& run, const BridgeheadQuery& query, const PlacedDsa& dc, bool prefers_some) {
  ++run.plan.work.bridgehead_checks;
  if (dc.dsa->is_rodc) return false;
  const auto& preferred = query.transport->bridgehead_servers;
  if (prefers_some && std::ranges::find(preferred, dc.server->guid) == preferred.end()) return false;
  if (!has_replica(run, query, dc)) return false;
  const bool rodc_domain = run.dsa().is_rodc && query.nc->guid() == run.dsa().default_nc;
  if (rodc_domain && dc.dsa->behavior_version < DS_BEHAVIOR_WIN2008) return false;
  if (!is_ip(*query.transport) && !has_address(dc, *query.transport)) return false;
  return !run.bridgehead_failed(dc.dsa->guid, query.detect_failed);
}

bool chance_is_off(const Site& site) {
  return site.settings && (site.settings->options & NTDSSETTINGS_OPT_IS_RAND_BH_SELECTION_DISABLED) != 0;
}

}  // namespace

bool has_bridgehead(Run& run, const BridgeheadQuery& query) {
  const bool prefers_some = site_prefers_some(run, query);
  return std::ranges::any_of(run.model.dsas_in(*query.site), [&](const PlacedDsa* dc) { return qualifies(run, query, *dc, prefers_some); });
}

std::vector<const PlacedDsa*> all_bridgeheads(Run& run, const BridgeheadQuery& query) {
  const bool prefers_some = site_prefers_some(run, query);
  std::vector<const PlacedDsa*> out;
  for (const auto* dc : run.model.dsas_in(*query.site))
    if (qualifies(run, query, *dc, prefers_some)) out.push_back(dc);
  if (chance_is_off(*query.site)) {
    std::ranges::sort(out, {}, [](const PlacedDsa* dc) { return std::pair((dc->dsa->options & drsuapi::kNtdsdsaOptIsGc) == 0, dc->dsa->guid); });
    return out;
  }
  const auto matter = run.chance().of(run.dsa().guid).of(query.nc->guid()).of(query.transport->guid);
  std::ranges::sort(out, {}, [&](const PlacedDsa* dc) { return std::pair(matter.of(dc->dsa->guid).value(), dc->dsa->guid); });
  return out;
}

}  // namespace tributary::topology
