// SPDX-License-Identifier: Apache-2.0
// Names and objects: [MS-DRSR] 5.50.1 (equality of DSNAMEs), 5.81 (GetObjectNC), 5.91 (instanceType), 5.158 and 5.159 (RDNs); [MS-ADTS] 3.1.1.1.4, 3.1.1.1.6; RFC 4514.
#include "repl/objects/names.hpp"

#include "drsuapi/dsname.hpp"
#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

class NamesTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = Forest::with_domain();
  const schema::Schema& schema = *forest->context.schema;
  Dnt domain = forest->domain.root;

  Dnt resolved(const drsuapi::DSNAME& name) { return must(resolve(*forest->store->read(), schema, name)); }
  Dnt resolved(std::string_view text) { return must(resolve_text(*forest->store->read(), schema, text)); }
};

// The numbers in attids.hpp are those of the schema, in its default prefix table.
TEST(Attids, AreTheSchemas) {
  const auto& schema = *schema::Schema::embedded();
  const auto attribute = [&](Attid attid, std::string_view name) {
    const auto* found = schema.find_attribute(attid);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->ldap_display_name, name);
  };
  attribute(attid::kObjectClass, "objectClass");
  attribute(attid::kCn, "cn");
  attribute(attid::kL, "l");
  attribute(attid::kO, "o");
  attribute(attid::kOu, "ou");
  attribute(attid::kDc, "dc");
  attribute(attid::kDescription, "description");
  attribute(attid::kInstanceType, "instanceType");
  attribute(attid::kWhenCreated, "whenCreated");
  attribute(attid::kWhenChanged, "whenChanged");
  attribute(attid::kUsnCreated, "uSNCreated");
  attribute(attid::kUsnChanged, "uSNChanged");
  attribute(attid::kSubRefs, "subRefs");
  attribute(attid::kNcName, "nCName");
  attribute(attid::kIsDeleted, "isDeleted");
  attribute(attid::kIsRecycled, "isRecycled");
  attribute(attid::kName, "name");
  attribute(attid::kObjectGuid, "objectGUID");
  attribute(attid::kObjectSid, "objectSid");
  attribute(attid::kNtSecurityDescriptor, "nTSecurityDescriptor");
  attribute(attid::kSystemFlags, "systemFlags");
  attribute(attid::kIsCriticalSystemObject, "isCriticalSystemObject");
  attribute(attid::kObjectCategory, "objectCategory");
  attribute(attid::kDistinguishedName, "distinguishedName");
  attribute(attid::kLastKnownParent, "lastKnownParent");
  attribute(attid::kMsDsLastKnownRdn, "msDS-LastKnownRDN");
  attribute(attid::kWellKnownObjects, "wellKnownObjects");
  attribute(attid::kOtherWellKnownObjects, "otherWellKnownObjects");
  attribute(attid::kSamAccountName, "sAMAccountName");
  attribute(attid::kSamAccountType, "sAMAccountType");
  attribute(attid::kUserAccountControl, "userAccountControl");
  attribute(attid::kPwdLastSet, "pwdLastSet");
  attribute(attid::kLockoutTime, "lockoutTime");
  attribute(attid::kUserPrincipalName, "userPrincipalName");
  attribute(attid::kServicePrincipalName, "servicePrincipalName");
  attribute(attid::kGroupType, "groupType");
  attribute(attid::kMember, "member");
  attribute(attid::kMemberOf, "memberOf");
  attribute(attid::kShowInAdvancedViewOnly, "showInAdvancedViewOnly");
  attribute(attid::kReplPropertyMetaData, "replPropertyMetaData");
  attribute(attid::kUsnLastObjRem, "uSNLastObjRem");
  attribute(attid::kUsnDsaLastObjRemoved, "uSNDSALastObjRemoved");
  attribute(attid::kProxiedObjectName, "proxiedObjectName");
  attribute(attid::kHasMasterNcs, "hasMasterNCs");
  attribute(attid::kFsmoRoleOwner, "fSMORoleOwner");
  attribute(attid::kRidSetReferences, "rIDSetReferences");
  attribute(attid::kServerReference, "serverReference");
  attribute(attid::kAttributeId, "attributeID");
  attribute(attid::kGovernsId, "governsID");
  attribute(attid::kMsDsIntId, "msDS-IntId");
  attribute(attid::kSchemaIdGuid, "schemaIDGUID");
  attribute(attid::kSchemaInfo, "schemaInfo");
  attribute(attid::kPrefixMap, "prefixMap");
  attribute(attid::kLdapDisplayName, "lDAPDisplayName");
  attribute(attid::kSubClassOf, "subClassOf");
  attribute(attid::kDefaultObjectCategory, "defaultObjectCategory");
  attribute(attid::kIsDefunct, "isDefunct");
}
TEST(Attids, ClassesAreTheSchemas) {
  const auto& schema = *schema::Schema::embedded();
  for (const auto& [attid, name] : std::initializer_list<std::pair<Attid, std::string_view>>{
           {class_id::kTop, "top"}, {class_id::kContainer, "container"}, {class_id::kOrganizationalUnit, "organizationalUnit"},
           {class_id::kDomainDns, "domainDNS"}, {class_id::kConfiguration, "configuration"}, {class_id::kDmd, "dMD"},
           {class_id::kLostAndFound, "lostAndFound"}, {class_id::kCrossRef, "crossRef"}, {class_id::kNtdsDsa, "nTDSDSA"},
           {class_id::kNtdsDsaRo, "nTDSDSARO"}, {class_id::kServer, "server"}, {class_id::kServersContainer, "serversContainer"},
           {class_id::kSite, "site"}, {class_id::kSiteLink, "siteLink"}, {class_id::kSiteLinkBridge, "siteLinkBridge"},
           {class_id::kNtdsConnection, "nTDSConnection"}, {class_id::kSubnetContainer, "subnetContainer"},
           {class_id::kSitesContainer, "sitesContainer"}, {class_id::kInterSiteTransportContainer, "interSiteTransportContainer"},
           {class_id::kSecret, "secret"}, {class_id::kTrustedDomain, "trustedDomain"}, {class_id::kRidManager, "rIDManager"},
           {class_id::kInfrastructureUpdate, "infrastructureUpdate"}, {class_id::kMsDsQuotaContainer, "msDS-QuotaContainer"},
           {class_id::kAttributeSchema, "attributeSchema"}, {class_id::kClassSchema, "classSchema"}, {class_id::kUser, "user"},
           {class_id::kGroup, "group"}, {class_id::kComputer, "computer"}}) {
    ASSERT_NE(schema.find_class(attid), nullptr) << name;
    EXPECT_EQ(schema.find_class(attid)->ldap_display_name, name);
  }
}

