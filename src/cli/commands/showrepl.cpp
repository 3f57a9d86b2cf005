// SPDX-License-Identifier: Apache-2.0
// tributary showrepl: the replication partners of a DC, how the last attempts went, and what its KCC could not reach.
// IDL_DRSGetReplInfo ([MS-DRSR] 4.1.13), or the raw values over LDAP. With --json a superset of `samba-tool drs showrepl --json`.
#include <fmt/format.h>

#include <algorithm>

#include "base/win32.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/state_json.hpp"
#include "cli/words.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  std::string nc;
  NamesAndNc sorted;
  bool errors_only = false;
  bool connections = false;
};

/// Everything that is shown.
struct View {
  std::string host;
  client::Dsa dsa;
  client::DsaIndex dsas;
  client::ReplState<client::Neighbor> inbound, outbound;
  std::vector<client::NtdsConnection> connections;
  Result<client::ReplState<client::KccFailure>> connect_failures, link_failures;
  FileTime now;
};

std::string check(Arguments& arguments) {
  auto sorted = names_and_nc(std::vector<std::string>{arguments.dc, arguments.nc});
  if (!sorted || sorted->names.size() > 1) return "one DC and one NC at most";
  arguments.sorted = std::move(*sorted);
  return {};
}

Result<View> read(Context& context, const std::string& dc, const std::string& nc_dn) {
  auto view = context.view(dc);
  if (!view) return std::unexpected(std::move(view.error()));
  auto directory = context.directory(dc);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto local = (*directory)->local_dsa();
  if (!local) return std::unexpected(std::move(local.error()));
  auto dsas = (*directory)->dsas();
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  auto connections = (*directory)->connections(local->dn);
  if (!connections) return std::unexpected(std::move(connections.error()));
  auto inbound = client::read_neighbors(*view, client::Direction::kInbound, nc_dn);
  if (!inbound) return std::unexpected(std::move(inbound.error()));
  auto outbound = client::read_neighbors(*view, client::Direction::kOutbound, nc_dn);
  if (!outbound) return std::unexpected(std::move(outbound.error()));
  // No partners is news about an NC that the DC holds, and says nothing about any other.
  const auto is_asked = [&](const std::string& held) { return client::same_dn(held, nc_dn); };
  if (inbound->items.empty() && outbound->items.empty() && !nc_dn.starts_with('<') && !nc_dn.empty() &&
      std::ranges::none_of((*directory)->naming_contexts(), is_asked))
    return fail(win32::kErrorDsDraBadNc, fmt::format("{} does not hold {}", view->handle.host(), nc_dn), Phase::kLdap);
  return View{.host = view->handle.host(),
              .dsa = std::move(*local),
              .dsas = client::DsaIndex(std::move(*dsas)),
              .inbound = std::move(*inbound),
              .outbound = std::move(*outbound),
              .connections = std::move(*connections),
              .connect_failures = client::read_kcc_failures(*view, client::KccFailureKind::kConnect),
              .link_failures = client::read_kcc_failures(*view, client::KccFailureKind::kLink),
              .now = net::wall_now()};
}

void say_neighbors(const Context& context, const View& view, const char* title, const std::vector<client::Neighbor>& neighbors, bool errors_only) {
  context.say(title);
  std::string last_nc;
  std::size_t shown = 0;
  for (const auto& n : neighbors) {
    const bool bad = n.last_result != Win32::kSuccess;
    if (errors_only && !bad) continue;
    ++shown;
    if (n.nc_dn != last_nc) context.say("  " + n.nc_dn);
    last_nc = n.nc_dn;
    context.say(fmt::format("    {}{}", dsa_label(view.dsas, n.dsa_guid, n.dsa_dn),
                            n.transport_dn.empty() ? " via RPC" : " via " + client::rdn_value(n.transport_dn)));
    context.say(fmt::format("      DSA object GUID  {}", to_string(n.dsa_guid)));
    const bool tried = n.last_attempt.ticks != 0 || bad;
    const std::string attempt =
        "      last attempt     " + (tried ? fmt::format("{}: {}", time_and_age(n.last_attempt, view.now), result_text(n.last_result)) : "never");
    if (bad) {
      context.say_bad(attempt);
      if (const Win32Info* const info = find_win32(n.last_result); info != nullptr && !info->meaning.empty())
        context.say(fmt::format("                       {}", info->meaning));
      context.say_bad(fmt::format("      failures         {} in a row", n.consecutive_failures));
    } else {
      context.say(attempt);
    }
    context.say(fmt::format("      last success     {}", time_and_age(n.last_success, view.now)));
    if (n.last_object_change_synced.value != 0) context.say(fmt::format("      USN reached      {}", n.last_object_change_synced.value));
    context.say(fmt::format("      flags            {}", joined(neighbor_flag_names(n.flags))));
  }
  if (shown == 0) context.say(errors_only ? "  no failures" : "  none");
}

void say_failures(const Context& context, const View& view, const char* title, const Result<client::ReplState<client::KccFailure>>& failures) {
  context.say(title);
  if (!failures) {
    context.say(fmt::format("  {} does not tell: {}", view.host, code_text(failures.error().code)));
    return;
  }
  for (const auto& f : failures->items)
    context.say_bad(fmt::format("  {}: {} failures since {}, last {}", dsa_label(view.dsas, f.dsa_guid, f.dsa_dn), f.failures,
                                time_and_age(f.first_failure, view.now), result_text(f.last_result)));
  if (failures->items.empty()) context.say("  none");
}

