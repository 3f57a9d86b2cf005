// SPDX-License-Identifier: Apache-2.0
// The rootDSE of a DSA: what it says of itself ([MS-ADTS] 3.1.1.3.2), its operations (3.1.1.3.3), and who am I.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "security/access/kerb_validation_info.hpp"
#include "security/access/well_known_sids.hpp"
#include "service/directory/testing/forest_dsa.hpp"
#include "service/ldap/testing/answers.hpp"

namespace tributary::service::ldap_face {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using lp::ResultCode;
using testing::Answers;
using namespace service::testing;
namespace attid = directory::attid;

class RootDse : public ::testing::Test {
 protected:
  LdapCall call(lp::Request request) {
    lp::Message message;
    message.id = 7;
    message.request = std::move(request);
    return {.dsa = forest, .settings = settings, .caller = caller, .is_anonymous = is_anonymous, .message = std::move(message), .wake = [] {}};
  }
  Answers search(std::vector<std::string_view> attributes = {}, bool types_only = false) {
    lp::SearchRequest request;
    request.types_only = types_only;
    request.attributes = std::move(attributes);
    return testing::run(start_root_dse_search(call(std::move(request))));
  }
  Answers modify(std::string_view operation, std::string_view value, lp::ModifyRequest::Operation how = lp::ModifyRequest::Operation::kAdd) {
    lp::ModifyRequest request;
    request.changes.push_back({how, {operation, {as_bytes(value)}}});
    return testing::run(start_root_dse_modify(call(std::move(request))));
  }
  Answers who_am_i(std::string_view oid = lp::oid::kWhoAmI) { return testing::run(start_extended(call(lp::ExtendedRequest{oid, {}}))); }

  ForestDsa forest;
  std::shared_ptr<LdapSettings> settings = std::make_shared<LdapSettings>();
  std::shared_ptr<const Caller> caller = administrators_call().caller;
  bool is_anonymous = false;
};

TEST_F(RootDse, SaysWhoThisDsaIs) {
  settings->kerberos_realm = "LAB.EXAMPLE";
  const auto answer = search();
  ASSERT_EQ(answer.code, ResultCode::kSuccess) << answer.message;
  ASSERT_EQ(answer.entries.size(), 1U);
  const auto& entry = answer.entries.front();
  EXPECT_EQ(entry.dn, "");
  EXPECT_EQ(entry.one("defaultNamingContext"), "DC=lab,DC=example");
  EXPECT_EQ(entry.one("rootDomainNamingContext"), "DC=lab,DC=example");
  EXPECT_EQ(entry.one("configurationNamingContext"), "CN=Configuration,DC=lab,DC=example");
  EXPECT_EQ(entry.one("schemaNamingContext"), "CN=Schema,CN=Configuration,DC=lab,DC=example");
  EXPECT_EQ(entry.one("subschemaSubentry"), "CN=Aggregate,CN=Schema,CN=Configuration,DC=lab,DC=example");
  EXPECT_THAT(entry.all("namingContexts"), UnorderedElementsAre("DC=lab,DC=example", "CN=Configuration,DC=lab,DC=example", "CN=Schema,CN=Configuration,DC=lab,DC=example"));
  EXPECT_EQ(entry.one("dsServiceName"), "CN=NTDS Settings," + entry.one("serverName"));
  EXPECT_EQ(entry.one("dnsHostName"), "dsa-a.lab.example");
  EXPECT_EQ(entry.one("ldapServiceName"), "lab.example:dsa-a$@LAB.EXAMPLE");
  EXPECT_EQ(entry.one("isSynchronized"), "TRUE");
  EXPECT_EQ(entry.one("highestCommittedUSN"), std::to_string(forest.store().read()->highest_committed_usn().value));
  EXPECT_THAT(entry.all("supportedLDAPVersion"), ElementsAre("3", "2"));
  EXPECT_THAT(entry.all("supportedCapabilities"), Contains("1.2.840.113556.1.4.800"));
  EXPECT_THAT(entry.all("supportedSASLMechanisms"), Contains("GSS-SPNEGO"));
  EXPECT_THAT(entry.one("currentTime"), ::testing::MatchesRegex("[0-9]{14}\\.0Z"));
  EXPECT_FALSE(entry.one("forestFunctionality").empty());
}

// The column "Operational?" of the table: those come only when they are asked for.
TEST_F(RootDse, OperationalAttributesComeWhenTheyAreAskedFor) {
  EXPECT_FALSE(search().entries.front().has("validFSMOs"));
  EXPECT_FALSE(search({"*"}).entries.front().has("tokenGroups"));
  const auto named = search({"VALIDfsmos", "dsServiceName", "nosuchthing"}).entries.front();
  EXPECT_EQ(named.attributes.size(), 2U);
  EXPECT_EQ(named.all("validFSMOs").size(), 5U) << "the first DSA of a forest has every role";
  const auto operational = search({"+"}).entries.front();
  EXPECT_TRUE(operational.has("supportedExtension"));
  EXPECT_FALSE(operational.has("dsServiceName"));
  EXPECT_TRUE(search({"*", "+"}).entries.front().has("dsServiceName"));
  EXPECT_TRUE(search({"1.1"}).entries.front().attributes.empty());
  const auto types = search({"namingContexts"}, true).entries.front();
  EXPECT_TRUE(types.has("namingContexts"));
  EXPECT_TRUE(types.all("namingContexts").empty());
}

// 3.1.1.3.2.30: XML, or the structure when it is asked for.
TEST_F(RootDse, ReplicationStateIsThereByName) {
  const auto entry = search({"msDS-ReplQueueStatistics", "msds-replqueuestatistics;binary"}).entries.front();
  EXPECT_THAT(entry.one("msDS-ReplQueueStatistics"), StartsWith("<DS_REPL_QUEUE_STATISTICS"));
  EXPECT_EQ(entry.one("msds-replqueuestatistics;binary").size(), 52U);
  EXPECT_FALSE(search({"+"}).entries.front().has("msDS-ReplQueueStatistics"));
}

TEST_F(RootDse, TokenGroupsAreTheCallersOwn) {
  const auto sids = search({"tokenGroups"}).entries.front().all("tokenGroups");
  ASSERT_EQ(sids.size(), caller->token.groups.size() + 1);
  const auto first = decode_sid(as_bytes(sids.front()));
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, caller->token.user);
}

