// SPDX-License-Identifier: Apache-2.0
// See plan.hpp: the text of a plan. Must never depend on pointers, hashes or locale: transcripts compare it.
#include "topology/plan.hpp"

#include <map>

#include <fmt/format.h>

#include "drsuapi/constants.hpp"
#include "tributary/ds_constants.h"

namespace tributary::topology {
namespace {

constexpr drsuapi::Named kConnectionOptions[] = {
    {NTDSCONN_OPT_IS_GENERATED, "generated"},
    {NTDSCONN_OPT_TWOWAY_SYNC, "two-way"},
    {NTDSCONN_OPT_OVERRIDE_NOTIFY_DEFAULT, "override-notify"},
    {NTDSCONN_OPT_USE_NOTIFY, "use-notify"},
    {NTDSCONN_OPT_DISABLE_INTERSITE_COMPRESSION, "no-compression"},
    {NTDSCONN_OPT_USER_OWNED_SCHEDULE, "user-schedule"},
    {NTDSCONN_OPT_RODC_TOPOLOGY, "rodc"},
};
constexpr drsuapi::Named kReasons[] = {
    {NTDSCONN_KCC_GC_TOPOLOGY, "gc"},
    {NTDSCONN_KCC_RING_TOPOLOGY, "ring"},
    {NTDSCONN_KCC_MINIMIZE_HOPS_TOPOLOGY, "min-hops"},
    {NTDSCONN_KCC_STALE_SERVERS_TOPOLOGY, "stale"},
    {NTDSCONN_KCC_OSCILLATING_CONNECTION_TOPOLOGY, "oscillating"},
    {NTDSCONN_KCC_INTERSITE_GC_TOPOLOGY, "intersite-gc"},
    {NTDSCONN_KCC_INTERSITE_TOPOLOGY, "intersite"},
    {NTDSCONN_KCC_SERVER_FAILOVER_TOPOLOGY, "server-failover"},
    {NTDSCONN_KCC_SITE_FAILOVER_TOPOLOGY, "site-failover"},
    {NTDSCONN_KCC_REDUNDANT_SERVER_TOPOLOGY, "redundant"},
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : "+") + word;
  return text.empty() ? "none" : text;
}

class Names {
 public:
  explicit Names(const ConfigurationView& view) {
    std::map<ObjectGuid, std::string> servers;
    for (const auto& server : view.servers) {
      servers.emplace(server.guid, server.name);
      names_.emplace(server.guid.value, "server " + server.name);
    }
    for (const auto& dsa : view.dsas)
      if (const auto found = servers.find(dsa.server); found != servers.end()) names_.emplace(dsa.guid.value, found->second);
    for (const auto& cross_ref : view.cross_refs) names_.emplace(cross_ref.nc.value, cross_ref.nc_name);
    for (const auto& transport : view.transports) names_.emplace(transport.guid.value, transport.name);
  }
  template <class G>
  std::string of(const G& strong) const { return of(strong.value); }
  std::string of(const Guid& guid) const {
    const auto found = names_.find(guid);
    return found == names_.end() || found->second.empty() ? to_string(guid) : found->second;
  }

