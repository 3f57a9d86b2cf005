// SPDX-License-Identifier: Apache-2.0
// A new forest is what [MS-ADTS] 6.1 demands: sound, by the rules of its own schema, and the same on every DSA to which it replicates.
#include "service/forest/new_forest.hpp"

#include <gtest/gtest.h>

#include "drsuapi/constants.hpp"
#include "repl/destination/test_dsas.hpp"
#include "repl/updates/checks.hpp"
#include "schema/check_value.hpp"
#include "security/access/sddl.hpp"
#include "service/access.hpp"
#include "service/access/new_object_descriptor.hpp"
#include "store/verify.hpp"

namespace tributary::service {
namespace {

using namespace repl::testing;
using repl::Attid;
using store::Dnt;

ForestPlan lab_plan() {
  ForestPlan plan;
  plan.names = {"lab.example", "LAB"};
  plan.host_name = "dsa-a";
  plan.domain_sid = parse_sid("S-1-5-21-1-2-3").value();
  return plan;
}

/// One forest for all tests that only look.
class NewForest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    dsa_ = new Dsa(1, true);
    created_ = new ForestCreated(must(create_forest(dsa_->context, *dsa_->store, lab_plan())));
  }
  static void TearDownTestSuite() {
    delete dsa_;
    delete created_;
  }
  static Dnt find(std::string_view dn) { return must(repl::resolve_dn(*dsa_->store->read(), *dsa_->context.schema, dn)); }
  static std::vector<Dnt> all_of(Dnt nc) {
    std::vector<Dnt> objects;
    must(dsa_->store->read()->changes(nc, Usn{0}, [&](const store::ObjectChange& change) { return objects.push_back(change.dnt), true; }));
    return objects;
  }
  static std::string text(std::string_view dn, std::string_view attribute) {
    const auto snapshot = dsa_->store->read();
    const auto object = must(snapshot->find(find(dn)));
    if (!object) return "no such object";
    const auto value = object->first(attid_of(attribute));
    return value ? text_of(*value) : "none";
  }
  static std::uint32_t number(std::string_view dn, std::string_view attribute) {
    const auto snapshot = dsa_->store->read();
    const auto object = must(snapshot->find(find(dn)));
    return object ? object->first_u32(attid_of(attribute)).value_or(0xDEAD) : 0xDEAD;
  }
  /// DNs that a reference attribute of the record, or a link, names.
  static std::vector<std::string> targets(std::string_view dn, std::string_view attribute) {
    const auto snapshot = dsa_->store->read();
    std::vector<std::string> names;
    const auto name = [&](Dnt dnt) { names.push_back(must(repl::dn_of(*snapshot, *dsa_->context.schema, dnt))); };
    const auto object = must(snapshot->find(find(dn)));
    if (const auto values = object->find(attid_of(attribute)); values && values->references())
      for (std::size_t i = 0; i < values->size(); ++i) name(store::reference_target(values->value(i)));
    must(snapshot->links(object->dnt(), attid_of(attribute), [&](const store::LinkValue& link) { return name(link.key.target), true; }));
    std::ranges::sort(names);
    return names;
  }

  static inline Dsa* dsa_ = nullptr;
  static inline ForestCreated* created_ = nullptr;
};

constexpr std::string_view kDomain = "DC=lab,DC=example";
constexpr std::string_view kSettings = "CN=NTDS Settings,CN=DSA-A,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,DC=lab,DC=example";

std::string below_configuration(std::string_view rdns) { return std::string(rdns) + ",CN=Configuration,DC=lab,DC=example"; }
std::string in_domain(std::string_view rdns) { return std::string(rdns) + ",DC=lab,DC=example"; }

TEST_F(NewForest, IsSound) {
  expect_sound(*dsa_);
  EXPECT_EQ(must(dsa_->store->read()->nc_roots()).size(), 3u);
}

