// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.2.2.2: the table of syntaxes is exhaustive and identifies each by three attributes.
#include "schema/syntax.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "drsuapi/blobs/prefix_map.hpp"

namespace tributary::schema {
namespace {

TEST(Syntax, EachIsFoundByItsThreeAttributes) {
  ASSERT_EQ(syntaxes().size(), 23u);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < syntaxes().size(); ++i) {
    const auto& each = syntaxes()[i];
    EXPECT_EQ(static_cast<std::size_t>(each.syntax), i);
    EXPECT_EQ(&syntax_info(each.syntax), &each);
    EXPECT_TRUE(names.insert(each.ldap_name).second) << each.ldap_name;
    EXPECT_EQ(find_syntax(fmt::format("2.5.5.{}", each.attribute_syntax), each.om_syntax, as_bytes(each.om_object_class_ber)), each.syntax);
  }
}

// The octets of oMObjectClass are the BER form of the OID beside them.
TEST(Syntax, ObjectClassesAreTheirOids) {
  for (const auto& each : syntaxes()) {
    if (each.om_object_class.empty()) EXPECT_TRUE(each.om_object_class_ber.empty());
    else EXPECT_EQ(drsuapi::blobs::dotted_prefix(as_bytes(each.om_object_class_ber)), each.om_object_class);
  }
}

TEST(Syntax, WhatIsNone) {
  EXPECT_EQ(find_syntax("2.5.5.12", 65, {}), std::nullopt);
  EXPECT_EQ(find_syntax("2.5.5.0", 64, {}), std::nullopt);
  EXPECT_EQ(find_syntax("2.5.5.", 64, {}), std::nullopt);
  EXPECT_EQ(find_syntax("2.5.5.12x", 64, {}), std::nullopt);
  EXPECT_EQ(find_syntax("2.5.6.12", 64, {}), std::nullopt);
  EXPECT_EQ(find_syntax("2.5.5.12", 64, as_bytes("x")), std::nullopt);
  EXPECT_EQ(find_syntax("2.5.5.7", 127, {}), std::nullopt) << "DN-Binary or OR-Name: only oMObjectClass tells";
  EXPECT_EQ(find_syntax("2.5.5.14", 127, {}), std::nullopt);
  EXPECT_EQ(find_syntax("2.5.5.1", 127, {}), Syntax::kDn) << "there is only one";
}

// [MS-ADTS] 3.1.1.2.2.3: five syntaxes refer to objects.
TEST(Syntax, References) {
  std::size_t count = 0;
  for (const auto& each : syntaxes()) count += is_reference(each.syntax);
  EXPECT_EQ(count, 5u);
  EXPECT_TRUE(is_reference(Syntax::kDn));
  EXPECT_FALSE(is_reference(Syntax::kPresentationAddress));
}

}  // namespace
}  // namespace tributary::schema
