// SPDX-License-Identifier: Apache-2.0
// IDL_DRSCrackNames as its clients see it: [MS-DRSR] 4.1.4. Every format in, every format out, a status for each name, every list.
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "drsuapi/blobs/forest_trust.hpp"
#include "service/directory/testing/forest_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace drsuapi;
using namespace repl;
using directory::unicode_octets;
namespace attid = directory::attid;
using repl::testing::must;

constexpr std::string_view kAnnDn = "CN=ann,CN=Users,DC=lab,DC=example";

struct Cracked {
  std::uint32_t status = 0;
  std::string domain, name;
  friend bool operator==(const Cracked&, const Cracked&) = default;
  friend void PrintTo(const Cracked& each, std::ostream* out) {
    *out << "{" << std::hex << each.status << ", " << each.domain << ", " << each.name << "}";
  }
};
const Cracked kNotFound{DS_NAME_ERROR_NOT_FOUND, "(null)", "(null)"};
const Cracked kNotUnique{DS_NAME_ERROR_NOT_UNIQUE, "(null)", "(null)"};
const Cracked kNoMapping{DS_NAME_ERROR_NO_MAPPING, "(null)", "(null)"};
const Cracked kDomainOnly{DS_NAME_ERROR_DOMAIN_ONLY, "(null)", "(null)"};
Cracked lab(std::string name, std::uint32_t status = DS_NAME_NO_ERROR) { return {status, "lab.example", std::move(name)}; }

/// One forest for all tests: they add, and do not change what others ask for.
class CrackNames : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dsa_ = new ForestDsa;
    auto& dsa = *dsa_;
    ann_ = dsa.add_account("user", "ann", 1201,
                           {{attid::kUserPrincipalName, {text_value("ann@lab.example")}},
                            {attid::kDisplayName, {text_value("Ann Ångström")}},
                            {attid::kUserAccountControl, {u32_value(0x200)}},
                            {attid::kSamAccountType, {u32_value(0x30000000)}},
                            {attid::kAltSecurityIdentities, {text_value("X509:<S>CN=Ann")}},
                            {attid::kServicePrincipalName, {text_value("http/www.lab.example")}},
                            {attid::kSidHistory, {octets_value(encode_sid(parse_sid("S-1-5-21-9-9-9-1000").value()))}}});
    bob_ = dsa.add_account("user", "bob", 1202,
                           {{attid::kDisplayName, {text_value("Twin")}},
                            {attid::kUserAccountControl, {u32_value(0x202)}},
                            {attid::kServicePrincipalName, {text_value("host/bob"), text_value("host/robert")}}});
    dsa.add_account("user", "carl", 1203, {{attid::kDisplayName, {text_value("Twin")}}});
    dsa.add_account("group", "staff", 1204, {{attid::kGroupType, {u32_value(0x80000008)}}, {attid::kSamAccountType, {u32_value(0x10000000)}}});
    dsa.add_account("group", "locals", 1205, {{attid::kGroupType, {u32_value(0x80000004)}}, {attid::kSamAccountType, {u32_value(0x20000000)}}});
    // Well-known ones are there already where a new forest has them.
    if (dsa.find(in_lab("CN=S-1-5-11,CN=ForeignSecurityPrincipals,")) == store::kNoDnt)
      dsa.add(in_lab("CN=ForeignSecurityPrincipals,"), "foreignSecurityPrincipal", "S-1-5-11",
              {{attid::kObjectSid, {octets_value(encode_sid(parse_sid("S-1-5-11").value()))}}});
    dsa.add(in_lab("CN=ForeignSecurityPrincipals,"), "foreignSecurityPrincipal", "S-1-5-21-8-8-8-1000",
            {{attid::kObjectSid, {octets_value(encode_sid(parse_sid("S-1-5-21-8-8-8-1000").value()))}}});
  }
  static void TearDownTestSuite() { delete dsa_; }

  static Outcome<IDL_DRSCrackNames> call(std::uint32_t offered, std::uint32_t desired, std::vector<std::string> names, std::uint32_t flags = 0,
                                         const CallContext& who = dsa_call()) {
    IDL_DRSCrackNames::In in;
    auto& request = in.msgIn.emplace<1>();
    request.dwFlags = flags;
    request.formatOffered = offered;
    request.formatDesired = desired;
    for (const auto& name : names) request.rpNames.push_back(wide(name));
    return run<IDL_DRSCrackNames>(crack_names, *dsa_, who, in);
  }
  static std::vector<Cracked> items(const Outcome<IDL_DRSCrackNames>& outcome) {
    EXPECT_EQ(outcome.code, win32::kErrorSuccess);
    std::vector<Cracked> all;
    const auto* reply = outcome.out.msgOut.get_if<1>();
    if (reply == nullptr || !reply->pResult) return all;
    for (const auto& item : reply->pResult->rItems) all.push_back({item.status, narrow(item.pDomain), narrow(item.pName)});
    return all;
  }
  static Cracked crack(std::uint32_t offered, std::uint32_t desired, const std::string& name, std::uint32_t flags = 0,
                       const CallContext& who = dsa_call()) {
    const auto all = items(call(offered, desired, {name}, flags, who));
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? Cracked{} : all[0];
  }
  static std::vector<std::string> list(std::uint32_t format, std::vector<std::string> names = {"x"}) {
    std::vector<std::string> texts;
    for (const auto& item : items(call(format, 0, std::move(names)))) texts.push_back(item.name);
    return texts;
  }
  static std::string braced_ann() { return "{" + to_string(dsa_->guid(ann_)) + "}"; }

  static inline ForestDsa* dsa_ = nullptr;
  static inline Dnt ann_ = store::kNoDnt, bob_ = store::kNoDnt;
};

