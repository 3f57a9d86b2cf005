// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.5.4.1: renaming and moving.
#include <gmock/gmock.h>

#include "service/ldap/testing/write_fixture.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using ModifyDn = WriteTest;

TEST_F(ModifyDn, RenamesAndMoves) {
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  ASSERT_EQ(requests.modify_dn(person("ann"), "CN=Anna"), ResultCode::kSuccess);
  EXPECT_TRUE(is_there(person("Anna")));
  ASSERT_EQ(requests.modify_dn(person("Anna"), "CN=Anna", in_lab("CN=Users,")), ResultCode::kSuccess);
  EXPECT_TRUE(is_there(in_lab("CN=Anna,CN=Users,")));
  EXPECT_FALSE(is_there(person("Anna")));
}

TEST_F(ModifyDn, WhatItRefuses) {
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  ASSERT_EQ(add_user("bob"), ResultCode::kSuccess);
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=anna", {}, false).win32, 87u);
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=bob"), ResultCode::kEntryAlreadyExists);
  EXPECT_EQ(requests.modify_dn(person("nobody"), "CN=bob"), ResultCode::kNoSuchObject);
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=ann", in_lab("OU=nowhere,")), ResultCode::kOther);
  EXPECT_EQ(requests.modify_dn(person("ann"), "OU=ann"), ResultCode::kNamingViolation);
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=ann", in_configuration("CN=Sites,")).win32, 0x2077u);
  EXPECT_EQ(requests.modify_dn(people(), "OU=people", person("ann")).win32, 0x2077u);
  EXPECT_EQ(requests.modify_dn(std::string(service::testing::kLab), "DC=other").win32, 0x2183u);
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=ann", in_lab("CN=System,")), ResultCode::kOther);
  EXPECT_EQ(requests.modify_dn(person("ann"), "not a name"), ResultCode::kInvalidDnSyntax);
}

TEST_F(ModifyDn, BelowItself) {
  ASSERT_EQ(requests.add(in_lab("OU=low,OU=people,"), {{"objectClass", {"organizationalUnit"}}}), ResultCode::kSuccess);
  const auto answer = requests.modify_dn(people(), "OU=people", in_lab("OU=low,OU=people,"));
  EXPECT_EQ(answer, ResultCode::kUnwillingToPerform);
  EXPECT_EQ(answer.win32, 0x2077u);
}

TEST_F(ModifyDn, TheConfigurationLetsNothingMoveThatMayNot) {
  EXPECT_EQ(requests.modify_dn(in_configuration("CN=Sites,"), "CN=Places").win32, 0x2185u);
}

TEST_F(ModifyDn, NeedsRightsOnTheObjectAndBothParents) {
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  as_user(person("ann"));
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=Anna"), ResultCode::kInsufficientAccessRights);
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=ann", in_lab("CN=Users,")), ResultCode::kInsufficientAccessRights);
}

TEST_F(ModifyDn, AMovedObjectInheritsFromItsNewParent) {  // 3.1.1.6.3
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const auto before = descriptor(person("ann"));
  ASSERT_EQ(requests.add(in_lab("OU=closed,"), {{"objectClass", {"organizationalUnit"}}}), ResultCode::kSuccess);
  auto closed = must(security::decode_security_descriptor(descriptor(in_lab("OU=closed,"))));
  closed.dacl->aces.insert(closed.dacl->aces.begin(), {.flags = security::kAceContainerInherit, .mask = security::kRightDsReadProperty, .sid = dsa.sid_of(4242)});
  const auto octets = must(security::encode_security_descriptor(closed));
  requests.controls = {{std::string(lp::oid::kSdFlags), true, Bytes{0x30, 0x03, 0x02, 0x01, 0x04}}};
  ASSERT_EQ(requests.modify(in_lab("OU=closed,"), {{kReplace, "nTSecurityDescriptor", {std::string(octets.begin(), octets.end())}}}), ResultCode::kSuccess);
  requests.controls.clear();
  ASSERT_EQ(requests.modify_dn(person("ann"), "CN=ann", in_lab("OU=closed,")), ResultCode::kSuccess);
  const auto after = must(security::decode_security_descriptor(descriptor(in_lab("CN=ann,OU=closed,"))));
  EXPECT_TRUE(std::ranges::any_of(after.dacl->aces, [&](const auto& ace) { return ace.sid == dsa.sid_of(4242); }));
  EXPECT_NE(before, descriptor(in_lab("CN=ann,OU=closed,")));
}

TEST_F(ModifyDn, AcrossDomainsItIsRefused) {  // 3.1.1.5.4.2
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  requests.controls = {{std::string(lp::oid::kCrossDomMoveTarget), true, Bytes{'d', 'c'}}};
  EXPECT_EQ(requests.modify_dn(person("ann"), "CN=ann", in_lab("CN=Users,")), ResultCode::kUnwillingToPerform);
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
