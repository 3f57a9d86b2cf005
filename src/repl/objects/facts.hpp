// SPDX-License-Identifier: Apache-2.0
// What an object says about itself: the few attributes on which rules of replication and updates turn ([MS-ADTS] 2.2.10, 3.1.1.1.4,
// 3.1.1.5.5; [MS-DRSR] 5.91). All read the record in place. Must never know why somebody asks.
#pragma once

#include <vector>

#include "drsuapi/constants.hpp"
#include "repl/objects/attids.hpp"
#include "store/object.hpp"

namespace tributary::schema {
class Schema;
struct ClassSchema;
}  // namespace tributary::schema

namespace tributary::repl {

using store::ObjectView;

/// isDeleted: a tombstone, a deleted-object or a recycled-object, and the Deleted Objects container.
[[nodiscard]] inline bool is_deleted(const ObjectView& object) noexcept { return has(object.flags(), store::ObjectFlags::kDeleted); }
/// A tombstone or a recycled-object: it never comes back with its values.
[[nodiscard]] inline bool is_recycled(const ObjectView& object) noexcept { return has(object.flags(), store::ObjectFlags::kRecycled); }
[[nodiscard]] inline bool is_phantom(const ObjectView& object) noexcept { return has(object.flags(), store::ObjectFlags::kPhantom); }
/// The root of a replica that is held here.
[[nodiscard]] inline bool is_nc_root(const ObjectView& object) noexcept { return has(object.flags(), store::ObjectFlags::kNcRoot); }
/// The name of an NC below that is not held here.
[[nodiscard]] inline bool is_subref(const ObjectView& object) noexcept { return has(object.flags(), store::ObjectFlags::kSubref); }

/// Zero when the attribute is absent: IT_WRITE and the other bits of INSTANCE_TYPE.
[[nodiscard]] inline std::uint32_t instance_type(const ObjectView& object) noexcept { return object.first_u32(attid::kInstanceType).value_or(0); }
/// schema/flags.hpp has the bits.
[[nodiscard]] inline std::uint32_t system_flags(const ObjectView& object) noexcept { return object.first_u32(attid::kSystemFlags).value_or(0); }
/// A Boolean attribute that is there and TRUE.
[[nodiscard]] inline bool is_true(const ObjectView& object, Attid attid) noexcept { return object.first_u32(attid).value_or(0) != 0; }
[[nodiscard]] inline bool is_critical_system_object(const ObjectView& object) noexcept { return is_true(object, attid::kIsCriticalSystemObject); }

/// The values of objectClass as numbers, in their order.
[[nodiscard]] std::vector<Attid> object_classes(const ObjectView& object);
/// The most specific structural or 88 class; null when the schema does not know it.
[[nodiscard]] const schema::ClassSchema* structural_class(const schema::Schema& schema, const ObjectView& object);
/// The object is an instance of the class or of one that inherits from it.
[[nodiscard]] bool is_instance_of(const schema::Schema& schema, const ObjectView& object, Attid object_class);

/// [MS-ADTS] 3.1.1.5.5.1: whether an attribute stays on an object that is deleted; `recycled`: on a tombstone or a recycled-object. Not for
/// linked attributes, whose values are not in the record.
[[nodiscard]] bool is_kept_when_deleted(const schema::Schema& schema, Attid attid, Attid rdn_type, bool recycled);

}  // namespace tributary::repl
