// SPDX-License-Identifier: Apache-2.0
// Attributes that every client of AD expects on objects, and that the store keeps as a record's head, as stamps or as an NC's state and not
// as values: uSNCreated, uSNChanged, whenChanged, distinguishedName, replPropertyMetaData, dSCorePropagationData ([MS-ADTS] 3.1.1.1.8,
// 3.1.1.1.9; [MS-ADA1..3]), and on the root of a replica repsFrom, repsTo, replUpToDateVector ([MS-DRSR] 5.170, 5.171, 5.166) and
// partialAttributeSet (5.147). All others are values of the record (objectGUID, objectSid, name, instanceType, whenCreated, isDeleted,
// isRecycled, lastKnownParent, subRefs, nTSecurityDescriptor ...), links (Snapshot::links, and backlinks for those with an odd link ID), or
// constructed (view.hpp). Whether the caller may read them is asked of ObjectAccess::may_read, as for any attribute.
#pragma once

#include <span>

#include "service/ldap/view.hpp"

namespace tributary::service::ldap_face {

/// Such an attribute; a record never has values of it. Cheap.
[[nodiscard]] bool is_head_attribute(store::Attid attid) noexcept;
/// All of them, ascending: what "*" is to be completed with, where an object has it.
[[nodiscard]] std::span<const store::Attid> head_attributes() noexcept;
/// Its values in their LDAP form: none when the object has none.
[[nodiscard]] Result<std::vector<std::string>> head_values(const View& view, const store::ObjectView& object, store::Attid attid);

/// Constructed attributes with access rules of their own ([MS-ADTS] 3.1.1.4.4): constructed_values() judges them and gives none to whom they
/// are not shown. For all other constructed attributes the caller asks ObjectAccess::may_read first.
[[nodiscard]] bool judges_own_access(const schema::AttributeSchema& attribute) noexcept;

}  // namespace tributary::service::ldap_face
