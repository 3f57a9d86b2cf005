// SPDX-License-Identifier: Apache-2.0
// See value_table.hpp.
#include "cli/value_table.hpp"

#include <fmt/format.h>

#include "cli/state_json.hpp"
#include "cli/table.hpp"
#include "cli/words.hpp"

namespace tributary::cli {

void say_values(const Context& context, const client::DsaIndex& dsas, const std::vector<client::ValueStamp>& values) {
  context.say(count_of(values.size(), "linked value"));
  if (values.empty()) return;
  Table table({{"state"},
               {"attribute"},
               {"last change"},
               {"originating DSA"},
               {"orig. USN", Table::Align::kRight},
               {"local USN", Table::Align::kRight},
               {"ver", Table::Align::kRight},
               {"value"}});
  for (const auto& v : values)
    table.add({v.deleted.ticks == 0 ? "present" : "absent", v.attribute, to_string(to_ds_time(v.changed)),
               invocation_label(dsas, v.originating_invocation_id, v.originating_dsa_dn), fmt::format("{}", v.originating_usn.value),
               v.local_usn.value == 0 ? "-" : fmt::format("{}", v.local_usn.value), fmt::format("{}", v.version), v.value_dn});
  context.say_lines(table.text());
}

boost::json::array values_to_json(const client::DsaIndex& dsas, const std::vector<client::ValueStamp>& values) {
  boost::json::array out;
  for (const auto& v : values) {
    auto shown = to_json(v);
    shown["originatingDsa"] = invocation_label(dsas, v.originating_invocation_id, v.originating_dsa_dn);
    out.push_back(std::move(shown));
  }
  return out;
}

}  // namespace tributary::cli