TEST_F(RootDse, ACriticalControlThatIsNotServedIsRefused) {
  auto asked = call(lp::SearchRequest{});
  asked.message.controls.push_back({.oid = "1.2.3.4", .critical = true});
  EXPECT_EQ(testing::run(start_root_dse_search(std::move(asked))).code, ResultCode::kUnavailableCriticalExtension);
  auto known = call(lp::SearchRequest{});
  known.message.controls.push_back({.oid = lp::oid::kSdFlags, .critical = true});
  known.message.controls.push_back({.oid = "1.2.3.4", .critical = false});
  EXPECT_EQ(testing::run(start_root_dse_search(std::move(known))).code, ResultCode::kSuccess);
}

TEST_F(RootDse, WhoAmINamesTheAccount) {
  const auto ann = forest.add_account("user", "ann", 1601);
  (void)ann;
  caller = users_call(forest.sid_of(1601)).caller;
  EXPECT_EQ(who_am_i().value, "u:LAB\\ann");
  caller = users_call(forest.sid_of(9999)).caller;
  EXPECT_EQ(who_am_i().value, "u:" + to_string(forest.sid_of(9999))) << "nobody here has that SID";
  is_anonymous = true;
  EXPECT_EQ(who_am_i().value, "");
  EXPECT_EQ(who_am_i("1.2.3").code, ResultCode::kProtocolError);
}

TEST_F(RootDse, OperationsWantTheirRight) {
  for (const auto* operation : {"schemaUpdateNow", "doGarbageCollection", "becomeSchemaMaster", "recalcHierarchy", "BECOMERIDMASTER"}) {
    caller = administrators_call().caller;
    EXPECT_EQ(modify(operation, "1").code, ResultCode::kSuccess) << operation << modify(operation, "1").message;
    caller = users_call().caller;
    const auto refused = modify(operation, "1");
    EXPECT_EQ(refused.code, ResultCode::kInsufficientAccessRights) << operation;
    EXPECT_THAT(refused.message, StartsWith("00002098: ")) << operation;
    is_anonymous = true;
    EXPECT_EQ(modify(operation, "1").code, ResultCode::kInsufficientAccessRights);
    is_anonymous = false;
  }
}

TEST_F(RootDse, WhatIsNoOperationIsRefused) {
  for (const auto* name : {"dumpDatabase", "namingContexts", "x", ""}) EXPECT_EQ(modify(name, "1").code, ResultCode::kUnwillingToPerform) << name;
  EXPECT_EQ(modify("schemaUpdateNow", "1", lp::ModifyRequest::Operation::kDelete).code, ResultCode::kUnwillingToPerform);
  EXPECT_EQ(modify("becomePdc", "1").code, ResultCode::kUnwillingToPerform) << "the value is the domain's SID";
}

// 3.1.1.3.3.8: what has been dead for long enough goes.
TEST_F(RootDse, GarbageIsCollectedWhenItIsAskedFor) {
  const auto old = forest.add("CN=Users,DC=lab,DC=example", "container", "old");
  const auto guid = forest.guid(old);
  forest.remove(old);
  forest.rules().now.ticks += (forest.rules().rules.tombstone_lifetime_s + 86'400) * 10'000'000;
  EXPECT_EQ(modify("doGarbageCollection", "1").code, ResultCode::kSuccess);
  EXPECT_EQ(forest.store().read()->find_guid(ObjectGuid{guid}).value_or(old), store::kNoDnt);
}

// A role that somebody else has is asked for; without a network that fails, and nothing is pretended.
TEST_F(RootDse, ARoleIsTakenFromItsOwner) {
  const auto other = forest.add_dsa(kFirstSite, "dsa-b", 1801);
  forest.become(other);
  EXPECT_TRUE(search({"validFSMOs"}).entries.front().all("validFSMOs").empty());
  const auto failed = modify("becomeDomainMaster", "1");
  EXPECT_EQ(failed.code, ResultCode::kOperationsError);
  EXPECT_THAT(failed.message, ::testing::HasSubstr("DSAs of tests have no network"));
}

}  // namespace
}  // namespace tributary::service::ldap_face
