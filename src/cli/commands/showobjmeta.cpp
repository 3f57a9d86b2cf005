// SPDX-License-Identifier: Apache-2.0
// tributary showobjmeta: the stamp of each attribute of an object, and of its linked values where the DC tells them.
// IDL_DRSGetReplInfo, DS_REPL_INFO_METADATA_2_FOR_OBJ ([MS-DRSR] 4.1.13), or replPropertyMetaData over LDAP.
#include <fmt/format.h>

#include "base/win32.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/state_json.hpp"
#include "cli/table.hpp"
#include "cli/value_table.hpp"
#include "cli/words.hpp"
#include "client/value_stamps.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  std::string object;
  NamesAndNc sorted;
  bool no_values = false;
};

std::string check(Arguments& arguments) {
  auto sorted = names_and_nc(std::vector<std::string>{arguments.dc, arguments.object});
  if (!sorted || sorted->names.size() > 1) return "one DC and one object";
  if (sorted->nc_dn.empty()) return "name the object by its DN, or by <GUID=...>";
  arguments.sorted = std::move(*sorted);
  return {};
}

/// Samba has an internal error for an object that is not there; LDAP says it clearly.
Error is_it_there(Context& context, const std::string& host, const std::string& object, Error error) {
  if (error.phase != Phase::kCall) return error;
  auto directory = context.directory(host);
  if (!directory) return error;
  auto entry = (*directory)->ldap().read(object, {"objectGUID"});
  return entry ? std::move(error) : std::move(entry.error());
}

Result<> run(Context& context, const Arguments& arguments) {
  const std::string dc = arguments.sorted.names.empty() ? std::string() : arguments.sorted.names.front();
  const std::string& object = arguments.sorted.nc_dn;
  auto view = context.view(dc);
  if (!view) return std::unexpected(std::move(view.error()));
  const std::string host = view->handle.host();
  auto stamps = client::read_object_stamps(*view, object);
  if (!stamps) return std::unexpected(is_it_there(context, host, object, std::move(stamps.error())));
  note_source(context, host, "the stamps of attributes", stamps->source, stamps->refusal);
  auto dsas = read_dsas(context, host);
  if (!dsas) return std::unexpected(std::move(dsas.error()));

  context.say(fmt::format("{} on {}: {}", object, host, count_of(stamps->items.size(), "attribute")));
  Table table({{"local USN", Table::Align::kRight},
               {"originating DSA"},
               {"orig. USN", Table::Align::kRight},
               {"originating time"},
               {"ver", Table::Align::kRight},
               {"attribute"}});
  boost::json::array attributes;
  for (const auto& s : stamps->items) {
    const std::string label = invocation_label(*dsas, s.originating_invocation_id, s.originating_dsa_dn);
    table.add({fmt::format("{}", s.local_usn.value), label, fmt::format("{}", s.originating_usn.value), to_string(to_ds_time(s.changed)),
               fmt::format("{}", s.version), s.attribute});
    auto shown = to_json(s);
    shown["originatingDsa"] = label;
    attributes.push_back(std::move(shown));
  }
  context.say_lines(table.text());
  auto document = source_to_json(stamps->source, stamps->refusal);
  document["host"] = host;
  document["object"] = object;
  document["attributes"] = std::move(attributes);
  if (!arguments.no_values) {
    auto values = client::read_value_stamps_any_way(*view, object);
    if (values) {
      note_source(context, host, "the stamps of linked values", values->source, values->refusal);
      context.say("");
      say_values(context, *dsas, values->items);
      document["values"] = values_to_json(*dsas, values->items);
      document["valuesSource"] = client::source_name(values->source);
    } else {
      // The attributes are there, so the command has done its work; what is missing is said.
      context.note("The stamps of linked values cannot be read: " + describe_error(values.error()));
      document["values"] = boost::json::object{{"error", to_json(values.error())}};
    }
  }
  context.print("tributary.showobjmeta/1", std::move(document));
  return {};
}

}  // namespace

void register_showobjmeta(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("showobjmeta",
                                    {kGroupLook, "Show the replication metadata of an object: who changed each attribute last, and when",
                                     "  tributary showobjmeta dc1.lab.example CN=ada,CN=Users,DC=lab,DC=example\n"
                                     "  tributary showobjmeta dc1.lab.example '<GUID=6f9619ff-8b86-d011-b42d-00c04fc964ff>'\n"},
                                    arguments, run, check);
  sub->add_option("DC", arguments->dc, "The DC to ask; without it a DC of the account's domain");
  sub->add_option("OBJECT", arguments->object, "DN of the object, or <GUID=...>");
  sub->add_flag("--no-values,--nolinks", arguments->no_values, "Leave the linked values out");
}

}  // namespace tributary::cli
