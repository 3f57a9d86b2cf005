// SPDX-License-Identifier: Apache-2.0
// The subSchema object's view of the schema ([MS-ADTS] 3.1.1.3.1.1.1): attributeTypes, objectClasses, dITContentRules in the subset of RFC 2252 that
// Active Directory writes, and the two that it has beyond that. Made once for each schema. Knows no directory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schema/schema.hpp"

namespace tributary::service::ldap_face {

struct Aggregate {
  std::vector<std::string> attribute_types, object_classes, dit_content_rules, extended_attribute_info, extended_class_info;
  /// By lDAPDisplayName in any case; null for an attribute that is none of the five.
  [[nodiscard]] const std::vector<std::string>* find(std::string_view attribute) const noexcept;
};

/// Without defunct classes and attributes. The one that was made last is kept: any thread.
[[nodiscard]] std::shared_ptr<const Aggregate> aggregate_of(const std::shared_ptr<const schema::Schema>& schema);

}  // namespace tributary::service::ldap_face
