// SPDX-License-Identifier: Apache-2.0
// Compare (RFC 4511 4.10) by the rules of reading ([MS-ADTS] 3.1.1.4.3, 3.1.1.2.2.4).
#include <gtest/gtest.h>

#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/testing/answers.hpp"

namespace tributary::service::ldap_face {
namespace {

using lp::ResultCode;
using namespace service::testing;
namespace attid = directory::attid;

class Compare : public ::testing::Test {
 protected:
  ResultCode compare(std::string_view dn, std::string_view attribute, std::string_view value) {
    lp::Message message;
    message.id = 4;
    message.request = lp::CompareRequest{dn, attribute, as_bytes(value)};
    LdapCall call{.dsa = forest, .settings = std::make_shared<LdapSettings>(), .caller = caller, .is_anonymous = false, .message = std::move(message), .wake = [] {}};
    return testing::run(start_compare(std::move(call))).code;
  }
  ForestDsa forest;
  std::shared_ptr<const Caller> caller = administrators_call().caller;
};

TEST_F(Compare, ByTheSyntaxOfTheAttribute) {
  const auto ann = forest.add_account("user", "ann", 1601, {{attid::kDescription, {repl::text_value("Straße")}}, {attid::kUserAccountControl, {repl::u32_value(512)}}});
  const auto group = forest.add_account("group", "staff", 1602);
  forest.link(group, attid::kMember, ann);
  const std::string dn = in_lab("CN=ann,CN=Users,");
  EXPECT_EQ(compare(dn, "sAMAccountName", "ANN"), ResultCode::kCompareTrue) << "letters compare without case";
  EXPECT_EQ(compare(dn, "samaccountname", "bob"), ResultCode::kCompareFalse);
  EXPECT_EQ(compare(dn, "userAccountControl", "512"), ResultCode::kCompareTrue);
  EXPECT_EQ(compare(dn, "userAccountControl", "x"), ResultCode::kInvalidAttributeSyntax);
  EXPECT_EQ(compare(dn, "objectClass", "person"), ResultCode::kCompareTrue);
  EXPECT_EQ(compare(dn, "objectClass", "group"), ResultCode::kCompareFalse);
  EXPECT_EQ(compare(in_lab("CN=staff,CN=Users,"), "member", dn), ResultCode::kCompareTrue);
  EXPECT_EQ(compare(in_lab("CN=staff,CN=Users,"), "member", in_lab("CN=staff,CN=Users,")), ResultCode::kCompareFalse);
  EXPECT_EQ(compare(dn, "memberOf", in_lab("CN=staff,CN=Users,")), ResultCode::kCompareTrue);
  EXPECT_EQ(compare(dn, "canonicalName", "lab.example/Users/ann"), ResultCode::kCompareTrue) << "constructed ones too";
}

TEST_F(Compare, WhatIsNotThere) {
  forest.add_account("user", "ann", 1601);
  const std::string dn = in_lab("CN=ann,CN=Users,");
  EXPECT_EQ(compare(dn, "description", "x"), ResultCode::kNoSuchAttribute);
  EXPECT_EQ(compare(dn, "nosuchattribute", "x"), ResultCode::kUndefinedAttributeType);
  EXPECT_EQ(compare(in_lab("CN=nobody,"), "cn", "x"), ResultCode::kNoSuchObject);
  EXPECT_EQ(compare("no dn", "cn", "x"), ResultCode::kInvalidDnSyntax);
}

// A compare must not tell what a search would not show.
TEST_F(Compare, SecretsAreNotComparable) {
  const auto ann = forest.add_account("user", "ann", 1601);
  forest.set(ann, attid::kUnicodePwd, {repl::octets_value(Bytes(16, 0x41))});
  EXPECT_EQ(compare(in_lab("CN=ann,CN=Users,"), "unicodePwd", "AAAAAAAAAAAAAAAA"), ResultCode::kNoSuchAttribute);
}

}  // namespace
}  // namespace tributary::service::ldap_face
