// SPDX-License-Identifier: Apache-2.0
// Values of secret attributes on their way into the store and out of it ([MS-DRSR] 4.1.10.3.11): sealed by the context's ValueSealer where
// there is one, as they come where there is none. Everything that reads or writes such a value goes through here; whoever copies a whole
// record copies what is sealed. Must never know how values are sealed.
#pragma once

#include <optional>

#include "repl/objects/context.hpp"
#include "repl/objects/value_sealer.hpp"
#include "schema/schema.hpp"
#include "store/object.hpp"

namespace tributary::repl {

/// A secret whose value is octets in the record itself: no schema that is sane has another.
[[nodiscard]] bool is_kept_secret(const schema::AttributeSchema& attribute) noexcept;

/// The stored form of a value of such an attribute. `object` is the objectGUID that the record has or will have.
[[nodiscard]] Result<Bytes> seal_value(const Context& context, const ObjectGuid& object, drsuapi::Attid attid, ByteView clear);
/// kErrorDsDatabaseError when the stored form was changed or belongs elsewhere, with the object and the attribute.
[[nodiscard]] Result<SecretBytes> unseal_value(const Context& context, const ObjectGuid& object, const schema::AttributeSchema& attribute, ByteView stored);

/// The first value of a secret attribute in clear, for who authenticates somebody with it; nothing when the object has none.
/// kErrorInvalidParameter for an attribute that is no secret: such values are read from the view.
[[nodiscard]] Result<std::optional<SecretBytes>> clear_value(const Context& context, const store::ObjectView& object, drsuapi::Attid attid);

}  // namespace tributary::repl