// 4.1.4.2.10: each format that may be offered finds the object.
TEST_F(CrackNames, FindsAnnByEveryFormat) {
  const struct {
    std::uint32_t offered;
    std::string name;
  } cases[] = {
      {DS_FQDN_1779_NAME, std::string(kAnnDn)},
      {DS_FQDN_1779_NAME, "cn=ANN, cn=users, dc=LAB, dc=example"},
      {DS_NT4_ACCOUNT_NAME, "LAB\\ann"},
      {DS_NT4_ACCOUNT_NAME, "lab\\ANN"},
      {DS_NT4_ACCOUNT_NAME, "lab.example\\ann"},
      {DS_NT4_ACCOUNT_NAME, "\\ann"},
      {DS_DISPLAY_NAME, "Ann Ångström"},
      {DS_DISPLAY_NAME, "ANN ÅNGSTRÖM"},
      {DS_UNIQUE_ID_NAME, braced_ann()},
      {DS_CANONICAL_NAME, "lab.example/Users/ann"},
      {DS_CANONICAL_NAME_EX, "lab.example/Users\nann"},
      {DS_USER_PRINCIPAL_NAME, "ann@lab.example"},
      {DS_USER_PRINCIPAL_NAME, "ann@LAB"},
      {DS_SERVICE_PRINCIPAL_NAME, "http/www.lab.example"},
      {DS_SID_OR_SID_HISTORY_NAME, "S-1-5-21-1-2-3-1201"},
      {DS_SID_OR_SID_HISTORY_NAME, "S-1-5-21-9-9-9-1000"},
      {DS_NT4_ACCOUNT_NAME_SANS_DOMAIN, "ann"},
      {DS_NT4_ACCOUNT_NAME_SANS_DOMAIN_EX, "ann"},
      {DS_ALT_SECURITY_IDENTITIES_NAME, "X509:<S>CN=Ann"},
      {DS_USER_PRINCIPAL_NAME_AND_ALTSECID, "ann@lab.example"},
      {DS_USER_PRINCIPAL_NAME_AND_ALTSECID, "X509:<S>CN=Ann"},
  };
  for (const auto& each : cases) EXPECT_EQ(crack(each.offered, DS_FQDN_1779_NAME, each.name), lab(std::string(kAnnDn))) << each.name;
}

// 4.1.4.2.16: the formats in their order, until one gives anything but "not found".
TEST_F(CrackNames, GuessesTheFormatOfAnUnknownName) {
  for (const auto& name : {std::string(kAnnDn), std::string("ann@lab.example"), std::string("LAB\\ann"), std::string("lab.example/Users/ann"),
                           braced_ann(), std::string("Ann Ångström"), std::string("http/www.lab.example"), std::string("S-1-5-21-1-2-3-1201")})
    EXPECT_EQ(crack(DS_UNKNOWN_NAME, DS_FQDN_1779_NAME, name), lab(std::string(kAnnDn))) << name;
  EXPECT_EQ(crack(DS_UNKNOWN_NAME, DS_FQDN_1779_NAME, "nothing at all"), kNotFound);
  EXPECT_EQ(crack(DS_UNKNOWN_NAME, DS_FQDN_1779_NAME, "nobody@lab.example"), kDomainOnly);
  EXPECT_EQ(crack(DS_UNKNOWN_NAME, DS_FQDN_1779_NAME, "Twin"), kNotUnique);
}