// [MS-ADTS] 3.1.1.5.1.1: what a client could not have made in another way is not made here either.
TEST_F(NewForest, EveryObjectKeepsTheRulesOfTheSchema) {
  const auto snapshot = dsa_->store->read();
  const auto& schema = *dsa_->context.schema;
  for (const Dnt nc : {created_->domain, created_->configuration, created_->schema_nc})
    for (const Dnt dnt : all_of(nc)) {
      const auto object = *must(snapshot->find(dnt));
      const auto dn = must(repl::dn_of(*snapshot, schema, dnt));
      std::vector<Attid> present;
      for (std::size_t i = 0; i < object.attribute_count(); ++i) {
        const auto attribute = object.attribute(i);
        const auto* definition = schema.find_attribute(attribute.attid());
        if (attribute.size() > 0) present.push_back(attribute.attid());
        for (std::size_t v = 0; v < attribute.size(); ++v) {
          const auto octets = attribute.references() ? store::reference_rest(attribute.value(v)) : attribute.value(v);
          EXPECT_TRUE(schema::check_value(*definition, octets)) << dn << ": " << definition->ldap_display_name;
        }
      }
      must(snapshot->links(dnt, Attid{}, [&](const store::LinkValue& link) { return present.push_back(link.key.attid), true; }));
      std::ranges::sort(present);
      const auto classes = repl::object_classes(object);
      const auto good = repl::check_content(schema, classes, present);
      EXPECT_TRUE(good) << dn << ": " << describe_error(good.error());
      if (dnt == nc) continue;
      const auto parent = *must(snapshot->find(object.parent()));
      EXPECT_TRUE(schema.allows_parent(*repl::structural_class(schema, object), repl::object_classes(parent))) << dn;
    }
}

TEST_F(NewForest, TheSchemaNcIsTheSchema) {
  const auto& before = *schema::Schema::embedded();
  ASSERT_TRUE(created_->schema);
  const auto& after = *created_->schema;
  ASSERT_EQ(after.attributes().size(), before.attributes().size());
  ASSERT_EQ(after.classes().size(), before.classes().size());
  for (std::size_t i = 0; i < before.attributes().size(); ++i) {
    auto read = after.attributes()[i];
    EXPECT_FALSE(read.object_guid.is_null());
    read.object_guid = {};
    EXPECT_FALSE(read.schema_id_guid.is_null()) << read.ldap_display_name;
    if (before.attributes()[i].schema_id_guid.is_null()) read.schema_id_guid = {};
    read.show_in_advanced_view_only = before.attributes()[i].show_in_advanced_view_only;
    EXPECT_EQ(read, before.attributes()[i]) << read.ldap_display_name;
  }
  for (std::size_t i = 0; i < before.classes().size(); ++i) {
    auto read = after.classes()[i];
    EXPECT_FALSE(read.object_guid.is_null());
    read.object_guid = {};
    read.show_in_advanced_view_only = before.classes()[i].show_in_advanced_view_only;
    EXPECT_EQ(read, before.classes()[i]) << read.ldap_display_name;
  }
  EXPECT_EQ(all_of(created_->schema_nc).size(), before.attributes().size() + before.classes().size() + 2);
}

