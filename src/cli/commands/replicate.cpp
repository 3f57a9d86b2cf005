// SPDX-License-Identifier: Apache-2.0
// tributary replicate DEST SOURCE NC: IDL_DRSReplicaSync ([MS-DRSR] 4.1.23) with every DS_REPSYNC option, waited for, and what it
// changed in the destination's repsFrom.
#include <fmt/format.h>

#include <future>

#include "base/win32.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/source_state.hpp"
#include "cli/words.hpp"
#include "client/replica.hpp"

namespace tributary::cli {
namespace {

using drsuapi::blobs::REPS_FROM;

struct Arguments {
  std::string first, second, third;  ///< as written: DEST SOURCE NC, or DEST NC with all sources
  NamesAndNc sorted;
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

std::string check(Arguments& arguments) {
  auto sorted = names_and_nc(std::vector<std::string>{arguments.first, arguments.second, arguments.third});
  if (!sorted) return "two of the arguments are distinguished names: one naming context is expected";
  if (sorted->nc_dn.empty()) return "name the naming context: DC=...";
  if (sorted->names.empty() || sorted->names.size() > 2) return "DEST SOURCE NC are expected, or DEST NC with --all-sources --async";
  const bool has_source = sorted->names.size() == 2;
  const auto options = client::RepSyncOptions{arguments.options};
  const bool all_sources = client::has(options, client::RepSyncOptions::kAllSources);
  if (!has_source && !all_sources) return "name the SOURCE to pull from, or say --all-sources --async";
  if (has_source && all_sources) return "--all-sources takes no SOURCE";
  // What no DC could accept is a mistake on the command line.
  if (const auto allowed = client::check_rep_sync(options, has_source); !allowed)
    return all_sources ? "--all-sources wants --async: no call waits for all sources" : allowed.error().detail;
  arguments.sorted = std::move(*sorted);
  return {};
}

Result<Plan> make_plan(Context& context, const Arguments& arguments) {
  Plan plan;
  plan.destination = arguments.sorted.names.front();
  auto nc_dn = dn_of(context, plan.destination, arguments.sorted.nc_dn);
  if (!nc_dn) return std::unexpected(std::move(nc_dn.error()));
  plan.nc_dn = std::move(*nc_dn);
  plan.all_sources = arguments.sorted.names.size() == 1;
  if (plan.all_sources) return plan;
  auto source = find_dsa(context, plan.destination, arguments.sorted.names.back());
  if (!source) return std::unexpected(std::move(source.error()));
  plan.source = std::move(*source);
  return plan;
}

/// Waits for the sync and says every two seconds how far the destination has come.
Result<> wait_for(Context& context, std::future<Result<>>& sync, const client::DcView& destination, const Plan& plan) {
  const auto began = net::monotonic_now();
  while (sync.wait_for(kProgressInterval) == std::future_status::timeout) {
    const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();
    std::string reached;
    if (const auto state = read_source_state(destination, plan.nc_dn, plan.source.guid); state && *state)
      reached = fmt::format("; {} has reached USN {} of {}", plan.destination, (*state)->usnVec.usnHighObjUpdate, host_label(plan.source));
    context.note(fmt::format("still replicating after {:.0f} s{}", seconds, reached));
  }
  return sync.get();
}

std::string news(const Plan& plan, const std::optional<REPS_FROM>& before, const std::optional<REPS_FROM>& after) {
  if (!after) return fmt::format("{} shows no repsFrom value for this source.", plan.destination);
  const std::int64_t reached = after->usnVec.usnHighObjUpdate;
  if (!before || before->uuidInvocId != after->uuidInvocId) return fmt::format("{} has read up to USN {}.", plan.destination, reached);
  const std::int64_t usns = reached - before->usnVec.usnHighObjUpdate;
  return usns > 0 ? fmt::format("{} read {} USNs further.", plan.destination, usns) : fmt::format("{} already had everything.", plan.destination);
}

void say_outcome(const Context& context, const Plan& plan, const std::optional<REPS_FROM>& before, const std::optional<REPS_FROM>& after,
                 double seconds) {
  say_change(context, before, after);
  context.say(fmt::format("Done in {:.2f} s: {}", seconds, news(plan, before, after)));
}

Result<> run(Context& context, const Arguments& arguments) {
  auto plan = make_plan(context, arguments);
  if (!plan) return std::unexpected(std::move(plan.error()));
  auto destination = context.view(plan->destination);
  if (!destination) return std::unexpected(std::move(destination.error()));
  auto origin = origin_of_state(*destination);
  if (!origin) return std::unexpected(std::move(origin.error()));

  std::optional<REPS_FROM> before;
  if (!plan->all_sources) {
    auto state = read_source_state(*destination, plan->nc_dn, plan->source.guid);
    // An NC that is not there, or may not be read, is for the call itself to report.
    if (state) before = std::move(*state);
  }
  const auto options = client::RepSyncOptions{arguments.options};
  const std::string with =
      arguments.options == 0 ? std::string() : fmt::format(" with {}", client::option_names(client::rep_sync_bits(), arguments.options));
  context.say(fmt::format("Asking {} to bring {} up to date from {}{}.", plan->destination, plan->nc_dn,
                          plan->all_sources ? "all its sources" : host_label(plan->source), with));
  std::fflush(stdout);

  const client::SyncRequest request{.nc_dn = plan->nc_dn, .source = plan->source.guid, .source_address = {}, .options = options};
  const auto began = net::monotonic_now();
  auto sync = std::async(std::launch::async, [&] { return client::replica_sync(destination->handle, request, context.call_options()); });
  if (auto done = wait_for(context, sync, *destination, *plan); !done) return done;
  const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();

  const bool queued = client::has(options, client::RepSyncOptions::kAsynchronousOperation);
  std::optional<REPS_FROM> after;
  if (!plan->all_sources) {
    auto state = read_source_state(*destination, plan->nc_dn, plan->source.guid);
    if (state) after = std::move(*state);
  }
  if (queued)
    context.say(fmt::format("{} has queued it. `tributary queue {}` and `tributary showrepl {}` show what becomes of it.", plan->destination,
                            plan->destination, plan->destination));
  else
    say_outcome(context, *plan, before, after, seconds);
  context.print("tributary.replicate/1", {{"destination", plan->destination},
                                          {"source", plan->all_sources ? boost::json::value(nullptr) : boost::json::value(dsa_to_json(plan->source))},
                                          {"nc", plan->nc_dn},
                                          {"options", api_flags_to_json(client::rep_sync_bits(), arguments.options)},
                                          {"queued", queued},
                                          {"seconds", seconds},
                                          {"before", to_json_or_null(before, *origin)},
                                          {"after", to_json_or_null(after, *origin)}});
  return {};
}

}  // namespace

void register_replicate(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub =
      app.command("replicate",
                  {kGroupDo, "Make DEST bring the naming context NC up to date from SOURCE, now, and wait until it has",
                   "  tributary replicate dc2.lab.example dc1.lab.example DC=lab,DC=example\n"
                   "  tributary replicate dc2.lab.example dc1.lab.example DC=lab,DC=example --force   although DEST has inbound replication off\n"
                   "  tributary replicate dc2.lab.example dc1.lab.example DC=lab,DC=example --full    everything again, not just what is new\n"
                   "  tributary replicate dc2.lab.example DC=lab,DC=example --all-sources --async     from every source, without waiting\n"
                   "\nRoutine use floods the queues of DCs: they replicate by themselves. This is for when they do not.\n"},
                  arguments, run, check);
  sub->alias("sync");
  sub->add_option("DEST", arguments->first, "The DC that pulls")->required();
  sub->add_option("SOURCE", arguments->second, "The DC to pull from: host name, server name, DSA GUID or DN; left out with --all-sources");
  sub->add_option("NC", arguments->third, "The distinguished name of the naming context");
  static constexpr Spelling kSpellings[] = {
      {"async", "--async-op", "Queue it and return; do not wait"},
      {"writeable", "", "The NC replica is writeable"},
      {"periodic", "", "As the schedule does it: not at all while the schedule forbids it"},
      {"intersite-messaging", "", "Over the intersite messaging transport"},
      {"all-sources", "--sync-all,--allsources", "From every source of the NC; wants --async"},
      {"full", "--full-sync", "Everything from the beginning, not only what is new"},
      {"urgent", "", "Ahead of the queue"},
      {"no-discard", "", "Keep it in the queue although the same request waits there"},
      {"force", "--sync-forced", "Although inbound replication is disabled on DEST"},
      {"add-reference", "--add-ref,--addref", "Let SOURCE notify DEST of changes from now on"},
      {"never-completed", "", "The first synchronization has never been completed"},
      {"two-way", "", "When it is done, let SOURCE pull from DEST too"},
      {"never-notify", "", "SOURCE does not notify DEST of changes"},
      {"initial", "", "Part of the synchronization at startup"},
      {"compress", "", "Let SOURCE compress what it sends"},
      {"select-secrets", "--selsecrets", "A read-only replica: chosen secrets only"},
      {"initial-in-progress", "", "The synchronization at startup is going on"},
      {"partial-attribute-set", "", "The attributes that the partial attribute set has gained"},
      {"requeue", "", "It has waited in the queue before"},
      {"notification", "", "As after a notification by SOURCE"},
      {"async-replica", "", "The replica was added without waiting"},
      {"critical", "", "Critical objects only"},
      {"full-in-progress", "", "A full synchronization is going on"},
      {"preempted", "", "It was interrupted by one of higher priority"},
      {"read-only-replica", "--readonly", "A read-only replica that is not a global catalog's"},
  };
  add_option_flags(*sub, client::rep_sync_bits(), arguments->options, kSpellings);
}

}  // namespace tributary::cli
