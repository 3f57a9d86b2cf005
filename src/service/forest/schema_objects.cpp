// SPDX-License-Identifier: Apache-2.0
// See schema_objects.hpp.
#include "service/forest/schema_objects.hpp"

#include <fmt/format.h>

#include "base/win32.hpp"
#include "repl/objects/stored_schema.hpp"

namespace tributary::service {
namespace {

constexpr repl::Attid kAdminDisplayName{0x200C2};
/// objectVersion of the schema of [MS-ADSC] as of Windows Server 2025, which is what is embedded ([MS-ADTS] 3.1.1.2).
constexpr std::string_view kObjectVersion = "91";

/// Schema objects have no ACEs of their own: they inherit these. Only schema masters change the schema ([MS-ADTS] 3.1.1.2.5).
constexpr std::string_view kRootDescriptor =
    "D:(A;CI;RPLCLORC;;;AU)(A;CI;RPWPCRLCLOCCRCWDWOSW;;;SA)(A;CI;RPWPCRLCLOCCDCRCWDWOSDDTSW;;;SY)"
    "(OA;;CR;e12b56b6-0a95-11d1-adbb-00c04fd8d5cd;;SA)";

class SchemaWriter {
 public:
  SchemaWriter(TreeWriter& writer, const repl::Context& context, const std::string& schema_dn)
      : writer_(writer), context_(context), schema_dn_(schema_dn) {}

  template <class Definition>
  Result<void> create_all(std::span<const Definition> definitions, std::string_view object_class) {
    for (auto definition : definitions) {
      // Some attributes have none in the documents: each forest makes its own, as for any new attribute (3.1.1.2.3).
      if (definition.schema_id_guid.is_null()) definition.schema_id_guid = context_.new_guid().value;
      const auto row = schema::make_schema_row(definition, context_.schema->prefix_table());
      if (!row) return std::unexpected(row.error());
      if (auto good = create(*row, object_class); !good) return good;
    }
    return {};
  }

 private:
  Result<void> create(const schema::SchemaRow& row, std::string_view object_class) {
    repl::AddRequest request;
    for (const auto& attribute : row.attributes) {
      if (attribute.attid == repl::attid::kCn || attribute.attid == repl::attid::kObjectClass) continue;
      auto& values = request.attributes.emplace_back(attribute.attid).values;
      for (const auto& value : attribute.values) values.push_back(repl::octets_value(value));
    }
    request.attributes.push_back({kAdminDisplayName, {repl::text_value(row.rdn)}});
    TreeObject object{fmt::format("CN={},{}", row.rdn, schema_dn_), {{"objectClass", std::string(object_class)}}};
    if (!row.default_object_category.empty())
      object.values.emplace_back("defaultObjectCategory", fmt::format("CN={},{}", row.default_object_category, schema_dn_));
    const auto made = writer_.create(object, std::move(request));
    return made ? Result<void>() : std::unexpected(made.error());
  }

  TreeWriter& writer_;
  const repl::Context& context_;
  const std::string& schema_dn_;
};

}  // namespace

Result<store::Dnt> create_schema_root(TreeWriter& writer, const std::string& schema_dn, const std::string& master, const std::string& aces) {
  const TreeObject root{schema_dn,
                        {{"objectClass", "dMD"},
                         {"fSMORoleOwner", master},
                         {"objectVersion", std::string(kObjectVersion)},
                         {"sddl", std::string(kRootDescriptor) + aces}}};
  const auto nc = writer.create_nc(root, repl::NcKind::kSchema);
  if (!nc) return std::unexpected(nc.error());
  return nc->root;
}

Result<void> create_schema_objects(TreeWriter& writer, store::WriteTransaction& tx, const repl::Context& context, const std::string& schema_dn) {
  const auto& schema = *context.schema;
  SchemaWriter objects(writer, context, schema_dn);
  // Classes first: all other objects name them.
  if (auto good = objects.create_all(schema.classes(), "classSchema"); !good) return good;
  if (auto good = objects.create_all(schema.attributes(), "attributeSchema"); !good) return good;
  if (auto made = writer.create({"CN=Aggregate," + schema_dn, {{"objectClass", "subSchema"}}}); !made) return std::unexpected(made.error());
  if (schema.prefix_table() == schema::PrefixTable::with_defaults()) return {};
  return repl::store_prefix_table(tx, schema.prefix_table());
}

}  // namespace tributary::service
