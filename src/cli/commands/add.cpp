// SPDX-License-Identifier: Apache-2.0
// tributary add: gives a DC another source for an NC (a repsFrom value). IDL_DRSReplicaAdd ([MS-DRSR] 4.1.19).
#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/partner.hpp"
#include "cli/schedule_text.hpp"
#include "cli/words.hpp"
#include "client/replica.hpp"

namespace tributary::cli {
namespace {

struct Arguments : PartnerArguments {
  std::string address;
  std::string transport_dn;
  std::string schedule_text;
  std::optional<client::Schedule> schedule;
};

std::string check(Arguments& arguments) {
  if (!arguments.schedule_text.empty()) {
    auto schedule = parse_schedule(arguments.schedule_text);
    if (!schedule) return schedule.error().detail;
    arguments.schedule = *schedule;
  }
  return sort_partner_arguments(arguments, true);
}

Result<> run(Context& context, Arguments& arguments) {
  if (auto named = use_dn(arguments.nc_dn, context, arguments.dc); !named) return named;
  auto source = find_partner(context, arguments);
  if (!source) return std::unexpected(std::move(source.error()));
  auto handle = context.bind(arguments.dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  const std::string& address = arguments.address.empty() ? source->address : arguments.address;
  const client::AddRequest request{.nc_dn = arguments.nc_dn,
                                   .source_dsa_dn = source->dsa.dn,
                                   .transport_dn = arguments.transport_dn,
                                   .source_address = address,
                                   .schedule = arguments.schedule,
                                   .options = client::RepAddOptions{arguments.options}};
  if (auto done = client::replica_add(**handle, request, context.call_options()); !done)
    return std::unexpected(nothing_else_does(context, (*handle)->host(), "IDL_DRSReplicaAdd", std::move(done.error())));
  context.say(fmt::format("{} now replicates {} from {}.", (*handle)->host(), arguments.nc_dn, host_label(source->dsa)));
  context.print("tributary.add/1", {{"host", (*handle)->host()},
                                    {"nc", arguments.nc_dn},
                                    {"source", dsa_to_json(source->dsa)},
                                    {"address", address},
                                    {"options", api_flags_to_json(client::rep_add_bits(), arguments.options)}});
  return {};
}

}  // namespace

void register_add(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("add",
                                    {kGroupChange, "Give a DC another source to replicate a naming context from (a repsFrom value)",
                                     "  tributary add DC=lab,DC=example dc2.lab.example dc1.lab.example --writeable --periodic\n"},
                                    arguments, run, check);
  sub->add_option("NC", arguments->first, "The naming context")->required();
  sub->add_option("DEST", arguments->second, "The DC that shall pull")->required();
  sub->add_option("SOURCE", arguments->third, "The DSA to pull from: host name, server name, DSA GUID or DN")->required();
  sub->add_option("--address", arguments->address, "Network address of the source (default: <DSA GUID>._msdcs.<forest>)");
  sub->add_option("--transport,--transportdn", arguments->transport_dn, "DN of the intersite transport (default: RPC)");
  sub->add_option("--schedule", arguments->schedule_text, kScheduleHelp);
  static constexpr Spelling kSpellings[] = {
      {"async", "", "Queue it and return; do not wait"},
      {"writeable", "", "The NC replica is writeable"},
      {"initial", "", "Pull at every startup"},
      {"periodic", "", "Pull by a schedule"},
      {"intersite-messaging", "--mail", "Over the intersite messaging transport"},
      {"async-replica", "--asyncrep", "Do not wait for the first synchronization"},
      {"disable-notification", "--syncdisable", "Do not pull after notifications"},
      {"disable-periodic", "", "Do not pull by the schedule"},
      {"compress", "", "Let SOURCE compress what it sends"},
      {"never-notify", "", "SOURCE shall not notify DEST of changes"},
      {"two-way", "", "After each pull, let SOURCE pull too"},
      {"critical", "", "Critical objects only"},
      {"select-secrets", "--selsecrets", "A read-only replica: chosen secrets only"},
      {"read-only-replica", "--readonly", "A read-only replica that is not a global catalog's"},
  };
  add_option_flags(*sub, client::rep_add_bits(), arguments->options, kSpellings);
}

}  // namespace tributary::cli