 private:
  std::map<Guid, std::string> names_;
};

std::string ends(const Names& names, const NtdsConnection& c) {
  return names.of(c.parent) + " <- " + (c.from_server.is_null() ? std::string("nobody") : names.of(c.from_server));
}

std::string schedule_text(const std::optional<Schedule>& schedule) { return schedule ? to_string(*schedule) : "none"; }

std::string transport_text(const Names& names, const NtdsConnection& c) {
  return c.transport.is_null() ? std::string("none") : names.of(c.transport);
}

std::string reasons_text(const Names& names, const NtdsConnection& c) {
  std::string text;
  for (const auto& reason : c.reasons)
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", names.of(reason.nc), joined(drsuapi::flag_names(kReasons, reason.reason)));
  return text;
}

std::string options_text(const NtdsConnection& c) { return joined(drsuapi::flag_names(kConnectionOptions, c.options)); }

std::string created(const Names& names, const ConnectionCreate& step) {
  const auto& c = step.connection;
  return fmt::format("create {} | options {} | transport {} | schedule {} | for {} | {}\n", ends(names, c), options_text(c),
                     transport_text(names, c), schedule_text(c.schedule), reasons_text(names, c), step.why);
}

std::string modified(const Names& names, const ConnectionModify& step) {
  std::string text = "modify " + ends(names, step.before);
  const auto& a = step.before;
  const auto& b = step.after;
  if (a.from_server != b.from_server) text += " | from " + names.of(b.from_server);
  if (a.options != b.options) text += " | options " + options_text(b);
  if (a.schedule != b.schedule) text += " | schedule " + schedule_text(b.schedule);
  if (a.reasons != b.reasons) text += " | for " + reasons_text(names, b);
  return text + (step.why.empty() ? "" : " | " + step.why) + "\n";
}

std::string value_text(const Names& names, const RepsFromState& value) {
  std::string text = fmt::format("flags {} | schedule {}", joined(drsuapi::drs_option_names(value.replica_flags)), to_string(value.schedule));
  if (!value.uuid_transport.is_null()) text += fmt::format(" | transport {} | address of {}", names.of(value.uuid_transport), names.of(value.uuid_dsa));
  return text;
}

/// Steps that differ in their NC only make one line, where the first of them stands.
class NcLines {
 public:
  void add(const Names& names, ObjectGuid nc, std::string head, std::string tail) {
    for (auto& line : lines_) {
      if (line.head != head || line.tail != tail) continue;
      line.ncs += " " + names.of(nc);
      return;
    }
    lines_.push_back({std::move(head), names.of(nc), std::move(tail)});
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& line : lines_) out += fmt::format("{} of {} | {}\n", line.head, line.ncs, line.tail);
    return out;
  }

 private:
  struct Line {
    std::string head;
    std::string ncs;
    std::string tail;
  };
  std::vector<Line> lines_;
};

std::string reps_text(const Names& names, const KccPlan& plan) {
  NcLines lines;
  for (const auto& step : plan.reps_removes) lines.add(names, step.nc, "remove repsFrom " + names.of(step.value.uuid_dsa), step.why);
  for (const auto& step : plan.reps_modifies)
    lines.add(names, step.nc, "modify repsFrom " + names.of(step.source),
              value_text(names, step.after) + " | fields " + joined(drsuapi::flag_names(drsuapi::kModifyFieldNames, step.fields)));
  for (const auto& step : plan.reps_adds) lines.add(names, step.nc, "add repsFrom " + names.of(step.source), value_text(names, step.value));
  return lines.text();
}

std::string failures_text(const Names& names, std::string_view word, const std::vector<FailedTuple>& tuples) {
  std::string text;
  for (const auto& tuple : tuples)
    text += fmt::format("{} {} | failures {} | since {} | result {}\n", word, names.of(tuple.dsa), tuple.failure_count,
                        to_string(tuple.time_first_failure), static_cast<std::uint32_t>(tuple.last_result));
  return text;
}

}  // namespace

bool KccPlan::changes_nothing() const noexcept {
  return !claims_istg && creates.empty() && modifies.empty() && deletes.empty() && replica_removes.empty() && reps_adds.empty() &&
         reps_modifies.empty() && reps_removes.empty();
}

std::string to_text(const KccPlan& plan, const ConfigurationView& view) {
  const Names names(view);
  std::string text = fmt::format("kcc of {}{}{}{}\n", names.of(plan.dsa), plan.acts_as_istg ? " | generator of its site" : "",
                                 plan.claims_istg ? " | claims the role" : "", plan.all_connected ? "" : " | not all sites can be connected");
  for (const auto& step : plan.creates) text += created(names, step);
  for (const auto& step : plan.modifies) text += modified(names, step);
  for (const auto& step : plan.deletes) text += fmt::format("delete {} | {}\n", ends(names, step.connection), step.why);
  for (const auto& nc : plan.replica_removes) text += fmt::format("remove replica {}\n", names.of(nc));
  text += reps_text(names, plan);
  text += failures_text(names, "failed link", plan.failed_links);
  text += failures_text(names, "failed connection", plan.failed_connections);
  if (plan.changes_nothing()) text += "nothing to do\n";
  return text;
}

}  // namespace tributary::topology
