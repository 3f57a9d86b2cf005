// SPDX-License-Identifier: Apache-2.0
// Optional features: [MS-ADTS] 3.1.1.9; [MS-DRSR] 4.1.10.6.2, 4.1.10.6.3, 5.104, 5.106.
#include "repl/updates/optional_features.hpp"

#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

class OptionalFeaturesTest : public ::testing::Test {
 protected:
  OptionalFeaturesTest() {
    configuration = forest.make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration).root;
    partitions = forest.make(configuration, "crossRefContainer", "Partitions");
    const auto sites = forest.make(configuration, "sitesContainer", "Sites");
    const auto site = forest.make(sites, "site", "One");
    const auto servers = forest.make(site, "serversContainer", "Servers");
    const auto server = forest.make(servers, "server", "A");
    settings = forest.make(server, "nTDSDSA", "NTDS Settings");
    other = forest.make(forest.make(servers, "server", "B"), "nTDSDSA", "NTDS Settings");
    forest.context.dsa = DsaGuid{must(forest.store->read()->find(settings))->guid().value};
  }
  ~OptionalFeaturesTest() override { expect_consistent(forest); }

  void make_features() {
    Dnt container = configuration;
    for (const auto* name : {"Services", "Windows NT", "Directory Service", "Optional Features"}) container = forest.make(container, "container", name);
    for (const auto& [name, guid] : {std::pair{"Recycle Bin Feature", kRecycleBinFeature}, std::pair{"Privileged Access Management Feature", kPrivilegedAccessManagementFeature}})
      forest.make(container, "msDS-OptionalFeature", name,
                  {{attid_of("msDS-OptionalFeatureFlags"), {u32_value(1)}}, {attid_of("msDS-OptionalFeatureGUID"), {octets_value(guid.octets)}}});
  }
  Result<Updates> enable(const Guid& feature, CheckLevel level = CheckLevel::kReplica) {
    return forest.update([&](WriteTransaction& tx) { return enable_optional_feature(tx, forest.context, feature, level); });
  }
  bool is_enabled(Dnt scope, const Guid& feature) {
    return must(is_optional_feature_enabled(*forest.store->read(), *forest.context.schema, scope, feature));
  }

  Forest forest;
  Dnt configuration = kNoDnt, partitions = kNoDnt, settings = kNoDnt, other = kNoDnt;
};

// 4.1.10.6.2, 4.1.10.6.3: the feature's object is added to msDS-EnabledFeature of the Cross-Ref-Container and of the DSA's own object, and
// of nothing else; 5.104 and 5.106 answer by the latter. One feature says nothing about the other.
TEST_F(OptionalFeaturesTest, EnablingNamesTheFeatureInTheForestAndInThisDsa) {
  make_features();
  for (const auto& [feature, unlike] : {std::pair{kRecycleBinFeature, kPrivilegedAccessManagementFeature}, std::pair{kPrivilegedAccessManagementFeature, Guid{}}}) {
    EXPECT_FALSE(is_enabled(partitions, feature));
    EXPECT_FALSE(is_enabled(settings, feature));
    const auto made = must(enable(feature));
    EXPECT_EQ(made.objects.size(), 2u);
    EXPECT_TRUE(is_enabled(partitions, feature));
    EXPECT_TRUE(is_enabled(settings, feature));
    EXPECT_FALSE(is_enabled(other, feature)) << "each DSA says so itself";
    EXPECT_FALSE(is_enabled(partitions, unlike));
    EXPECT_FALSE(is_enabled(settings, unlike));
  }
  EXPECT_EQ(forest.links(partitions).size(), 2u);
}

// Both are values that replicate: they have stamps of their own, and what is there already gets no new one.
TEST_F(OptionalFeaturesTest, WhatIsEnabledStaysAsItIs) {
  make_features();
  must(enable(kRecycleBinFeature));
  const auto before = forest.links(settings);
  ASSERT_EQ(before.size(), 1u);
  EXPECT_EQ(before.front().stamp.stamp.version, 1u);
  EXPECT_EQ(before.front().stamp.stamp.uuid_originating, forest.context.invocation_id);
  forest.pass(1);
  EXPECT_TRUE(must(enable(kRecycleBinFeature)).empty());
  EXPECT_EQ(forest.links(settings), before);
}

