// SPDX-License-Identifier: Apache-2.0
// The schema as the subSchema object shows it ([MS-ADTS] 3.1.1.3.1.1.1).
#include "service/ldap/aggregate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary::service::ldap_face {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string named(const std::vector<std::string>& list, const std::string& name) {
  for (const auto& value : list)
    if (value.find("NAME '" + name + "'") != std::string::npos) return value;
  return {};
}

TEST(Aggregate, DescribesAttributesAndClassesInTheGrammarOfTheSection) {
  const auto all = aggregate_of(schema::Schema::embedded());
  EXPECT_EQ(named(all->attribute_types, "description"), "( 2.5.4.13 NAME 'description' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' )");
  EXPECT_EQ(named(all->attribute_types, "objectGUID"),
            "( 1.2.840.113556.1.4.2 NAME 'objectGUID' SYNTAX '1.3.6.1.4.1.1466.115.121.1.40' SINGLE-VALUE NO-USER-MODIFICATION )");
  EXPECT_THAT(named(all->object_classes, "top"), StartsWith("( 2.5.6.0 NAME 'top' ABSTRACT MUST (instanceType $ nTSecurityDescriptor $ objectCategory $ objectClass ) MAY ("));
  EXPECT_THAT(named(all->object_classes, "user"), StartsWith("( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL MAY ("));
  EXPECT_THAT(named(all->object_classes, "securityPrincipal"), HasSubstr("AUXILIARY MUST (objectSid $ sAMAccountName ) MAY ("));
  EXPECT_THAT(named(all->dit_content_rules, "user"), HasSubstr("AUX (mailRecipient $ msDS-CloudExtensions $ posixAccount $ securityPrincipal $ shadowAccount ) MUST ("));
  EXPECT_EQ(named(all->dit_content_rules, "mailRecipient"), "") << "an auxiliary class has none";
  // The example of the section: the GUID as its octets stand.
  EXPECT_EQ(named(all->extended_class_info, "user"), "( 1.2.840.113556.1.5.9 NAME 'user' CLASS-GUID 'ba7a96bfe60dd011a28500aa003049e2' )");
  EXPECT_EQ(named(all->extended_attribute_info, "sAMAccountName"),
            "( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' RANGE-LOWER '0' RANGE-UPPER '256' PROPERTY-GUID 'd0bf0a3e6a12d011a06000aa006c33ed' "
            "PROPERTY-SET-GUID '422fba59a279d011902000c04fc2d3cf' INDEXED )");
}

TEST(Aggregate, IsMadeOnceForASchema) {
  const auto once = aggregate_of(schema::Schema::embedded());
  EXPECT_EQ(aggregate_of(schema::Schema::embedded()), once);
  EXPECT_EQ(once->attribute_types.size(), once->extended_attribute_info.size());
  EXPECT_EQ(once->object_classes.size(), once->extended_class_info.size());
  EXPECT_EQ(once->find("ATTRIBUTETYPES"), &once->attribute_types);
  EXPECT_EQ(once->find("cn"), nullptr);
}

}  // namespace
}  // namespace tributary::service::ldap_face