// 4.1.4.2.24: each format that may be desired.
TEST_F(CrackNames, WritesEveryFormat) {
  const struct {
    std::uint32_t desired;
    Cracked expected;
  } cases[] = {
      {DS_FQDN_1779_NAME, lab(std::string(kAnnDn))},
      {DS_NT4_ACCOUNT_NAME, lab("LAB\\ann")},
      {DS_DISPLAY_NAME, lab("Ann Ångström")},
      {DS_UNIQUE_ID_NAME, lab(braced_ann())},
      {DS_CANONICAL_NAME, lab("lab.example/Users/ann")},
      {DS_CANONICAL_NAME_EX, lab("lab.example/Users\nann")},
      {DS_USER_PRINCIPAL_NAME, lab("ann@lab.example")},
      {DS_SERVICE_PRINCIPAL_NAME, lab("http/www.lab.example")},
      {DS_STRING_SID_NAME, lab("S-1-5-21-1-2-3-1201")},
      {DS_USER_PRINCIPAL_NAME_FOR_LOGON, lab("ann@lab.example")},
  };
  for (const auto& each : cases) EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, each.desired, "LAB\\ann"), each.expected) << each.desired;
}
// 4.1.4.2.10: formats that nothing can be written in.
TEST_F(CrackNames, SaysThatAFormatCannotBeWritten) {
  for (const std::uint32_t desired : {std::uint32_t{DS_SID_OR_SID_HISTORY_NAME}, std::uint32_t{DS_DNS_DOMAIN_NAME},
                                      std::uint32_t{DS_NT4_ACCOUNT_NAME_SANS_DOMAIN}, std::uint32_t{DS_UNKNOWN_NAME}, 4u, 0x1234u})
    EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, desired, "LAB\\ann").status, DS_NAME_ERROR_RESOLVING) << desired;
}
// 4.1.4.2.10, 4.1.4.2.24: what the object does not have, or has twice.
TEST_F(CrackNames, SaysThatAnObjectHasNoSuchName) {
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_USER_PRINCIPAL_NAME, "LAB\\bob"), kNoMapping);
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_SERVICE_PRINCIPAL_NAME, "LAB\\bob"), kNotUnique);
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_SERVICE_PRINCIPAL_NAME, "LAB\\carl"), kNoMapping);
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_STRING_SID_NAME, in_lab("CN=Users,")), kNoMapping);
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_NT4_ACCOUNT_NAME, in_lab("CN=Users,")), kNoMapping);
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_USER_PRINCIPAL_NAME_FOR_LOGON, "LAB\\bob"), lab("bob@lab.example")) << "an implicit one";
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_USER_PRINCIPAL_NAME_FOR_LOGON, in_lab("CN=Users,")), kNoMapping);
}

