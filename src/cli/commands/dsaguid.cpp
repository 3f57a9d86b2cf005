// SPDX-License-Identifier: Apache-2.0
// tributary dsaguid: which DSA a GUID, an invocationId or a name is. Reads the Configuration NC ([MS-ADTS] 6.1.1.2.2).
#include <fmt/format.h>

#include <algorithm>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "cli/commands.hpp"
#include "cli/dcs.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

namespace tributary::cli {
namespace {

struct Arguments {
  std::string dc;
  std::string which;
};

bool fits(const client::Dsa& dsa, std::string_view which) {
  if (const auto guid = parse_guid(which.substr(0, which.find("._msdcs.")))) return dsa.guid.value == *guid || dsa.invocation_id.value == *guid;
  return equals_ignoring_case(dsa.dns_host_name, which) || equals_ignoring_case(dsa.server_name, which) || client::same_dn(dsa.dn, which);
}

Result<> run(Context& context, const Arguments& arguments) {
  auto dsas = read_dsas(context, arguments.dc);
  if (!dsas) return std::unexpected(std::move(dsas.error()));
  Table table({{"DSA"}, {"host"}, {"DSA object GUID"}, {"invocationId"}});
  boost::json::array out;
  for (const auto& dsa : dsas->all()) {
    if (!arguments.which.empty() && !fits(dsa, arguments.which)) continue;
    table.add({dsa.site + '\\' + dsa.server_name, dsa.dns_host_name, to_string(dsa.guid), to_string(dsa.invocation_id)});
    out.push_back(dsa_to_json(dsa));
  }
  if (table.empty())
    return fail(win32::kErrorNotFound, arguments.which + ": no DSA of this forest has this GUID, invocationId or name", Phase::kLdap);
  context.say_lines(table.text());
  context.print("tributary.dsaguid/1", {{"dsas", std::move(out)}});
  return {};
}

}  // namespace

void register_dsaguid(App& app) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* const sub = app.command("dsaguid",
                                    {kGroupLook, "Show which DSA a GUID or an invocationId belongs to; without one, all DSAs of the forest",
                                     "  tributary dsaguid dc1.lab.example\n"
                                     "  tributary dsaguid dc1.lab.example 0977b90f-2273-4aab-9a5e-1b8a5bfe7583\n"},
                                    arguments, run);
  sub->add_option("DC", arguments->dc, "The DC whose directory is read; without it a DC of the account's domain");
  sub->add_option("GUID", arguments->which, "DSA GUID, invocationId, host or server name");
}

}  // namespace tributary::cli
