// SPDX-License-Identifier: Apache-2.0
// tributary replicate DEST SOURCE NC: IDL_DRSReplicaSync ([MS-DRSR] 4.1.23) with every DS_REPSYNC option, waited for, and what it
// changed in the destination's repsFrom.
#include <fmt/format.h>

#include <future>

#include "base/win32.hpp"
#include "cli/commands.hpp"
#include "cli/source_state.hpp"
#include "client/replica.hpp"

namespace tributary::cli {
namespace {

using drsuapi::blobs::REPS_FROM;

struct Arguments {
  std::vector<std::string> names;  // DEST SOURCE NC, or DEST NC with all sources
  std::uint32_t options = 0;
};

/// Work that takes longer than this says how it is getting on, and again after each such time.
constexpr std::chrono::milliseconds kProgressInterval{2000};

struct Plan {
  std::string destination;
  std::string nc_dn;
  bool all_sources = false;
  client::Dsa source;  // empty with all sources
};

Result<Plan> make_plan(Context& context, const Arguments& arguments) {
  Plan plan;
  plan.destination = arguments.names.front();
  plan.nc_dn = arguments.names.back();
  const auto options = client::RepSyncOptions{arguments.options};
  plan.all_sources = client::has(options, client::RepSyncOptions::kAllSources);
  const bool has_source = arguments.names.size() == 3;
  // Before anything is asked of anybody: what no DC could accept.
  if (auto checked = client::check_rep_sync(options, has_source); !checked) return std::unexpected(std::move(checked.error()));
  if (!has_source) return plan;

  auto directory = context.directory(plan.destination);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto found = (*directory)->find_dsa(arguments.names[1]);
  if (found) {
    plan.source = std::move(*found);
    return plan;
  }
  // A GUID that the directory does not know is the DC's to judge; it has a code of its own for that.
  const auto guid = parse_guid(arguments.names[1]);
  if (found.error().code != win32::kErrorNotFound || !guid) return std::unexpected(std::move(found.error()));
  plan.source.guid = {*guid};
  return plan;
}

std::string name_of(const client::Dsa& dsa) {
  if (!dsa.dns_host_name.empty()) return dsa.dns_host_name;
  return dsa.server_name.empty() ? to_string(dsa.guid) : dsa.server_name;
}

/// Waits for the sync and says every two seconds how far the destination has come.
Result<> wait_for(Context& context, std::future<Result<>>& sync, client::Directory& directory, const Plan& plan) {
  const auto began = net::monotonic_now();
  while (sync.wait_for(kProgressInterval) == std::future_status::timeout) {
    const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();
    std::string reached;
    if (const auto state = read_source_state(directory, plan.nc_dn, plan.source.guid); state && *state)
      reached = fmt::format("; {} has reached USN {} of {}", plan.destination, (*state)->usnVec.usnHighObjUpdate, name_of(plan.source));
    context.note(fmt::format("still replicating after {:.0f} s{}", seconds, reached));
  }
  return sync.get();
}

boost::json::object to_json(const client::Dsa& dsa) {
  return {{"dns_host_name", dsa.dns_host_name}, {"objectGUID", to_string(dsa.guid)}, {"invocationId", to_string(dsa.invocation_id)}, {"dn", dsa.dn}};
}

void say_outcome(const Context& context, const Plan& plan, const std::optional<REPS_FROM>& before, const std::optional<REPS_FROM>& after, double seconds) {
  say_change(context, before, after);
  const std::int64_t usns = before && after ? after->usnVec.usnHighObjUpdate - before->usnVec.usnHighObjUpdate : 0;
  const std::string news = usns > 0 ? fmt::format("{} read {} USNs further.", plan.destination, usns)
                                    : fmt::format("{} already had everything.", plan.destination);
  context.say(fmt::format("Done in {:.2f} s: {}", seconds, news));
}

Result<> run(Context& context, const Arguments& arguments) {
  auto plan = make_plan(context, arguments);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto directory = context.directory(plan->destination);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto handle = context.bind(plan->destination);
  if (!handle) return std::unexpected(std::move(handle.error()));

  std::optional<REPS_FROM> before;
  if (!plan->all_sources) {
    auto state = read_source_state(**directory, plan->nc_dn, plan->source.guid);
    // An NC that is not there, or may not be read, is for the call itself to report.
    if (state) before = std::move(*state);
  }
  const auto options = client::RepSyncOptions{arguments.options};
  context.say(fmt::format("Asking {} to bring {} up to date from {} ({}).", plan->destination, plan->nc_dn,
                          plan->all_sources ? "all its sources" : name_of(plan->source),
                          client::option_names(client::rep_sync_bits(), arguments.options)));
  std::fflush(stdout);

  const client::SyncRequest request{.nc_dn = plan->nc_dn, .source = plan->source.guid, .source_address = {}, .options = options};
  const auto began = net::monotonic_now();
  auto sync = std::async(std::launch::async, [&] { return client::replica_sync(**handle, request, context.call_options()); });
  if (auto done = wait_for(context, sync, **directory, *plan); !done) return done;
  const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();

  const bool queued = client::has(options, client::RepSyncOptions::kAsynchronousOperation);
  std::optional<REPS_FROM> after;
  if (!plan->all_sources) {
    auto state = read_source_state(**directory, plan->nc_dn, plan->source.guid);
    if (state) after = std::move(*state);
  }
  if (queued)
    context.say(fmt::format("{} has queued it. `tributary queue {}` and `tributary showrepl {}` show what becomes of it.", plan->destination, plan->destination,
                            plan->destination));
  else
    say_outcome(context, *plan, before, after, seconds);
  context.print("tributary.replicate/1", {{"destination", plan->destination},
                                          {"source", plan->all_sources ? boost::json::value(nullptr) : boost::json::value(to_json(plan->source))},
                                          {"nc", plan->nc_dn},
                                          {"options", client::option_names(client::rep_sync_bits(), arguments.options)},
                                          {"queued", queued},
                                          {"seconds", seconds},
                                          {"before", to_json_or_null(before)},
                                          {"after", to_json_or_null(after)}});
  return {};
}

}  // namespace

void register_replicate(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("replicate", "Make DEST bring the naming context NC up to date from SOURCE, now, and wait until it has", arguments, run);
  sub->alias("sync");
  sub->add_option("DEST SOURCE NC", arguments->names,
                  "DEST: the DC that pulls. SOURCE: the DC to pull from, by host name or DSA GUID; left out with --all-sources.\n"
                  "NC: the distinguished name of the naming context")
      ->required()
      ->expected(2, 3);
  for (const auto& bit : client::rep_sync_bits())
    sub->add_flag_callback("--" + std::string(bit.flag), [arguments, value = bit.api] { arguments->options |= value; }, std::string(bit.api_name));
}

}  // namespace tributary::cli