// 4.1.4.2.10: nothing, only the domain, or more than one.
TEST_F(CrackNames, SaysWhatWasNotFound) {
  const struct {
    std::uint32_t offered;
    std::string_view name;
    const Cracked& expected;
  } cases[] = {
      {DS_FQDN_1779_NAME, "CN=nobody,DC=lab,DC=example", kDomainOnly},
      {DS_FQDN_1779_NAME, "CN=nobody,DC=elsewhere", kNotFound},
      {DS_FQDN_1779_NAME, "no name", kNotFound},
      {DS_FQDN_1779_NAME, "", kNotFound},
      {DS_NT4_ACCOUNT_NAME, "LAB\\nobody", kDomainOnly},
      {DS_NT4_ACCOUNT_NAME, "OTHER\\ann", kDomainOnly},
      {DS_NT4_ACCOUNT_NAME, "ann", kNotFound},
      {DS_USER_PRINCIPAL_NAME, "nobody@lab.example", kDomainOnly},
      {DS_USER_PRINCIPAL_NAME, "ann@elsewhere.example", kDomainOnly},
      {DS_USER_PRINCIPAL_NAME, "ann", kNotFound},
      {DS_CANONICAL_NAME, "lab.example/Users/nobody", kDomainOnly},
      {DS_CANONICAL_NAME, "elsewhere.example/a", kDomainOnly},
      {DS_CANONICAL_NAME, "lab.example", kNotFound},
      {DS_CANONICAL_NAME_EX, "lab.example/Users/ann", kNotFound},
      {DS_UNIQUE_ID_NAME, "{00000000-0000-0000-0000-000000000001}", kNotFound},
      {DS_UNIQUE_ID_NAME, "nonsense", kNotFound},
      {DS_DISPLAY_NAME, "Nobody", kNotFound},
      {DS_DISPLAY_NAME, "Twin", kNotUnique},
      {DS_SERVICE_PRINCIPAL_NAME, "http/nowhere", kNotFound},
      {DS_SERVICE_PRINCIPAL_NAME, "http/nowhere/elsewhere.example", kDomainOnly},
      {DS_SID_OR_SID_HISTORY_NAME, "S-1-5-21-1-2-3-9999", kNotFound},
      {DS_SID_OR_SID_HISTORY_NAME, "S-1-nonsense", kNotFound},
      {DS_STRING_SID_NAME, "S-1-5-21-7-7-7-1", kNotFound},
      {DS_NT4_ACCOUNT_NAME_SANS_DOMAIN, "nobody", kNotFound},
      {DS_NT4_ACCOUNT_NAME_SANS_DOMAIN, "LAB\\ann", kNotFound},
      {DS_ALT_SECURITY_IDENTITIES_NAME, "X509:nobody", kNotFound},
      {DS_DNS_DOMAIN_NAME, "lab.example", kNotFound},
  };
  for (const auto& each : cases) EXPECT_EQ(crack(each.offered, DS_FQDN_1779_NAME, std::string(each.name)), each.expected) << each.name;
}
// 4.1.4.2.10: an account that is disabled is none for the format that asks for valid ones.
TEST_F(CrackNames, AsksForValidAccountsOnly) {
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME_SANS_DOMAIN, DS_NT4_ACCOUNT_NAME, "bob"), lab("LAB\\bob"));
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME_SANS_DOMAIN_EX, DS_NT4_ACCOUNT_NAME, "bob"), kNotFound);
}
// 4.1.4.2.10, 4.1.4.1.8: a SID in the form of a string tells the kind of its owner.
TEST_F(CrackNames, TellsWhoseSidItIs) {
  EXPECT_EQ(crack(DS_STRING_SID_NAME, DS_NT4_ACCOUNT_NAME, "S-1-5-21-1-2-3-1201"), lab("LAB\\ann", DS_NAME_ERROR_IS_SID_USER));
  EXPECT_EQ(crack(DS_STRING_SID_NAME, DS_NT4_ACCOUNT_NAME, "S-1-5-21-9-9-9-1000"), lab("LAB\\ann", DS_NAME_ERROR_IS_SID_HISTORY_USER));
  EXPECT_EQ(crack(DS_STRING_SID_NAME, DS_NT4_ACCOUNT_NAME, "S-1-5-21-1-2-3-1204"), lab("LAB\\staff", DS_NAME_ERROR_IS_SID_GROUP));
  EXPECT_EQ(crack(DS_STRING_SID_NAME, DS_NT4_ACCOUNT_NAME, "S-1-5-21-1-2-3-1205"), lab("LAB\\locals", DS_NAME_ERROR_IS_SID_ALIAS));
  EXPECT_EQ(crack(DS_STRING_SID_NAME, DS_NT4_ACCOUNT_NAME, "S-1-5-21-1-2-3-1203"), lab("LAB\\carl", DS_NAME_ERROR_IS_SID_UNKNOWN));
  EXPECT_EQ(crack(DS_SID_OR_SID_HISTORY_NAME, DS_NT4_ACCOUNT_NAME, "S-1-5-21-1-2-3-1201"), lab("LAB\\ann"));
}
// 4.1.4.2.24, 4.1.4.2.25: a domain has a name of each kind.
TEST_F(CrackNames, NamesTheDomain) {
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_NT4_ACCOUNT_NAME, std::string(kLab)), lab("LAB\\"));
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_FQDN_1779_NAME, "LAB\\"), lab(std::string(kLab)));
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_CANONICAL_NAME, std::string(kLab)), lab("lab.example/"));
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_CANONICAL_NAME_EX, std::string(kLab)), lab("lab.example\n"));
  EXPECT_EQ(crack(DS_CANONICAL_NAME, DS_FQDN_1779_NAME, "lab.example/"), lab(std::string(kLab)));
  EXPECT_EQ(crack(DS_CANONICAL_NAME_EX, DS_FQDN_1779_NAME, "lab.example\n"), lab(std::string(kLab)));
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_STRING_SID_NAME, std::string(kLab)), lab("S-1-5-21-1-2-3"));
}
// Accounts of the BUILTIN domain are called by it.
TEST_F(CrackNames, NamesBuiltinGroups) {
  const auto administrators = in_lab("CN=Administrators,CN=Builtin,");
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_NT4_ACCOUNT_NAME, administrators), lab("BUILTIN\\Administrators"));
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_FQDN_1779_NAME, "BUILTIN\\Administrators"), lab(administrators));
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_FQDN_1779_NAME, "BUILTIN\\ann"), kDomainOnly);
}
// 4.1.4.2.13, [MS-ADTS] 3.1.1.1.7: also where the NC is not a domain.
TEST_F(CrackNames, NamesObjectsOfTheConfiguration) {
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_CANONICAL_NAME, in_configuration("CN=Sites,")), lab("lab.example/Configuration/Sites"));
  EXPECT_EQ(crack(DS_CANONICAL_NAME, DS_FQDN_1779_NAME, "lab.example/Configuration/Sites"), lab(in_configuration("CN=Sites,")));
}

