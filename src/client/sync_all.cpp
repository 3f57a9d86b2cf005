// SPDX-License-Identifier: Apache-2.0
// Planning by breadth-first search over the links, then one DsReplicaSync after the other.
#include "client/sync_all.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "client/replica.hpp"

namespace tributary::client {
namespace {

constexpr Win32 kErrorNetworkUnreachable{1231};
constexpr std::size_t kFar = std::numeric_limits<std::size_t>::max();

/// Hops from `home` along the links: against them when changes are to come in, with them when they are to go out.
std::vector<std::size_t> distances(std::size_t home, const std::vector<bool>& available, std::span<const SyncLink> links, bool push_outward) {
  std::vector<std::size_t> distance(available.size(), kFar);
  distance[home] = 0;
  // Each round settles one more hop; there are at most as many as DSAs.
  for (std::size_t hops = 0; hops < available.size(); ++hops) {
    bool found = false;
    for (const auto& link : links) {
      const std::size_t near = push_outward ? link.source : link.destination;
      const std::size_t next = push_outward ? link.destination : link.source;
      if (!available[link.source] || !available[link.destination] || distance[near] != hops || distance[next] != kFar) continue;
      distance[next] = hops + 1;
      found = true;
    }
    if (!found) break;
  }
  return distance;
}

}  // namespace

SyncPlan plan_sync_all(std::size_t home, const std::vector<bool>& available, std::span<const SyncLink> links, bool push_outward,
                       bool adjacent_only) {
  const auto distance = distances(home, available, links, push_outward);
  std::vector<std::pair<std::size_t, SyncLink>> ordered;  // by the distance of the far end
  for (const auto& link : links) {
    const std::size_t near = distance[push_outward ? link.source : link.destination];
    const std::size_t far = distance[push_outward ? link.destination : link.source];
    if (near == kFar || far == kFar || far != near + 1 || (adjacent_only && near != 0)) continue;
    ordered.emplace_back(push_outward ? far : kFar - far, link);
  }
  std::ranges::sort(ordered);
  ordered.erase(std::ranges::unique(ordered).begin(), ordered.end());
  SyncPlan plan;
  for (const auto& [rank, link] : ordered) plan.steps.push_back(link);
  for (std::size_t i = 0; i < distance.size(); ++i)
    if (available[i] && distance[i] == kFar) plan.unreachable.push_back(i);
  return plan;
}

namespace {

/// The work on one NC: what sync_all keeps between its steps.
class SyncAllWork {
 public:
  SyncAllWork(const std::shared_ptr<DrsHandle>& home, const SyncAllRequest& request, const SyncAllObserver& observer)
      : home_(home), request_(request), observer_(observer) {}

  SyncAllOutcome run() {
    outcome_.result = steps();
    return std::move(outcome_);
  }

 private:
  Result<> steps() {
    if (auto read = read_dsas(); !read) return read;
    if (auto read = request_.options.skip_initial_check ? read_connections() : ask_every_dsa(); !read) return read;
    const auto plan = plan_sync_all(home_index_, available_, links_, request_.options.push_outward, request_.options.adjacent_only);
    if (!request_.options.adjacent_only)
      for (const std::size_t i : plan.unreachable)
        if (auto reported = report({SyncAllFailureKind::kUnreachable, dsas_[i], {}, {}}); !reported) return reported;
    if (!request_.options.do_not_sync)
      for (const auto& step : plan.steps)
        if (auto synced = sync(step); !synced) return synced;
    return tell({.kind = SyncAllEventKind::kFinished});
  }

  /// The DSAs that hold the NC, within the sites that are wanted.
  Result<> read_dsas() {
    DirectoryOptions options;
    options.host = home_->host();
    options.credential = home_->credential();
    options.bind = [this] { return Result<std::shared_ptr<DrsHandle>>(home_); };
    auto directory = Directory::open(options);
    if (!directory) return std::unexpected(std::move(directory.error()));
    directory_ = std::move(*directory);
    outcome_.nc_dn = request_.nc_dn.empty() ? directory_->configuration_nc() : request_.nc_dn;
    outcome_.forest = directory_->forest_dns_name();
    auto local = directory_->local_dsa();
    if (!local) return std::unexpected(std::move(local.error()));
    auto all = directory_->dsas();
    if (!all) return std::unexpected(std::move(all.error()));
    const auto holds = [this](const Dsa& dsa) {
      const auto is_nc = [this](const std::string& nc) { return same_dn(nc, outcome_.nc_dn); };
      return std::ranges::any_of(dsa.full_replicas, is_nc) || std::ranges::any_of(dsa.partial_replicas, is_nc);
    };
    for (auto& dsa : *all) {
      const bool is_home = dsa.guid == local->guid;
      if (is_home) home_index_ = dsas_.size();
      if (is_home && !holds(dsa)) return fail(win32::kErrorDsDraBadNc, dsa.dn + " does not hold " + outcome_.nc_dn);
      if (!is_home && (!holds(dsa) || (!request_.options.cross_site_boundaries && dsa.site != local->site))) continue;
      indices_[dsa.guid] = dsas_.size();
      dsas_.push_back(std::move(dsa));
    }
    if (!indices_.contains(local->guid)) return fail(win32::kErrorNotFound, "the configuration NC does not list " + local->dn);
    available_.assign(dsas_.size(), true);
    handles_.resize(dsas_.size());
    handles_[home_index_] = home_;
    return {};
  }