void say_connections(const Context& context, const View& view) {
  context.say("");
  context.say("CONNECTION OBJECTS");
  for (const auto& c : view.connections) {
    context.say(fmt::format("  {} from {}{}", c.name, client::site_and_server(c.from_server), c.enabled ? "" : " (disabled)"));
    if (c.from_server_gone) context.say_bad("    the source no longer exists");
    for (const auto& reason : c.reasons) context.say(fmt::format("    for {} (reason 0x{:08X})", reason.nc_dn, reason.reason));
  }
  if (view.connections.empty()) context.say("  none");
}

void say(const Context& context, const View& view, const Arguments& arguments) {
  context.say(fmt::format("{}\\{}", view.dsa.site, view.dsa.server_name));
  context.say(fmt::format("  DSA options      {}", joined(drsuapi::flag_names(drsuapi::kNtdsdsaOptionNames, view.dsa.options))));
  context.say(fmt::format("  DSA object GUID  {}", to_string(view.dsa.guid)));
  context.say(fmt::format("  invocationId     {}", to_string(view.dsa.invocation_id)));
  context.say("");
  say_neighbors(context, view, "INBOUND NEIGHBORS", view.inbound.items, arguments.errors_only);
  context.say("");
  say_neighbors(context, view, "OUTBOUND NEIGHBORS FOR CHANGE NOTIFICATIONS", view.outbound.items, arguments.errors_only);
  context.say("");
  say_failures(context, view, "KCC CONNECTION FAILURES", view.connect_failures);
  context.say("");
  say_failures(context, view, "KCC LINK FAILURES", view.link_failures);
  if (arguments.connections) say_connections(context, view);
}

Result<boost::json::array> neighbors_to_json(client::Directory& directory, const View& view, const std::vector<client::Neighbor>& neighbors) {
  boost::json::array out;
  for (const auto& n : neighbors) {
    // What is in the index is there; the directory is asked only about the others.
    bool gone = false;
    if (view.dsas.find(n.dsa_guid) == nullptr) {
      auto there = directory.exists(n.dsa_guid.value);
      if (!there) return std::unexpected(std::move(there.error()));
      gone = !*there;
    }
    out.push_back(to_json(n, gone));
  }
  return out;
}

boost::json::value failures_to_json(const Result<client::ReplState<client::KccFailure>>& failures) {
  if (!failures) return boost::json::object{{"error", to_json(failures.error())}};
  boost::json::array out;
  for (const auto& f : failures->items) out.push_back(to_json(f));
  return out;
}

Result<> run(Context& context, const Arguments& arguments) {
  const std::string dc = arguments.sorted.names.empty() ? std::string() : arguments.sorted.names.front();
  auto view = read(context, dc, arguments.sorted.nc_dn);
  if (!view) return std::unexpected(std::move(view.error()));
  note_source(context, view->host, "its inbound neighbours", view->inbound.source, view->inbound.refusal);
  note_source(context, view->host, "its outbound neighbours", view->outbound.source, view->outbound.refusal);
  say(context, *view, arguments);
  if (!context.json()) return {};
  auto directory = context.directory(dc);
  if (!directory) return std::unexpected(std::move(directory.error()));
  auto inbound = neighbors_to_json(**directory, *view, view->inbound.items);
  if (!inbound) return std::unexpected(std::move(inbound.error()));
  auto outbound = neighbors_to_json(**directory, *view, view->outbound.items);
  if (!outbound) return std::unexpected(std::move(outbound.error()));
  boost::json::array connections;
  for (const auto& c : view->connections) connections.push_back(to_json(c));
  context.print(
      "tributary.showrepl/1",
      {{"dsa", {{"options", view->dsa.options}, {"objectGUID", to_string(view->dsa.guid)}, {"invocationId", to_string(view->dsa.invocation_id)}}},
       {"repsFrom", std::move(*inbound)},
       {"repsTo", std::move(*outbound)},
       {"NTDSConnections", std::move(connections)},
       {"host", view->host},
       {"local", dsa_to_json(view->dsa)},
       {"inbound", source_to_json(view->inbound.source, view->inbound.refusal)},
       {"outbound", source_to_json(view->outbound.source, view->outbound.refusal)},
       {"kccConnectFailures", failures_to_json(view->connect_failures)},
       {"kccLinkFailures", failures_to_json(view->link_failures)}});
  return {};
}

}  // namespace

void register_showrepl(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("showrepl",
                                    {kGroupLook, "Show a DC's replication partners, inbound and outbound, and how the last attempts went",
                                     "  tributary showrepl dc1.lab.example\n"
                                     "  tributary showrepl dc1.lab.example DC=lab,DC=example     one naming context\n"
                                     "  tributary showrepl --errors-only dc1.lab.example         what fails\n"
                                     "  tributary showrepl --json dc1.lab.example | jq '.repsFrom[].\"last success\"'\n"},
                                    arguments, run, check);
  sub->add_option("DC", arguments->dc, "The DC to ask: a host, or a domain; without it a DC of the account's domain");
  sub->add_option("NC", arguments->nc, "Only this naming context");
  sub->add_flag("--errors-only,--errorsonly", arguments->errors_only, "Only partners whose last attempt failed");
  sub->add_flag("--conn,--connections", arguments->connections, "The connection objects too");
}

}  // namespace tributary::cli