// 4.1.4.2.14: directly, by a mapping, and by the GUID of a DSA whose SPN is not there yet.
TEST_F(CrackNames, FindsServices) {
  const std::string computer = in_lab("CN=DSA-A,OU=Domain Controllers,");
  EXPECT_EQ(crack(DS_SERVICE_PRINCIPAL_NAME, DS_FQDN_1779_NAME, "ldap/dsa-a.lab.example"), lab(computer));
  EXPECT_EQ(crack(DS_SERVICE_PRINCIPAL_NAME, DS_FQDN_1779_NAME, "cifs/dsa-a.lab.example"), lab(computer)) << "sPNMappings has host=...cifs";
  const std::string guid = to_string(dsa_->identity().dsa.value);
  const std::string spn = "E3514235-4B06-11D1-AB04-00C04FC2DCD2/" + guid + "/lab.example";
  EXPECT_EQ(crack(DS_SERVICE_PRINCIPAL_NAME, DS_FQDN_1779_NAME, spn), lab(computer));
  const Dnt account = dsa_->find(computer);
  const auto kept = dsa_->texts(account, attid::kServicePrincipalName);
  dsa_->set(account, attid::kServicePrincipalName, {});
  EXPECT_EQ(crack(DS_SERVICE_PRINCIPAL_NAME, DS_FQDN_1779_NAME, spn), lab(computer)) << "by serverReference";
  EXPECT_EQ(crack(DS_SERVICE_PRINCIPAL_NAME, DS_FQDN_1779_NAME, "E3514235-4B06-11D1-AB04-00C04FC2DCD2/" + guid + "/other.example"), kDomainOnly);
  EXPECT_EQ(crack(DS_SERVICE_PRINCIPAL_NAME, DS_FQDN_1779_NAME, "E3514235-4B06-11D1-AB04-00C04FC2DCD2/nonsense/lab.example"), kDomainOnly);
  EXPECT_EQ(crack(DS_SERVICE_PRINCIPAL_NAME, DS_FQDN_1779_NAME, "ldap/dsa-a.lab.example"), kNotFound);
  std::vector<NewValue> values;
  for (const auto& each : kept) values.push_back(text_value(each));
  dsa_->set(account, attid::kServicePrincipalName, std::move(values));
}

// 4.1.4.2.10, 4.1.4.2.18, 4.1.4.3: foreign principals, for whom administrators' programs get a name.
TEST_F(CrackNames, ResolvesForeignPrincipals) {
  const std::string known = in_lab("CN=S-1-5-11,CN=ForeignSecurityPrincipals,"), unknown = in_lab("CN=S-1-5-21-8-8-8-1000,CN=ForeignSecurityPrincipals,");
  const Cracked authenticated{DS_NAME_ERROR_IS_FPO, "NT AUTHORITY", "NT AUTHORITY\\Authenticated Users"};
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_NT4_ACCOUNT_NAME, known), kNoMapping) << "not for a DSA that did not ask";
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_NT4_ACCOUNT_NAME, known, DS_NAME_FLAG_PRIVATE_RESOLVE_FPOS), authenticated);
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_NT4_ACCOUNT_NAME, known, 0, administrators_call()), authenticated);
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_USER_PRINCIPAL_NAME, known, 0, administrators_call()), authenticated);
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_DISPLAY_NAME, unknown, 0, administrators_call()).status, DS_NAME_ERROR_RESOLVING);
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_STRING_SID_NAME, known, 0, administrators_call()), lab("S-1-5-11")) << "what it has it gives";
  EXPECT_EQ(crack(DS_FQDN_1779_NAME, DS_CANONICAL_NAME, known, 0, administrators_call()),
            lab("lab.example/ForeignSecurityPrincipals/S-1-5-11"));
}

