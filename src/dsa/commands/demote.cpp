// SPDX-License-Identifier: Apache-2.0
// tributary dsa demote: this DSA leaves its forest. Another one gets its FSMO roles ([MS-DRSR] 4.1.10.5.12) and all its changes, and then takes
// its NTDS Settings away (4.1.18); the DSA ends, and its database goes.
#include <fmt/format.h>

#include <thread>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/commands/join_remote.hpp"
#include "dsa/core/open_database.hpp"
#include "dsa/core/partners.hpp"
#include "dsa/serve/database_work.hpp"
#include "security/target_name.hpp"

namespace tributary::dsa {
namespace {

struct Arguments : DsaArguments {
  std::string to;
  bool force = false, keep_data = false;
};

constexpr std::chrono::seconds kEndTimeout{30};

Result<> remove_from_forest(cli::Context& context, const Config& config, const std::string& host, const std::string& server_dn, const std::string& domain_dn) {
  using drsuapi::IDL_DRSRemoveDsServer;
  const std::string domain = host.substr(std::min(host.find('.') + 1, host.size()));
  auto tickets = context.credential(domain);
  if (!tickets) return std::unexpected(std::move(tickets.error()));
  client::BindOptions options;
  const auto place = find_place(config.hosts, {{}, host, host}, domain);
  options.target.domain_controller = place.host;
  options.target.port = place.port;
  options.target.spn = security::ldap_spn(host);
  options.credential = std::move(*tickets);
  options.timeout = context.reach_timeout();
  auto handle = client::DrsHandle::bind(context.runtime(), std::move(options));
  if (!handle) return std::unexpected(std::move(handle.error()));
  drsuapi::DRS_MSG_RMSVRREQ_V1 request;
  request.ServerDN = to_utf16_lossy(server_dn);
  request.DomainDN = to_utf16_lossy(domain_dn);
  request.fCommit = 1;
  IDL_DRSRemoveDsServer::In in;
  in.msgIn = std::move(request);
  auto done = (*handle)->call<IDL_DRSRemoveDsServer>(std::move(in), context.call_options());
  if (!done) return std::unexpected(std::move(done.error()));
  return {};
}

Result<> run(cli::Context& context, Arguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  const auto began = net::monotonic_now();
  auto server = ControlClient::connect(control_path(*config));
  if (!server) return fail(server.error().code, server.error().detail + "; a DSA is demoted while it runs, so that its changes reach another one");
  const auto roles = (*server)->call({{"command", "roles"}});
  if (!roles) return std::unexpected(roles.error());
  std::string held;
  for (const auto& role : roles->at("roles").as_array()) held += (held.empty() ? "" : ", ") + std::string(role.as_string());
  if (!held.empty()) context.note(fmt::format("this DSA is {}: {} takes over", held, arguments.to));
  const auto surrendered = held.empty() ? Result<boost::json::object>() : (*server)->call({{"command", "surrender"}, {"to", arguments.to}});
  if (!surrendered && !arguments.force)
    return fail(surrendered.error().code, surrendered.error().detail + "; `tributary dsa take-role` on another DSA takes a role, --force leaves it without one", surrendered.error().phase);
  const auto pushed = (*server)->call({{"command", "push"}, {"to", arguments.to}});
  if (!pushed && !arguments.force) return std::unexpected(pushed.error());
  if (auto gone = remove_from_forest(context, *config, arguments.to, text_member(*roles, "server_dn"), text_member(*roles, "domain_dn")); !gone) return gone;
  const auto status = (*server)->call({{"command", "status"}});
  (void)(*server)->call({{"command", "stop"}});
  for (const auto end = net::monotonic_now() + kEndTimeout; ControlClient::connect(control_path(*config));) {
    if (net::monotonic_now() > end) return fail(win32::kErrorTimeout, "the DSA does not end: stop it, and remove its data folder");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (!arguments.keep_data) remove_database(*config);
  const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();
  context.say(fmt::format("{} is no DSA any more; {} knows.", status ? text_member(*status, "host") : "This", arguments.to));
  context.print("tributary.dsa.demote/1", {{"host", status ? text_member(*status, "host") : ""}, {"dsa_guid", status ? text_member(*status, "dsa_guid") : ""},
                                           {"told", arguments.to}, {"roles", surrendered && surrendered->contains("roles") ? surrendered->at("roles") : boost::json::array()}, {"seconds", seconds}});
  return {};
}

}  // namespace

void add_demote(cli::App& app, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = add_verb(app, group, "demote", "Take this DSA out of its forest, and its database away",
                                 "  tributary dsa demote --to dsa-a.lab.example -U administrator\n", arguments, run);
  sub->add_option("--to", arguments->to, "The DSA that gets the last changes and tells the forest, by its DNS name")->required()->type_name("HOST");
  sub->add_flag("--force", arguments->force, "Although nobody takes its FSMO roles, or its last changes reach nobody");
  sub->add_flag("--keep-data", arguments->keep_data, "Leave the database where it is");
}

}  // namespace tributary::dsa
