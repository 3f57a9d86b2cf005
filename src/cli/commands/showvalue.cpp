// SPDX-License-Identifier: Apache-2.0
// tributary showvalue: the stamps of the linked values of an object, of one attribute of it, or of one value.
// IDL_DRSGetReplInfo, DS_REPL_INFO_METADATA_2_FOR_ATTR_VALUE ([MS-DRSR] 4.1.13), or IDL_DRSGetNCChanges for the object (4.1.10).
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/state_json.hpp"
#include "cli/value_table.hpp"
#include "client/value_stamps.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  std::string object;
  std::string attribute;
  std::string value;
};

Result<> run(Context& context, const Arguments& arguments) {
  auto view = context.view(arguments.dc);
  if (!view) return std::unexpected(std::move(view.error()));
  const std::string host = view->handle.host();
  auto values = client::read_value_stamps_any_way(*view, arguments.object, arguments.attribute, arguments.value);
  if (!values) return std::unexpected(nothing_serves(std::move(values.error()), "the stamps of linked values"));
  note_source(context, host, "the stamps of linked values", values->source, values->refusal);
  auto dsas = read_dsas(context, host);
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  context.say(fmt::format("{} on {}", arguments.object, host));
  say_values(context, *dsas, values->items);
  auto document = source_to_json(values->source, values->refusal);
  document["host"] = host;
  document["object"] = arguments.object;
  document["values"] = values_to_json(*dsas, values->items);
  context.print("tributary.showvalue/1", std::move(document));
  return {};
}

}  // namespace

void register_showvalue(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub =
      app.command("showvalue",
                  {kGroupLook, "Show the replication metadata of linked values: when each came and went",
                   "  tributary showvalue dc1.lab.example CN=crew,OU=Load,DC=lab,DC=example\n"
                   "  tributary showvalue dc1.lab.example CN=crew,OU=Load,DC=lab,DC=example member CN=ada,CN=Users,DC=lab,DC=example\n"},
                  arguments, run);
  sub->add_option("DC", arguments->dc, "The DC to ask")->required();
  sub->add_option("OBJECT", arguments->object, "DN of the object")->required();
  sub->add_option("ATTRIBUTE", arguments->attribute, "Only this linked attribute");
  sub->add_option("VALUE", arguments->value, "Only this value: a DN");
}

}  // namespace tributary::cli