// 4.1.4.3: in one domain every DC counts as a GC; with two only one that says so.
TEST_F(CrackNames, VerifiesThatItIsAGlobalCatalog) {
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_FQDN_1779_NAME, "LAB\\ann", DS_NAME_FLAG_GCVERIFY), lab(std::string(kAnnDn)));
  ForestDsa other;
  other.add(in_configuration("CN=Partitions,"), "crossRef", "TWO",
            {{attid::kNcName, {reference_value(other.configuration())}}, {attid::kSystemFlags, {u32_value(3)}},
             {attid::kDnsRoot, {text_value("two.example")}}});
  IDL_DRSCrackNames::In in;
  auto& request = in.msgIn.emplace<1>();
  request.dwFlags = DS_NAME_FLAG_GCVERIFY;
  request.formatOffered = DS_FQDN_1779_NAME;
  request.formatDesired = DS_FQDN_1779_NAME;
  request.rpNames.push_back(wide(in_configuration("CN=Sites,")));
  EXPECT_EQ(run<IDL_DRSCrackNames>(crack_names, other, dsa_call(), in).code, win32::kErrorDsGcverifyError);
  request.dwFlags = 0;
  const auto local = run<IDL_DRSCrackNames>(crack_names, other, dsa_call(), in);
  EXPECT_EQ(local.out.msgOut.get_if<1>()->pResult->rItems[0].status, DS_NAME_ERROR_DOMAIN_ONLY) << "who is no GC looks in its domain only";
  other.rules().rules.global_catalog = true;
  request.dwFlags = DS_NAME_FLAG_GCVERIFY;
  EXPECT_EQ(run<IDL_DRSCrackNames>(crack_names, other, dsa_call(), in).out.msgOut.get_if<1>()->pResult->rItems[0].status, DS_NAME_NO_ERROR);
}

// 4.1.4.2.10, 5.64.2: a name of a trusted forest is referred to it, for those who asked for referrals.
TEST_F(CrackNames, RefersToTrustedForests) {
  ForestDsa dsa;
  blobs::ForestTrustInfo info;
  const auto octets = [](std::string_view text) { return to_bytes(as_bytes(text)); };
  blobs::ForestTrustRecord top, domain, excluded;
  top.RecordType.value = 0;
  top.data = blobs::ForestTrustTopLevelName{octets("partner.example")};
  excluded.RecordType.value = 1;
  excluded.data = blobs::ForestTrustTopLevelName{octets("not.partner.example")};
  domain.RecordType.value = 2;
  domain.data = blobs::ForestTrustDomainInfo{encode_sid(parse_sid("S-1-5-21-4-5-6").value()), octets("sub.partner.example"), octets("SUB")};
  auto hidden = domain;
  hidden.data = blobs::ForestTrustDomainInfo{encode_sid(parse_sid("S-1-5-21-4-5-7").value()), octets("a.not.partner.example"), octets("HIDDEN")};
  info.Records = {top, excluded, domain, hidden};
  dsa.add(in_lab("CN=System,"), "trustedDomain", "partner.example",
          {{attid::kTrustPartner, {text_value("partner.example")}}, {attid::kTrustAttributes, {u32_value(8)}},
           {attid::kMsDsTrustForestTrustInfo, {octets_value(must(blobs::encode_forest_trust_info(info)))}}});
  const auto ask = [&](std::uint32_t format, std::string_view name, std::uint32_t flags) {
    IDL_DRSCrackNames::In in;
    auto& request = in.msgIn.emplace<1>();
    request.dwFlags = flags;
    request.formatOffered = format;
    request.formatDesired = DS_FQDN_1779_NAME;
    request.rpNames.push_back(wide(name));
    const auto outcome = run<IDL_DRSCrackNames>(crack_names, dsa, dsa_call(), in);
    const auto& item = outcome.out.msgOut.get_if<1>()->pResult->rItems[0];
    return Cracked{item.status, narrow(item.pDomain), narrow(item.pName)};
  };
  const Cracked referral{DS_NAME_ERROR_TRUST_REFERRAL, "partner.example", "(null)"};
  EXPECT_EQ(ask(DS_NT4_ACCOUNT_NAME, "SUB\\eve", DS_NAME_FLAG_TRUST_REFERRAL), referral);
  EXPECT_EQ(ask(DS_USER_PRINCIPAL_NAME, "eve@sub.partner.example", DS_NAME_FLAG_TRUST_REFERRAL), referral);
  EXPECT_EQ(ask(DS_SERVICE_PRINCIPAL_NAME, "http/x/sub.partner.example", DS_NAME_FLAG_TRUST_REFERRAL), referral);
  EXPECT_EQ(ask(DS_STRING_SID_NAME, "S-1-5-21-4-5-6-1000", DS_NAME_FLAG_TRUST_REFERRAL), referral);
  EXPECT_EQ(ask(DS_NT4_ACCOUNT_NAME, "SUB\\eve", 0), (Cracked{DS_NAME_ERROR_DOMAIN_ONLY, "partner.example", "(null)"}));
  EXPECT_EQ(ask(DS_NT4_ACCOUNT_NAME, "HIDDEN\\eve", DS_NAME_FLAG_TRUST_REFERRAL), kDomainOnly) << "its name is excluded";
  EXPECT_EQ(ask(DS_CANONICAL_NAME, "sub.partner.example/x", DS_NAME_FLAG_TRUST_REFERRAL), kDomainOnly) << "not of this format";
}