// 6.1.1.2.2.1.2.1.1.
TEST_F(NewForest, NtdsSettings) {
  const auto snapshot = dsa_->store->read();
  const auto object = must(snapshot->find(find(kSettings)));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->guid().value, dsa_->context.dsa.value);
  EXPECT_EQ(to_bytes(*object->first(attid_of("invocationId"))), to_bytes(dsa_->context.invocation_id.value.octets));
  EXPECT_EQ(number(kSettings, "systemFlags"), 0x02000000u);
  EXPECT_EQ(number(kSettings, "options"), 1u);
  EXPECT_EQ(number(kSettings, "msDS-Behavior-Version"), 7u);
  const std::vector<std::string> ncs = {"CN=Configuration,DC=lab,DC=example", "CN=Schema,CN=Configuration,DC=lab,DC=example", "DC=lab,DC=example"};
  EXPECT_EQ(targets(kSettings, "hasMasterNCs"), ncs);
  EXPECT_EQ(targets(kSettings, "msDS-hasMasterNCs"), ncs);
  EXPECT_EQ(targets(kSettings, "msDS-HasInstantiatedNCs"), ncs);
  EXPECT_EQ(targets(kSettings, "msDS-HasDomainNCs"), std::vector<std::string>{"DC=lab,DC=example"});
  EXPECT_EQ(targets(kSettings, "dMDLocation"), std::vector<std::string>{"CN=Schema,CN=Configuration,DC=lab,DC=example"});
  EXPECT_EQ(targets(kSettings, "objectCategory"), std::vector<std::string>{"CN=NTDS-DSA,CN=Schema,CN=Configuration,DC=lab,DC=example"});
  EXPECT_EQ(targets(kSettings, "msDS-EnabledFeature").size(), 1u);
  const auto server = std::string(kSettings.substr(std::string_view("CN=NTDS Settings,").size()));
  EXPECT_EQ(text(server, "dNSHostName"), "dsa-a.lab.example");
  EXPECT_EQ(targets(server, "serverReference"), std::vector<std::string>{"CN=DSA-A,OU=Domain Controllers,DC=lab,DC=example"});
  EXPECT_EQ(number(server, "systemFlags"), 0x52000000u);
}

// The binary part of msDS-HasInstantiatedNCs is instanceType as the root has it, big-endian ([MS-ADTS] 6.2.2, [MS-DRSR] 4.1.29.4.1).
TEST_F(NewForest, InstanceTypes) {
  const auto snapshot = dsa_->store->read();
  std::size_t values = 0;
  must(snapshot->links(find(kSettings), attid_of("msDS-HasInstantiatedNCs"), [&](const store::LinkValue& link) {
    const auto root = must(snapshot->find(link.key.target));
    EXPECT_EQ(load_be<std::uint32_t>(link.key.data.data()), repl::instance_type(*root));
    return ++values, true;
  }));
  EXPECT_EQ(values, 3u);
}

// 6.1.5.
TEST_F(NewForest, TheFirstDsaOwnsEveryRole) {
  for (const auto& object : {std::string(kDomain), below_configuration("CN=Schema"), below_configuration("CN=Partitions"),
                             in_domain("CN=RID Manager$,CN=System"), in_domain("CN=Infrastructure")})
    EXPECT_EQ(targets(object, "fSMORoleOwner"), std::vector<std::string>{std::string(kSettings)}) << object;
}

// 6.1.1.2.1.1.
TEST_F(NewForest, CrossRefs) {
  const struct {
    std::string_view rdn;
    std::uint32_t flags;
    std::string nc;
  } rows[] = {{"CN=Enterprise Configuration", 1, "CN=Configuration,DC=lab,DC=example"},
              {"CN=Enterprise Schema", 1, "CN=Schema,CN=Configuration,DC=lab,DC=example"},
              {"CN=LAB", 3, "DC=lab,DC=example"}};
  for (const auto& row : rows) {
    const auto dn = below_configuration(std::string(row.rdn) + ",CN=Partitions");
    EXPECT_EQ(number(dn, "systemFlags"), row.flags) << dn;
    EXPECT_EQ(targets(dn, "nCName"), std::vector<std::string>{row.nc}) << dn;
    EXPECT_EQ(text(dn, "dnsRoot"), "lab.example") << dn;
  }
  EXPECT_EQ(text(below_configuration("CN=LAB,CN=Partitions"), "nETBIOSName"), "LAB");
}