  /// Links as the connection objects have them.
  Result<> read_connections() {
    ldap_client::Search search;
    search.base = "CN=Sites," + directory_->configuration_nc();
    search.scope = ldap_client::Scope::kSubtree;
    search.filter = "(&(objectClass=nTDSConnection)(enabledConnection=TRUE))";
    search.attributes = {"fromServer"};
    const auto entries = directory_->ldap().search(search);
    if (!entries) return std::unexpected(entries.error());
    for (const auto& entry : *entries) {
      const auto source = index_of(entry.text("fromServer"));
      const auto destination = index_of(parent_dn(entry.dn));
      if (source && destination) links_.push_back({*source, *destination});
    }
    return {};
  }

  /// Links as the DSAs have them; who does not answer is not available.
  Result<> ask_every_dsa() {
    for (std::size_t i = 0; i < dsas_.size(); ++i) {
      auto asked = ask(i);
      if (asked) continue;
      available_[i] = false;
      const bool fatal = request_.options.abort_if_unavailable;
      const Error error = asked.error();
      if (auto reported = report({SyncAllFailureKind::kContacting, dsas_[i], {}, error}); !reported) return reported;
      if (fatal) return std::unexpected(error);
    }
    return {};
  }

  Result<> ask(std::size_t i) {
    auto dc = handle_of(i);
    if (!dc) return std::unexpected(std::move(dc.error()));
    const auto neighbors = inbound_neighbors(**dc, outcome_.nc_dn, {.timeout = request_.bind_timeout});
    if (!neighbors) return std::unexpected(neighbors.error());
    for (const auto& neighbor : neighbors->rgNeighbor)
      if (const auto source = indices_.find(DsaGuid{neighbor.uuidSourceDsaObjGuid}); source != indices_.end())
        links_.push_back({source->second, i});
    return {};
  }

  Result<> sync(const SyncLink& step) {
    const Dsa& source = dsas_[step.source];
    const Dsa& destination = dsas_[step.destination];
    if (auto told = tell({.kind = SyncAllEventKind::kSyncStarted, .source = &source, .destination = &destination}); !told) return told;
    auto dc = handle_of(step.destination);
    if (!dc) {
      const Error error = dc.error();
      if (auto reported = report({SyncAllFailureKind::kContacting, destination, {}, error}); !reported) return reported;
      return request_.options.abort_if_unavailable ? Result<>(std::unexpected(error)) : Result<>();
    }
    const auto synced = replica_sync(**dc, {.nc_dn = outcome_.nc_dn, .source = source.guid, .source_address = {}}, request_.sync_call);
    if (!synced) return report({SyncAllFailureKind::kReplicating, destination, source, synced.error()});
    return tell({.kind = SyncAllEventKind::kSyncCompleted, .source = &source, .destination = &destination});
  }

  Result<std::shared_ptr<DrsHandle>> handle_of(std::size_t i) {
    if (handles_[i] && handles_[i]->usable()) return handles_[i];
    if (dsas_[i].dns_host_name.empty()) return fail(win32::kErrorNotFound, dsas_[i].dn + " has no DNS host name", Phase::kDns);
    BindOptions options;
    options.target.domain_controller = dsas_[i].dns_host_name;
    options.credential = home_->credential();
    options.timeout = request_.bind_timeout;
    auto bound = DrsHandle::bind(home_->runtime(), std::move(options));
    if (bound) handles_[i] = *bound;
    return bound;
  }

  std::optional<std::size_t> index_of(std::string_view ntds_dn) const {
    for (std::size_t i = 0; i < dsas_.size(); ++i)
      if (same_dn(dsas_[i].dn, ntds_dn)) return i;
    return std::nullopt;
  }

  Result<> report(SyncAllFailure failure) {
    outcome_.failures.push_back(std::move(failure));
    const SyncAllFailure& kept = outcome_.failures.back();
    if (auto told = tell({.kind = SyncAllEventKind::kError, .failure = &kept}); !told) return told;
    const bool fatal = kept.kind == SyncAllFailureKind::kUnreachable && request_.options.abort_if_unavailable;
    return fatal ? Result<>(fail(kErrorNetworkUnreachable, "no links lead to " + kept.server.dn)) : Result<>();
  }

  Result<> tell(SyncAllEvent event) {
    event.nc_dn = outcome_.nc_dn;
    event.forest = outcome_.forest;
    if (!observer_ || observer_(event)) return {};
    return fail(win32::kErrorCancelled, "the caller stopped it");
  }

  const std::shared_ptr<DrsHandle>& home_;
  const SyncAllRequest& request_;
  const SyncAllObserver& observer_;
  SyncAllOutcome outcome_;
  std::unique_ptr<Directory> directory_;
  std::vector<Dsa> dsas_;
  std::map<DsaGuid, std::size_t> indices_;
  std::size_t home_index_ = 0;
  std::vector<bool> available_;
  std::vector<SyncLink> links_;
  std::vector<std::shared_ptr<DrsHandle>> handles_;
};

}  // namespace

SyncAllOutcome sync_all(const std::shared_ptr<DrsHandle>& home, const SyncAllRequest& request, const SyncAllObserver& observer) {
  return SyncAllWork(home, request, observer).run();
}

}  // namespace tributary::client
