// SPDX-License-Identifier: Apache-2.0
// tributary kcc: makes a DC's consistency checker compute the topology now. IDL_DRSExecuteKCC ([MS-DRSR] 4.1.6).
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "client/replica.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  bool async = false;
  bool damped = false;
};

/// Samba's KCC task ends when it is asked asynchronously, and takes queries of replication state down for seconds.
Result<bool> may_ask_asynchronously(Context& context, const std::string& host) {
  auto directory = context.directory(host);
  if (!directory) return std::unexpected(std::move(directory.error()));
  return !(*directory)->is_samba();
}

Result<> run(Context& context, const Arguments& arguments) {
  auto handle = context.bind(arguments.dc);
  if (!handle) return std::unexpected(std::move(handle.error()));
  const std::string host = (*handle)->host();
  bool async = arguments.async;
  if (async) {
    auto may = may_ask_asynchronously(context, host);
    if (!may) return std::unexpected(std::move(may.error()));
    if (!*may) context.note(fmt::format("{} runs Samba, whose KCC does not survive an asynchronous request: asking and waiting instead.", host));
    async = *may;
  }
  const auto began = net::monotonic_now();
  if (auto done = client::execute_kcc(**handle, async, arguments.damped, context.call_options()); !done) return done;
  const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();
  context.say(async ? fmt::format("{} will run its consistency checker.", host)
                    : fmt::format("{} ran its consistency checker in {:.2f} s.", host, seconds));
  context.print("tributary.kcc/1", {{"host", host}, {"asynchronous", async}, {"damped", arguments.damped}, {"seconds", seconds}});
  return {};
}

}  // namespace

void register_kcc(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command(
      "kcc", {kGroupDo, "Make a DC's consistency checker compute the replication topology now", "  tributary kcc dc1.lab.example\n"}, arguments, run);
  sub->add_option("DC", arguments->dc, "The DC; without it a DC of the account's domain");
  sub->add_flag("--async", arguments->async, "Do not wait until it has run (DS_KCC_FLAG_ASYNC_OP)");
  sub->add_flag("--damped", arguments->damped, "Only if it has not run for a while (DS_KCC_FLAG_DAMPED)");
}

}  // namespace tributary::cli
