// SPDX-License-Identifier: Apache-2.0
// [MS-ADTS] 3.1.1.4.3, 3.1.1.4.4, 5.1.3.3.6, 3.1.1.3.4.1.11: what a caller may see of what is there.
#include "security/access/sddl.hpp"
#include "service/ldap/test_search.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using lp::ResultCode;
using lp::Scope;
using namespace service::testing;
using repl::testing::attid_of;
using repl::testing::must;
namespace attid = repl::attid;

// Rights in SDDL ([MS-DTYP] 2.5.1.1): RP read property, LC list children, LO list object, CR control access, RC read control.
constexpr std::string_view kEverybodyLists = "(A;;LC;;;WD)";
constexpr std::string_view kDisplayNameGuid = "bf967953-0de6-11d0-a285-00aa003049e2";
constexpr std::string_view kPersonalInformation = "77b5b886-944a-11d1-aebd-0000f80367c1";
constexpr std::string_view kTelephoneNumberGuid = "bf967a49-0de6-11d0-a285-00aa003049e2";

class SearchAccess : public ::testing::Test {
 protected:
  SearchAccess() {
    room = dsa.add("DC=lab,DC=example", "organizationalUnit", "room");
    ann = dsa.add("OU=room,DC=lab,DC=example", "user", "ann",
                  {{attid::kSamAccountName, {repl::text_value("ann")}},
                   {attid_of("displayName"), {repl::text_value("Ann")}},
                   {attid_of("telephoneNumber"), {repl::text_value("123")}},
                   {attid_of("homePhone"), {repl::text_value("456")}},
                   {attid::kObjectSid, {repl::octets_value(encode_sid(dsa.sid_of(1101)))}}});
    protect(room, "D:" + std::string(kEverybodyLists));
  }
  void protect(store::Dnt object, const std::string& sddl) {
    const auto descriptor = must(security::parse_sddl("O:BAG:BA" + sddl, {dsa.sid_of(0), dsa.sid_of(0)}));
    dsa.set(object, attid::kNtSecurityDescriptor, {repl::octets_value(must(security::encode_security_descriptor(descriptor)))});
  }
  [[nodiscard]] Answer ask(std::string filter, std::vector<std::string> attributes = {"displayName", "telephoneNumber", "homePhone", "sAMAccountName"}) {
    return run(dsa, {.base = "OU=room,DC=lab,DC=example", .scope = Scope::kOneLevel, .filter = std::move(filter), .attributes = std::move(attributes)},
               user());
  }
  [[nodiscard]] std::vector<std::string> shown(std::string filter = "(objectClass=*)") {
    const auto answer = ask(std::move(filter));
    std::vector<std::string> all;
    for (const auto& entry : answer.entries)
      for (const auto& [name, values] : entry.attributes) all.push_back(name);
    return all;
  }
  ForestDsa dsa;
  store::Dnt room{}, ann{};
};

TEST_F(SearchAccess, OfWhatCannotBeReadOnlyTheNameIsThere) {
  protect(ann, "D:");
  const auto answer = ask("(objectClass=*)");
  ASSERT_THAT(answer.entries, SizeIs(1));
  EXPECT_THAT(answer.entries[0].attributes, IsEmpty());
}

TEST_F(SearchAccess, OneAttributeByItsGuidAndASetByIts) {
  protect(ann, "D:(OA;;RP;" + std::string(kDisplayNameGuid) + ";;WD)");
  EXPECT_THAT(shown(), ElementsAre("displayName"));
  protect(ann, "D:(OA;;RP;" + std::string(kPersonalInformation) + ";;WD)");
  EXPECT_THAT(shown(), ElementsAre("telephoneNumber", "homePhone"));
  // The first that speaks of it decides.
  protect(ann, "D:(OD;;RP;" + std::string(kTelephoneNumberGuid) + ";;WD)(A;;RP;;;WD)");
  EXPECT_THAT(shown(), ElementsAre("displayName", "homePhone", "sAMAccountName"));
}

TEST_F(SearchAccess, AFilterSeesNoMoreThanItsCaller) {
  protect(ann, "D:(OA;;RP;" + std::string(kDisplayNameGuid) + ";;WD)");
  EXPECT_THAT(ask("(displayName=ann)").entries, SizeIs(1));
  EXPECT_THAT(ask("(telephoneNumber=123)").entries, IsEmpty());
  EXPECT_THAT(ask("(sAMAccountName=ann)").entries, IsEmpty());
  EXPECT_THAT(ask("(telephoneNumber=*)").entries, IsEmpty());
  EXPECT_THAT(ask("(telephoneNumber=1*)").entries, IsEmpty());
  // As if it had none (3.1.1.4.3): a "not" tells nothing either.
  EXPECT_THAT(ask("(!(telephoneNumber=123))").entries, SizeIs(1));
  EXPECT_THAT(ask("(!(telephoneNumber=999))").entries, SizeIs(1));
}

TEST_F(SearchAccess, AChangedRightIsSeenAtOnce) {
  for (int i = 0; i < 3; ++i) {
    protect(ann, "D:(A;;RP;;;WD)");
    EXPECT_THAT(shown(), Contains("displayName"));
    protect(ann, "D:");
    EXPECT_THAT(shown(), IsEmpty());
  }
}

TEST_F(SearchAccess, CallersAreToldApart) {
  protect(ann, "D:(A;;RP;;;" + to_string(dsa.sid_of(1190)) + ")");
  const Query query{.base = "OU=room,DC=lab,DC=example", .scope = Scope::kOneLevel, .attributes = {"displayName"}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(run(dsa, query, user(dsa.sid_of(1190))).entries.at(0).attributes, SizeIs(1));
    EXPECT_THAT(run(dsa, query, user(dsa.sid_of(1191))).entries.at(0).attributes, IsEmpty());
  }
}

