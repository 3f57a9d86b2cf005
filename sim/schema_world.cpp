// SPDX-License-Identifier: Apache-2.0
// See schema_world.hpp.
#include "sim/schema_world.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "repl/objects/stored_schema.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/new_object.hpp"
#include "schema/schema_rows.hpp"

namespace tributary::sim {

using namespace repl;

Result<Updates> extend_schema(store::WriteTransaction& tx, const Context& context, store::Dnt schema_nc, std::uint32_t number) {
  schema::AttributeSchema attribute;
  attribute.int_id = static_cast<Attid>(schema::kIntIdFirst + number);
  attribute.attid = *attribute.int_id;
  attribute.oid = fmt::format("1.3.6.1.4.1.59999.{}.{}", number / 3, number);
  attribute.cn = fmt::format("sim-Attribute-{}", number);
  attribute.ldap_display_name = fmt::format("simAttribute{}", number);
  attribute.syntax = schema::Syntax::kUnicodeString;
  attribute.is_single_valued = true;
  attribute.is_member_of_partial_attribute_set = number % 2 == 0;
  schema::PrefixTable table = context.schema->prefix_table();
  const auto known = table.entries().size();
  if (auto made = table.make_attid(attribute.oid); !made) return std::unexpected(made.error());
  if (table.entries().size() != known)
    if (auto stored = store_prefix_table(tx, table); !stored) return std::unexpected(stored.error());
  const auto row = schema::make_schema_row(attribute, table);
  if (!row) return std::unexpected(row.error());
  AddRequest request;
  request.parent = schema_nc;
  request.rdn = attribute.cn;
  for (const auto& given : row->attributes) {
    NewAttribute values{given.attid, {}};
    if (given.attid == attid::kCn) continue;
    for (const auto& value : given.values) values.values.push_back(octets_value(value));
    request.attributes.push_back(std::move(values));
  }
  auto made = add(tx, context, request, CheckLevel::kReplica);
  if (!made) return std::unexpected(made.error());
  made->updates.schema_changed = true;
  return std::move(made->updates);
}

Schedule make_schedule(bool is_hourly) {
  constexpr std::size_t kSlotsPerHour = 4;
  Schedule schedule;
  for (std::size_t slot = 0; slot < kSlotsPerWeek; slot += kSlotsPerHour * (is_hourly ? 1 : 6)) schedule.set(slot);
  return schedule;
}

}  // namespace tributary::sim
