// SPDX-License-Identifier: Apache-2.0
// tributary queue: what a DC is replicating and what waits. IDL_DRSGetReplInfo, DS_REPL_INFO_PENDING_OPS ([MS-DRSR] 4.1.13).
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/state_json.hpp"
#include "cli/words.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
};

Result<> run(Context& context, const Arguments& arguments) {
  auto view = context.view(arguments.dc);
  if (!view) return std::unexpected(std::move(view.error()));
  const std::string host = view->handle.host();
  auto pending = client::read_pending_operations(*view);
  if (!pending) return std::unexpected(nothing_serves(std::move(pending.error()), "its replication queue"));
  const FileTime now = net::wall_now();
  context.say(fmt::format("{} has {} in its queue.", host, count_of(pending->operations.size(), "operation")));
  // Samba answers with the time of the question.
  if (pending->operations.empty()) pending->current_started = {};
  if (pending->current_started.ticks != 0) context.say(fmt::format("  The first one runs since {}.", time_and_age(pending->current_started, now)));
  boost::json::array operations;
  for (const auto& o : pending->operations) {
    auto shown = to_json(o);
    context.say(fmt::format("  [{}] enqueued {} at priority {}", o.serial_number, time_and_age(o.enqueued, now), o.priority));
    context.say(fmt::format("    {} NC {}", std::string_view(shown.at("type").as_string()), o.nc_dn));
    context.say(fmt::format("    DSA {} at {}, options 0x{:08X}", o.dsa_dn, o.dsa_address, o.options));
    operations.push_back(std::move(shown));
  }
  // An empty list from a DC that never has another one says nothing, so it is not shown as good news.
  bool always_empty = false;
  if (pending->operations.empty()) {
    auto directory = context.directory(host);
    always_empty = directory && (*directory)->is_samba();
  }
  if (always_empty)
    context.note(fmt::format(
        "{} runs Samba, which answers with an empty queue whatever it is doing; `tributary showrepl {}` shows how its last pulls went.", host, host));
  context.print("tributary.queue/1", {{"host", host},
                                      {"source", "rpc"},
                                      {"currentStarted", time_to_json(pending->current_started)},
                                      {"operations", std::move(operations)},
                                      {"alwaysEmpty", always_empty}});
  return {};
}

}  // namespace

void register_queue(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub =
      app.command("queue", {kGroupLook, "Show what a DC is replicating, and what waits", "  tributary queue dc1.lab.example\n"}, arguments, run);
  sub->add_option("DC", arguments->dc, "The DC to ask; without it a DC of the account's domain");
}

}  // namespace tributary::cli
