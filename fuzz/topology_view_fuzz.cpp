// SPDX-License-Identifier: Apache-2.0
// The KCC over Configuration NCs that no administrator would make: references to nothing, to the wrong kind of object, to itself,
// the same GUID twice, sites of themselves alone. [MS-ADTS] 6.2.2. A run ends, says the same twice, and never touches what an
// administrator made.
#include <cstdlib>

#include "base/bytes.hpp"
#include "topology/kcc.hpp"
#include "tributary/ds_constants.h"

using namespace tributary;
using namespace tributary::topology;

namespace {

class Input {
 public:
  explicit Input(ByteView octets) : octets_(octets) {}
  std::uint8_t next() { return at_ < octets_.size() ? octets_[at_++] : std::uint8_t{0}; }
  bool bit() { return (next() & 1) != 0; }
  [[nodiscard]] bool is_empty() const { return at_ >= octets_.size(); }
  /// A GUID of one of few objects of a kind: 0 is the null GUID, and kinds overlap now and then.
  Guid guid(std::uint8_t kind) {
    const auto octet = next();
    Guid guid;
    if (octet == 0) return guid;
    guid.octets[0] = octet >= 0xF0 ? std::uint8_t{0} : kind;
    guid.octets[1] = octet & 0x0F;
    return guid;
  }
  std::optional<Schedule> schedule() {
    const auto octet = next();
    if (octet < 0x80) return std::nullopt;
    Schedule schedule;
    for (std::size_t i = octet & 0x3F; i < schedule.octets.size(); i += 1 + (octet >> 4 & 3)) schedule.octets[i] = octet;
    return schedule;
  }
  std::int64_t time() {
    const auto octet = next();
    return octet == 0xFF ? INT64_MAX : octet == 0xFE ? INT64_MIN : std::int64_t{octet} * 3600;
  }

