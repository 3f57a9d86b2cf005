// SPDX-License-Identifier: Apache-2.0
// Makes a Schema: from definitions, from the rows of a replicated Schema NC, from another Schema that is extended while running.
// build() never refuses: a DC applies what replicates whether it is consistent or not ([MS-ADTS] 3.1.1.5.1.1), references to what is
// not there have no effect, and of two active objects with one name the one with the lower number is found. consistency.hpp judges,
// for originating updates. Owner: one thread at a time. Knows no store.
#pragma once

#include <map>
#include <memory>

#include "schema/schema.hpp"

namespace tributary::schema {

/// Far above any forest; a Schema NC with more is refused.
inline constexpr std::size_t kSchemaObjectsMax = 20'000;

class SchemaBuilder {
 public:
  SchemaBuilder() : prefix_table_(PrefixTable::with_defaults()) {}  ///< nothing but the default prefixes
  explicit SchemaBuilder(PrefixTable prefix_table) : prefix_table_(std::move(prefix_table)) {}
  /// Starts from another schema, to extend it.
  explicit SchemaBuilder(const Schema& base);

  [[nodiscard]] const PrefixTable& prefix_table() const noexcept { return prefix_table_; }
  [[nodiscard]] PrefixTable& prefix_table() noexcept { return prefix_table_; }

  /// Adds, or replaces the one with the same Attid. kErrorInvalidData without an OID or a name, or when the Attid is the other kind's.
  [[nodiscard]] Result<void> put(AttributeSchema attribute);
  /// `effective` is ignored: build() computes it.
  [[nodiscard]] Result<void> put(ClassSchema object_class);

  [[nodiscard]] std::shared_ptr<const Schema> build() const;

 private:
  PrefixTable prefix_table_;
  std::map<Attid, AttributeSchema> attributes_;
  std::map<Attid, ClassSchema> classes_;
};

}  // namespace tributary::schema