// 6.1.1.4.
TEST_F(NewForest, WellKnownObjects) {
  const struct {
    std::string_view dn;
    const repl::WellKnownGuid& guid;
  } rows[] = {{"CN=Users", repl::kGuidUsersContainer},
              {"CN=Computers", repl::kGuidComputersContainer},
              {"CN=System", repl::kGuidSystemsContainer},
              {"OU=Domain Controllers", repl::kGuidDomainControllersContainer},
              {"CN=Infrastructure", repl::kGuidInfrastructureContainer},
              {"CN=Deleted Objects", repl::kGuidDeletedObjectsContainer},
              {"CN=LostAndFound", repl::kGuidLostAndFoundContainer},
              {"CN=ForeignSecurityPrincipals", repl::kGuidForeignSecurityPrincipalsContainer},
              {"CN=Program Data", repl::kGuidProgramDataContainer},
              {"CN=Microsoft,CN=Program Data", repl::kGuidMicrosoftProgramDataContainer},
              {"CN=NTDS Quotas", repl::kGuidNtdsQuotasContainer}};
  for (const auto& row : rows) {
    EXPECT_EQ(must(repl::well_known_object(*dsa_->store->read(), created_->domain, row.guid)), find(in_domain(row.dn))) << row.dn;
    EXPECT_NE(find(in_domain(row.dn)), store::kNoDnt) << row.dn;
  }
  EXPECT_EQ(targets(kDomain, "wellKnownObjects").size(), std::size(rows));
  EXPECT_EQ(targets(kDomain, "otherWellKnownObjects"), std::vector<std::string>{in_domain("CN=Managed Service Accounts")});
  EXPECT_EQ(targets(below_configuration("CN=Sites").substr(9), "wellKnownObjects").size(), 3u);
}

// 6.1.1.6, 6.1.1.4.12.
TEST_F(NewForest, Principals) {
  const auto sid_of = [&](std::string_view dn) { return to_string(must(dsa_->store->read()->find(find(dn)))->head().sid.value_or(Sid{})); };
  EXPECT_EQ(sid_of(kDomain), "S-1-5-21-1-2-3");
  EXPECT_EQ(sid_of(in_domain("CN=Administrator,CN=Users")), "S-1-5-21-1-2-3-500");
  EXPECT_EQ(sid_of(in_domain("CN=krbtgt,CN=Users")), "S-1-5-21-1-2-3-502");
  EXPECT_EQ(sid_of(in_domain("CN=Domain Admins,CN=Users")), "S-1-5-21-1-2-3-512");
  EXPECT_EQ(sid_of(in_domain("CN=DSA-A,OU=Domain Controllers")), "S-1-5-21-1-2-3-1000");
  EXPECT_EQ(sid_of(in_domain("CN=Administrators,CN=Builtin")), "S-1-5-32-544");
  EXPECT_EQ(targets(in_domain("CN=Administrators,CN=Builtin"), "member"),
            (std::vector<std::string>{in_domain("CN=Administrator,CN=Users"), in_domain("CN=Domain Admins,CN=Users"),
                                      in_domain("CN=Enterprise Admins,CN=Users")}));
  EXPECT_EQ(number(in_domain("CN=Domain Admins,CN=Users"), "groupType"), 0x80000002u);
  EXPECT_EQ(number(in_domain("CN=Administrators,CN=Builtin"), "groupType"), 0x80000005u);
  EXPECT_EQ(number(in_domain("CN=DSA-A,OU=Domain Controllers"), "userAccountControl"), 0x82000u);
}

// [MS-DRSR] 2.2.3.2, 2.2.4.2: what clients and other DSAs ask a ticket for.
TEST_F(NewForest, ServicePrincipalNames) {
  const auto snapshot = dsa_->store->read();
  const auto object = must(snapshot->find(find(in_domain("CN=DSA-A,OU=Domain Controllers"))));
  const auto values = object->find(attid_of("servicePrincipalName"));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < values->size(); ++i) names.push_back(text_of(values->value(i)));
  const auto guid = to_string(dsa_->context.dsa);
  for (const std::string& wanted : {"E3514235-4B06-11D1-AB04-00C04FC2DCD2/" + guid + "/lab.example", std::string("GC/dsa-a.lab.example/lab.example"),
                                    std::string("ldap/DSA-A"), std::string("ldap/dsa-a.lab.example"), "ldap/" + guid + "._msdcs.lab.example",
                                    std::string("ldap/dsa-a.lab.example/LAB"), std::string("ldap/dsa-a.lab.example/lab.example"),
                                    std::string("ldap/DSA-A/LAB")})
    EXPECT_TRUE(std::ranges::find(names, wanted) != names.end()) << wanted;
}

