// SPDX-License-Identifier: Apache-2.0
// tributary syncall: brings a DC up to date from all DSAs that hold an NC, or all of them from it, step by step along the links of
// replication. The plan and its steps are client::sync_all's.
#include <fmt/format.h>

#include "base/win32.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/words.hpp"
#include "client/sync_all.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string first, second;
  std::string dc;
  std::string nc_dn;
  bool all_ncs = false;
  bool by_dn = false;
  client::SyncAllOptions options;
};

/// What happened to one NC, told while it happens and gathered for the document.
struct Story {
  const Context& context;
  boost::json::array steps;
  MonoTime began;
  std::size_t done = 0;
  bool by_dn = false;

  [[nodiscard]] std::string name(const client::Dsa& dsa) const { return by_dn ? dsa.dn : host_label(dsa); }
  bool operator()(const client::SyncAllEvent& event);
};

std::string check(Arguments& arguments) {
  auto sorted = names_and_nc(std::vector<std::string>{arguments.first, arguments.second});
  if (!sorted || sorted->names.size() > 1) return "one DC and one NC at most";
  if (arguments.all_ncs && !sorted->nc_dn.empty()) return "name one NC, or say --all-ncs";
  arguments.nc_dn = std::move(sorted->nc_dn);
  if (!sorted->names.empty()) arguments.dc = std::move(sorted->names.front());
  return {};
}

bool Story::operator()(const client::SyncAllEvent& event) {
  using Kind = client::SyncAllEventKind;
  switch (event.kind) {
    case Kind::kSyncStarted:
      began = net::monotonic_now();
      context.say(fmt::format("  {} <- {}", name(*event.destination), name(*event.source)));
      std::fflush(stdout);
      break;
    case Kind::kSyncCompleted: {
      const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();
      context.say(fmt::format("    done in {:.2f} s", seconds));
      steps.push_back({{"destination", dsa_to_json(*event.destination)}, {"source", dsa_to_json(*event.source)}, {"seconds", seconds}});
      ++done;
      break;
    }
    case Kind::kError: {
      const auto& failure = *event.failure;
      switch (failure.kind) {
        case client::SyncAllFailureKind::kContacting:
          context.say_bad(fmt::format("  {} cannot be asked: {}", name(failure.server), describe_error(failure.error)));
          break;
        case client::SyncAllFailureKind::kReplicating:
          context.say_bad(fmt::format("    failed: {}", describe_error(failure.error)));
          break;
        case client::SyncAllFailureKind::kUnreachable:
          context.say_bad(fmt::format("  {} cannot be reached: no chain of replication links leads there", name(failure.server)));
          break;
      }
      break;
    }
    case Kind::kFinished:
      break;
  }
  return true;
}

boost::json::object failure_to_json(const client::SyncAllFailure& failure) {
  constexpr const char* kKinds[] = {"contacting", "replicating", "unreachable"};
  boost::json::object out{{"kind", kKinds[static_cast<std::size_t>(failure.kind)]}, {"server", dsa_to_json(failure.server)}};
  if (failure.kind == client::SyncAllFailureKind::kReplicating) out["source"] = dsa_to_json(failure.source);
  if (failure.kind != client::SyncAllFailureKind::kUnreachable) out["error"] = to_json(failure.error);
  return out;
}

Result<std::vector<std::string>> ncs_of(Context& context, const Arguments& arguments, const std::string& host) {
  if (!arguments.all_ncs) return std::vector<std::string>{arguments.nc_dn};
  auto directory = context.directory(host);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto local = (*directory)->local_dsa();
  if (!local) return std::unexpected(std::move(local.error()));
  std::vector<std::string> ncs = std::move(local->full_replicas);
  ncs.insert(ncs.end(), local->partial_replicas.begin(), local->partial_replicas.end());
  return ncs;
}

