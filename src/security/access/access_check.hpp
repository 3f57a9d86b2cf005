// SPDX-License-Identifier: Apache-2.0
// The access check of a directory: [MS-ADTS] 5.1.3.3. What a token may do with an object, with one of its attributes, or by a right that
// has a GUID. Pure functions of a descriptor and a token; ACEs count in the order of the list, and the first that speaks of a right
// decides it. DEVIATION: where 5.1.3.3's sections differ among themselves or from [MS-DTYP] 2.5.3.2, docs/decisions/0051-access.md has
// the reading; conditional ACEs never grant, and deny whatever their condition is.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/guid.hpp"
#include "security/access/rights.hpp"
#include "security/access/security_descriptor.hpp"
#include "security/access/token.hpp"

namespace tributary::security {

/// Whose rights on which object.
struct AccessSubject {
  const Token& token;
  /// objectSid of the object: whom PRINCIPAL SELF means (5.1.3.3). Nothing for an object that is no security principal.
  std::optional<Sid> self{};
};

/// Every right that is granted on the last of `path`: GUIDs from the root of the object type tree (5.1.3.3.3) down to what is asked for.
/// {}                                    the object, where ACEs that name anything do not count;
/// {class}                               the object: schemaIDGUID of its class, or, for creating and deleting a child, of the child's;
/// {class, property set, attribute}      an attribute, the property set only if it is in one;
/// {right}                               a control access right (bit kRightDsControlAccess) or validated write (kRightDsWritePropertyExtended).
[[nodiscard]] std::uint32_t granted_access(const SecurityDescriptor& descriptor, const AccessSubject& subject, std::span<const Guid> path);

/// Everything of `access` is granted; generic rights in it mean what they stand for. Nothing asked for is always granted.
[[nodiscard]] bool check_access(const SecurityDescriptor& descriptor, const AccessSubject& subject, std::uint32_t access,
                                std::span<const Guid> path = {});
/// 5.1.3.3.4: `right` is a rightsGuid.
[[nodiscard]] bool check_control_access(const SecurityDescriptor& descriptor, const AccessSubject& subject, const Guid& right);
/// 5.1.3.3.5: `right` is one of validated_write.
[[nodiscard]] bool check_validated_write(const SecurityDescriptor& descriptor, const AccessSubject& subject, const Guid& right);

/// A node of an object type tree. Node 0 is the root; every other comes after its parent, and property sets before attributes.
struct ObjectTypeNode {
  Guid guid;
  std::size_t parent = 0;
};
/// 5.1.3.3.3 for all nodes at once: what is granted on each. An object is granted what all its parts are.
[[nodiscard]] std::vector<std::uint32_t> granted_access_in_tree(const SecurityDescriptor& descriptor, const AccessSubject& subject,
                                                                std::span<const ObjectTypeNode> tree);

/// Who has SE_TAKE_OWNERSHIP_PRIVILEGE, SE_SECURITY_PRIVILEGE and SE_RESTORE_PRIVILEGE on a DC by default: administrators and the system.
[[nodiscard]] bool has_administrators_privileges(const Token& token) noexcept;

}  // namespace tributary::security
