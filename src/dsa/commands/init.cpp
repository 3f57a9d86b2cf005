// SPDX-License-Identifier: Apache-2.0
// tributary dsa init: a new forest with this DSA as its first ([MS-ADTS] 6.1), in an empty data folder.
#include <fmt/format.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/core/open_database.hpp"
#include "dsa/core/secrets.hpp"
#include "dsa/core/system_random.hpp"
#include "repl/objects/names.hpp"
#include "schema/schema.hpp"
#include "security/target_name.hpp"
#include "service/forest/new_forest.hpp"

namespace tributary::dsa {
namespace {

struct Arguments : DsaArguments {
  std::string domain, netbios, host;
  std::string site = "Default-First-Site-Name";
  std::string administrator = "Administrator";
  std::string dsa_guid, domain_sid;
  bool no_recycle_bin = false;
};

Result<service::ForestPlan> plan_of(const Arguments& arguments) {
  service::ForestPlan plan;
  plan.names.dns_name = to_lower_ascii(arguments.domain);
  plan.names.netbios_name = arguments.netbios.empty() ? service::default_netbios_name(plan.names.dns_name) : arguments.netbios;
  // "dsa-a.lab.example" says the same as "dsa-a".
  plan.host_name = arguments.host;
  if (const auto suffix = "." + plan.names.dns_name; plan.host_name.ends_with(suffix)) plan.host_name.resize(plan.host_name.size() - suffix.size());
  plan.site_name = arguments.site;
  plan.administrator = arguments.administrator;
  plan.recycle_bin = !arguments.no_recycle_bin;
  if (!arguments.domain_sid.empty()) {
    const auto sid = parse_sid(arguments.domain_sid);
    if (!sid) return std::unexpected(sid.error());
    plan.domain_sid = *sid;
  }
  return plan;
}

Result<service::ForestCreated> found(const Config& config, const service::ForestPlan& plan, const store::Identity& identity) {
  auto store = create_database(config, identity);
  if (!store) return std::unexpected(std::move(store.error()));
  SystemRandom random;
  repl::Context context;
  context.dsa = identity.dsa;
  context.invocation_id = identity.invocation_id;
  context.schema = schema::Schema::embedded();
  context.rules.recycle_bin = plan.recycle_bin;
  context.now = net::wall_now();
  context.random = &random;
  auto secrets = seal_secrets_of(config, **store, context);
  auto created = secrets ? service::create_forest(context, **store, plan) : Result<service::ForestCreated>(std::unexpected(std::move(secrets.error())));
  if (!created) {
    store->reset();
    remove_database(config);
  }
  return created;
}

/// A database without an NC: an attempt that was killed.
bool is_unfinished(const Config& config) {
  const auto store = open_database(config, Access::kInspect);
  if (!store) return false;
  const auto roots = (*store)->read()->nc_roots();
  return roots && roots->empty();
}

Result<> run(cli::Context& context, Arguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  const auto plan = plan_of(arguments);
  if (!plan) return std::unexpected(plan.error());
  store::Identity identity{DsaGuid{random_guid()}, InvocationId{random_guid()}};
  if (!arguments.dsa_guid.empty()) {
    const auto guid = parse_guid(arguments.dsa_guid);
    if (!guid) return std::unexpected(guid.error());
    identity.dsa = DsaGuid{*guid};
  }
  if (has_database(*config) && is_unfinished(*config)) remove_database(*config);
  const auto began = net::monotonic_now();
  const auto created = found(*config, *plan, identity);
  if (!created) return std::unexpected(created.error());
  const double seconds = std::chrono::duration<double>(net::monotonic_now() - began).count();

  const auto& names = plan->names;
  const std::string host = plan->host_name + "." + names.dns_name;
  const std::string spns[] = {security::ldap_spn(host), security::drs_spn(identity.dsa, names.dns_name)};
  context.say(fmt::format("The forest {} is made in {:.1f} s: {} objects in {}.", names.dns_name, seconds, created->updates.objects.size(), config->data_folder));
  context.say(fmt::format("This DSA is {}, NTDS Settings {}.", host, to_string(identity.dsa)));
  context.say(fmt::format("Its service principals, for {}:", config->keytab));
  for (const auto& spn : spns) context.say("  " + spn);
  boost::json::array principals;
  for (const auto& spn : spns) principals.emplace_back(spn);
  context.print("tributary.dsa.init/1", {{"domain", names.dns_name},
                                         {"domain_dn", names.domain_dn()},
                                         {"configuration_dn", names.configuration_dn()},
                                         {"schema_dn", names.schema_dn()},
                                         {"netbios", names.netbios_name},
                                         {"domain_sid", to_string(created->domain_sid)},
                                         {"host", host},
                                         {"dsa_guid", to_string(identity.dsa)},
                                         {"invocation_id", to_string(identity.invocation_id)},
                                         {"objects", created->updates.objects.size()},
                                         {"data", config->data_folder},
                                         {"principals", std::move(principals)},
                                         {"seconds", seconds}});
  return {};
}

}  // namespace

void add_init(cli::App& app, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = add_verb(app, group, "init", "Make a new forest, with this DSA as its first",
                                 "  tributary dsa init --domain lab.example --host dsa-a\n"
                                 "  tributary dsa init --domain lab.example --host dsa-a --data /srv/a --json\n",
                                 arguments, run);
  sub->add_option("--domain", arguments->domain, "DNS name of the forest and its domain")->required()->type_name("NAME");
  sub->add_option("--host", arguments->host, "Name of this DSA: one label, or with the domain")->required()->type_name("NAME");
  sub->add_option("--netbios", arguments->netbios, "NetBIOS name of the domain (default: its first label in capitals)")->type_name("NAME");
  sub->add_option("--site", arguments->site, "Name of the first site")->type_name("NAME");
  sub->add_option("--administrator", arguments->administrator, "Name of the administrator's account")->type_name("NAME");
  sub->add_option("--domain-sid", arguments->domain_sid, "SID of the domain (default: by chance)")->type_name("SID");
  sub->add_option("--dsa-guid", arguments->dsa_guid, "GUID of this DSA (default: by chance)")->type_name("GUID");
  sub->add_flag("--no-recycle-bin", arguments->no_recycle_bin, "Without the recycle bin");
}

}  // namespace tributary::dsa
