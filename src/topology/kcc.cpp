// SPDX-License-Identifier: Apache-2.0
// See kcc.hpp and run.hpp. [MS-ADTS] 6.2.2: the order of the tasks; the parts that several of them share.
#include "topology/kcc.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "topology/run.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

/// One object a bit of an edge type: the section's own forest has two.
constexpr std::size_t kTransportsMax = 32;

Result<> check_size(const KccInput& in) {
  const auto& view = in.view;
  std::size_t objects = view.sites.size() + view.servers.size() + view.dsas.size() + view.connections.size() +
                        view.site_links.size() + view.site_link_bridges.size() + view.cross_refs.size() + in.local.replicas.size();
  for (const auto& link : view.site_links) objects += link.sites.size();
  for (const auto& bridge : view.site_link_bridges) objects += bridge.site_links.size();
  if (objects > in.limits.objects_max)
    return fail(win32::kErrorInvalidParameter, fmt::format("the configuration has {} objects, at most {}", objects, in.limits.objects_max));
  if (view.transports.size() > kTransportsMax)
    return fail(win32::kErrorInvalidParameter, fmt::format("{} inter-site transports, at most {}", view.transports.size(), kTransportsMax));
  return {};
}

/// Null: neither the same nor changed.
bool differs(const WorkConnection& connection) { return connection.before != nullptr && connection.now != *connection.before; }

}  // namespace

void WorkConnection::give_reason(ObjectGuid nc, std::uint32_t reason) {
  auto& all = now.reasons;
  auto found = std::lower_bound(all.begin(), all.end(), nc, [](const NcReason& a, ObjectGuid b) { return a.nc < b; });
  if (found == all.end() || found->nc != nc) found = all.insert(found, {.nc = nc, .reason = 0});
  found->reason |= reason;
}

Connections::Connections(const ConfigurationView& view) {
  for (const auto* connection : sorted_by_guid(view.connections)) {
    by_parent_[connection->parent].push_back(all_.size());
    auto& work = all_.emplace_back(WorkConnection{.now = *connection, .before = connection, .is_deleted = false, .why = {}});
    std::sort(work.now.reasons.begin(), work.now.reasons.end());
  }
}

std::span<const std::size_t> Connections::of(DsaGuid parent) const noexcept {
  const auto found = by_parent_.find(parent);
  if (found == by_parent_.end()) return {};
  return found->second;
}

std::size_t Connections::create(NtdsConnection connection, std::string why) {
  const auto index = all_.size();
  by_parent_[connection.parent].push_back(index);
  all_.push_back({.now = std::move(connection), .before = nullptr, .is_deleted = false, .why = std::move(why)});
  return index;
}

bool Failures::is_stale(DsaGuid dsa, std::uint32_t count, DsTime now) const noexcept {
  const auto says = [&](const std::map<DsaGuid, FailedTuple>& tuples) {
    const auto found = tuples.find(dsa);
    if (found == tuples.end() || found->second.failure_count <= count) return false;
    std::int64_t age = 0;
    if (__builtin_sub_overflow(now.seconds, found->second.time_first_failure.seconds, &age)) return now.seconds > 0;
    return age > kStaleAfterSeconds;
  };
  return says(links) || says(connections);
}

bool Run::bridgehead_failed(DsaGuid dsa, bool detect_failed) const noexcept {
  if (!detect_failed || site_option(NTDSSETTINGS_OPT_IS_TOPL_DETECT_STALE_DISABLED)) return false;
  return failures.is_stale(dsa, 1, in.now);
}

std::size_t Run::create_connection(DsaGuid parent, DsaGuid from, ObjectGuid transport, std::uint32_t options, const Schedule& schedule,
                                   std::string why) {
  NtdsConnection connection;
  connection.guid = ObjectGuid{chance().of(dsa().guid).of(parent).of(from).of(transport).of(static_cast<std::uint64_t>(in.now.seconds))
                                   .of(connections.size()).guid()};
  connection.parent = parent;
  connection.from_server = from;
  connection.options = options;
  connection.schedule = schedule;
  connection.transport = transport;
  connection.when_created = in.now;
  return connections.create(std::move(connection), std::move(why));
}

void report_connections(Run& run) {
  for (std::size_t i = 0; i < run.connections.size(); ++i) {
    const auto& one = run.connections.at(i);
    if (one.is_deleted) {
      if (one.before != nullptr) run.plan.deletes.push_back({*one.before, one.why});
    } else if (one.before == nullptr) {
      run.plan.creates.push_back({one.now, one.why});
    } else if (differs(one)) {
      run.plan.modifies.push_back({*one.before, one.now, one.why});
    }
  }
}

Result<KccPlan> run_kcc(const KccInput& input) {
  if (auto size = check_size(input); !size) return std::unexpected(size.error());
  Run run{.in = input, .model = Model(input.view), .self = nullptr, .connections = Connections(input.view), .failures = {}, .keep = {},
          .intersite_ran = false, .plan = {}};
  run.self = run.model.find(input.local.dsa);
  if (run.self == nullptr)
    return fail(win32::kErrorInvalidParameter,
                fmt::format("the local DSA {} has no nTDSDSA object in a site", to_string(input.local.dsa)));
  run.plan.dsa = input.local.dsa;
  refresh_failures(run);
  create_intrasite_connections(run);
  if (!run.site_option(NTDSSETTINGS_OPT_IS_INTER_SITE_AUTO_TOPOLOGY_DISABLED)) {
    select_istg(run);
    if (run.plan.acts_as_istg) {
      merge_bridgehead_failures(run);
      if (auto done = create_intersite_connections(run); !done) return std::unexpected(done.error());
    }
  }
  remove_unnecessary_connections(run);
  update_rodc_ntfrs_connection(run);
  report_connections(run);
  translate_connections(run);
  remove_unneeded_failures(run);
  return std::move(run.plan);
}

}  // namespace tributary::topology