Result<> run(Context& context, Arguments& arguments) {
  if (auto named = use_dn(arguments.nc_dn, context, arguments.dc); !named) return named;
  auto home = context.bind(arguments.dc);
  if (!home) return std::unexpected(std::move(home.error()));
  auto ncs = ncs_of(context, arguments, (*home)->host());
  if (!ncs) return std::unexpected(std::move(ncs.error()));

  std::optional<Error> failed;
  std::size_t failures = 0;
  std::size_t done = 0;
  boost::json::array out;
  for (const auto& nc : *ncs) {
    context.say(
        fmt::format("{}: {} {}", nc.empty() ? "configuration NC" : nc, arguments.options.push_outward ? "outward from" : "towards", (*home)->host()));
    Story story{context, {}, {}, 0, arguments.by_dn};
    const client::SyncAllRequest request{
        .nc_dn = nc, .options = arguments.options, .sync_call = context.call_options(), .bind_timeout = context.reach_timeout()};
    auto outcome = client::sync_all(*home, request, std::ref(story));
    done += story.done;
    failures += outcome.failures.size();
    boost::json::array shown;
    for (const auto& failure : outcome.failures) {
      shown.push_back(failure_to_json(failure));
      const bool unreachable = failure.kind == client::SyncAllFailureKind::kUnreachable;
      if (!failed)
        failed = unreachable ? Error{win32::kErrorNetworkUnreachable, Phase::kNone, "no replication links lead to " + host_label(failure.server)}
                             : failure.error;
    }
    out.push_back({{"nc", outcome.nc_dn}, {"steps", std::move(story.steps)}, {"failures", std::move(shown)}});
    if (outcome.result) continue;
    if (!failed) failed = outcome.result.error();
    break;
  }
  context.say(fmt::format("{} done, {}.", count_of(done, "replication"), count_of(failures, "failure")));
  context.print("tributary.syncall/1", {{"home", (*home)->host()},
                                        {"direction", arguments.options.push_outward ? "push" : "pull"},
                                        {"enterprise", arguments.options.cross_site_boundaries},
                                        {"dryRun", arguments.options.do_not_sync},
                                        {"ncs", std::move(out)}});
  if (failed) return std::unexpected(std::move(*failed));
  return {};
}

}  // namespace

void register_syncall(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("syncall",
                                    {kGroupDo, "Bring a DC up to date from all its partners, or all of them from it, and show each step",
                                     "  tributary syncall dc1.lab.example                          configuration NC, within the site\n"
                                     "  tributary syncall dc1.lab.example --all-ncs --enterprise   every NC, across sites (repadmin /syncall /Ae)\n"
                                     "  tributary syncall dc1.lab.example DC=lab,DC=example --push from dc1 to all others\n"},
                                    arguments, run, check);
  auto& options = arguments->options;
  sub->add_option("DC", arguments->first, "The DC in the middle; without it a DC of the account's domain");
  sub->add_option("NC", arguments->second, "The naming context (default: the configuration NC)");
  sub->add_flag("-A,--all-ncs", arguments->all_ncs, "Every naming context that the DC holds");
  sub->add_flag("-e,--enterprise", options.cross_site_boundaries, "DSAs of other sites too");
  sub->add_flag("-P,--push", options.push_outward, "Outward: from the DC to the others. Otherwise the DC pulls");
  sub->add_flag("-a,--abort", options.abort_if_unavailable, "Stop at the first DSA that cannot be contacted or reached");
  sub->add_flag("-j,--adjacent", options.adjacent_only, "Direct partners of the DC only");
  sub->add_flag("-d,--dn", arguments->by_dn, "Name the DSAs by their DNs");
  sub->add_flag("-s,--dry-run", options.do_not_sync, "Contact the DSAs and plan, but replicate nothing");
  sub->add_flag("-S,--skip-check", options.skip_initial_check, "Trust the connection objects instead of asking every DSA first");
}

}  // namespace tributary::cli
