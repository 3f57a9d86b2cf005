// SPDX-License-Identifier: Apache-2.0
// See secret_values.hpp.
#include "repl/objects/secret_values.hpp"

#include "base/assert.hpp"
#include "base/win32.hpp"

namespace tributary::repl {

bool is_kept_secret(const schema::AttributeSchema& attribute) noexcept {
  return attribute.is_secret() && !attribute.is_linked() && !schema::is_reference(attribute.syntax);
}

Result<Bytes> seal_value(const Context& context, const ObjectGuid& object, drsuapi::Attid attid, ByteView clear) {
  TRIBUTARY_ASSERT(!object.is_null());
  return context.sealer ? context.sealer->seal(object, attid, clear) : Result<Bytes>(to_bytes(clear));
}

Result<SecretBytes> unseal_value(const Context& context, const ObjectGuid& object, const schema::AttributeSchema& attribute, ByteView stored) {
  if (!context.sealer) return SecretBytes(stored);
  auto clear = context.sealer->unseal(object, attribute.attid, stored);
  if (!clear) return fail(win32::kErrorDsDatabaseError, to_string(object) + ", " + attribute.ldap_display_name + ": " + clear.error().detail);
  return clear;
}

Result<std::optional<SecretBytes>> clear_value(const Context& context, const store::ObjectView& object, drsuapi::Attid attid) {
  const auto* const attribute = context.schema->find_attribute(attid);
  if (attribute == nullptr || !is_kept_secret(*attribute)) return fail(win32::kErrorInvalidParameter, "not a secret attribute");
  const auto stored = object.first(attid);
  if (!stored) return std::optional<SecretBytes>();
  auto clear = unseal_value(context, object.guid(), *attribute, *stored);
  if (!clear) return std::unexpected(std::move(clear.error()));
  return std::optional<SecretBytes>(std::move(*clear));
}

}  // namespace tributary::repl
