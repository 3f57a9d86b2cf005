// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.3.1.2.4, 3.1.1.3.1.3, 3.1.1.4.6, 3.1.1.4.7: what a search finds, in a whole forest in memory.
#include "service/ldap/test_search.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using lp::ResultCode;
using lp::Scope;
using namespace service::testing;
using repl::testing::attid_of;
namespace attid = repl::attid;

const std::string kUsers = "CN=Users,DC=lab,DC=example";

class Search : public ::testing::Test {
 protected:
  Search() {
    dsa.add("DC=lab,DC=example", "organizationalUnit", "people");
    ann = dsa.add_account("user", "ann", 1101, {{attid_of("givenName"), {repl::text_value("Ann")}},
                                                {attid_of("sn"), {repl::text_value("Arbor")}},
                                                {attid_of("displayName"), {repl::text_value("Ann Arbor")}},
                                                {attid_of("description"), {repl::text_value("J\u00E9r\u00F4me's friend")}},
                                                {attid::kUserAccountControl, {repl::u32_value(0x200)}}});
    bob = dsa.add_account("user", "bob", 1102, {{attid::kUserAccountControl, {repl::u32_value(0x202)}}});
    staff = dsa.add_account("group", "staff", 1103);
    all = dsa.add_account("group", "all", 1104);
    dsa.link(staff, attid::kMember, ann);
    dsa.link(all, attid::kMember, staff);
  }
  [[nodiscard]] std::vector<std::string> names(std::string filter) { return run(dsa, {.filter = std::move(filter)}).names(); }
  ForestDsa dsa;
  store::Dnt ann{}, bob{}, staff{}, all{};
};

TEST_F(Search, EqualityIgnoresCase) {
  const auto answer = run(dsa, {.filter = "(sAMAccountName=ANN)", .attributes = {"sAMAccountName", "OBJECTSID"}});
  ASSERT_THAT(answer.entries, SizeIs(1));
  EXPECT_EQ(answer.code, ResultCode::kSuccess);
  EXPECT_EQ(answer.entries[0].dn, "CN=ann," + kUsers);
  EXPECT_EQ(answer.entries[0].value("sAMAccountName"), "ann");
  EXPECT_THAT(answer.entries[0].attributes, SizeIs(2));
  EXPECT_EQ(answer.entries[0].attributes[1].first, "objectSid");
}

TEST_F(Search, Scopes) {
  EXPECT_THAT(run(dsa, {.base = kUsers, .scope = Scope::kBase}).names(), ElementsAre("Users"));
  EXPECT_THAT(run(dsa, {.base = kUsers, .scope = Scope::kOneLevel, .filter = "(sAMAccountName=*)"}).names(), Contains("ann"));
  EXPECT_THAT(run(dsa, {.base = kUsers, .scope = Scope::kOneLevel}).names(), Not(Contains("Users")));
  EXPECT_THAT(run(dsa, {.base = kUsers, .scope = Scope::kSubtree}).names(), Contains("Users"));
  EXPECT_THAT(run(dsa, {.base = "OU=people,DC=lab,DC=example", .filter = "(sAMAccountName=ann)"}).entries, IsEmpty());
  // A subtree ends where another NC begins.
  EXPECT_THAT(run(dsa, {.filter = "(objectClass=crossRef)"}).entries, IsEmpty());
  EXPECT_THAT(run(dsa, {.base = "CN=Configuration,DC=lab,DC=example", .filter = "(objectClass=crossRef)"}).entries, Not(IsEmpty()));
}

TEST_F(Search, NameForms) {
  const auto guid = dsa.guid(ann);
  const auto base = [&](std::string text) {
    const auto answer = run(dsa, {.base = std::move(text), .scope = Scope::kBase});
    return answer.entries.empty() ? std::string(lp::result_name(answer.code)) : answer.entries[0].dn;
  };
  const auto dn = "CN=ann," + kUsers;
  EXPECT_EQ(base("cn=ANN, cn=users,dc=LAB,dc=example"), dn);
  EXPECT_EQ(base("<GUID=" + to_string(guid) + ">"), dn);
  EXPECT_EQ(base("<guid=" + to_hex(guid.octets) + ">"), dn);
  EXPECT_EQ(base("<SID=" + to_string(dsa.sid_of(1101)) + ">"), dn);
  EXPECT_EQ(base("<SID=" + to_hex(encode_sid(dsa.sid_of(1101))) + ">"), dn);
  EXPECT_EQ(base("<WKGUID=a9d1ca15768811d1aded00c04fd8d5cd,DC=lab,DC=example>"), kUsers);
  EXPECT_EQ(base("<GUID=" + to_string(guid) + ">;<SID=" + to_string(dsa.sid_of(1101)) + ">;" + dn), dn);
  EXPECT_EQ(base("<GUID=01020304-0000-0000-0000-000000000000>"), "noSuchObject");
  EXPECT_EQ(base("<WKGUID=00000000000000000000000000000000,DC=lab,DC=example>"), "noSuchObject");
  EXPECT_EQ(base("<GUID=nonsense>"), "invalidDNSyntax");
  EXPECT_EQ(base("no name at all"), "invalidDNSyntax");
}