TEST(DnTest, TextAndPartsAgree) {
  const auto& schema = *schema::Schema::embedded();
  const auto dn = parse_dn(schema, "cn=Lovelace\\, Ada,OU=\"a+b\",2.5.4.10=x , dc=lab").value();
  EXPECT_EQ(dn, (Dn{{attid::kCn, "Lovelace, Ada"}, {attid::kOu, "a+b"}, {attid::kO, "x"}, {attid::kDc, "lab"}}));
  EXPECT_EQ(format_dn(schema, dn), "CN=Lovelace\\, Ada,OU=a\\+b,O=x,DC=lab");
  EXPECT_EQ(parse_dn(schema, format_dn(schema, dn)).value(), dn);
  EXPECT_TRUE(parse_dn(schema, "").value().empty());
  EXPECT_EQ(rdn_keyword(schema, attid::kDescription), "description");
  EXPECT_EQ(code_of(parse_dn(schema, "nonsense=x")), win32::kErrorDsNameUnparseable);
  EXPECT_EQ(code_of(parse_dn(schema, "CN")), win32::kErrorDsNameUnparseable);
  std::string deep;
  for (std::size_t i = 0; i <= kDnRdnsMax; ++i) deep += i == 0 ? "CN=x" : ",CN=x";
  EXPECT_EQ(code_of(parse_dn(schema, deep)), win32::kErrorDsNameTooLong);
}

