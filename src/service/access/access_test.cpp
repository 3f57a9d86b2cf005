// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.2 to 5.4 and [MS-ADTS] 3.1.1.4.3, 3.1.1.4.4, 5.1.3.3.6 on objects of a real database.
#include "service/access.hpp"

#include <gtest/gtest.h>

#include "schema/schema.hpp"
#include "service/access/object_access.hpp"
#include "service/access/test_described.hpp"

namespace tributary::service {
namespace {

using namespace testing;
using repl::testing::attid_of;

class Access : public DescribedForest {
 protected:
  bool car(Dnt dnt, const Guid& right) { return must(access_check_car(forest->context, *forest->store->read(), ann, dnt, right)); }
  bool attribute(Dnt dnt, std::uint32_t access, std::string_view name) {
    return must(access_check_attribute(forest->context, *forest->store->read(), ann, dnt, access, attid_of(name)));
  }
  bool object(Dnt dnt, std::uint32_t access, std::optional<Guid> type = {}) {
    return must(access_check_object(forest->context, *forest->store->read(), ann, dnt, access, type));
  }
  bool readable(Dnt dnt, std::string_view name) {
    const auto snapshot = forest->store->read();
    return must(must(ObjectAccess::of(forest->context, *snapshot, ann, dnt)).may_read(attid_of(name)));
  }
  bool visible(Dnt dnt, bool list_object_mode = false) {
    return must(is_visible(forest->context, *forest->store->read(), ann, dnt, list_object_mode));
  }
  static Guid class_guid(std::string_view name) { return schema::Schema::embedded()->find_class(name)->schema_id_guid; }