// 4.1.4.2.9: the lists.
TEST_F(CrackNames, ListsRoles) {
  const std::string settings = "CN=NTDS Settings,CN=DSA-A,CN=Servers," + std::string(kFirstSite);
  EXPECT_EQ(list(DS_LIST_ROLES), std::vector<std::string>(5, settings));
}
TEST_F(CrackNames, ListsSitesAndServers) {
  const std::string server = "CN=DSA-A,CN=Servers," + std::string(kFirstSite);
  EXPECT_EQ(list(DS_LIST_SITES), std::vector<std::string>{std::string(kFirstSite)});
  EXPECT_EQ(list(DS_LIST_SERVERS_IN_SITE, {std::string(kFirstSite)}), std::vector<std::string>{server});
  EXPECT_EQ(list(DS_LIST_SERVERS_WITH_DCS_IN_SITE, {std::string(kFirstSite)}), std::vector<std::string>{server});
  EXPECT_EQ(list(DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE, {std::string(kLab), std::string(kFirstSite)}), std::vector<std::string>{server});
  EXPECT_EQ(list(DS_LIST_DOMAINS_IN_SITE, {std::string(kFirstSite)}), std::vector<std::string>{std::string(kLab)});
  EXPECT_EQ(list(DS_LIST_INFO_FOR_SERVER, {server}),
            (std::vector<std::string>{"CN=NTDS Settings," + server, "dsa-a.lab.example", in_lab("CN=DSA-A,OU=Domain Controllers,")}));
  for (const std::uint32_t format : {DS_LIST_SERVERS_IN_SITE, DS_LIST_SERVERS_WITH_DCS_IN_SITE, DS_LIST_DOMAINS_IN_SITE, DS_LIST_INFO_FOR_SERVER})
    EXPECT_TRUE(list(format, {in_configuration("CN=nowhere,CN=Sites,")}).empty()) << format;
  EXPECT_TRUE(list(DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE, {std::string(kLab)}).empty()) << "without a site";
  EXPECT_TRUE(list(DS_LIST_SERVERS_FOR_DOMAIN_IN_SITE, {"DC=elsewhere", std::string(kFirstSite)}).empty());
}
TEST_F(CrackNames, ListsNcs) {
  EXPECT_EQ(list(DS_LIST_DOMAINS), std::vector<std::string>{std::string(kLab)});
  auto ncs = list(DS_LIST_NCS);
  std::ranges::sort(ncs);
  EXPECT_EQ(ncs, (std::vector<std::string>{"CN=Configuration,DC=lab,DC=example", "CN=Schema,CN=Configuration,DC=lab,DC=example", std::string(kLab)}));
}
TEST_F(CrackNames, ListsGlobalCatalogs) {
  EXPECT_EQ(items(call(DS_LIST_GLOBAL_CATALOG_SERVERS, 0, {"x"})),
            (std::vector<Cracked>{{DS_NAME_NO_ERROR, "dsa-a.lab.example", "Default-First-Site-Name"}}));
}
// 4.1.4.2.9, DS_MAP_SCHEMA_GUID: attributes, classes, property sets, control access rights.
TEST_F(CrackNames, MapsSchemaGuids) {
  const auto map = [](std::string_view guid) { return crack(DS_MAP_SCHEMA_GUID, 0, std::string(guid)); };
  EXPECT_EQ(map("{bf967953-0de6-11d0-a285-00aa003049e2}"), (Cracked{DS_NAME_ERROR_SCHEMA_GUID_ATTR, "(null)", "displayName"}));
  EXPECT_EQ(map("{BF967ABA-0DE6-11D0-A285-00AA003049E2}"), (Cracked{DS_NAME_ERROR_SCHEMA_GUID_CLASS, "(null)", "user"}));
  EXPECT_EQ(map("{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}").status, DS_NAME_ERROR_SCHEMA_GUID_CONTROL_RIGHT);
  EXPECT_EQ(map("{59ba2f42-79a2-11d0-9020-00c04fc2d3cf}").status, DS_NAME_ERROR_SCHEMA_GUID_ATTR_SET);
  for (const auto* wrong : {"{00000000-0000-0000-0000-000000000001}", "bf967953-0de6-11d0-a285-00aa003049e2", "nonsense", ""})
    EXPECT_EQ(map(wrong), (Cracked{DS_NAME_ERROR_SCHEMA_GUID_NOT_FOUND, "(null)", "(null)"})) << wrong;
}

