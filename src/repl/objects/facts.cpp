// SPDX-License-Identifier: Apache-2.0
// Classes of an object, from its objectClass. [MS-ADTS] 3.1.1.1.4, 3.1.1.2.4.3.
#include "repl/objects/facts.hpp"

#include <algorithm>

#include "schema/schema.hpp"

namespace tributary::repl {

std::vector<Attid> object_classes(const ObjectView& object) {
  std::vector<Attid> classes;
  const auto attribute = object.find(attid::kObjectClass);
  if (!attribute) return classes;
  classes.reserve(attribute->size());
  for (std::size_t i = 0; i < attribute->size(); ++i) {
    const auto value = attribute->value(i);
    if (value.size() == 4) classes.push_back(static_cast<Attid>(load_le<std::uint32_t>(value.data())));
  }
  return classes;
}

const schema::ClassSchema* structural_class(const schema::Schema& schema, const ObjectView& object) {
  return schema.structural_class(object_classes(object));
}

bool is_instance_of(const schema::Schema& schema, const ObjectView& object, Attid object_class) {
  return std::ranges::any_of(object_classes(object), [&](Attid own) { return own == object_class || schema.is_subclass(own, object_class); });
}

bool is_kept_when_deleted(const schema::Schema& schema, Attid attid, Attid rdn_type, bool recycled) {
  if (attid == rdn_type || attid == attid::kObjectGuid || attid == attid::kObjectSid || attid == attid::kLastKnownParent ||
      attid == attid::kMsDsLastKnownRdn || attid == attid::kIsDeleted || attid == attid::kIsRecycled)
    return true;
  const auto* const attribute = schema.find_attribute(attid);
  if (attribute == nullptr) return false;
  return recycled ? attribute->is_kept_by_tombstone() : attribute->is_kept_by_deleted_object();
}

}  // namespace tributary::repl
