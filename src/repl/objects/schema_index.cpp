// SPDX-License-Identifier: Apache-2.0
// See schema_index.hpp.
#include "repl/objects/schema_index.hpp"

#include "repl/objects/attids.hpp"
#include "schema/value_compare.hpp"

namespace tributary::repl {

SchemaIndex::SchemaIndex(std::shared_ptr<const schema::Schema> schema) : schema_(std::move(schema)) {
  for (const auto& attribute : schema_->attributes()) {
    const bool has_own_table = attribute.attid == attid::kObjectGuid;
    // A secret in an index would be a secret in clear, or the index of a sealed form that nobody can look for.
    const bool may_be = !attribute.is_linked() && !attribute.is_constructed() && !attribute.is_secret() && !has_own_table;
    if (attribute.is_indexed() && may_be) indexed_.push_back(attribute.attid);
  }
}

bool SchemaIndex::normal_form(store::Attid attid, ByteView value, Bytes& out) const {
  const auto* attribute = schema_->find_attribute(attid);
  return attribute != nullptr && schema::normal_form(attribute->syntax, value, out);
}

void SchemaIndex::rdn_form(std::string_view rdn, Bytes& out) const {
  out.clear();
  schema::append_folded_utf8(rdn, out);
}

}  // namespace tributary::repl
