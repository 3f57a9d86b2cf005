// SPDX-License-Identifier: Apache-2.0
// Attributes of objects of the Configuration NC by their LDAP names, as the KCC's adapter reads and compares them. What is absent, of another
// form or leads nowhere is nothing: the Configuration NC replicates in pieces. Reads only; must never know what an attribute is for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "repl/objects/names.hpp"
#include "schema/schema.hpp"

namespace tributary::service {

inline constexpr store::Attid kNoAttid{0xFFFFFFFF};

class ObjectReader {
 public:
  ObjectReader(const store::Snapshot& snapshot, const schema::Schema& schema) : snapshot_(snapshot), schema_(schema) {}

  [[nodiscard]] const store::Snapshot& snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] const schema::Schema& schema() const noexcept { return schema_; }
  /// kNoAttid for a name that the schema does not have: no object has such an attribute.
  [[nodiscard]] store::Attid attid(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint32_t> number(const store::ObjectView& object, std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean(const store::ObjectView& object, std::string_view name) const;
  [[nodiscard]] std::string text(const store::ObjectView& object, std::string_view name) const;
  [[nodiscard]] std::optional<ByteView> octets(const store::ObjectView& object, std::string_view name) const;

  /// A value of a reference syntax, linked or not: whom it names, and its binary part. `is_alive` is false for phantoms and the deleted.
  struct Reference {
    store::Dnt dnt = store::kNoDnt;
    ObjectGuid guid;
    Bytes rest;
    bool is_alive = false;
  };
  [[nodiscard]] Result<std::vector<Reference>> references(const store::ObjectView& object, std::string_view name) const;
  /// The GUID of the first one, whoever it is; null when there is none.
  [[nodiscard]] Result<ObjectGuid> reference(const store::ObjectView& object, std::string_view name) const;

 private:
  [[nodiscard]] Result<Reference> describe(store::Dnt target, ByteView rest) const;

  const store::Snapshot& snapshot_;
  const schema::Schema& schema_;
};

}  // namespace tributary::service
