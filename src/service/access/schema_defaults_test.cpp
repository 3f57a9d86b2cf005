// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 6.1.3.6: the defaultSecurityDescriptor of every class of the embedded schema is understood, and its text means the same.
#include <gtest/gtest.h>

#include "schema/schema.hpp"
#include "security/access/new_descriptor.hpp"
#include "security/access/rights.hpp"
#include "security/access/sddl.hpp"

namespace tributary::service {
namespace {

const security::DomainSids kDomains{security::make_sid(5, {21, 1, 2, 3}), security::make_sid(5, {21, 7, 8, 9})};

TEST(SchemaDefaults, AreUnderstood) {
  std::size_t with_default = 0, aces = 0;
  for (const auto& object_class : schema::Schema::embedded()->classes()) {
    const auto descriptor = security::parse_sddl(object_class.default_security_descriptor, kDomains);
    ASSERT_TRUE(descriptor) << object_class.ldap_display_name << ": " << descriptor.error().detail;
    const auto text = security::to_sddl(*descriptor, kDomains);
    ASSERT_TRUE(text) << object_class.ldap_display_name;
    EXPECT_EQ(security::parse_sddl(*text, kDomains).value(), *descriptor) << object_class.ldap_display_name << ": " << *text;
    const auto octets = security::encode_security_descriptor(*descriptor);
    ASSERT_TRUE(octets);
    EXPECT_EQ(security::decode_security_descriptor(*octets).value(), *descriptor) << object_class.ldap_display_name;
    if (object_class.default_security_descriptor.empty()) continue;
    ++with_default;
    ASSERT_TRUE(descriptor->dacl) << object_class.ldap_display_name;
    aces += descriptor->dacl->aces.size() + (descriptor->sacl ? descriptor->sacl->aces.size() : 0);
  }
  EXPECT_EQ(with_default, 265u);  // of 270 classes
  EXPECT_EQ(aces, 1044u);         // as many as the data has "(A;", "(OA;" and so on
}

TEST(SchemaDefaults, MakeDescriptorsWithAnOwner) {
  const security::Token creator{.user = security::make_sid(5, {21, 1, 2, 3, 1105}), .groups = {}};
  for (const auto& object_class : schema::Schema::embedded()->classes()) {
    const security::NewObject object{.default_sddl = object_class.default_security_descriptor, .domains = kDomains};
    const auto octets = security::new_descriptor(object, creator);
    ASSERT_TRUE(octets) << object_class.ldap_display_name << ": " << octets.error().detail;
    const auto descriptor = security::decode_security_descriptor(*octets).value();
    EXPECT_TRUE(descriptor.owner) << object_class.ldap_display_name;
    ASSERT_TRUE(descriptor.dacl) << object_class.ldap_display_name;
    for (const auto& ace : descriptor.dacl->aces)
      EXPECT_EQ(ace.mask, security::map_generic_rights(ace.mask)) << object_class.ldap_display_name;
  }
}

}  // namespace
}  // namespace tributary::service