// The forest has it from elsewhere ([MS-ADTS] 3.1.1.9.1): only the DSA's own object is written.
TEST_F(OptionalFeaturesTest, WhatCameWithTheConfigurationIsAdopted) {
  make_features();
  must(enable(kPrivilegedAccessManagementFeature));
  forest.context.dsa = DsaGuid{must(forest.store->read()->find(other))->guid().value};
  const auto made = must(enable(kPrivilegedAccessManagementFeature));
  ASSERT_EQ(made.objects.size(), 1u);
  EXPECT_EQ(made.objects.front().dnt, other);
  EXPECT_TRUE(is_enabled(other, kPrivilegedAccessManagementFeature));
}

// Without the feature's object there is nothing to name; without our own object nobody to say it. Neither leaves half of it behind.
TEST_F(OptionalFeaturesTest, NothingIsWrittenWhenAPartIsMissing) {
  EXPECT_EQ(code_of(enable(kRecycleBinFeature)), win32::kErrorDsObjNotFound);
  make_features();
  EXPECT_EQ(code_of(enable(Forest::guid(7))), win32::kErrorDsObjNotFound) << "nobody knows such a feature";
  forest.context.dsa = DsaGuid{Forest::guid(8)};
  EXPECT_EQ(code_of(enable(kRecycleBinFeature)), win32::kErrorDsObjNotFound);
  EXPECT_TRUE(forest.links(partitions).empty());
  EXPECT_FALSE(is_enabled(kNoDnt, kRecycleBinFeature));
}

// [MS-ADTS] 3.1.1.3.3.28: an administrator enables a feature at the domain naming master, once, at a level that has it.
TEST_F(OptionalFeaturesTest, AnAdministratorEnablesItOnceAtTheDomainNamingMaster) {
  make_features();
  const auto set = [&](Dnt dnt, std::string_view name, NewValue value) {
    must(forest.try_modify(dnt, {{ModifyOperation::kReplace, attid_of(name), {std::move(value)}}}));
  };
  const auto code = [&] { return code_of(enable(kRecycleBinFeature, CheckLevel::kClient)); };
  const auto feature = forest.find("CN=Recycle Bin Feature,CN=Optional Features,CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,DC=lab,DC=example");
  set(feature, "msDS-RequiredForestBehaviorVersion", u32_value(4));
  EXPECT_EQ(code(), win32::kErrorDsNotSupported) << "nobody is the domain naming master";
  set(partitions, "fSMORoleOwner", reference_value(settings));
  set(partitions, "msDS-Behavior-Version", u32_value(3));
  EXPECT_EQ(code(), win32::kErrorDsNotSupported) << "the level is too low";
  set(partitions, "msDS-Behavior-Version", u32_value(4));
  set(feature, "msDS-OptionalFeatureFlags", u32_value(2));
  EXPECT_EQ(code(), win32::kErrorDsNotSupported) << "a feature of a domain";
  EXPECT_FALSE(is_enabled(partitions, kRecycleBinFeature));
  set(feature, "msDS-OptionalFeatureFlags", u32_value(3));
  EXPECT_EQ(code(), win32::kErrorSuccess);
  EXPECT_TRUE(is_enabled(partitions, kRecycleBinFeature));
  EXPECT_EQ(code(), win32::kErrorDsAttValAlreadyExists);
  EXPECT_EQ(code_of(enable(kRecycleBinFeature)), win32::kErrorSuccess) << "replication has nothing against what is there";
}

// A feature's object that was deleted enables nothing any more.
TEST_F(OptionalFeaturesTest, ADeletedFeatureIsNone) {
  make_features();
  const auto feature = forest.find("CN=Recycle Bin Feature,CN=Optional Features,CN=Directory Service,CN=Windows NT,CN=Services,CN=Configuration,DC=lab,DC=example");
  ASSERT_NE(feature, kNoDnt);
  must(forest.try_remove(feature));
  EXPECT_EQ(code_of(enable(kRecycleBinFeature)), win32::kErrorDsObjNotFound);
}

}  // namespace
}  // namespace tributary::repl::testing
