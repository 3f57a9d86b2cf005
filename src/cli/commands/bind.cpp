// SPDX-License-Identifier: Apache-2.0
// tributary bind: reach a DC, authenticate, bind, and show what the DC says it can do (IDL_DRSBind, DRS_EXTENSIONS_INT).
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/words.hpp"
#include "drsuapi/constants.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
};

Result<> run(Context& context, const Arguments& arguments) {
  const auto began = net::monotonic_now();
  auto handle = context.bind(arguments.dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  const double elapsed_ms = std::chrono::duration<double, std::milli>(net::monotonic_now() - began).count();
  const auto& dc = **handle;
  const auto& said = dc.server_extensions();
  const auto names = drsuapi::flag_names(drsuapi::kDrsExtNames, said.dwFlags);
  context.say(fmt::format("Bound to {} at {} in {:.0f} ms, sealed, as {}.", dc.host(), dc.peer(), elapsed_ms, dc.credential()->principal()));
  context.say(fmt::format("  site object        {}", to_string(said.SiteObjGuid)));
  context.say(fmt::format("  process            {}", said.Pid));
  context.say(fmt::format("  replication epoch  {}", said.dwReplEpoch));
  context.say(fmt::format("  extensions         0x{:08X}", said.dwFlags));
  for (const auto& name : names) context.say(fmt::format("    {}", name));
  const auto more = drsuapi::flag_names(drsuapi::kDrsExtMoreNames, said.dwFlagsExt);
  for (const auto& name : more) context.say(fmt::format("    {}", name));

  context.print("tributary.bind/1", {{"host", dc.host()},
                                     {"peer", dc.peer()},
                                     {"principal", dc.credential()->principal()},
                                     {"elapsed_ms", elapsed_ms},
                                     {"extensions",
                                      {{"dwFlags", flags_to_json(said.dwFlags, names)},
                                       {"SiteObjGuid", to_string(said.SiteObjGuid)},
                                       {"Pid", said.Pid},
                                       {"dwReplEpoch", said.dwReplEpoch},
                                       {"dwFlagsExt", flags_to_json(said.dwFlagsExt, more)},
                                       {"ConfigObjGUID", to_string(said.ConfigObjGUID)},
                                       {"dwExtCaps", said.dwExtCaps}}}});
  return {};
}

}  // namespace

void register_bind(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("bind",
                                    {kGroupTools, "Bind to a DC and show the replication features it supports",
                                     "  tributary bind dc1.lab.example\n"
                                     "  tributary bind lab.example                         any DC of the domain\n"
                                     "  tributary -U LAB\\\\administrator bind dc1.lab.example   asks for the password\n"},
                                    arguments, run);
  sub->add_option("DC", arguments->dc, "Host name of the DC, or a domain: then any DC of it; without it the domain of the account");
}

}  // namespace tributary::cli