  security::Token ann{.user = account(1105), .groups = {security::sids::kEveryone, security::sids::kAuthenticatedUsers}};
  Dnt user = make_account(people, "user", "ann", 1105);
};

TEST_F(Access, OfWhatIsNotThereNothingIsGranted) {
  for (const Dnt dnt : {store::kNoDnt, Dnt{999}, store::kRootDnt}) {
    EXPECT_FALSE(car(dnt, right::kGetChanges));
    EXPECT_FALSE(object(dnt, security::kRightDsReadProperty));
    EXPECT_FALSE(attribute(dnt, security::kRightDsReadProperty, "cn"));
    EXPECT_FALSE(readable(dnt, "cn"));
  }
}

TEST_F(Access, AnObjectWithoutAReadableDescriptorGrantsNothing) {
  write(people, repl::attid::kNtSecurityDescriptor, {});
  EXPECT_FALSE(object(people, security::kRightDsReadProperty));
  const Bytes damaged(30, 7);
  write(people, repl::attid::kNtSecurityDescriptor, {damaged});
  EXPECT_FALSE(object(people, security::kRightDsReadProperty));
  describe(people, "O:SY");  // a null DACL is another matter: everything is granted
  EXPECT_TRUE(object(people, security::kRightDsReadProperty));
}

TEST_F(Access, RightsOfReplicationAreControlAccessRights) {  // 5.3
  describe(domain, "O:SYD:(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;AU)(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;DA)");
  EXPECT_TRUE(car(domain, right::kGetChanges));
  EXPECT_FALSE(car(domain, right::kGetChangesAll));
  EXPECT_FALSE(car(domain, right::kSynchronize));
  describe(domain, "O:SYD:(A;;CR;;;AU)");
  for (const Guid& each : {right::kGetChanges, right::kGetChangesAll, right::kGetChangesInFilteredSet, right::kSynchronize, right::kManageTopology,
                           right::kMonitorTopology, right::kReplicaAddRemove})
    EXPECT_TRUE(car(domain, each));
}

TEST_F(Access, AttributesHaveTheirPropertySets) {  // 5.2; Personal-Information of the schema has telephoneNumber, not displayName
  describe(user, "O:SYD:(OA;;RPWP;77b5b886-944a-11d1-aebd-0000f80367c1;;AU)");
  EXPECT_TRUE(attribute(user, security::kRightDsReadProperty, "telephoneNumber"));
  EXPECT_TRUE(attribute(user, security::kRightDsWriteProperty, "telephoneNumber"));
  EXPECT_FALSE(attribute(user, security::kRightDsReadProperty, "displayName"));
  describe(user, "O:SYD:(OD;;RP;bf967a49-0de6-11d0-a285-00aa003049e2;;AU)(A;;RP;;;AU)");
  EXPECT_FALSE(attribute(user, security::kRightDsReadProperty, "telephoneNumber"));
  EXPECT_TRUE(attribute(user, security::kRightDsReadProperty, "displayName"));
  const auto snapshot = forest->store->read();
  EXPECT_FALSE(must(access_check_attribute(forest->context, *snapshot, ann, user, security::kRightDsReadProperty, store::Attid{0x7FFF0001})));
}

TEST_F(Access, ValidatedWritesAreNamedByTheAttributeOrItsSet) {  // [MS-DRSR] 5.2; [MS-ADTS] 5.1.3.2.2
  describe(user, "O:SYD:(OA;;SW;f3a64788-5306-11d1-a9c5-0000f80367c1;;PS)");
  EXPECT_TRUE(attribute(user, security::kRightDsWritePropertyExtended, "servicePrincipalName"));
  EXPECT_FALSE(attribute(user, security::kRightDsWriteProperty, "servicePrincipalName"));
  EXPECT_FALSE(attribute(user, security::kRightDsWritePropertyExtended, "dNSHostName"));
  describe(user, "O:SYD:(OA;;SW;9b026da6-0d3c-465c-8bee-5199d7165cba;;PS)");  // DS-Validated-Write-Computer is a property set
  EXPECT_TRUE(attribute(user, security::kRightDsWritePropertyExtended, "msDS-KeyCredentialLink"));
  EXPECT_FALSE(attribute(user, security::kRightDsWritePropertyExtended, "servicePrincipalName"));
}

TEST_F(Access, PrincipalSelfIsTheObjectsSid) {
  const Dnt bob = make_account(people, "user", "bob", 1106);
  for (const Dnt dnt : {user, bob, people}) describe(dnt, "O:SYD:(A;;WP;;;PS)");
  EXPECT_TRUE(object(user, security::kRightDsWriteProperty));
  EXPECT_FALSE(object(bob, security::kRightDsWriteProperty));
  EXPECT_FALSE(object(people, security::kRightDsWriteProperty));
}

TEST_F(Access, ChildrenOfOneClassMayBeCreated) {  // 5.4; [MS-ADTS] 5.1.3.2, CC and DC
  describe(people, "O:SYD:(OA;;CC;bf967aba-0de6-11d0-a285-00aa003049e2;;AU)(A;;DC;;;AU)");
  EXPECT_TRUE(object(people, security::kRightDsCreateChild, class_guid("user")));
  EXPECT_FALSE(object(people, security::kRightDsCreateChild, class_guid("group")));
  EXPECT_FALSE(object(people, security::kRightDsCreateChild));
  EXPECT_TRUE(object(people, security::kRightDsDeleteChild, class_guid("group")));
  describe(people, "O:SYD:(OA;;GR;bf967aa5-0de6-11d0-a285-00aa003049e2;;AU)(OA;;RP;bf967aa5-0de6-11d0-a285-00aa003049e2;;AU)");
  EXPECT_TRUE(object(people, security::kRightDsReadProperty));  // named by the object's own class
}

TEST_F(Access, SpecialAttributesAskForMore) {  // [MS-ADTS] 3.1.1.4.4
  describe(user, "O:SYD:(A;;GAGRRPCRRC;;;AU)");
  EXPECT_TRUE(readable(user, "cn"));
  EXPECT_TRUE(readable(user, "msDS-KeyCredentialLink"));
  for (const std::string_view name : {"unicodePwd", "dBCSPwd", "ntPwdHistory", "lmPwdHistory", "supplementalCredentials", "currentValue", "priorValue",
                                      "trustAuthIncoming", "trustAuthOutgoing", "initialAuthIncoming", "initialAuthOutgoing", "pekList",
                                      "msDS-ExecuteScriptPassword"})
    EXPECT_FALSE(readable(user, name)) << name;
  EXPECT_FALSE(readable(user, "nTSecurityDescriptor"));  // the SACL is a matter of privileges
  ann.groups.push_back(security::sids::kAdministrators);
  EXPECT_TRUE(readable(user, "nTSecurityDescriptor"));
  ann.groups.pop_back();
  const auto& schema = *schema::Schema::embedded();
  const auto confidential = std::ranges::find_if(schema.attributes(), [](const auto& each) { return each.is_confidential() && !each.is_secret(); });
  ASSERT_NE(confidential, schema.attributes().end());
  EXPECT_TRUE(readable(user, confidential->ldap_display_name));
  describe(user, "O:SYD:(A;;RP;;;AU)");
  EXPECT_FALSE(readable(user, confidential->ldap_display_name));
  EXPECT_TRUE(readable(user, "cn"));
}

TEST_F(Access, WhoSeesAnObjectThatIsThere) {  // [MS-ADTS] 5.1.3.3.6
  describe(domain, "O:SYD:");
  describe(people, "O:SYD:");
  describe(user, "O:SYD:(A;;LO;;;AU)");
  EXPECT_TRUE(visible(domain));  // the root of an NC always
  EXPECT_FALSE(visible(people));
  EXPECT_FALSE(visible(user));
  EXPECT_FALSE(visible(Dnt{999}));
  describe(people, "O:SYD:(A;;LC;;;AU)");
  EXPECT_TRUE(visible(user));
  describe(people, "O:SYD:(A;;LO;;;AU)");
  EXPECT_FALSE(visible(user));
  EXPECT_TRUE(visible(user, true));
  describe(user, "O:SYD:");
  EXPECT_FALSE(visible(user, true));
}

}  // namespace
}  // namespace tributary::service