TEST_F(NamesTest, NamesOfObjectsAndBack) {
  const auto unit = forest->make(domain, "organizationalUnit", "R&D, \"new\"");
  const auto user = forest->make(unit, "user", " #1 ");
  const std::string dn = "CN=\\ #1\\ ,OU=R&D\\, \\\"new\\\",DC=lab,DC=example";
  EXPECT_EQ(forest->dn(user), dn);
  EXPECT_EQ(resolved(dn), user);
  EXPECT_EQ(resolved("cn=\" #1 \",ou=r&d\\, \\\"NEW\\\", dc=LAB;dc=Example"), user) << "letters have no case; other quoting, same name";
  EXPECT_EQ(resolved("DC=lab,DC=example"), domain);
  EXPECT_EQ(resolved("DC=example"), kNoDnt);
  EXPECT_EQ(resolved("CN=x,DC=lab,DC=example"), kNoDnt);
  EXPECT_EQ(resolved("OU=\\ #1\\ ,OU=R&D\\, \\\"new\\\",DC=lab,DC=example"), kNoDnt) << "5.50.1: the type belongs to the name";
  EXPECT_EQ(code_of(resolve_text(*forest->store->read(), schema, "CN")), win32::kErrorDsNameUnparseable);
  EXPECT_EQ(forest->dn(store::kRootDnt), "");
  EXPECT_EQ(code_of(dn_of(*forest->store->read(), schema, Dnt{999'999})), win32::kErrorDsObjNotFound);
}

// 5.50.1: a GUID decides alone, then the DN, the SID last and only by itself.
TEST_F(NamesTest, WhichPartOfADsnameDecides) {
  auto request = forest->request_of(domain, "user", "u");
  request.sid = parse_sid("S-1-5-21-1-2-3-1105").value();
  const auto user = must(forest->try_add(request)).dnt;
  const auto other = forest->make(domain, "user", "v");
  const auto full = must(dsname_of(*forest->store->read(), schema, user));
  EXPECT_EQ(must(drsuapi::dsname_dn(full)), "CN=u,DC=lab,DC=example");
  EXPECT_EQ(drsuapi::dsname_sid(full), request.sid);
  EXPECT_EQ(resolved(full), user);
  const auto guid_of = [&](Dnt dnt) { return forest->record(dnt).head.guid.value; };
  EXPECT_EQ(resolved(must(drsuapi::make_dsname("CN=v,DC=lab,DC=example", guid_of(user)))), user);
  EXPECT_EQ(resolved(must(drsuapi::make_dsname("CN=u,DC=lab,DC=example", Forest::guid(123456)))), kNoDnt) << "the DN does not save a wrong GUID";
  EXPECT_EQ(resolved(must(drsuapi::make_dsname("CN=v,DC=lab,DC=example", Guid{}, request.sid))), other);
  EXPECT_EQ(resolved(must(drsuapi::make_dsname("CN=w,DC=lab,DC=example", Guid{}, request.sid))), kNoDnt);
  EXPECT_EQ(resolved(must(drsuapi::dsname_from_sid(*request.sid))), user);
  EXPECT_EQ(resolved(drsuapi::DSNAME{}), kNoDnt);
  EXPECT_EQ(resolved("<GUID=" + to_string(guid_of(user)) + ">"), user);
  EXPECT_EQ(resolved("<SID=S-1-5-21-1-2-3-1105>"), user);
}

// An object that is gone for good and one that lives may have one SID: the living one is meant.
TEST_F(NamesTest, ASidMeansTheLiving) {
  auto request = forest->request_of(domain, "user", "u");
  request.sid = parse_sid("S-1-5-21-1-2-3-1105").value();
  const auto first = must(forest->try_add(request)).dnt;
  must(forest->try_remove(first));
  EXPECT_EQ(must(resolve_sid(*forest->store->read(), *request.sid)), first) << "better than nobody";
  const auto second = must(forest->try_add(request)).dnt;
  EXPECT_EQ(must(resolve_sid(*forest->store->read(), *request.sid)), second);
  EXPECT_EQ(must(resolve_sid(*forest->store->read(), parse_sid("S-1-5-32-544").value())), kNoDnt);
}

// A phantom has a name and is no object.
TEST_F(NamesTest, Phantoms) {
  const auto user = forest->make(domain, "user", "u");
  const ObjectGuid guid{Forest::guid(42)};
  Dnt phantom = kNoDnt;
  must(forest->update([&](WriteTransaction& tx) -> Result<Updates> {
    phantom = tx.refer(guid, std::nullopt, "CN=away,DC=other,DC=example");
    store::LinkValue link;
    link.key = {user, attid_of("manager"), phantom, {}};
    link.usn_local = tx.next_usn();
    link.stamp = {forest->context.ds_now(), {1, forest->context.ds_now(), forest->context.invocation_id, link.usn_local}};
    tx.put_link(link);
    return Updates{};
  }));
  EXPECT_EQ(forest->dn(phantom), "CN=away,DC=other,DC=example");
  EXPECT_EQ(resolved("<GUID=" + to_string(guid.value) + ">"), kNoDnt);
  EXPECT_EQ(resolved("CN=away,DC=other,DC=example"), kNoDnt);
  EXPECT_EQ(must(nc_of(*forest->store->read(), phantom)), kNoDnt);
  EXPECT_EQ(must(rdn_of(schema, *must(forest->store->read()->find(phantom)))), (Rdn{attid::kCn, "away"}));
}

// 5.81, and NCs within NCs.
TEST_F(NamesTest, TheNcOfAName) {
  const auto config = forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration).root;
  const auto site = forest->make(config, "container", "Sites");
  const auto other = forest->make_nc("DC=other,DC=example", NcKind::kApplication).root;
  const auto nc_named = [&](std::string_view dn) { return must(nc_of_dn(*forest->store->read(), schema, parse_dn(schema, dn).value())); };
  EXPECT_EQ(must(nc_of(*forest->store->read(), site)), config);
  EXPECT_EQ(must(nc_of(*forest->store->read(), config)), config);
  EXPECT_EQ(nc_named("CN=new,CN=Sites,CN=Configuration,DC=lab,DC=example"), config);
  EXPECT_EQ(nc_named("CN=new,OU=nowhere,DC=lab,DC=example"), domain);
  EXPECT_EQ(nc_named("DC=other,DC=example"), other);
  EXPECT_EQ(nc_named("DC=example"), kNoDnt);
  EXPECT_EQ(nc_named("DC=third,DC=example"), kNoDnt);
  EXPECT_TRUE(must(is_self_or_descendant(*forest->store->read(), site, domain)));
  EXPECT_FALSE(must(is_self_or_descendant(*forest->store->read(), domain, site)));
  EXPECT_FALSE(must(is_self_or_descendant(*forest->store->read(), site, other)));
  EXPECT_EQ(must(rdn_of(schema, *must(forest->store->read()->find(other)))), (Rdn{attid::kDc, "other"}));
}

// Deleted objects have names too, with the line feed escaped.
TEST_F(NamesTest, DeletedObjectsAreFoundByName) {
  const auto user = forest->make(domain, "user", "u");
  must(forest->try_remove(user));
  const auto dn = forest->dn(user);
  EXPECT_EQ(dn, "CN=u\\0ADEL:" + to_string(forest->record(user).head.guid) + ",CN=Deleted Objects,DC=lab,DC=example");
  EXPECT_EQ(resolved(dn), user);
}

TEST_F(NamesTest, FactsOfAnObject) {
  const auto user = forest->make(domain, "computer", "c");
  const auto snapshot = forest->store->read();
  const auto object = *must(snapshot->find(user));
  EXPECT_EQ(structural_class(schema, object)->ldap_display_name, "computer");
  EXPECT_TRUE(is_instance_of(schema, object, class_id::kUser));
  EXPECT_FALSE(is_instance_of(schema, object, class_id::kGroup));
  EXPECT_FALSE(is_deleted(object) || is_recycled(object) || is_phantom(object) || is_nc_root(object) || is_subref(object));
  EXPECT_TRUE(is_nc_root(*must(snapshot->find(domain))));
  EXPECT_TRUE(is_deleted(*must(snapshot->find(forest->domain.deleted_objects))));
  EXPECT_EQ(instance_type(object), 4u);
}

}  // namespace
}  // namespace tributary::repl::testing
