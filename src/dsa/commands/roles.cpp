// SPDX-License-Identifier: Apache-2.0
// tributary dsa roles, take-role, enable-feature: what there is only one of in a domain or a forest, through the running DSA.
#include <fmt/format.h>

#include "cli/table.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/serve/database_work.hpp"

namespace tributary::dsa {
namespace {

using boost::json::object;

struct RoleArguments : DsaArguments {
  std::string role;
};
struct FeatureArguments : DsaArguments {
  std::string feature;
};

Result<object> ask(const cli::Context& context, const DsaArguments& arguments, const object& request) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  auto server = ControlClient::connect(control_path(*config));
  if (!server) return std::unexpected(std::move(server.error()));
  auto done = (*server)->call(request);
  if (done) done->erase("done");
  return done;
}

Result<> run_roles(cli::Context& context, DsaArguments& arguments) {
  auto roles = ask(context, arguments, {{"command", "roles"}});
  if (!roles) return std::unexpected(std::move(roles.error()));
  cli::Table table({{"role"}, {"DSA"}, {"object"}});
  for (const auto& each : roles->at("holders").as_array()) {
    const auto& holder = each.as_object();
    const auto host = text_member(holder, "host");
    table.add({text_member(holder, "role"), host.empty() ? "nobody" : host, text_member(holder, "object")});
  }
  context.say_lines(table.text());
  context.print("tributary.dsa.roles/1", {{"holders", std::move(roles->at("holders"))}});
  return {};
}

Result<> run_take_role(cli::Context& context, RoleArguments& arguments) {
  auto taken = ask(context, arguments, {{"command", "take-role"}, {"role", arguments.role}});
  if (!taken) return std::unexpected(std::move(taken.error()));
  const auto from = text_member(*taken, "from"), host = text_member(*taken, "host");
  context.say(from == host ? fmt::format("{} is {} already.", host, text_member(*taken, "role"))
                           : fmt::format("{} is {} now; {} was.", host, text_member(*taken, "role"), from));
  context.print("tributary.dsa.take-role/1", std::move(*taken));
  return {};
}

Result<> run_enable_feature(cli::Context& context, FeatureArguments& arguments) {
  auto enabled = ask(context, arguments, {{"command", "enable-feature"}, {"feature", arguments.feature}});
  if (!enabled) return std::unexpected(std::move(enabled.error()));
  context.say(fmt::format("The forest has {} from now on; other DSAs follow when they replicate.", text_member(*enabled, "feature")));
  context.print("tributary.dsa.enable-feature/1", std::move(*enabled));
  return {};
}

}  // namespace

void add_roles(cli::App& app, CLI::App& group) {
  add_verb(app, group, "roles", "Which DSA has which FSMO role", "  tributary dsa roles\n  tributary dsa roles --json\n", std::make_shared<DsaArguments>(), run_roles);
  auto role = std::make_shared<RoleArguments>();
  CLI::App* const take = add_verb(app, group, "take-role", "Take an FSMO role from the DSA that has it", "  tributary dsa take-role pdc\n", role, run_take_role);
  take->add_option("ROLE", role->role, "schema, naming, pdc, rid or infrastructure")->required()->check(CLI::IsMember({"schema", "naming", "pdc", "rid", "infrastructure"}));
  auto feature = std::make_shared<FeatureArguments>();
  CLI::App* const enable = add_verb(app, group, "enable-feature", "Enable an optional feature of the forest, for ever", "  tributary dsa enable-feature recycle-bin\n", feature, run_enable_feature);
  enable->add_option("FEATURE", feature->feature, "recycle-bin or privileged-access-management")->required()->check(CLI::IsMember({"recycle-bin", "privileged-access-management"}));
}

}  // namespace tributary::dsa