// 4.1.4.2.9: a format that is none gives nothing, and is no error.
TEST_F(CrackNames, GivesNothingForAFormatThatIsNone) {
  for (const std::uint32_t format : {0x77777777u, std::uint32_t{DS_USER_PRINCIPAL_NAME_FOR_LOGON}, 13u})
    EXPECT_TRUE(items(call(format, DS_FQDN_1779_NAME, {"LAB\\ann"})).empty()) << format;
}
// 4.1.4.1.2: one item for each name, in their order; what is no UTF-16 and what is null is not found.
TEST_F(CrackNames, AnswersEveryName) {
  const auto all = items(call(DS_NT4_ACCOUNT_NAME, DS_NT4_ACCOUNT_NAME, {"LAB\\ann", "LAB\\nobody", "x", "LAB\\bob"}));
  EXPECT_EQ(all, (std::vector<Cracked>{lab("LAB\\ann"), kDomainOnly, kNotFound, lab("LAB\\bob")}));
  IDL_DRSCrackNames::In in;
  auto& request = in.msgIn.emplace<1>();
  request.formatOffered = DS_NT4_ACCOUNT_NAME;
  request.formatDesired = DS_FQDN_1779_NAME;
  request.rpNames.push_back(std::nullopt);
  request.rpNames.push_back(std::u16string{u'L', 0xD800, u'\\', u'a'});
  const auto outcome = run<IDL_DRSCrackNames>(crack_names, *dsa_, dsa_call(), in);
  ASSERT_EQ(outcome.code, win32::kErrorSuccess);
  EXPECT_EQ(outcome.out.msgOut.get_if<1>()->pResult->rItems[0].status, DS_NAME_ERROR_NOT_FOUND);
  EXPECT_EQ(outcome.out.msgOut.get_if<1>()->pResult->rItems[1].status, DS_NAME_ERROR_DOMAIN_ONLY);
}
// A deleted object has no name any more.
TEST_F(CrackNames, DoesNotFindWhatIsDeleted) {
  const Dnt gone = dsa_->add_account("user", "gone", 1299);
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_NT4_ACCOUNT_NAME, "LAB\\gone"), lab("LAB\\gone"));
  const std::string guid = "{" + to_string(dsa_->guid(gone)) + "}";
  dsa_->remove(gone);
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_NT4_ACCOUNT_NAME, "LAB\\gone"), kDomainOnly);
  EXPECT_EQ(crack(DS_UNIQUE_ID_NAME, DS_NT4_ACCOUNT_NAME, guid), kNotFound);
  EXPECT_EQ(crack(DS_SID_OR_SID_HISTORY_NAME, DS_NT4_ACCOUNT_NAME, "S-1-5-21-1-2-3-1299"), kNotFound);
}
// A client that has gone is not worked for.
TEST_F(CrackNames, StopsWhenTheClientHasGone) {
  auto who = dsa_call();
  who.cancelled = [] { return true; };
  EXPECT_EQ(call(DS_NT4_ACCOUNT_NAME, DS_FQDN_1779_NAME, std::vector<std::string>(200, "LAB\\ann"), 0, who).code, win32::kRpcSCallCancelled);
}
// 4.1.4.4, the example of the specification with this forest's names.
TEST_F(CrackNames, ExampleOfTheSpecification) {
  EXPECT_EQ(crack(DS_NT4_ACCOUNT_NAME, DS_FQDN_1779_NAME, "LAB\\ann"), lab(std::string(kAnnDn)));
}

}  // namespace
}  // namespace tributary::service::testing
