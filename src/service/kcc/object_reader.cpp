// SPDX-License-Identifier: Apache-2.0
// See object_reader.hpp.
#include "service/kcc/object_reader.hpp"

#include "repl/objects/facts.hpp"
#include "repl/objects/wire_values.hpp"

namespace tributary::service {

store::Attid ObjectReader::attid(std::string_view name) const {
  const auto* attribute = schema_.find_attribute(name);
  return attribute == nullptr ? kNoAttid : attribute->attid;
}

std::optional<std::uint32_t> ObjectReader::number(const store::ObjectView& object, std::string_view name) const { return object.first_u32(attid(name)); }

std::optional<bool> ObjectReader::boolean(const store::ObjectView& object, std::string_view name) const {
  const auto value = number(object, name);
  return value ? std::optional(*value != 0) : std::nullopt;
}

std::string ObjectReader::text(const store::ObjectView& object, std::string_view name) const {
  const auto value = octets(object, name);
  return value ? repl::dn_text(*value).value_or("") : std::string();
}

std::optional<ByteView> ObjectReader::octets(const store::ObjectView& object, std::string_view name) const { return object.first(attid(name)); }

Result<ObjectReader::Reference> ObjectReader::describe(store::Dnt target, ByteView rest) const {
  const auto object = snapshot_.find(target);
  if (!object) return std::unexpected(object.error());
  Reference reference{target, {}, to_bytes(rest), false};
  if (!*object) return reference;
  reference.guid = (*object)->guid();
  reference.is_alive = !repl::is_phantom(**object) && !repl::is_deleted(**object);
  return reference;
}

Result<std::vector<ObjectReader::Reference>> ObjectReader::references(const store::ObjectView& object, std::string_view name) const {
  std::vector<Reference> found;
  std::optional<Error> error;
  const auto take = [&](store::Dnt target, ByteView rest) {
    auto reference = describe(target, rest);
    if (!reference) {
      error = reference.error();
    } else {
      found.push_back(std::move(*reference));
    }
    return !error;
  };
  if (const auto values = object.find(attid(name)); values && values->references())
    for (std::size_t i = 0; i < values->size() && !error; ++i) take(store::reference_target(values->value(i)), store::reference_rest(values->value(i)));
  const auto* attribute = schema_.find_attribute(name);
  if (attribute != nullptr && attribute->is_forward_link() && !error) {
    const auto scan = snapshot_.links(object.dnt(), attribute->attid, [&](const store::LinkValue& link) {
      return !link.is_present || link.is_deactivated || take(link.key.target, link.key.data);
    });
    if (!scan) return std::unexpected(scan.error());
  }
  if (error) return std::unexpected(*error);
  return found;
}

Result<ObjectGuid> ObjectReader::reference(const store::ObjectView& object, std::string_view name) const {
  const auto all = references(object, name);
  if (!all) return std::unexpected(all.error());
  return all->empty() ? ObjectGuid{} : all->front().guid;
}

}  // namespace tributary::service