TEST_F(SearchAccess, PrincipalSelfIsTheObjectsOwn) {
  protect(ann, "D:(A;;RP;;;PS)");
  const auto bob = dsa.add("OU=room,DC=lab,DC=example", "user", "bob",
                           {{attid_of("displayName"), {repl::text_value("Bob")}}, {attid::kObjectSid, {repl::octets_value(encode_sid(dsa.sid_of(1102)))}}});
  protect(bob, "D:(A;;RP;;;PS)");
  const auto answer = run(dsa, {.base = "OU=room,DC=lab,DC=example", .scope = Scope::kOneLevel, .attributes = {"displayName"}}, user(dsa.sid_of(1101)));
  ASSERT_THAT(answer.entries, SizeIs(2));
  for (const auto& entry : answer.entries) EXPECT_EQ(entry.has("displayName"), entry.dn.starts_with("CN=ann"));
}

TEST_F(SearchAccess, WithoutListContentsNothingIsThere) {
  protect(ann, "D:(A;;RPLO;;;WD)");
  protect(room, "D:(A;;RPLO;;;WD)");
  EXPECT_THAT(ask("(objectClass=*)").entries, IsEmpty());
  const auto base = run(dsa, {.base = "CN=ann,OU=room,DC=lab,DC=example", .scope = Scope::kBase}, user());
  EXPECT_EQ(base.code, ResultCode::kNoSuchObject);
  // fDoListObject: the right to list both the object and its container is enough (5.1.3.3.6).
  dsa.set_text(dsa.find("CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,DC=lab,DC=example"), attid_of("dSHeuristics"), "001");
  EXPECT_THAT(ask("(objectClass=*)").entries, SizeIs(1));
  protect(ann, "D:(A;;RP;;;WD)");
  EXPECT_THAT(ask("(objectClass=*)").entries, IsEmpty());
}

TEST_F(SearchAccess, SecretsAreNobodys) {
  dsa.set(ann, attid_of("unicodePwd"), {repl::octets_value(Bytes(16, 7))});
  const Query query{.base = "CN=ann,OU=room,DC=lab,DC=example", .scope = Scope::kBase, .attributes = {"unicodePwd", "*", "supplementalCredentials"}};
  const auto answer = run(dsa, query, administrator());
  ASSERT_THAT(answer.entries, SizeIs(1));
  EXPECT_FALSE(answer.entries[0].has("unicodePwd"));
  EXPECT_THAT(run(dsa, {.filter = "(unicodePwd=*)"}, administrator()).entries, IsEmpty());
}

TEST_F(SearchAccess, ConfidentialAttributesNeedControlAccess) {
  const auto* attribute = schema::Schema::embedded()->find_attribute("msFVE-RecoveryPassword");
  ASSERT_TRUE(attribute != nullptr && attribute->is_confidential());
  const auto key = dsa.add("CN=ann,OU=room,DC=lab,DC=example", "msFVE-RecoveryInformation", "key",
                           {{attribute->attid, {repl::text_value("1-2-3")}},
                            {attid_of("msFVE-RecoveryGuid"), {repl::octets_value(Bytes(16, 1))}}});
  protect(ann, "D:(A;;LC;;;WD)");
  const Query query{.base = "CN=key,CN=ann,OU=room,DC=lab,DC=example", .scope = Scope::kBase, .attributes = {"msFVE-RecoveryPassword", "cn"}};
  protect(key, "D:(A;;RP;;;WD)");
  EXPECT_FALSE(run(dsa, query, user()).entries.at(0).has("msFVE-RecoveryPassword"));
  EXPECT_TRUE(run(dsa, query, user()).entries.at(0).has("cn"));
  protect(key, "D:(A;;RPCR;;;WD)");
  EXPECT_TRUE(run(dsa, query, user()).entries.at(0).has("msFVE-RecoveryPassword"));
}

TEST_F(SearchAccess, DescriptorsByTheirParts) {
  protect(ann, "D:(A;;RPRC;;;WD)");
  const auto ask_parts = [&](std::optional<std::uint32_t> parts, std::shared_ptr<const Caller> caller, std::string attribute = "nTSecurityDescriptor") {
    Query query{.base = "CN=ann,OU=room,DC=lab,DC=example", .scope = Scope::kBase, .attributes = {std::move(attribute)}};
    if (parts) query.controls.push_back({std::string(lp::oid::kSdFlags), true, tlv(0x30, ber_integer(*parts))});
    const auto answer = run(dsa, query, std::move(caller));
    return answer.entries.at(0).value("nTSecurityDescriptor");
  };
  // All of it includes the SACL, which is for those who may see it.
  EXPECT_EQ(ask_parts({}, user()), "-");
  EXPECT_NE(ask_parts({}, administrator()), "-");
  EXPECT_EQ(ask_parts(15, user()), "-");
  const auto octets = ask_parts(5, user());
  ASSERT_NE(octets, "-");
  const auto descriptor = must(security::decode_security_descriptor(as_bytes(octets)));
  EXPECT_TRUE(descriptor.owner && descriptor.dacl);
  EXPECT_FALSE(descriptor.group || descriptor.sacl);
  // With "*" only for who says which parts.
  EXPECT_EQ(ask_parts({}, administrator(), "*"), "-");
  EXPECT_NE(ask_parts(7, administrator(), "*"), "-");
  protect(ann, "D:(A;;RP;;;WD)");
  EXPECT_EQ(ask_parts(7, user()), "-");
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
