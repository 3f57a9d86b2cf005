// SPDX-License-Identifier: Apache-2.0
// tributary showutdvec: up to which USN of each DSA a DC has everything of an NC. IDL_DRSGetReplInfo, DS_REPL_INFO_CURSORS_3_FOR_NC
// and its older forms ([MS-DRSR] 4.1.13), or replUpToDateVector over LDAP.
#include <fmt/format.h>

#include <algorithm>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/state_json.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  std::string nc;
  NamesAndNc sorted;
  bool latency = false;
};

std::string check(Arguments& arguments) {
  auto sorted = names_and_nc(std::vector<std::string>{arguments.dc, arguments.nc});
  if (!sorted || sorted->names.size() > 1) return "one DC and one NC";
  if (sorted->nc_dn.empty()) return "name the naming context: DC=...";
  arguments.sorted = std::move(*sorted);
  return {};
}

Result<> run(Context& context, Arguments& arguments) {
  const std::string dc = arguments.sorted.names.empty() ? std::string() : arguments.sorted.names.front();
  if (auto named = use_dn(arguments.sorted.nc_dn, context, dc); !named) return named;
  auto view = context.view(dc);
  if (!view) return std::unexpected(std::move(view.error()));
  const std::string host = view->handle.host();
  auto cursors = client::read_cursors(*view, arguments.sorted.nc_dn);
  if (!cursors) return std::unexpected(std::move(cursors.error()));
  note_source(context, host, "up-to-dateness vectors", cursors->source, cursors->refusal);
  auto dsas = read_dsas(context, host);
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  if (arguments.latency) std::ranges::sort(cursors->items, {}, &client::Cursor::last_success);

  const FileTime now = net::wall_now();
  context.say(fmt::format("{} has of {} everything up to:", host, arguments.sorted.nc_dn));
  Table table({{"DSA"}, {"USN", Table::Align::kRight}, {"as of"}, {"invocationId"}});
  boost::json::array out;
  for (const auto& cursor : cursors->items) {
    table.add({invocation_label(*dsas, cursor.invocation_id, cursor.dsa_dn), fmt::format("{}", cursor.usn.value),
               cursor.last_success.ticks == 0 ? "-" : time_and_age(cursor.last_success, now), to_string(cursor.invocation_id)});
    auto shown = to_json(cursor);
    shown["dsa"] = invocation_label(*dsas, cursor.invocation_id, cursor.dsa_dn);
    out.push_back(std::move(shown));
  }
  context.say_lines(table.text());
  auto document = source_to_json(cursors->source, cursors->refusal);
  document["host"] = host;
  document["nc"] = arguments.sorted.nc_dn;
  document["cursors"] = std::move(out);
  context.print("tributary.showutdvec/1", std::move(document));
  return {};
}

}  // namespace

void register_showutdvec(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("showutdvec",
                                    {kGroupLook, "Show up to which USN of each DSA a DC has everything of a naming context",
                                     "  tributary showutdvec dc1.lab.example DC=lab,DC=example\n"
                                     "  tributary showutdvec --latency dc1.lab.example DC=lab,DC=example   oldest news first\n"},
                                    arguments, run, check);
  sub->add_option("DC", arguments->dc, "The DC to ask; without it a DC of the account's domain");
  sub->add_option("NC", arguments->nc, "The naming context");
  sub->add_flag("--latency", arguments->latency, "Sorted by the time of the last success, oldest first");
}

}  // namespace tributary::cli
