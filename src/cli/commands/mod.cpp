// SPDX-License-Identifier: Apache-2.0
// tributary mod: changes flags, address or schedule of a source of an NC. IDL_DRSReplicaModify ([MS-DRSR] 4.1.22).
#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
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
  std::string schedule_text;
  std::optional<client::Schedule> schedule;
  std::vector<std::string> set, clear;
  std::uint32_t set_bits = 0, clear_bits = 0;
};

Result<std::uint32_t> bits_of(const std::vector<std::string>& words) {
  std::uint32_t bits = 0;
  for (const auto& word : words) {
    auto parsed = parse_option_words(client::neighbor_bits(), word);
    if (!parsed) parsed = parse_option_words(client::neighbor_bits(), "DS_REPL_NBR_" + word);
    if (!parsed) return fail(win32::kErrorInvalidParameter, word + " is not a flag of a source");
    bits |= *parsed;
  }
  // Which of them may be changed is the wire's rule.
  if (const auto allowed = client::modifiable_to_wire(client::NeighborFlags{bits}); !allowed) return std::unexpected(allowed.error());
  return bits;
}

std::string check(Arguments& arguments) {
  if (auto wrong = sort_partner_arguments(arguments, true); !wrong.empty()) return wrong;
  const auto set = bits_of(arguments.set);
  if (!set) return set.error().detail;
  const auto clear = bits_of(arguments.clear);
  if (!clear) return clear.error().detail;
  arguments.set_bits = *set;
  arguments.clear_bits = *clear;
  if ((*set & *clear) != 0) return "the same flag cannot be set and cleared";
  if (!arguments.schedule_text.empty()) {
    auto schedule = parse_schedule(arguments.schedule_text);
    if (!schedule) return schedule.error().detail;
    arguments.schedule = *schedule;
  }
  if (arguments.set.empty() && arguments.clear.empty() && arguments.address.empty() && !arguments.schedule)
    return "say what to change: --set, --clear, --address or --schedule";
  return {};
}

/// The call replaces all changeable flags, so those that stay are sent with those that change.
Result<std::uint32_t> flags_now(Context& context, const Arguments& arguments, DsaGuid source) {
  auto view = context.view(arguments.dc);
  if (!view) return std::unexpected(std::move(view.error()));
  auto inbound = client::read_neighbors(*view, client::Direction::kInbound, arguments.nc_dn);
  if (!inbound) return std::unexpected(std::move(inbound.error()));
  const auto found = std::ranges::find(inbound->items, source, &client::Neighbor::dsa_guid);
  if (found == inbound->items.end())
    return fail(win32::kErrorDsDraNoReplica, fmt::format("{} does not replicate {} from {}", arguments.dc, arguments.nc_dn, arguments.partner));
  std::uint32_t flags = 0;
  for (const auto& bit : client::neighbor_bits())
    if ((static_cast<std::uint32_t>(found->flags) & bit.api) != 0 && client::modifiable_to_wire(client::NeighborFlags{bit.api})) flags |= bit.api;
  return flags;
}

Result<> run(Context& context, Arguments& arguments) {
  if (auto named = use_dn(arguments.nc_dn, context, arguments.dc); !named) return named;
  auto source = find_partner(context, arguments);
  if (!source) return std::unexpected(std::move(source.error()));
  client::ModifyRequest request;
  request.nc_dn = arguments.nc_dn;
  request.source = source->dsa.guid;
  request.source_address = arguments.address;
  request.schedule = arguments.schedule;
  request.options = client::RepModOptions{arguments.options};
  request.fields = (arguments.address.empty() ? 0 : static_cast<std::uint32_t>(client::RepModFields::kAddress)) |
                   (arguments.schedule ? static_cast<std::uint32_t>(client::RepModFields::kSchedule) : 0);
  if ((arguments.set_bits | arguments.clear_bits) != 0) {
    auto flags = flags_now(context, arguments, source->dsa.guid);
    if (!flags) return std::unexpected(std::move(flags.error()));
    request.replica_flags = client::NeighborFlags{(*flags | arguments.set_bits) & ~arguments.clear_bits};
    request.fields |= static_cast<std::uint32_t>(client::RepModFields::kFlags);
  }
  auto handle = context.bind(arguments.dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  if (auto done = client::replica_modify(**handle, request, context.call_options()); !done)
    return std::unexpected(nothing_else_does(context, (*handle)->host(), "IDL_DRSReplicaModify", std::move(done.error())));
  context.say(fmt::format("{} has changed how it replicates {} from {}.", (*handle)->host(), arguments.nc_dn, host_label(source->dsa)));
  context.print("tributary.mod/1", {{"host", (*handle)->host()},
                                    {"nc", arguments.nc_dn},
                                    {"source", dsa_to_json(source->dsa)},
                                    {"flags", api_flags_to_json(client::neighbor_bits(), static_cast<std::uint32_t>(request.replica_flags))},
                                    {"fields", request.fields},
                                    {"options", api_flags_to_json(client::rep_mod_bits(), arguments.options)}});
  return {};
}

}  // namespace

void register_mod(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("mod",
                                    {kGroupChange, "Change flags, address or schedule of a source of a naming context",
                                     "  tributary mod DC=lab,DC=example dc2.lab.example dc1.lab.example --set compress --clear scheduled-syncs\n"
                                     "  tributary mod DC=lab,DC=example dc2.lab.example dc1.lab.example --schedule always\n"},
                                    arguments, run, check);
  sub->add_option("NC", arguments->first, "The naming context")->required();
  sub->add_option("DEST", arguments->second, "The DC that pulls")->required();
  sub->add_option("SOURCE", arguments->third, "The DSA it pulls from: host name, server name, DSA GUID or DN")->required();
  sub->add_option("--set", arguments->set,
                  "Flag to set: sync-on-startup, scheduled-syncs, two-way, ignore-notifications, disable-scheduled,\ncompress, no-notifications, or "
                  "DS_REPL_NBR_...; +NAME is short for it")
      ->type_name("NAME")
      ->allow_extra_args(false);
  sub->add_option("--clear", arguments->clear, "Flag to clear; -NAME is short for it")->type_name("NAME")->allow_extra_args(false);
  sub->add_option("--address,--srcdsaaddr", arguments->address, "New network address of the source");
  sub->add_option("--schedule", arguments->schedule_text, kScheduleHelp);
  static constexpr Spelling kSpellings[] = {{"async", "", "Queue it and return; do not wait"}, {"writeable", "", "The NC replica is writeable"}};
  add_option_flags(*sub, client::rep_mod_bits(), arguments->options, kSpellings);
}

}  // namespace tributary::cli
