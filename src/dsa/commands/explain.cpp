// SPDX-License-Identifier: Apache-2.0
// tributary dsa explain: how a search would find its objects, and how many it would look at. It reads the database as it is, whether
// somebody serves it or not, with everybody's rights: it gives numbers and no object.
#include <fmt/format.h>

#include <chrono>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "dsa/commands/commands.hpp"
#include "dsa/core/open_database.hpp"
#include "ldap/protocol/filter.hpp"
#include "query/dn_forms.hpp"
#include "query/plan.hpp"
#include "repl/objects/schema_index.hpp"
#include "repl/objects/stored_schema.hpp"

namespace tributary::dsa {
namespace {

struct Arguments : DsaArguments {
  std::string filter, base, scope = "sub";
};

Result<query::Area> area_of(const store::Snapshot& snapshot, const schema::Schema& schema, const Arguments& arguments) {
  query::Area area;
  area.scope = arguments.scope == "base" ? query::Scope::kBase : arguments.scope == "one" ? query::Scope::kOneLevel : query::Scope::kSubtree;
  if (arguments.base.empty()) {
    if (area.scope != query::Scope::kSubtree) return fail(win32::kErrorInvalidParameter, "--scope base and --scope one need --base");
    auto roots = snapshot.nc_roots();
    if (!roots) return std::unexpected(std::move(roots.error()));
    area.tops = std::move(*roots);
    return area;
  }
  const auto base = query::find_dn(snapshot, schema, arguments.base);
  if (!base) return std::unexpected(base.error());
  if (*base == store::kNoDnt) return fail(win32::kErrorDsNoSuchObject, to_printable(arguments.base, 300));
  area.base = *base;
  area.tops.assign(1, *base);
  return area;
}

Result<> run_explain(cli::Context& context, Arguments& arguments) {
  const auto config = configuration(context, arguments);
  if (!config) return std::unexpected(config.error());
  std::vector<Bytes> storage;
  const auto filter = ldap::parse_filter(arguments.filter, storage);
  if (!filter) return std::unexpected(filter.error());
  auto store = open_database(*config, Access::kInspect);
  if (!store) return std::unexpected(std::move(store.error()));
  auto loaded = repl::load_schema(*(*store)->read(), *schema::Schema::embedded());
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  const auto schema = *loaded ? std::move(*loaded) : schema::Schema::embedded();
  (*store)->set_policy(std::make_shared<repl::SchemaIndex>(schema));
  const auto snapshot = (*store)->read();
  const auto area = area_of(*snapshot, *schema, arguments);
  if (!area) return std::unexpected(area.error());
  const auto begun = std::chrono::steady_clock::now();
  const auto compiled = query::compile_filter(*snapshot, schema, *filter);
  if (!compiled) return std::unexpected(compiled.error());
  const auto trial = query::try_search(*snapshot, *compiled, *area);
  if (!trial) return std::unexpected(trial.error());
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();

  context.say("Filter:   " + trial->filter);
  boost::json::array steps;
  for (const auto& step : trial->steps) {
    context.say((steps.empty() ? "Looks at: " : "          ") + step);
    steps.emplace_back(step);
  }
  context.say(fmt::format("Found:    {} of the {} objects that it looked at, in {:.1f} ms.", trial->matching, trial->looked_at, static_cast<double>(us) / 1e3));
  context.print("tributary.dsa.explain/1", {{"filter", trial->filter}, {"steps", std::move(steps)}, {"looked_at", trial->looked_at},
                                           {"matching", trial->matching}, {"microseconds", us}});
  return {};
}

}  // namespace

void add_explain(cli::App& app, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  auto* const verb = add_verb(app, group, "explain", "How a search would find its objects: which indexes, how many objects it looks at",
                              "  tributary dsa explain '(&(objectClass=user)(mail=ann@lab.example))'\n"
                              "  tributary dsa explain '(cn=a*)' --base OU=people,DC=lab,DC=example --scope one\n",
                              arguments, run_explain);
  verb->add_option("FILTER", arguments->filter, "As RFC 4515 writes it")->required();
  verb->add_option("--base", arguments->base, "A DN, <GUID=...> or <SID=...> (default: all naming contexts)")->type_name("DN");
  verb->add_option("--scope", arguments->scope, "base, one or sub (default: sub)")->check(CLI::IsMember({"base", "one", "sub"}))->type_name("SCOPE");
}

}  // namespace tributary::dsa
