// SPDX-License-Identifier: Apache-2.0
// Constructed attributes of objects of a new forest, section by section: [MS-ADTS] 3.1.1.4.5. Those of replication are in replication_test.cpp.
#include "base/bytes.hpp"
#include "drsuapi/blobs/vectors.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/constructed/test_reading.hpp"

namespace tributary::service::ldap_face::testing {
namespace {

using namespace repl;
using namespace service::testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
namespace attid = directory::attid;
using repl::testing::attid_of;

constexpr std::int64_t kDay = 864'000'000'000;

class Constructed : public ::testing::Test {
 protected:
  Values of(Dnt object, std::string_view name) { return Reading{dsa, *admin.caller}.of(object, name); }
  std::string one(Dnt object, std::string_view name) { return Reading{dsa, *admin.caller}.one(object, name); }
  std::string one_for_user(Dnt object, std::string_view name) { return Reading{dsa, *user.caller}.one(object, name); }
  Values of_for_user(Dnt object, std::string_view name) { return Reading{dsa, *user.caller}.of(object, name); }
  Dnt group(const char* name, std::uint32_t rid, std::uint32_t type) {
    return dsa.add_account("group", name, rid, {{attid::kGroupType, {u32_value(type)}}});
  }
  Dnt account(const char* name, std::uint32_t rid, std::uint32_t account_control = 0x200) {
    return dsa.add_account("user", name, rid, {{attid::kUserAccountControl, {u32_value(account_control)}}});
  }
  std::int64_t now() { return dsa.rules().now.ticks; }
  void set_number(Dnt object, Attid attid, std::int64_t value) { dsa.set(object, attid, {i64_value(value)}); }