TEST_F(Search, NoSuchObjectNamesTheDeepestAncestor) {
  const auto answer = run(dsa, {.base = "CN=x,CN=y," + kUsers});
  EXPECT_EQ(answer.code, ResultCode::kNoSuchObject);
  EXPECT_EQ(answer.matched_dn, kUsers);
  EXPECT_THAT(answer.message, StartsWith("0000208D: "));
}

TEST_F(Search, ReferralsAndReferences) {
  const auto elsewhere = run(dsa, {.base = "OU=x,DC=other,DC=test"});
  EXPECT_EQ(elsewhere.code, ResultCode::kReferral);
  EXPECT_THAT(elsewhere.referrals, ElementsAre("ldap://other.test/OU=x,DC=other,DC=test"));
  const auto below = run(dsa, {.filter = "(sAMAccountName=ann)"});
  EXPECT_THAT(below.references, Contains("ldap://lab.example/CN=Configuration,DC=lab,DC=example"));
  EXPECT_THAT(below.references, Not(Contains(HasSubstr("CN=Schema"))));
  EXPECT_THAT(run(dsa, {.filter = "(sAMAccountName=ann)", .controls = {{std::string(lp::oid::kDomainScope)}}}).references, IsEmpty());
}

TEST_F(Search, LinksBothWays) {
  EXPECT_THAT(names("(member=CN=ann," + kUsers + ")"), ElementsAre("staff"));
  EXPECT_THAT(names("(memberOf=CN=staff," + kUsers + ")"), ElementsAre("ann"));
  EXPECT_THAT(names("(memberOf=<GUID=" + to_string(dsa.guid(all)) + ">)"), ElementsAre("staff"));
  EXPECT_THAT(names("(member:1.2.840.113556.1.4.1941:=CN=ann," + kUsers + ")"), ElementsAre("all", "staff"));
  EXPECT_THAT(names("(memberOf:1.2.840.113556.1.4.1941:=CN=all," + kUsers + ")"), ElementsAre("ann", "staff"));
  const auto answer = run(dsa, {.filter = "(cn=staff)", .attributes = {"member", "memberOf"}});
  ASSERT_THAT(answer.entries, SizeIs(1));
  EXPECT_THAT(answer.entries[0].values("member"), ElementsAre("CN=ann," + kUsers));
  EXPECT_THAT(answer.entries[0].values("memberOf"), ElementsAre("CN=all," + kUsers));
}

TEST_F(Search, BitsAndAbsence) {
  EXPECT_THAT(names("(&(objectCategory=person)(userAccountControl:1.2.840.113556.1.4.803:=2)(name=*o*))"), ElementsAre("bob"));
  EXPECT_THAT(names("(&(|(cn=ann)(cn=bob)(cn=staff))(!(userAccountControl:1.2.840.113556.1.4.803:=2)))"), ElementsAre("ann", "staff"));
  EXPECT_THAT(names("(&(cn=ann)(userAccountControl:1.2.840.113556.1.4.804:=514))"), ElementsAre("ann"));
  // What has no value is false, what nobody knows is undefined.
  EXPECT_THAT(names("(&(cn=staff)(!(description=x)))"), ElementsAre("staff"));
  EXPECT_THAT(names("(&(cn=staff)(!(noSuchAttribute=x)))"), IsEmpty());
}

TEST_F(Search, Anr) {
  EXPECT_THAT(names("(anr=ann arb)"), ElementsAre("ann"));
  EXPECT_THAT(names("(anr=Arbor Ann)"), ElementsAre("ann"));
  EXPECT_THAT(names("(anr==ann)"), ElementsAre("ann"));
  EXPECT_THAT(names("(anr==an)"), IsEmpty());
  EXPECT_THAT(names("(anr=*nn)"), IsEmpty());
}

