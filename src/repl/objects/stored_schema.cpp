// SPDX-License-Identifier: Apache-2.0
// See stored_schema.hpp.
#include "repl/objects/stored_schema.hpp"

#include "base/win32.hpp"
#include "drsuapi/blobs/prefix_map.hpp"
#include "repl/objects/facts.hpp"

namespace tributary::repl {
namespace {

constexpr std::string_view kPrefixMap = "prefixMap";

Result<void> add_missing(schema::PrefixTable& table, const schema::PrefixTable& more) {
  for (const auto& entry : more.entries())
    if (table.find(entry.prefix) == nullptr)
      if (auto added = table.add(entry.ndx, entry.prefix); !added) return added;
  return {};
}

/// The RDN of the object that defaultObjectCategory names.
Result<std::string> category_of(const Snapshot& snapshot, const ObjectView& object) {
  const auto value = object.first(attid::kDefaultObjectCategory);
  if (!value) return std::string();
  const auto target = snapshot.find(store::reference_target(*value));
  if (!target) return std::unexpected(target.error());
  return *target && !is_phantom(**target) ? std::string((*target)->rdn()) : std::string();
}

}  // namespace

Result<schema::SchemaRow> schema_row_of(const Snapshot& snapshot, const ObjectView& object) {
  schema::SchemaRow row;
  row.guid = object.guid();
  row.rdn = object.rdn();
  auto category = category_of(snapshot, object);
  if (!category) return std::unexpected(category.error());
  row.default_object_category = std::move(*category);
  for (std::size_t i = 0; i < object.attribute_count(); ++i) {
    const auto attribute = object.attribute(i);
    if (attribute.references() || attribute.size() == 0) continue;
    auto& to = row.attributes.emplace_back();
    to.attid = attribute.attid();
    for (std::size_t v = 0; v < attribute.size(); ++v) to.values.push_back(to_bytes(attribute.value(v)));
  }
  return row;
}

Result<schema::PrefixTable> stored_prefix_table(const Snapshot& snapshot) {
  auto table = schema::PrefixTable::with_defaults();
  const auto stored = snapshot.dsa_value(kPrefixMap);
  if (!stored) return std::unexpected(stored.error());
  if (!*stored) return table;
  const auto map = drsuapi::blobs::decode_prefix_map(**stored);
  if (!map) return std::unexpected(map.error());
  const auto more = schema::PrefixTable::from_prefix_map(*map);
  if (!more) return std::unexpected(more.error());
  if (auto added = add_missing(table, *more); !added) return std::unexpected(added.error());
  return table;
}

Result<void> store_prefix_table(store::WriteTransaction& tx, const schema::PrefixTable& table) {
  const auto map = drsuapi::blobs::encode_prefix_map(table.to_prefix_map());
  if (!map) return std::unexpected(map.error());
  tx.put_dsa_value(kPrefixMap, *map);
  return {};
}

Result<Dnt> schema_nc(const Snapshot& snapshot, const schema::Schema& schema) {
  const auto roots = snapshot.nc_roots();
  if (!roots) return std::unexpected(roots.error());
  for (const Dnt root : *roots) {
    const auto object = snapshot.find(root);
    if (!object) return std::unexpected(object.error());
    if (*object && is_instance_of(schema, **object, class_id::kDmd)) return root;
  }
  return kNoDnt;
}

Result<std::shared_ptr<const schema::Schema>> load_schema(const Snapshot& snapshot, const schema::Schema& base) {
  const auto root = schema_nc(snapshot, base);
  if (!root) return std::unexpected(root.error());
  if (*root == kNoDnt) return nullptr;
  const auto table = stored_prefix_table(snapshot);
  if (!table) return std::unexpected(table.error());
  schema::SchemaBuilder builder(base);
  if (auto added = add_missing(builder.prefix_table(), *table); !added) return std::unexpected(added.error());
  std::optional<Error> error;
  const auto scan = snapshot.children(*root, [&](const Dnt& child) {
    const auto object = snapshot.find(child);
    if (!object) error = object.error();
    if (error || !*object || is_deleted(**object) || is_nc_root(**object) || is_subref(**object)) return !error;
    const auto row = schema_row_of(snapshot, **object);
    if (!row) error = row.error();
    if (error) return false;
    if (const auto put = schema::put_schema_row(builder, *row); !put) error = put.error();
    return !error;
  });
  if (!scan) return std::unexpected(scan.error());
  if (error) return std::unexpected(*error);
  return builder.build();
}

}  // namespace tributary::repl