 private:
  ByteView octets_;
  std::size_t at_ = 0;
};

enum Kind : std::uint8_t { kNc = 1, kTransport, kSite, kServer, kDsa, kLink, kBridge, kConnection };

template <class G>
void fill(Input& in, std::vector<G>& list, std::uint8_t kind) {
  for (int i = in.next() & 3; i > 0; --i) list.push_back(G{in.guid(kind)});
}

void add_dsa(Input& in, ConfigurationView& view) {
  NtdsDsa dsa{.guid = DsaGuid{in.guid(kDsa)}, .invocation_id = InvocationId{in.guid(kDsa)}, .server = ObjectGuid{in.guid(kServer)},
              .options = in.next(), .behavior_version = in.next(), .is_rodc = in.bit(), .has_master_ncs = {}, .ms_ds_has_master_ncs = {},
              .ms_ds_has_full_replica_ncs = {}, .has_partial_replica_ncs = {}, .ms_ds_has_instantiated_ncs = {}, .default_nc = ObjectGuid{in.guid(kNc)}};
  fill(in, dsa.ms_ds_has_master_ncs, kNc);
  fill(in, dsa.ms_ds_has_full_replica_ncs, kNc);
  fill(in, dsa.has_partial_replica_ncs, kNc);
  if (in.bit()) dsa.ms_ds_has_instantiated_ncs.push_back({ObjectGuid{in.guid(kNc)}, in.next()});
  view.servers.push_back({.guid = dsa.server, .site = ObjectGuid{in.guid(kSite)}, .name = {}, .dns_host_name = "x", .mail_address = in.bit() ? "y" : ""});
  view.dsas.push_back(std::move(dsa));
}

void add_object(Input& in, ConfigurationView& view, LocalState& local) {
  switch (in.next() % 10) {
    case 0:
    case 1: add_dsa(in, view); break;
    case 2: {
      auto& site = view.sites.emplace_back(Site{.guid = ObjectGuid{in.guid(kSite)}, .name = {}, .settings = std::nullopt});
      if (in.bit()) {
        site.settings = SiteSettings{.guid = {}, .options = in.next() | std::uint32_t{in.next()} << 8, .schedule = in.schedule(),
                                     .inter_site_topology_generator = DsaGuid{in.guid(kDsa)}, .inter_site_topology_failover = in.next()};
      }
      break;
    }
    case 3: {
      auto& link = view.site_links.emplace_back();
      link.guid = ObjectGuid{in.guid(kLink)};
      link.transport = ObjectGuid{in.guid(kTransport)};
      link.cost = in.bit() ? in.next() : 0xFFFFFF00u | in.next();
      link.interval_minutes = in.next();
      link.options = in.next();
      link.schedule = in.schedule();
      fill(in, link.sites, kSite);
      break;
    }
    case 4: {
      auto& bridge = view.site_link_bridges.emplace_back(SiteLinkBridge{ObjectGuid{in.guid(kBridge)}, ObjectGuid{in.guid(kTransport)}, {}});
      fill(in, bridge.site_links, kLink);
      break;
    }
    case 5: {
      auto& transport = view.transports.emplace_back();
      transport.guid = ObjectGuid{in.guid(kTransport)};
      transport.name = in.bit() ? "IP" : "SMTP";
      transport.options = in.next();
      transport.address = static_cast<Transport::Address>(in.next() % 3);
      fill(in, transport.bridgehead_servers, kServer);
      break;
    }
    case 6: {
      CrossRef cross_ref{.guid = ObjectGuid{in.guid(kNc)}, .nc = ObjectGuid{in.guid(kNc)}, .nc_name = {}, .system_flags = in.next(), .enabled = !in.bit(),
                         .replica_locations = {}, .ro_replica_locations = {}};
      fill(in, cross_ref.replica_locations, kDsa);
      fill(in, cross_ref.ro_replica_locations, kDsa);
      view.cross_refs.push_back(std::move(cross_ref));
      break;
    }
    case 7:
      view.connections.push_back({.guid = ObjectGuid{in.guid(kConnection)}, .parent = DsaGuid{in.guid(kDsa)}, .from_server = DsaGuid{in.guid(kDsa)},
                                  .options = in.next(), .schedule = in.schedule(), .transport = ObjectGuid{in.guid(kTransport)}, .enabled = in.bit(),
                                  .when_created = DsTime{in.time()}, .reasons = {}});
      break;
    case 8: {
      const FailedTuple tuple{.dsa = DsaGuid{in.guid(kDsa)}, .time_first_failure = DsTime{in.time()}, .failure_count = in.next(), .last_result = {}};
      (in.bit() ? local.failed_links : local.failed_connections).push_back(tuple);
      if (in.bit()) local.contacts.push_back({.dsa = tuple.dsa, .result = Win32{in.next()}, .failed_links = {tuple}, .failed_connections = {tuple}});
      local.config_cursors.push_back({InvocationId{in.guid(kDsa)}, DsTime{in.time()}});
      break;
    }
    default:
      local.replicas.push_back({ObjectGuid{in.guid(kNc)}, {{.uuid_dsa = in.guid(kDsa), .replica_flags = in.next() | std::uint32_t{in.next()} << 24,
                                                            .schedule = {}, .uuid_transport = in.guid(kTransport), .consecutive_failures = in.next(),
                                                            .time_last_success = DsTime{in.time()}, .result_last_attempt = {}}}});
  }
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input in(ByteView(data, size));
  ConfigurationView view;
  LocalState local;
  local.dsa = DsaGuid{in.guid(kDsa)};
  view.config_nc = ObjectGuid{in.guid(kNc)};
  view.schema_nc = ObjectGuid{in.guid(kNc)};
  const DsTime now{in.time()};
  for (int objects = 0; objects < 200 && !in.is_empty(); ++objects) add_object(in, view, local);
  const KccInput input{.view = view, .local = local, .now = now, .seed = size};
  (void)dsas_to_contact(input);
  const auto plan = run_kcc(input);
  if (!plan) return 0;
  require(to_text(*plan, view) == to_text(*run_kcc(input), view));
  for (const auto& step : plan->creates) require(step.connection.parent != step.connection.from_server && !step.connection.from_server.is_null());
  for (const auto& step : plan->deletes) require((step.connection.options & NTDSCONN_OPT_IS_GENERATED) != 0);
  for (const auto& step : plan->modifies)
    require((step.before.options & (NTDSCONN_OPT_IS_GENERATED | NTDSCONN_OPT_RODC_TOPOLOGY)) != 0 && step.before.guid == step.after.guid);
  return 0;
}
