// SPDX-License-Identifier: Apache-2.0
// See schema_world.hpp.
#include "sim/schema_world.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "drsuapi/blobs/prefix_map.hpp"
#include "repl/objects/facts.hpp"
#include "repl/updates/add.hpp"
#include "repl/updates/new_object.hpp"
#include "schema/schema_rows.hpp"

namespace tributary::sim {

using namespace repl;
using schema::Schema;
using schema::SchemaBuilder;
using schema::SchemaRow;

namespace {

SchemaRow row_of(const store::ObjectView& object) {
  SchemaRow row;
  row.guid = object.guid();
  row.rdn = object.rdn();
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (attribute.references() || attribute.size() == 0) continue;
    SchemaRow::Attribute values{attribute.attid(), {}};
    for (std::size_t v = 0; v < attribute.size(); ++v) values.values.push_back(to_bytes(attribute.value(v)));
    row.attributes.push_back(std::move(values));
  }
  return row;
}

/// The prefixes that this DSA has met beyond the default ones.
Result<void> add_own_prefixes(const store::Snapshot& snapshot, SchemaBuilder& builder) {
  const auto stored = snapshot.dsa_value("prefixMap");
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return {};
  const auto map = drsuapi::blobs::decode_prefix_map(**stored);
  if (!map) return std::unexpected(map.error());
  const auto table = schema::PrefixTable::from_prefix_map(*map);
  if (!table) return std::unexpected(table.error());
  for (const auto& entry : table->entries())
    if (builder.prefix_table().find(entry.prefix) == nullptr)
      if (auto added = builder.prefix_table().add(entry.ndx, entry.prefix); !added) return added;
  return {};
}

}  // namespace

Result<std::shared_ptr<const Schema>> load_schema(const store::Snapshot& snapshot) {
  const auto root = schema_nc(snapshot, *Schema::embedded());
  if (!root) return std::unexpected(root.error());
  if (*root == store::kNoDnt) return nullptr;
  std::vector<store::Dnt> children;
  auto walked = snapshot.children(*root, [&](const store::Dnt& child) { return children.push_back(child), true; });
  if (!walked) return std::unexpected(walked.error());
  if (children.empty()) return nullptr;
  SchemaBuilder builder(*Schema::embedded());
  if (auto added = add_own_prefixes(snapshot, builder); !added) return std::unexpected(added.error());
  for (const auto child : children) {
    const auto object = snapshot.find(child);
    if (!object) return std::unexpected(object.error());
    if (!*object || is_deleted(**object)) continue;
    if (auto put = schema::put_schema_row(builder, row_of(**object)); !put) return std::unexpected(put.error());
  }
  return builder.build();
}

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
  if (table.entries().size() != known) {
    const auto map = drsuapi::blobs::encode_prefix_map(table.to_prefix_map());
    if (!map) return std::unexpected(map.error());
    tx.put_dsa_value("prefixMap", *map);
  }
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
