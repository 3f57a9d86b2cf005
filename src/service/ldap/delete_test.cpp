// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.5.5: deleting objects and trees, and 3.1.1.5.3.7: undeleting.
#include <gmock/gmock.h>

#include "service/ldap/testing/write_fixture.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

class Delete : public WriteTest {
 protected:
  std::string deleted(Dnt dnt) { return "<GUID=" + to_string(dsa.guid(dnt)) + ">"; }
  void show_deleted() { requests.controls = {{std::string(lp::oid::kShowDeleted), true, std::nullopt}}; }
  void whole_trees() { requests.controls = {{std::string(lp::oid::kTreeDelete), true, std::nullopt}}; }
};

TEST_F(Delete, AnObjectBecomesATombstone) {
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const Dnt ann = find(person("ann"));
  ASSERT_EQ(requests.remove(person("ann")), ResultCode::kSuccess);
  EXPECT_FALSE(is_there(person("ann")));
  EXPECT_TRUE(repl::is_deleted(*must(dsa.store().read()->find(ann))));
  EXPECT_EQ(requests.remove(person("ann")), ResultCode::kNoSuchObject);
}

TEST_F(Delete, WhatHasChildrenStays) {  // 3.1.1.5.5.5
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const auto answer = requests.remove(people());
  EXPECT_EQ(answer, ResultCode::kNotAllowedOnNonLeaf);
  EXPECT_EQ(answer.win32, 0x208Cu);
}

TEST_F(Delete, ATreeInAsManyPiecesAsItTakes) {  // 3.1.1.5.5.7
  for (int i = 0; i < 300; ++i) dsa.add(people(), "contact", "c" + std::to_string(i));
  ASSERT_EQ(requests.add(in_lab("OU=low,OU=people,"), {{"objectClass", {"organizationalUnit"}}}), ResultCode::kSuccess);
  ASSERT_EQ(requests.add(in_lab("CN=x,OU=low,OU=people,"), {{"objectClass", {"contact"}}}), ResultCode::kSuccess);
  whole_trees();
  ASSERT_EQ(requests.remove(people()), ResultCode::kSuccess);
  EXPECT_FALSE(is_there(people()));
}

TEST_F(Delete, ATreeStopsAtWhatMayNotGo) {  // 3.1.1.5.5.7.2
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  dsa.add(people(), "container", "zzz", {{repl::attid::kIsCriticalSystemObject, {repl::bool_value(true)}}});
  whole_trees();
  EXPECT_EQ(requests.remove(people()), ResultCode::kUnwillingToPerform);
  EXPECT_TRUE(is_there(people()));
  EXPECT_EQ(requests.remove(std::string(service::testing::kLab)), ResultCode::kUnwillingToPerform);
}

TEST_F(Delete, ProtectedObjects) {  // 3.1.1.5.5.3
  EXPECT_EQ(requests.remove(in_lab("CN=RID Set,CN=dsa-a,OU=Domain Controllers,")).win32, 0x20CEu);
  EXPECT_EQ(requests.remove("CN=NTDS Settings,CN=dsa-a,CN=Servers," + std::string(service::testing::kFirstSite)).win32, 0x2094u);
  EXPECT_EQ(requests.remove(in_lab("CN=Users,")).win32, 0x20CEu);
  EXPECT_EQ(requests.remove("CN=user,CN=Schema,CN=Configuration,DC=lab,DC=example"), ResultCode::kUnwillingToPerform);
}

TEST_F(Delete, NeedsRights) {  // 3.1.1.5.5.4
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  ASSERT_EQ(add_user("bob"), ResultCode::kSuccess);
  as_user(person("ann"));
  EXPECT_EQ(requests.remove(person("bob")), ResultCode::kInsufficientAccessRights);
  whole_trees();
  EXPECT_EQ(requests.remove(person("bob")), ResultCode::kInsufficientAccessRights);
}

TEST_F(Delete, APrimaryGroupAndWellKnownAccountsStay) {
  EXPECT_EQ(requests.remove(in_lab("CN=Domain Users,CN=Users,")), ResultCode::kOther);
  ASSERT_EQ(add_group("staff"), ResultCode::kSuccess);
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  ASSERT_EQ(requests.modify(person("staff"), {{kAdd, "member", {person("ann")}}}), ResultCode::kSuccess);
  const auto rid = security::split_sid(sid(person("staff")).value())->rid;
  ASSERT_EQ(requests.modify(person("ann"), {{kReplace, "primaryGroupID", {std::to_string(rid)}}}), ResultCode::kSuccess);
  EXPECT_EQ(requests.remove(person("staff")), ResultCode::kEntryAlreadyExists);
  whole_trees();
  EXPECT_EQ(requests.remove(person("staff")), ResultCode::kEntryAlreadyExists);
  EXPECT_TRUE(is_there(person("staff")));
}

TEST_F(Delete, ATombstoneComesBackWithWhatItKept) {  // 3.1.1.5.3.7
  ASSERT_EQ(add_user("ann"), ResultCode::kSuccess);
  const Dnt ann = find(person("ann"));
  const auto before = sid(person("ann"));
  ASSERT_EQ(requests.remove(person("ann")), ResultCode::kSuccess);
  const auto name = deleted(ann);
  EXPECT_EQ(requests.modify(name, {{kDelete, "isDeleted", {}}, {kReplace, "distinguishedName", {person("ann")}}}), ResultCode::kNoSuchObject);
  show_deleted();
  EXPECT_EQ(requests.modify(name, {{kReplace, "description", {"x"}}}), ResultCode::kUnwillingToPerform);
  EXPECT_EQ(requests.modify(name, {{kDelete, "isDeleted", {}}, {kReplace, "distinguishedName", {in_lab("CN=ann,OU=nowhere,")}}}), ResultCode::kOther);
  ASSERT_EQ(requests.modify(name, {{kDelete, "isDeleted", {}}, {kReplace, "distinguishedName", {person("ann")}}, {kReplace, "description", {"is back"}}}), ResultCode::kSuccess);
  EXPECT_TRUE(is_there(person("ann")));
  EXPECT_EQ(sid(person("ann")), before);
  EXPECT_EQ(number(person("ann"), "sAMAccountType"), 0x30000000u);
  EXPECT_EQ(requests.modify(person("ann"), {{kDelete, "isDeleted", {}}, {kReplace, "distinguishedName", {person("ann")}}}).win32, 0x2076u);
}

TEST_F(Delete, ADeletedObjectIsRecycledAndThenStays) {  // 3.1.1.5.5.6.3
  dsa.rules().rules.recycle_bin = true;
  ASSERT_EQ(requests.add(person("c"), {{"objectClass", {"contact"}}}), ResultCode::kSuccess);
  const Dnt contact = find(person("c"));
  const auto name = deleted(contact);
  ASSERT_EQ(requests.remove(person("c")), ResultCode::kSuccess);
  show_deleted();
  EXPECT_EQ(requests.modify_dn(name, "CN=d"), ResultCode::kUnwillingToPerform);
  ASSERT_EQ(requests.remove(name), ResultCode::kSuccess);
  EXPECT_TRUE(repl::is_recycled(*must(dsa.store().read()->find(contact))));
  EXPECT_EQ(requests.remove(name), ResultCode::kNoSuchObject);  // this control does not show it
  requests.controls = {{std::string(lp::oid::kShowRecycled), true, std::nullopt}};
  EXPECT_EQ(requests.remove(name).win32, 0x20CEu);
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