  ForestDsa dsa;
  CallContext admin = administrators_call();
  CallContext user = users_call();
  Dnt domain = dsa.domain();
  Dnt users = dsa.find(in_lab("CN=Users,"));
  Dnt schema_nc = dsa.find("CN=Schema,CN=Configuration,DC=lab,DC=example");
};

TEST_F(Constructed, EveryOneIsFoundByItsSchemaNameAndAnsweredForAnyObject) {
  std::size_t served = 0;
  const Dnt objects[] = {domain, users, schema_nc, account("ann", 1201), group("g", 1202, 0x80000002), dsa.find(in_lab("OU=Domain Controllers,"))};
  for (const auto& attribute : dsa.context().schema->attributes()) {
    if (!is_served_constructed(attribute)) continue;
    ++served;
    for (const Dnt object : objects) (void)of(object, attribute.ldap_display_name);
  }
  EXPECT_EQ(served, 49u);
  EXPECT_FALSE(is_served_constructed(*dsa.context().schema->find_attribute("msDS-ManagedPassword"))) << "a secret";
  EXPECT_FALSE(is_served_constructed(*dsa.context().schema->find_attribute("description")));
}

TEST_F(Constructed, S1SubSchemaSubEntryIsTheAggregateOfTheSchemaNc) {
  EXPECT_EQ(one(users, "subSchemaSubEntry"), "CN=Aggregate,CN=Schema,CN=Configuration,DC=lab,DC=example");
}

// 3.1.1.3.1.1.1: the subSchema object alone describes the schema.
TEST_F(Constructed, TheAggregateDescribesTheSchema) {
  const Dnt aggregate = dsa.find("CN=Aggregate,CN=Schema,CN=Configuration,DC=lab,DC=example");
  ASSERT_NE(aggregate, kNoDnt);
  EXPECT_THAT(of(aggregate, "attributeTypes"), Contains("( 2.5.4.13 NAME 'description' SYNTAX '1.3.6.1.4.1.1466.115.121.1.15' )"));
  for (const auto* name : {"objectClasses", "dITContentRules", "extendedAttributeInfo", "extendedClassInfo"}) {
    EXPECT_GE(of(aggregate, name).size(), 8U) << name;
    EXPECT_TRUE(of(users, name).empty()) << name;
  }
}

TEST_F(Constructed, S2CanonicalName) {
  EXPECT_EQ(one(domain, "canonicalName"), "lab.example/");
  EXPECT_EQ(one(users, "canonicalName"), "lab.example/Users");
  EXPECT_EQ(one(dsa.add(in_lab("CN=Users,"), "container", "a/b"), "canonicalName"), "lab.example/Users/a\\/b");
  EXPECT_EQ(one(schema_nc, "canonicalName"), "lab.example/Configuration/Schema");
}

TEST_F(Constructed, S3AllowedChildClassesAreThoseThatMayStandBelow) {
  const auto below_ou = of(dsa.find(in_lab("OU=Domain Controllers,")), "allowedChildClasses");
  EXPECT_THAT(below_ou, AllOf(Contains("user"), Contains("computer"), Contains("group"), Contains("organizationalUnit")));
  EXPECT_THAT(below_ou, Not(Contains("attributeSchema")));
  EXPECT_THAT(below_ou, Not(Contains("securityPrincipal"))) << "auxiliary (objectClassCategory 3)";
  EXPECT_THAT(below_ou, Not(Contains("nTDSDSA")));
  EXPECT_THAT(of(schema_nc, "allowedChildClasses"), AllOf(Contains("attributeSchema"), Contains("classSchema"), Not(Contains("container"))));
  EXPECT_THAT(of(schema_nc, "allowedChildClasses"), Not(Contains("subSchema"))) << "systemOnly";
}

TEST_F(Constructed, S4SDRightsEffective) {
  EXPECT_EQ(one(users, "sDRightsEffective"), "15");
  EXPECT_EQ(one_for_user(users, "sDRightsEffective"), "0");
}

TEST_F(Constructed, S5AllowedChildClassesEffectiveAreThoseThatTheCallerMayCreate) {
  EXPECT_EQ(of(users, "allowedChildClassesEffective"), of(users, "allowedChildClasses"));
  EXPECT_THAT(of_for_user(users, "allowedChildClassesEffective"), IsEmpty());
}

TEST_F(Constructed, S6AllowedAttributesAreThoseOfAllClasses) {
  EXPECT_THAT(of(users, "allowedAttributes"), AllOf(Contains("cn"), Contains("description"), Contains("canonicalName"), Contains("memberOf"), Not(Contains("mail"))));
  EXPECT_THAT(of(account("ann", 1201), "allowedAttributes"), AllOf(Contains("mail"), Contains("servicePrincipalName"), Contains("objectSid")));
}

TEST_F(Constructed, S7AllowedAttributesEffectiveAreThoseThatTheCallerMayWrite) {
  const Dnt ann = account("ann", 1201);
  const auto effective = of(ann, "allowedAttributesEffective");
  EXPECT_THAT(effective, AllOf(Contains("mail"), Contains("description")));
  EXPECT_THAT(effective, AllOf(Not(Contains("memberOf")), Not(Contains("canonicalName")))) << "a back link, a constructed attribute";
  EXPECT_THAT(of_for_user(ann, "allowedAttributesEffective"), Not(Contains("description")));
  user = users_call(dsa.sid_of(1201));
  EXPECT_THAT(of_for_user(ann, "allowedAttributesEffective"), Contains("telephoneNumber")) << "SELF writes personal information";
}

TEST_F(Constructed, S8FromEntryS9S10TimeStamps) {
  EXPECT_EQ(one(users, "fromEntry"), "TRUE");
  dsa.set(users, attid::kInstanceType, {u32_value(0)});
  EXPECT_EQ(one(users, "fromEntry"), "FALSE");
  EXPECT_EQ(one(users, "createTimeStamp"), "20261122120000.0Z") << "the clock of the forest";
  dsa.rules().now.ticks += 60 * 10'000'000LL;
  dsa.set_text(users, attid::kDescription, "later");
  EXPECT_EQ(one(users, "createTimeStamp"), "20261122120000.0Z");
  EXPECT_EQ(one(users, "modifyTimeStamp"), "20261122120100.0Z");
  EXPECT_EQ(one(users, "whenChanged"), "20261122120100.0Z");
}

TEST_F(Constructed, S11PrimaryGroupTokenIsTheRidOfAGroup) {
  EXPECT_EQ(one(group("g", 1777, 0x80000002), "primaryGroupToken"), "1777");
  EXPECT_THAT(of(account("ann", 1201), "primaryGroupToken"), IsEmpty());
  EXPECT_THAT(of(users, "primaryGroupToken"), IsEmpty());
}

TEST_F(Constructed, S12EntryTtlCountsDownToZero) {
  EXPECT_THAT(of(users, "entryTTL"), IsEmpty());
  set_number(users, attid_of("msDS-Entry-Time-To-Die"), dsa.rules().ds_now().seconds + 90);
  EXPECT_EQ(one(users, "entryTTL"), "90");
  dsa.rules().now.ticks += 3600 * 10'000'000LL;
  EXPECT_EQ(one(users, "entryTTL"), "0");
}

TEST_F(Constructed, S15ApproximateSubordinatesForWhoMayListThem) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box");
  for (const char* name : {"a", "b", "c"}) dsa.add(in_lab("CN=box,CN=Users,"), "container", name);
  EXPECT_EQ(one(box, "msDS-Approx-Immed-Subordinates"), "3");
  Caller nobody{"nobody", {security::sids::kAnonymous, {}, {}}, {}, {}};
  EXPECT_EQ((Reading{dsa, nobody}.one(box, "msDS-Approx-Immed-Subordinates")), "0");
}

TEST_F(Constructed, S16KeyVersionNumberIsTheVersionOfThePassword) {
  const Dnt ann = account("ann", 1201);
  EXPECT_THAT(of(ann, "msDS-KeyVersionNumber"), IsEmpty());
  for (const auto each : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) dsa.set(ann, attid::kUnicodePwd, {octets_value(Bytes(16, each))});
  EXPECT_EQ(one(ann, "msDS-KeyVersionNumber"), "3");
}

TEST_F(Constructed, S17LockoutLastsAsLongAsTheDomainSays) {
  constexpr auto kName = "msDS-User-Account-Control-Computed";
  const Dnt ann = account("ann", 1201);
  set_number(ann, attid::kPwdLastSet, now() - kDay);
  EXPECT_EQ(one(ann, kName), "0");
  set_number(ann, attid::kLockoutTime, now() - 60 * 10'000'000LL);  // the domain's lockoutDuration is half an hour
  EXPECT_EQ(one(ann, kName), "16");
  dsa.rules().now.ticks += 1800 * 10'000'000LL;
  EXPECT_EQ(one(ann, kName), "0");
  set_number(domain, attid::kLockoutDuration, INT64_MIN);
  EXPECT_EQ(one(ann, kName), "16") << "until an administrator unlocks it";
  set_number(domain, attid::kLockoutDuration, 0);
  EXPECT_EQ(one(ann, kName), "16");
  dsa.set(ann, attid::kUserAccountControl, {u32_value(directory::kUfWorkstationTrustAccount)});
  EXPECT_EQ(one(ann, kName), "0") << "computers are never locked out";
}

TEST_F(Constructed, S17S33PasswordsExpireAfterMaxPwdAge) {
  constexpr auto kName = "msDS-User-Account-Control-Computed";
  constexpr auto kExpiry = "msDS-UserPasswordExpiryTimeComputed";
  const Dnt ann = account("ann", 1201);
  EXPECT_EQ(one(ann, kName), "8388608") << "no pwdLastSet: must be changed";
  EXPECT_EQ(one(ann, kExpiry), "0");
  const auto set_at = now();
  set_number(ann, attid::kPwdLastSet, set_at);
  EXPECT_EQ(one(ann, kName), "0");
  EXPECT_EQ(one(ann, kExpiry), std::to_string(set_at + 42 * kDay));
  dsa.rules().now.ticks += 42 * kDay;
  EXPECT_EQ(one(ann, kName), "0") << "at the very moment not yet";
  dsa.rules().now.ticks += 1;
  EXPECT_EQ(one(ann, kName), "8388608");
  for (const std::uint32_t bit : {directory::kUfDontExpirePasswd, directory::kUfSmartcardRequired, directory::kUfServerTrustAccount}) {
    dsa.set(ann, attid::kUserAccountControl, {u32_value(0x200 | bit)});
    EXPECT_EQ(one(ann, kName), "0");
    EXPECT_EQ(one(ann, kExpiry), "9223372036854775807");
  }
  dsa.set(ann, attid::kUserAccountControl, {u32_value(0x200)});
  for (const std::int64_t never : {INT64_MIN, std::int64_t{0}}) {
    set_number(domain, attid::kMaxPwdAge, never);
    EXPECT_EQ(one(ann, kName), "0");
    EXPECT_EQ(one(ann, kExpiry), "9223372036854775807");
  }
  EXPECT_THAT(of(users, kName), IsEmpty());
  EXPECT_THAT(of(users, kExpiry), IsEmpty());
}

TEST_F(Constructed, S36ResultantPsoIsTheUsersOwnElseThatOfTheLowestPrecedenceAmongHisGroups) {
  constexpr auto kName = "msDS-ResultantPSO";
  const std::string container = in_lab("CN=Password Settings Container,CN=System,");
  if (dsa.find(container) == store::kNoDnt) dsa.add(in_lab("CN=System,"), "msDS-PasswordSettingsContainer", "Password Settings Container");
  const auto pso = [&](const char* name, std::uint32_t precedence, std::int64_t maximum_age) {
    return dsa.add(container, "msDS-PasswordSettings", name,
                   {{attid_of("msDS-PasswordSettingsPrecedence"), {u32_value(precedence)}},
                    {attid_of("msDS-MaximumPasswordAge"), {i64_value(maximum_age)}},
                    {attid_of("msDS-LockoutDuration"), {i64_value(-18'000'000'000)}},
                    {attid_of("msDS-MinimumPasswordAge"), {i64_value(0)}},
                    {attid_of("msDS-MinimumPasswordLength"), {u32_value(7)}},
                    {attid_of("msDS-PasswordComplexityEnabled"), {bool_value(true)}},
                    {attid_of("msDS-PasswordHistoryLength"), {u32_value(7)}},
                    {attid_of("msDS-PasswordReversibleEncryptionEnabled"), {bool_value(false)}},
                    {attid_of("msDS-LockoutObservationWindow"), {i64_value(-18'000'000'000)}},
                    {attid_of("msDS-LockoutThreshold"), {u32_value(0)}}});
  };
  const Attid applies = attid_of("msDS-PSOAppliesTo");
  const Dnt ann = account("ann", 1201), inner = group("inner", 1211, 0x80000002), outer = group("outer", 1212, 0x80000002);
  const Dnt local = group("local", 1213, 0x80000004);
  dsa.link(inner, attid::kMember, ann);
  dsa.link(outer, attid::kMember, inner);
  dsa.link(local, attid::kMember, ann);
  EXPECT_THAT(of(ann, kName), IsEmpty());
  const Dnt mild = pso("mild", 20, -10 * kDay), strict = pso("strict", 10, -5 * kDay), own = pso("own", 99, -2 * kDay), other = pso("other", 1, -kDay);
  dsa.link(other, applies, local);
  EXPECT_THAT(of(ann, kName), IsEmpty()) << "a local group is no account group";
  dsa.link(mild, applies, inner);
  EXPECT_EQ(one(ann, kName), dsa.dn(mild));
  dsa.link(strict, applies, outer);
  EXPECT_EQ(one(ann, kName), dsa.dn(strict));
  set_number(ann, attid::kPwdLastSet, now());
  EXPECT_EQ(one(ann, "msDS-UserPasswordExpiryTimeComputed"), std::to_string(now() + 5 * kDay));
  dsa.link(own, applies, ann);
  EXPECT_EQ(one(ann, kName), dsa.dn(own)) << "what applies to the user himself comes first, whatever its precedence";
  dsa.set(ann, attid::kUserAccountControl, {u32_value(directory::kUfWorkstationTrustAccount)});
  EXPECT_THAT(of(ann, kName), IsEmpty());
}

TEST_F(Constructed, S18AuxiliaryClassesAreThoseBesideTheChain) {
  const Dnt ann = account("ann", 1201);
  EXPECT_THAT(of(ann, "msDS-Auxiliary-Classes"), IsEmpty());
  const auto classes = dsa.context().schema;
  std::vector<NewValue> values;
  for (const char* each : {"top", "posixAccount", "person", "organizationalPerson", "user"})
    values.push_back(u32_value(static_cast<std::uint32_t>(classes->find_class(each)->attid)));
  dsa.set(ann, attid::kObjectClass, values);
  EXPECT_THAT(of(ann, "msDS-Auxiliary-Classes"), ElementsAre("posixAccount"));
  EXPECT_THAT(of(ann, "structuralObjectClass"), ElementsAre("top", "person", "organizationalPerson", "user")) << "3.1.1.4.5.44";
}

TEST_F(Constructed, S19S20S42S43TokenGroups) {
  const Dnt ann = dsa.add_account("user", "ann", 1201, {{attid::kPrimaryGroupId, {u32_value(1210)}}});
  const Dnt primary = group("primary", 1210, 0x80000002), global = group("global", 1211, 0x80000002), local = group("local", 1212, 0x80000004);
  const Dnt universal = group("universal", 1213, 0x80000008), mail = group("mail", 1214, 0x2);
  dsa.link(global, attid::kMember, ann);
  dsa.link(universal, attid::kMember, global);
  dsa.link(local, attid::kMember, universal);
  dsa.link(universal, attid::kMember, universal);
  dsa.link(mail, attid::kMember, ann);
  const Dnt guests = dsa.find(in_lab("CN=Guests,CN=Builtin,"));
  dsa.link(guests, attid::kMember, global);
  const auto sid = [&](std::uint32_t rid) {
    const auto octets = encode_sid(dsa.sid_of(rid));
    return std::string(octets.begin(), octets.end());
  };
  const auto guests_octets = encode_sid(security::sids::kGuests);
  const std::string guests_sid(guests_octets.begin(), guests_octets.end());
  EXPECT_THAT(of(ann, "tokenGroups"), UnorderedElementsAre(sid(1210), sid(1211), sid(1212), sid(1213), guests_sid));
  EXPECT_EQ(of(ann, "tokenGroupsNoGCAcceptable"), of(ann, "tokenGroups"));
  EXPECT_THAT(of(ann, "tokenGroupsGlobalAndUniversal"), UnorderedElementsAre(sid(1210), sid(1211), sid(1213)));
  EXPECT_THAT(of(ann, "msds-tokenGroupNames"), UnorderedElementsAre(dsa.dn(primary), dsa.dn(global), dsa.dn(local), dsa.dn(universal), dsa.dn(guests)));
  EXPECT_THAT(of(ann, "msds-tokenGroupNamesGlobalAndUniversal"), UnorderedElementsAre(dsa.dn(primary), dsa.dn(global), dsa.dn(universal)));
  EXPECT_THAT(of(users, "tokenGroups"), IsEmpty()) << "no objectSid";
}

TEST_F(Constructed, S40S41TransitiveMembersAndMemberships) {
  const Dnt ann = account("ann", 1201), inner = group("inner", 1211, 0x80000002), outer = group("outer", 1212, 0x2);
  dsa.link(inner, attid::kMember, ann);
  dsa.link(outer, attid::kMember, inner);
  EXPECT_THAT(of(ann, "msds-memberOfTransitive"), UnorderedElementsAre(dsa.dn(inner), dsa.dn(outer)));
  EXPECT_THAT(of(outer, "msds-memberTransitive"), UnorderedElementsAre(dsa.dn(inner), dsa.dn(ann)));
  dsa.link(inner, attid::kMember, outer);
  EXPECT_THAT(of(outer, "msds-memberTransitive"), UnorderedElementsAre(dsa.dn(inner), dsa.dn(ann), dsa.dn(outer))) << "a circle has everything";
}

TEST_F(Constructed, S21PossibleInferiorsOfAClass) {
  const Dnt ou = dsa.find("CN=Organizational-Unit,CN=Schema,CN=Configuration,DC=lab,DC=example");
  EXPECT_THAT(of(ou, "possibleInferiors"), AllOf(Contains("user"), Contains("group"), Not(Contains("nTDSDSA"))));
  EXPECT_THAT(of(users, "possibleInferiors"), IsEmpty());
}

TEST_F(Constructed, S27PrincipalName) {
  EXPECT_EQ(one(account("ann", 1201), "msDS-PrincipalName"), "LAB\\ann");
  EXPECT_EQ(one(dsa.find(in_lab("CN=Guests,CN=Builtin,")), "msDS-PrincipalName"), "BUILTIN\\Guests");
  EXPECT_EQ(one(domain, "msDS-PrincipalName"), "S-1-5-21-1-2-3");
  EXPECT_THAT(of(users, "msDS-PrincipalName"), IsEmpty());
}

TEST_F(Constructed, S28ParentGuidIsNotOnTheRootOfAnNc) {
  const auto guid = dsa.guid(domain).octets;
  EXPECT_EQ(one(users, "parentGUID"), std::string(guid.begin(), guid.end()));
  EXPECT_EQ(one(users, "msDS-parentdistname"), "DC=lab,DC=example");
  EXPECT_THAT(of(domain, "parentGUID"), IsEmpty());
  EXPECT_THAT(of(schema_nc, "parentGUID"), IsEmpty()) << "although its parent is held here";
}

TEST_F(Constructed, S29S30S31SiteRodcAndGcOfADomainController) {
  const Dnt settings = dsa.add_dsa(kFirstSite, "dsa-b", 1101);
  const Dnt server = dsa.find("CN=dsa-b,CN=Servers," + std::string(kFirstSite)), computer = dsa.find(in_lab("CN=dsa-b,OU=Domain Controllers,"));
  for (const Dnt each : {settings, server, computer}) {
    EXPECT_EQ(one(each, "msDS-SiteName"), "Default-First-Site-Name");
    EXPECT_EQ(one(each, "msDS-isRODC"), "FALSE");
    EXPECT_EQ(one(each, "msDS-isGC"), "FALSE");
  }
  dsa.set(settings, attid::kOptions, {u32_value(1)});
  EXPECT_EQ(one(computer, "msDS-isGC"), "TRUE");
  dsa.set(settings, attid::kObjectCategory, {reference_value(dsa.find("CN=NTDS-DSA-RO,CN=Schema,CN=Configuration,DC=lab,DC=example"))});
  EXPECT_EQ(one(computer, "msDS-isRODC"), "TRUE");
  for (const char* name : {"msDS-SiteName", "msDS-isRODC", "msDS-isGC"}) {
    EXPECT_THAT(of(users, name), IsEmpty());
    EXPECT_THAT(of(dsa.add_account("computer", std::string("w-") + name + "$", name[5] == 'S' ? 1301 : name[7] == 'R' ? 1302 : 1303), name), IsEmpty())
        << "a computer without a server object";
  }
}

TEST_F(Constructed, S37S38TimesOfADeletion) {
  const Dnt box = dsa.add(in_lab("CN=Users,"), "container", "box");
  EXPECT_THAT(of(box, "msDS-LocalEffectiveDeletionTime"), IsEmpty());
  dsa.remove(box);
  EXPECT_EQ(one(box, "msDS-LocalEffectiveDeletionTime"), "20261122120000.0Z");
  EXPECT_EQ(one(box, "msDS-LocalEffectiveRecycleTime"), "20261122120000.0Z") << "a tombstone: no recycle bin";
}

TEST_F(Constructed, S34S35RevealedSecretsUntilTheyChange) {
  const Dnt rodc = dsa.add_account("computer", "rodc$", 1400, {{attid::kUserAccountControl, {u32_value(directory::kUfPartialSecretsAccount | 0x1000)}}});
  const Dnt ann = account("ann", 1201);
  dsa.set(ann, attid::kUnicodePwd, {octets_value(Bytes(16, 1))});
  const auto stamp = *repl::testing::must(dsa.store().read()->find(ann))->stamp(attid::kUnicodePwd);
  drsuapi::blobs::Whole<drsuapi::blobs::PROPERTY_META_DATA> known{
      {attid::kUnicodePwd, stamp.version, stamp.time_changed, stamp.uuid_originating, stamp.usn_originating, {}}, {}};
  dsa.set(rodc, attid::kMsDsRevealedUsers, {reference_value(ann, drsuapi::blobs::encode_whole(known))});
  EXPECT_THAT(of(rodc, "msDS-RevealedList"), ElementsAre("S:10:unicodePwd:" + dsa.dn(ann)));
  EXPECT_THAT(of(ann, "msDS-RevealedListBL"), ElementsAre(dsa.dn(rodc)));
  dsa.set(ann, attid::kUnicodePwd, {octets_value(Bytes(16, 2))});
  EXPECT_THAT(of(rodc, "msDS-RevealedList"), IsEmpty()) << "the new password was not revealed";
  EXPECT_THAT(of(ann, "msDS-RevealedListBL"), IsEmpty());
}

TEST_F(Constructed, HeadsAreShownAsAttributes) {
  const auto record = [&] { return repl::testing::must(dsa.store().read()->find(users))->head(); };
  EXPECT_EQ(one(users, "distinguishedName"), in_lab("CN=Users,"));
  EXPECT_EQ(one(users, "uSNCreated"), std::to_string(record().usn_created.value));
  EXPECT_EQ(one(users, "uSNChanged"), std::to_string(record().usn_changed.value));
  EXPECT_EQ(one(users, "dSCorePropagationData"), "16010101000000.0Z");
  const auto metadata = one(users, "replPropertyMetaData");
  const auto decoded = repl::testing::must(drsuapi::blobs::decode_repl_property_meta_data(as_bytes(metadata)));
  const auto stamped = std::ranges::find(decoded.value.rgMetaData, attid::kName, &drsuapi::blobs::PROPERTY_META_DATA::attrTyp);
  ASSERT_NE(stamped, decoded.value.rgMetaData.end());
  EXPECT_EQ(stamped->dwVersion, 1u);
  EXPECT_EQ(stamped->usnLocalChange, record().usn_created);
  EXPECT_THAT(of(users, "repsFrom"), IsEmpty());
  EXPECT_FALSE(is_head_attribute(attid::kObjectGuid)) << "a value of the record";
}

TEST_F(Constructed, RightsOfTheirOwn) {
  const auto& schema = *dsa.context().schema;
  EXPECT_TRUE(judges_own_access(*schema.find_attribute("msDS-ReplAttributeMetaData")));
  EXPECT_FALSE(judges_own_access(*schema.find_attribute("canonicalName")));
  EXPECT_FALSE(judges_own_access(*schema.find_attribute("description")));
}

}  // namespace
}  // namespace tributary::service::ldap_face::testing
