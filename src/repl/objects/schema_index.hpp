// SPDX-License-Identifier: Apache-2.0
// What the store is told of a schema (store/index_policy.hpp): attributes with fATTINDEX ([MS-ADTS] 2.2.9) have an equality index, values
// and RDNs compare as their syntaxes do (3.1.1.2.2.4). Immutable: a change of the schema makes a new one for DirectoryStore::set_policy.
#pragma once

#include <memory>
#include <vector>

#include "schema/schema.hpp"
#include "store/index_policy.hpp"

namespace tributary::repl {

class SchemaIndex final : public store::IndexPolicy {
 public:
  explicit SchemaIndex(std::shared_ptr<const schema::Schema> schema);
  [[nodiscard]] std::span<const store::Attid> indexed() const override { return indexed_; }
  [[nodiscard]] bool normal_form(store::Attid attid, ByteView value, Bytes& out) const override;
  void rdn_form(std::string_view rdn, Bytes& out) const override;

 private:
  std::shared_ptr<const schema::Schema> schema_;
  std::vector<store::Attid> indexed_;  ///< without links, whose values are not in records, and without what the store finds otherwise
};

}  // namespace tributary::repl