// 6.1.1.2.7: eighty-two rights, each once.
TEST_F(NewForest, ExtendedRights) {
  std::size_t rights = 0;
  must(dsa_->store->read()->children(find(below_configuration("CN=Extended-Rights")), [&](const Dnt&) { return ++rights, true; }));
  EXPECT_EQ(rights, 82u);
  EXPECT_EQ(text(below_configuration("CN=DS-Replication-Get-Changes,CN=Extended-Rights"), "rightsGuid"), "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2");
}

// [MS-ADTS] 6.1.1.4.2.
TEST_F(NewForest, DeletedObjectsAreKeptForEver) {
  const auto object = must(dsa_->store->read()->find(find(in_domain("CN=Deleted Objects"))));
  EXPECT_EQ(object->stamp(repl::attid::kIsDeleted)->time_changed, repl::kDeletedObjectsTime);
}

// 6.1.3: everybody's descriptor is what the rules of inheritance make of it, so nothing is left to be propagated.
TEST_F(NewForest, DescriptorsAreWhatTheirParentsMakeThem) {
  const auto snapshot = dsa_->store->read();
  for (const Dnt nc : {created_->domain, created_->configuration, created_->schema_nc})
    for (const Dnt dnt : all_of(nc)) {
      const auto dn = must(repl::dn_of(*snapshot, *dsa_->context.schema, dnt));
      EXPECT_FALSE(must(propagated_descriptor(dsa_->context, *snapshot, dnt))) << dn;
      EXPECT_TRUE(security::decode_security_descriptor(*must(snapshot->find(dnt))->first(repl::attid::kNtSecurityDescriptor))) << dn;
    }
}

std::string sddl_of(const store::Snapshot& snapshot, Dnt dnt) {
  const auto octets = *must(snapshot.find(dnt))->first(repl::attid::kNtSecurityDescriptor);
  const auto domain = parse_sid("S-1-5-21-1-2-3").value();
  return must(security::to_sddl(must(security::decode_security_descriptor(octets)), {domain, domain}));
}

// 6.1.1.1.2 to 6.1.1.1.4: what DSAs need on every NC root to replicate it, and administrators to manage that.
TEST_F(NewForest, NcRootsGrantReplication) {
  const auto snapshot = dsa_->store->read();
  for (const Dnt nc : {created_->domain, created_->configuration, created_->schema_nc}) {
    const auto sddl = sddl_of(*snapshot, nc);
    const auto grants = [&](const Guid& right, std::string_view who) {
      EXPECT_TRUE(sddl.contains("(OA;;CR;" + to_string(right) + ";;" + std::string(who) + ")")) << to_string(right) << " " << who << ": " << sddl;
    };
    for (const std::string_view who : {"ED", "BA"})
      for (const auto& right : {right::kGetChanges, right::kSynchronize, right::kManageTopology, right::kMonitorTopology, right::kGetChangesInFilteredSet})
        grants(right, who);
    grants(right::kGetChangesAll, nc == created_->domain ? "DD" : "ED");
    grants(right::kGetChangesAll, "BA");
    grants(right::kGetChanges, "RO");
  }
}

