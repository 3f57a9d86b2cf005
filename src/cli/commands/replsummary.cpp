// SPDX-License-Identifier: Apache-2.0
// tributary replsummary: every DSA of the forest asked at once for its inbound neighbours, one line per source and per destination.
// What the lines say is decided in client/repl_summary.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "base/win32.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/state_json.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"
#include "client/repl_summary.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  bool by_source = false;
  bool by_destination = false;
  bool errors_only = false;
};

/// DSAs asked at the same time. Each waits for DNS, Kerberos and the DC, so there may be more of them than processors.
constexpr std::size_t kAskedAtOnce = 16;

/// Runs in a thread of its own, with connections of its own.
client::DsaReport ask(Context& context, const client::Dsa& dsa) {
  client::DsaReport report{dsa, std::unexpected(Error{})};
  if (dsa.dns_host_name.empty()) {
    report.inbound = fail(win32::kErrorDsNoServerObject, dsa.server_name + " has no dNSHostName", Phase::kDns);
    return report;
  }
  auto handle = context.bind_afresh(dsa.dns_host_name);
  if (!handle) {
    report.inbound = std::unexpected(std::move(handle.error()));
    return report;
  }
  std::unique_ptr<client::Directory> directory;
  const auto open = [&]() -> Result<client::Directory*> {
    if (!directory) {
      auto opened = context.directory_afresh(dsa.dns_host_name, [&handle] { return handle; });
      if (!opened) return std::unexpected(std::move(opened.error()));
      directory = std::move(*opened);
    }
    return directory.get();
  };
  client::CallOptions call;
  call.timeout = context.reach_timeout();
  report.inbound = client::read_neighbors({**handle, open, call}, client::Direction::kInbound);
  return report;
}

std::vector<client::DsaReport> ask_all(Context& context, const std::vector<client::Dsa>& dsas) {
  std::vector<client::DsaReport> reports;
  for (std::size_t first = 0; first < dsas.size(); first += kAskedAtOnce) {
    std::vector<std::future<client::DsaReport>> asked;
    for (std::size_t i = first; i < std::min(first + kAskedAtOnce, dsas.size()); ++i)
      asked.push_back(std::async(std::launch::async, [&context, &dsa = dsas[i]] { return ask(context, dsa); }));
    for (auto& one : asked) reports.push_back(one.get());
  }
  return reports;
}

void say_rows(const Context& context, const char* title, const std::vector<client::SummaryRow>& rows, bool errors_only) {
  Table table({{title}, {"largest delta", Table::Align::kRight}, {"fails/total", Table::Align::kRight}, {"%%", Table::Align::kRight}, {"error"}}, "");
  for (const auto& row : rows) {
    if (errors_only && row.failing == 0) continue;
    const std::string error = row.failing == 0 ? std::string() : code_text(row.error);
    table.add({row.name, row.never_succeeded ? "never" : age_text(row.largest_delta_s), fmt::format("{} / {}", row.failing, row.total),
               fmt::format("{}", row.total == 0 ? 0 : row.failing * 100 / row.total), error});
  }
  context.say_lines(table.text());
  context.say("");
}

boost::json::array rows_to_json(const std::vector<client::SummaryRow>& rows) {
  boost::json::array out;
  for (const auto& row : rows)
    out.push_back({{"server", row.name},
                   {"objectGUID", to_string(row.dsa_guid)},
                   {"largestDeltaSeconds", row.never_succeeded ? boost::json::value(nullptr) : boost::json::value(row.largest_delta_s)},
                   {"failing", row.failing},
                   {"total", row.total},
                   {"error", row.failing == 0 ? boost::json::value(nullptr) : boost::json::value(code_to_json(row.error))}});
  return out;
}

Result<> run(Context& context, const Arguments& arguments) {
  auto host = context.host_of(arguments.dc);
  if (!host) return std::unexpected(std::move(host.error()));
  auto dsas = read_dsas(context, *host);
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  (void)context.runtime();  // made here, shared by the threads
  const FileTime begun = net::wall_now();
  context.say(fmt::format("Replication summary of {}, begun {}.", count_of(dsas->all().size(), "DSA"), to_string(to_ds_time(begun))));
  context.say("");
  const auto reports = ask_all(context, dsas->all());
  const auto summary = client::summarize(reports, begun);
  for (const auto& report : reports)
    if (report.inbound) note_source(context, host_label(report.dsa), "its inbound neighbours", report.inbound->source, report.inbound->refusal);

  if (!arguments.by_destination || arguments.by_source) say_rows(context, "Source DSA", summary.sources, arguments.errors_only);
  if (!arguments.by_source || arguments.by_destination) say_rows(context, "Destination DSA", summary.destinations, arguments.errors_only);
  if (!summary.refusals.empty()) context.say("These DSAs could not be asked:");
  boost::json::array refusals;
  for (const auto& refusal : summary.refusals) {
    context.say_bad(fmt::format("  {}: {}", refusal.name, describe_error(refusal.error)));
    refusals.push_back({{"server", refusal.name}, {"error", to_json(refusal.error)}});
  }
  context.print("tributary.replsummary/1", {{"begun", to_string(begun)},
                                            {"sources", rows_to_json(summary.sources)},
                                            {"destinations", rows_to_json(summary.destinations)},
                                            {"unreachable", std::move(refusals)}});
  if (summary.refusals.size() == reports.size() && !reports.empty()) return std::unexpected(summary.refusals.front().error);
  return {};
}

}  // namespace

void register_replsummary(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("replsummary",
                                    {kGroupLook, "Ask every DSA of the forest how its replication goes, and show one line for each",
                                     "  tributary replsummary                          the forest of the account\n"
                                     "  tributary replsummary dc1.lab.example          the forest of that DC\n"
                                     "  tributary replsummary --by-dest --errors-only  only who fails to pull\n"},
                                    arguments, run);
  sub->alias("replsum");
  sub->add_option("DC", arguments->dc, "The DC that lists the DSAs of the forest; without it a DC of the account's domain");
  sub->add_flag("--by-source,--bysrc", arguments->by_source, "Only the table of sources");
  sub->add_flag("--by-dest,--bydest", arguments->by_destination, "Only the table of destinations");
  sub->add_flag("--errors-only,--errorsonly", arguments->errors_only, "Only lines with failures");
}

}  // namespace tributary::cli
