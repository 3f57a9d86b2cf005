// SPDX-License-Identifier: Apache-2.0
// tributary delete: takes a source of an NC away from a DC, or, with --no-source, the whole replica. IDL_DRSReplicaDel
// ([MS-DRSR] 4.1.20).
#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/partner.hpp"
#include "cli/words.hpp"
#include "client/replica.hpp"

namespace tributary::cli {
namespace {

struct Arguments : PartnerArguments {
  std::string address;
};

bool whole_replica(const Arguments& arguments) { return client::has(client::RepDelOptions{arguments.options}, client::RepDelOptions::kNoSource); }

std::string check(Arguments& arguments) {
  if (auto wrong = sort_partner_arguments(arguments, false); !wrong.empty()) return wrong;
  if (whole_replica(arguments) && !arguments.partner.empty()) return "--no-source removes the whole replica: leave SOURCE out";
  if (!whole_replica(arguments) && arguments.partner.empty() && arguments.address.empty())
    return "name the SOURCE whose repsFrom value goes, or say --no-source to remove the whole replica from the DC";
  return {};
}

Result<> run(Context& context, Arguments& arguments) {
  if (auto named = use_dn(arguments.nc_dn, context, arguments.dc); !named) return named;
  Partner source;
  if (!arguments.partner.empty()) {
    auto found = find_partner(context, arguments);
    if (!found) return std::unexpected(std::move(found.error()));
    source = std::move(*found);
  }
  if (!arguments.address.empty()) source.address = arguments.address;
  auto handle = context.bind(arguments.dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  const client::DelRequest request{.nc_dn = arguments.nc_dn, .source_address = source.address, .options = client::RepDelOptions{arguments.options}};
  if (auto done = client::replica_del(**handle, request, context.call_options()); !done)
    return std::unexpected(nothing_else_does(context, (*handle)->host(), "IDL_DRSReplicaDel", std::move(done.error())));
  context.say(whole_replica(arguments) ? fmt::format("{} removes its replica of {}.", (*handle)->host(), arguments.nc_dn)
                                       : fmt::format("{} no longer replicates {} from {}.", (*handle)->host(), arguments.nc_dn, source.address));
  context.print("tributary.delete/1",
                {{"host", (*handle)->host()},
                 {"nc", arguments.nc_dn},
                 {"source", arguments.partner.empty() ? boost::json::value(nullptr) : boost::json::value(dsa_to_json(source.dsa))},
                 {"address", source.address},
                 {"options", api_flags_to_json(client::rep_del_bits(), arguments.options)}});
  return {};
}

}  // namespace

void register_delete(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("delete",
                                    {kGroupChange, "Take a source of a naming context away from a DC (a repsFrom value), or the whole replica",
                                     "  tributary delete DC=lab,DC=example dc2.lab.example dc1.lab.example\n"
                                     "  tributary delete DC=lab,DC=example dc2.lab.example 6a2cbd6e-40b4-4c4b-8d4e-2d1d6f5a2c11 --local-only\n"},
                                    arguments, run, check);
  sub->add_option("NC", arguments->first, "The naming context")->required();
  sub->add_option("DEST", arguments->second, "The DC that shall no longer pull")->required();
  sub->add_option("SOURCE", arguments->third, "The DSA it pulls from: host name, server name, DSA GUID or DN; left out with --no-source");
  sub->add_option("--address", arguments->address, "Network address as the repsFrom value has it (default: <DSA GUID>._msdcs.<forest>)");
  static constexpr Spelling kSpellings[] = {
      {"async", "", "Queue it and return; do not wait"},
      {"writeable", "", "The NC replica is writeable"},
      {"intersite-messaging", "--mail", "The source is one of the intersite messaging transport"},
      {"ignore-errors", "--ignore", "Remove it although SOURCE cannot be told"},
      {"local-only", "--localonly", "Do not tell SOURCE"},
      {"no-source", "--nosource", "Remove the whole replica: every object of the NC from DEST"},
      {"ref-ok", "", "Remove it although other DSAs pull from this replica"},
  };
  add_option_flags(*sub, client::rep_del_bits(), arguments->options, kSpellings);
}

}  // namespace tributary::cli
