// SPDX-License-Identifier: Apache-2.0
// tributary updrefs: whom a DC notifies of changes in an NC (its repsTo values). IDL_DRSUpdateRefs ([MS-DRSR] 4.1.26).
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

std::string check(Arguments& arguments) {
  if (const auto allowed = client::check_rep_upd(client::RepUpdOptions{arguments.options}); !allowed)
    return "say --add, --delete, or both to replace the reference";
  return sort_partner_arguments(arguments, true);
}

Result<> run(Context& context, Arguments& arguments) {
  if (auto named = use_dn(arguments.nc_dn, context, arguments.dc); !named) return named;
  auto destination = find_partner(context, arguments);
  if (!destination) return std::unexpected(std::move(destination.error()));
  auto handle = context.bind(arguments.dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  const std::string& address = arguments.address.empty() ? destination->address : arguments.address;
  const auto options = client::RepUpdOptions{arguments.options};
  const client::UpdateRefsRequest request{
      .nc_dn = arguments.nc_dn, .destination_address = address, .destination = destination->dsa.guid, .options = options};
  if (auto done = client::update_refs(**handle, request, context.call_options()); !done)
    return std::unexpected(nothing_else_does(context, (*handle)->host(), "IDL_DRSUpdateRefs", std::move(done.error())));
  const bool notifies = client::has(options, client::RepUpdOptions::kAddReference);
  context.say(fmt::format("{} {} {} of changes in {}.", (*handle)->host(), notifies ? "now notifies" : "no longer notifies",
                          host_label(destination->dsa), arguments.nc_dn));
  context.print("tributary.updrefs/1", {{"host", (*handle)->host()},
                                        {"nc", arguments.nc_dn},
                                        {"destination", dsa_to_json(destination->dsa)},
                                        {"address", address},
                                        {"options", api_flags_to_json(client::rep_upd_bits(), arguments.options)}});
  return {};
}

}  // namespace

void register_updrefs(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("updrefs",
                                    {kGroupChange, "Change whom a DC notifies of changes in a naming context (its repsTo values)",
                                     "  tributary updrefs dc1.lab.example DC=lab,DC=example dc2.lab.example --add\n"
                                     "  tributary updrefs dc1.lab.example DC=lab,DC=example dc2.lab.example --delete\n"},
                                    arguments, run, check);
  sub->alias("updaterefs");
  sub->add_option("DC", arguments->first, "The DC that shall notify")->required();
  sub->add_option("NC", arguments->second, "The naming context")->required();
  sub->add_option("DEST", arguments->third, "The DSA to be notified: host name, server name, DSA GUID or DN")->required();
  sub->add_option("--address", arguments->address, "Network address of the destination (default: <DSA GUID>._msdcs.<forest>)");
  static constexpr Spelling kSpellings[] = {
      {"async", "", "Queue it and return; do not wait"},
      {"writeable", "", "The NC replica is writeable"},
      {"add-reference", "--add", "Notify DEST from now on"},
      {"delete-reference", "--delete,--del", "No longer notify DEST; with --add: replace the reference"},
      {"gc-spn", "", "Address DEST by the service principal name of a global catalog"},
  };
  add_option_flags(*sub, client::rep_upd_bits(), arguments->options, kSpellings);
}

}  // namespace tributary::cli