// 3.1.1.6.1, 6.1.1.5.1: accounts of administrators have AdminSDHolder's descriptor; 6.1.3.8: who owns what the founder made.
TEST_F(NewForest, ProtectedAccountsAndOwners) {
  const auto snapshot = dsa_->store->read();
  const auto holder = sddl_of(*snapshot, find(in_domain("CN=AdminSDHolder,CN=System")));
  EXPECT_TRUE(holder.starts_with("O:DAG:")) << holder;
  EXPECT_TRUE(holder.contains("D:P")) << holder;
  EXPECT_EQ(sddl_of(*snapshot, find(in_domain("CN=Administrator,CN=Users"))), holder);
  EXPECT_EQ(sddl_of(*snapshot, find(in_domain("CN=Domain Admins,CN=Users"))), holder);
  EXPECT_NE(sddl_of(*snapshot, find(in_domain("CN=Guest,CN=Users"))), holder);
  EXPECT_TRUE(sddl_of(*snapshot, created_->configuration).starts_with("O:EA"));
  EXPECT_TRUE(sddl_of(*snapshot, created_->schema_nc).starts_with("O:SA"));
}

TEST(NewForestPlan, IsJudgedBeforeAnythingIsWritten) {
  Dsa dsa(1);
  const auto refused = [&](auto change) {
    auto plan = lab_plan();
    change(plan);
    return code_of(create_forest(dsa.context, *dsa.store, plan));
  };
  EXPECT_EQ(refused([](ForestPlan& plan) { plan.names.dns_name = "lab..example"; }), win32::kErrorInvalidParameter);
  EXPECT_EQ(refused([](ForestPlan& plan) { plan.names.dns_name = "lab,DC=x"; }), win32::kErrorInvalidParameter);
  EXPECT_EQ(refused([](ForestPlan& plan) { plan.names.netbios_name = "MUCH-TOO-LONG-NAME"; }), win32::kErrorInvalidParameter);
  EXPECT_EQ(refused([](ForestPlan& plan) { plan.host_name = "a.b"; }), win32::kErrorInvalidParameter);
  EXPECT_EQ(refused([](ForestPlan& plan) { plan.site_name = "a,b"; }), win32::kErrorInvalidParameter);
  EXPECT_EQ(refused([](ForestPlan& plan) { plan.administrator = ""; }), win32::kErrorInvalidParameter);
  EXPECT_EQ(refused([](ForestPlan& plan) { plan.functional_level = 8; }), win32::kErrorInvalidParameter);
  EXPECT_TRUE(must(dsa.store->read()->nc_roots()).empty());
  EXPECT_EQ(refused([](ForestPlan&) {}), win32::kErrorSuccess);
  EXPECT_EQ(refused([](ForestPlan&) {}), win32::kErrorAlreadyExists);
}

// Everything arrives: schema first, as a joining DSA does it, by real requests and replies.
TEST(NewForestReplication, GivesTheSameForest) {
  Dsa first(1, true), second(2, true);
  auto plan = lab_plan();
  plan.application_ncs = {"ForestDnsZones.lab.example", "elsewhere.test"};
  const auto created = must(create_forest(first.context, *first.store, plan));
  first.context.schema = created.schema;
  expect_sound(first);
  const std::vector<std::string> ncs = {"CN=Schema,CN=Configuration,DC=lab,DC=example", "CN=Configuration,DC=lab,DC=example", "DC=lab,DC=example",
                                        "DC=ForestDnsZones,DC=lab,DC=example", "DC=elsewhere,DC=test"};
  for (const auto& nc : ncs) {
    PullOptions options;
    options.nc = nc;
    const auto result = pull(second, first, options);
    ASSERT_EQ(result.last.kind, repl::CycleStep::Kind::kDone) << nc << ": " << describe_error(result.last.error);
  }
  for (const auto& nc : ncs) EXPECT_EQ(content(second, nc), content(first, nc)) << nc;
  expect_sound(second);
  EXPECT_EQ(must(first.store->read()->nc_roots()).size(), 5u);
}

}  // namespace
}  // namespace tributary::service
