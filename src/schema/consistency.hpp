// SPDX-License-Identifier: Apache-2.0
// The rules for changes of the schema by an originating update ([MS-ADTS] 3.1.1.2.5): consistency and safety checks (3.1.1.2.5.1), the
// defunct state at forest functional level 2003 and later (3.1.1.2.5.3.2), and what a DC makes up when an Add does not say it
// (3.1.1.2.3.1, 3.1.1.2.3.2, 3.1.1.2.3.4). Replicated changes are not judged.
// Each failure has the code of its rule; where [MS-ADTS] leaves it open, the one that [MS-ERREF] has for it, else
// kErrorDsUnwillingToPerform. Pure functions: any thread. Who may change the schema (the schema master) is not asked here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.hpp"

namespace tributary::schema {

/// Consistency checks of one object that stands in `schema`.
[[nodiscard]] Result<void> check_consistency(const Schema& schema, const AttributeSchema& attribute);
[[nodiscard]] Result<void> check_consistency(const Schema& schema, const ClassSchema& object_class);
/// Of every active object; the detail of each error names the object.
[[nodiscard]] std::vector<Error> find_inconsistencies(const Schema& schema);

/// An originating Add or Modify of the one object `changed`: `after` is `before` with the change. All of 3.1.1.2.5.1 and 3.1.1.2.5.3.2, and
/// that system-only attributes of existing objects stay as they are. kErrorInvalidParameter when `after` lacks the object.
[[nodiscard]] Result<void> check_schema_update(const Schema& before, const Schema& after, Attid changed);

/// keystring of RFC 2251 4.1.4: a letter, then letters, digits and hyphens.
[[nodiscard]] bool is_ldap_display_name(std::string_view name) noexcept;
/// 3.1.1.2.3.4: "Sam-Domain" becomes "samDomain".
[[nodiscard]] std::string generate_ldap_display_name(std::string_view cn);
/// 3.1.1.2.3.1: an even linkID that no schema object has, nor its odd neighbour.
[[nodiscard]] std::uint32_t free_link_id(const Schema& schema);
/// 3.1.1.2.3.2.
[[nodiscard]] std::uint32_t free_mapi_id(const Schema& schema);
/// 3.1.1.2.3: a msDS-IntId that no schema object has, the first one from a place that `random` decides.
[[nodiscard]] Attid free_int_id(const Schema& schema, std::uint32_t random);

/// The grammar of [MS-DTYP] 2.5.1.1, without judging what the ACEs say.
[[nodiscard]] bool is_sddl(std::string_view text) noexcept;

}  // namespace tributary::schema