TEST_F(Search, ConstructedAttributesCannotBeSearchedFor) {
  EXPECT_EQ(run(dsa, {.filter = "(canonicalName=x)"}).code, ResultCode::kInappropriateMatching);
}

TEST_F(Search, EverythingButWhatIsOperational) {
  const auto answer = run(dsa, {.filter = "(cn=ann)", .attributes = {}});
  ASSERT_THAT(answer.entries, SizeIs(1));
  const auto& entry = answer.entries[0];
  EXPECT_THAT(entry.values("objectClass"), ElementsAre("top", "person", "organizationalPerson", "user"));
  for (const auto* name : {"distinguishedName", "whenChanged", "uSNChanged", "uSNCreated", "whenCreated", "objectGUID", "memberOf", "objectCategory"})
    EXPECT_TRUE(entry.has(name)) << name;
  for (const auto* name : {"nTSecurityDescriptor", "replPropertyMetaData", "canonicalName", "tokenGroups"}) EXPECT_FALSE(entry.has(name)) << name;
  EXPECT_EQ(entry.value("description"), "J\u00E9r\u00F4me's friend");
  EXPECT_EQ(entry.value("userAccountControl"), "512");
  EXPECT_EQ(entry.value("objectCategory"), "CN=Person,CN=Schema,CN=Configuration,DC=lab,DC=example");
}

TEST_F(Search, SelectionForms) {
  const auto answer = run(dsa, {.filter = "(cn=ann)", .attributes = {"2.5.4.3", "CN", "nosuch", "sn;binary"}});
  ASSERT_THAT(answer.entries, SizeIs(1));
  EXPECT_EQ(answer.entries[0].value("cn"), "ann");
  EXPECT_EQ(answer.entries[0].value("sn;binary"), "Arbor");
  EXPECT_THAT(answer.entries[0].attributes, SizeIs(2));
  const auto types = run(dsa, {.filter = "(cn=ann)", .attributes = {"cn"}, .types_only = true});
  ASSERT_THAT(types.entries, SizeIs(1));
  EXPECT_TRUE(types.entries[0].has("cn"));
  EXPECT_THAT(types.entries[0].values("cn"), IsEmpty());
}

TEST_F(Search, DeletedObjectsAreForWhoAsks) {
  dsa.remove(bob);
  EXPECT_THAT(names("(sAMAccountName=bob)"), IsEmpty());
  const auto shown = run(dsa, {.filter = "(sAMAccountName=bob)", .attributes = {"isDeleted"}, .controls = {{std::string(lp::oid::kShowDeleted)}}});
  ASSERT_THAT(shown.entries, SizeIs(1));
  EXPECT_EQ(shown.entries[0].value("isDeleted"), "TRUE");
}

TEST_F(Search, ExtendedDn) {
  const auto guid = dsa.guid(ann);
  const auto query = [&](std::uint32_t flag) {
    return run(dsa, {.filter = "(cn=ann)", .attributes = {"memberOf"}, .controls = {{std::string(lp::oid::kExtendedDn), true, tlv(0x30, ber_integer(flag))}}});
  };
  const auto text = query(1);
  ASSERT_THAT(text.entries, SizeIs(1));
  EXPECT_EQ(text.entries[0].dn, "<GUID=" + to_string(guid) + ">;<SID=" + to_string(dsa.sid_of(1101)) + ">;CN=ann," + kUsers);
  EXPECT_THAT(text.entries[0].value("memberOf"), StartsWith("<GUID=" + to_string(dsa.guid(staff)) + ">;<SID="));
  EXPECT_THAT(query(0).entries[0].dn, StartsWith("<GUID=" + to_hex(guid.octets) + ">;<SID=0105"));
  EXPECT_EQ(query(2).code, ResultCode::kUnavailableCriticalExtension);
}

TEST_F(Search, UnknownCriticalControl) {
  EXPECT_EQ(run(dsa, {.controls = {{"1.2.3.4"}}}).code, ResultCode::kUnavailableCriticalExtension);
  EXPECT_EQ(run(dsa, {.filter = "(cn=ann)", .controls = {{"1.2.3.4", false}}}).code, ResultCode::kSuccess);
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
