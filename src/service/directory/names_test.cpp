// SPDX-License-Identifier: Apache-2.0
// The forms of names, without a directory: [MS-DRSR] 4.1.4.2.1 to 4.1.4.2.22, 4.1.16.2.1, 4.1.30.2.2, 5.37, 5.80, 5.88, 5.95, 5.207.
#include "service/directory/names.hpp"

#include <gtest/gtest.h>

#include "base/utf.hpp"
#include "base/win32.hpp"
#include "drsuapi/constants.hpp"
#include "schema/schema.hpp"
#include "security/target_name.hpp"
#include "service/directory/constants.hpp"
#include "service/directory/directory_error.hpp"
#include "service/directory/ngc_key_blob.hpp"
#include "service/directory/well_known_names.hpp"

namespace tributary::service::directory {
namespace {

// 5.37, 5.207: two components with a backslash between them, and nothing else.
TEST(Names, OfNt4HaveTwoComponents) {
  EXPECT_EQ(parse_nt4_name("LAB\\ann")->domain, "LAB");
  EXPECT_EQ(parse_nt4_name("LAB\\ann")->user, "ann");
  EXPECT_EQ(parse_nt4_name("LAB\\")->user, "");
  for (const auto* wrong : {"ann", "", "\\", "A\\B\\C", "A\\\\B"}) EXPECT_FALSE(parse_nt4_name(wrong)) << wrong;
}
// 4.1.4.2.6, 4.1.4.2.22
TEST(Names, OfPrincipalsHaveAnAt) {
  EXPECT_EQ(parse_upn("ann@lab.example")->user, "ann");
  EXPECT_EQ(parse_upn("ann@lab.example")->domain, "lab.example");
  EXPECT_EQ(parse_upn("a@b@c")->user, "a@b");
  for (const auto* wrong : {"ann", "@lab", "ann@", "", "@"}) EXPECT_FALSE(parse_upn(wrong)) << wrong;
}
// 5.80, 5.84, 5.85: the parts by their places; a service name is there with three parts only.
TEST(Names, OfServicesHaveTwoOrThreeParts) {
  const auto two = parse_spn("ldap/dc-01.fabrikam.com"), three = parse_spn("ldap/dc-01.fabrikam.com/fabrikam.com");
  EXPECT_EQ(two->service_class, "ldap");
  EXPECT_EQ(two->instance, "dc-01.fabrikam.com");
  EXPECT_FALSE(two->has_three_parts());
  EXPECT_EQ(three->service, "fabrikam.com");
  for (const auto* wrong : {"ldap", "", "/", "ldap/", "/x", "a/b/", "a//b", "a/b/c/d"}) EXPECT_FALSE(parse_spn(wrong)) << wrong;
}
// 4.1.4.2.19, with its example.
TEST(Names, ServicesAreMappedByTheirClass) {
  const std::vector<std::string> mappings = {"ldap=ldap,otherldap", "host=alerter,appmgmt,cisvc", "broken", "=x"};
  EXPECT_EQ(map_spn(*parse_spn("alerter/fabrikam.com"), mappings), "host/fabrikam.com");
  EXPECT_EQ(map_spn(*parse_spn("CISVC/a/b"), mappings), "host/a/b");
  EXPECT_EQ(map_spn(*parse_spn("otherldap/a"), mappings), "ldap/a");
  EXPECT_FALSE(map_spn(*parse_spn("http/a"), mappings));
  EXPECT_FALSE(map_spn(*parse_spn("host/a"), mappings)) << "an alias is not mapped onto itself unless its list says so";
  EXPECT_FALSE(map_spn(*parse_spn("x/a"), {}));
}
// 4.1.4.2.4, 4.1.4.2.20; [MS-ADTS] 3.1.1.1.7: a slash inside a label is escaped.
TEST(Names, CanonicalOnesAreTakenApart) {
  const auto name = parse_canonical("lab.example/people/an\\/n");
  EXPECT_EQ(name->domain, "lab.example");
  EXPECT_EQ(name->labels, (std::vector<std::string>{"people", "an/n"}));
  EXPECT_TRUE(parse_canonical("lab.example/")->labels.empty());
  EXPECT_TRUE(parse_canonical("lab.example")->labels.empty());
  EXPECT_EQ(parse_canonical("a//b")->labels, (std::vector<std::string>{"", "b"}));
  for (const auto* wrong : {"", "/a", "a/b\\"}) EXPECT_FALSE(parse_canonical(wrong)) << wrong;
  EXPECT_FALSE(parse_canonical(std::string(5000, '/').insert(0, "a"))) << "deeper than any directory";
}
// 4.1.4.2.1
TEST(Names, ExtendedCanonicalOnesHaveANewlineBeforeTheLeaf) {
  EXPECT_EQ(canonical_from_extended("a/b\nc"), "a/b/c");
  EXPECT_EQ(canonical_from_extended("a\nb\nc"), "a\nb/c");
  EXPECT_EQ(canonical_from_extended("lab.example\n"), "lab.example/");
  EXPECT_FALSE(canonical_from_extended("a/b"));
}
// 5.88: braces are demanded, and the rest has to be a GUID.
TEST(Names, GuidsHaveBraces) {
  const Guid guid = "12aa5f43-c776-4d63-b347-1175df806200"_guid;
  EXPECT_EQ(parse_braced_guid("{12AA5F43-C776-4D63-B347-1175DF806200}"), guid);
  EXPECT_EQ(parse_braced_guid(braced(guid)), guid);
  for (const auto* wrong : {"12aa5f43-c776-4d63-b347-1175df806200", "{12aa5f43}", "", "{12aa5f43-c776-4d63-b347-1175df80620g}"})
    EXPECT_FALSE(parse_braced_guid(wrong)) << wrong;
}
// 4.1.4.2.21, with its example.
TEST(Names, TheDomainComponentsEndADn) {
  EXPECT_EQ(dc_suffix("CN=Administrator,CN=Users,DC=fabrikam,DC=com"), "DC=fabrikam,DC=com");
  EXPECT_EQ(dc_suffix("dc=com"), "dc=com");
  EXPECT_EQ(dc_suffix("DC=a,CN=b"), "");
  EXPECT_EQ(dc_suffix("DC=a,CN=b,DC=c"), "DC=c");
  EXPECT_EQ(dc_suffix("CN=x"), "");
  EXPECT_EQ(dc_suffix("no name"), "");
}
// 4.1.16.2.1
TEST(Names, OfSitesAreShortAndPlain) {
  EXPECT_EQ(validate_site_rdn(u"A"), win32::kErrorSuccess);
  EXPECT_EQ(validate_site_rdn(std::u16string(64, u'x')), win32::kErrorSuccess);
  EXPECT_EQ(validate_site_rdn(std::u16string(65, u'x')), win32::kErrorDsNameTooLong);
  EXPECT_EQ(validate_site_rdn(std::u16string(65, u'=')), win32::kErrorDsNameTooLong) << "the length is judged first";
  EXPECT_EQ(validate_site_rdn(std::nullopt), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(validate_site_rdn(u""), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(validate_site_rdn(u"CN=A"), win32::kErrorDsDraInvalidParameter);
  EXPECT_EQ(validate_site_rdn(u"A,B"), win32::kErrorDsDraInvalidParameter);
}
// 5.95, 4.1.2.2.15
TEST(Names, SidsSayWhoseTheyAre) {
  const auto sid = [](std::string_view text) { return parse_sid(text).value(); };
  EXPECT_TRUE(is_builtin_principal(sid("S-1-5-32-544")));
  EXPECT_FALSE(is_builtin_principal(sid("S-1-5-32")));
  EXPECT_FALSE(is_builtin_principal(sid("S-1-5-21-1-2-3-544")));
  const Sid domain = sid("S-1-5-21-1-2-3");
  EXPECT_TRUE(is_well_known_domain_relative(sid("S-1-5-21-1-2-3-999"), domain));
  EXPECT_FALSE(is_well_known_domain_relative(sid("S-1-5-21-1-2-3-1000"), domain));
  EXPECT_FALSE(is_well_known_domain_relative(sid("S-1-5-21-1-2-4-500"), domain));
  EXPECT_EQ(well_known_name(sid("S-1-5-11"))->name, "Authenticated Users");
  EXPECT_EQ(well_known_name(sid("S-1-1-0"))->domain, "");
  EXPECT_FALSE(well_known_name(domain));
}
// 5.45: what a replication SPN begins with is what ours begins with.
TEST(Names, TheClassOfReplicationIsOne) {
  EXPECT_TRUE(security::drs_spn(DsaGuid{}, "lab.example").starts_with(kDrsSpnClass));
}

// The numbers of constants.hpp are those of the embedded schema.
TEST(Names, NumbersOfAttributesAreTheSchemas) {
  const auto& schema = *schema::Schema::embedded();
  const std::pair<Attid, std::string_view> attributes[] = {
      {attid::kDisplayName, "displayName"}, {attid::kInvocationId, "invocationId"}, {attid::kCost, "cost"}, {attid::kDnsRoot, "dnsRoot"},
      {attid::kNetbiosName, "nETBIOSName"}, {attid::kUnicodePwd, "unicodePwd"}, {attid::kLockoutDuration, "lockoutDuration"},
      {attid::kMaxPwdAge, "maxPwdAge"}, {attid::kPrimaryGroupId, "primaryGroupID"}, {attid::kTrustPartner, "trustPartner"},
      {attid::kSecurityIdentifier, "securityIdentifier"}, {attid::kOptions, "options"}, {attid::kRightsGuid, "rightsGuid"},
      {attid::kNtMixedDomain, "nTMixedDomain"}, {attid::kRidManagerReference, "rIDManagerReference"},
      {attid::kTrustAttributes, "trustAttributes"}, {attid::kTrustParent, "trustParent"}, {attid::kEnabled, "Enabled"},
      {attid::kSidHistory, "sIDHistory"}, {attid::kDnsHostName, "dNSHostName"}, {attid::kRootTrust, "rootTrust"},
      {attid::kSiteList, "siteList"}, {attid::kSiteLinkList, "siteLinkList"}, {attid::kAltSecurityIdentities, "altSecurityIdentities"},
      {attid::kSpnMappings, "sPNMappings"}, {attid::kValidAccesses, "validAccesses"}, {attid::kMsDsBehaviorVersion, "msDS-Behavior-Version"},
      {attid::kMsDsTrustForestTrustInfo, "msDS-TrustForestTrustInfo"}, {attid::kMsDsAdditionalDnsHostName, "msDS-AdditionalDnsHostName"},
      {attid::kMsDsAdditionalSamAccountName, "msDS-AdditionalSamAccountName"}, {attid::kMsDsHasMasterNcs, "msDS-hasMasterNCs"},
      {attid::kMsDsKrbTgtLink, "msDS-KrbTgtLink"}, {attid::kMsDsRevealedUsers, "msDS-RevealedUsers"},
      {attid::kMsDsNeverRevealGroup, "msDS-NeverRevealGroup"}, {attid::kMsDsRevealOnDemandGroup, "msDS-RevealOnDemandGroup"},
      {attid::kMsDsAuthenticatedAtDc, "msDS-AuthenticatedAtDC"}, {attid::kMsDsKeyCredentialLink, "msDS-KeyCredentialLink"}};
  for (const auto& [number, name] : attributes) {
    const auto* found = schema.find_attribute(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->attid, number) << name;
  }
  EXPECT_EQ(schema.find_class("foreignSecurityPrincipal")->attid, class_id::kForeignSecurityPrincipal);
}

// [MS-ADTS] 2.2.20.2, 2.2.20.6; [MS-DRSR] 4.1.30.2.2 and 4.1.31.2: what one call writes the other finds.
TEST(KeyCredential, IsFoundAgain) {
  const Bytes key = {1, 2, 3, 4};
  const Bytes blob = make_key_credential(key, FileTime{0x0123456789ABCDEF});
  EXPECT_EQ(to_hex(ByteView(blob).first(7)), "00020000200001");
  EXPECT_EQ(to_bytes(find_key_material(blob).value()), key);
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const auto cut = find_key_material(ByteView(blob).first(size));
    if (cut) EXPECT_EQ(to_bytes(*cut), key) << size;
  }
  EXPECT_FALSE(find_key_material(ByteView(blob).first(70))) << "it ends before the key";
}
TEST(KeyCredential, OfAnotherVersionIsNone) {
  Bytes blob = make_key_credential(Bytes{1}, FileTime{1});
  blob[0] = 1;
  EXPECT_FALSE(find_key_material(blob));
  EXPECT_FALSE(find_key_material({}));
}

// 4.1.1.1.25, 4.1.1.1.26: each code has a category that has a structure on the wire.
TEST(DirectoryErrors, HaveAStructure) {
  for (const Win32 code : {win32::kErrorDsObjNotFound, win32::kErrorDsObjStringNameExists, win32::kErrorDsRangeConstraint,
                           win32::kErrorDsInsuffAccessRights, win32::kErrorDsDatabaseError, win32::kErrorDsReferral}) {
    const auto error = directory_error_of(code);
    EXPECT_EQ(error.code, code);
    const auto reply = error_reply(3, error, nullptr);
    const auto* data = reply.get_if<3>()->pErrData->get_if<1>();
    EXPECT_EQ(data->errCode, error.category);
    ASSERT_TRUE(data->pErrInfo);
    EXPECT_EQ(data->pErrInfo->tag(), error.category);
  }
  EXPECT_EQ(directory_error_of(win32::kErrorDsDatabaseError).category, drsuapi::serviceError);
}
// 4.1.1.2.8
TEST(DirectoryErrors, OfVersionTwoStandInTheReply) {
  const auto reply = error_reply(2, {drsuapi::updError, drsuapi::UP_PROBLEM_ENTRY_EXISTS, win32::kErrorDsObjStringNameExists}, nullptr);
  const auto* v2 = reply.get_if<2>();
  EXPECT_EQ(v2->errCode, drsuapi::updError);
  EXPECT_EQ(v2->problem, drsuapi::UP_PROBLEM_ENTRY_EXISTS);
  EXPECT_EQ(v2->extendedErr, static_cast<std::uint32_t>(win32::kErrorDsObjStringNameExists));
}
TEST(DirectoryErrors, WithoutACategoryKeepTheirCode) {
  const auto reply = error_reply(3, {0, drsuapi::SV_PROBLEM_UNAVAILABLE, win32::kErrorDsUnavailable}, nullptr);
  const auto* data = reply.get_if<3>()->pErrData->get_if<1>();
  EXPECT_FALSE(data->pErrInfo);
  EXPECT_EQ(data->dwRepError, static_cast<std::uint32_t>(win32::kErrorDsUnavailable));
}

}  // namespace
}  // namespace tributary::service::directory
