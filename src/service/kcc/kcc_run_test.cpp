// SPDX-License-Identifier: Apache-2.0
// run_kcc() as the operations and the daemon call it ([MS-DRSR] 4.1.6.3): on a Dsa whose scheduler carries the requests out.
#include "service/kcc/kcc.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"
#include "repl/destination/test_dsas.hpp"
#include "service/kcc/configuration_reader.hpp"
#include "service/testing/test_dsa.hpp"

namespace tributary::service {
namespace {

using namespace service::testing;
using repl::testing::must;

/// Everybody answers, but those in `silent`.
ContactDsa contact_all(std::vector<DsaGuid> silent = {}) {
  return [silent = std::move(silent)](const topology::DsaToContact& whom) {
    const bool is_silent = std::ranges::find(silent, whom.dsa) != silent.end();
    return topology::ContactResult{whom.dsa, is_silent ? win32::kRpcSServerUnavailable : win32::kErrorSuccess, {}, {}};
  };
}

TEST(RunKcc, MakesConnectionsAndSources) {
  TestForest forest;
  auto& a = forest.first();
  auto& b = forest.join("dsa-b");
  const auto run = must(run_kcc(a, contact_all(), 1));
  EXPECT_FALSE(run.plan.creates.empty());
  EXPECT_FALSE(run.text.empty());
  EXPECT_GT(run.requests, 0u);
  for (const auto nc : {kSchemaDn, kConfigurationDn, kDomainDn}) {
    const auto sources = a.reps_from(nc);
    ASSERT_EQ(sources.size(), 1u) << nc;
    EXPECT_EQ(sources[0].uuid_dsa, b.guid());
    EXPECT_EQ(sources[0].na_dsa, b.address());
  }
  const auto again = must(run_kcc(a, contact_all(), 1));
  EXPECT_TRUE(again.plan.changes_nothing()) << again.text;
  EXPECT_EQ(again.requests, 0u);
  EXPECT_TRUE(again.text.empty());
}

// kCCFailedLinks ([MS-DRSR] 5.112): a source whose cycles fail is remembered, asked in the next run, and forgotten when all is well.
TEST(RunKcc, RemembersWhoDoesNotAnswer) {
  TestForest forest;
  auto& a = forest.first();
  auto& b = forest.join("dsa-b");
  (void)must(run_kcc(a, contact_all(), 1));
  const auto set_failures = [&](std::uint32_t count, Win32 result) {
    a.change_replica(kDomainDn, [&](store::NcReplica& replica) {
      auto value = must(repl::decode_reps_from(replica.reps_from.at(0)));
      value.consecutive_failures = count;
      value.result_last_attempt = result;
      replica.reps_from.at(0) = must(repl::encode_reps_from(value));
    });
  };
  set_failures(3, win32::kRpcSServerUnavailable);
  (void)must(run_kcc(a, contact_all({b.guid()}), 1));
  const auto silent = must(stored_kcc_failures(*a.store().read()));
  ASSERT_EQ(silent.links.size(), 1u);
  EXPECT_EQ(silent.links[0].dsa, b.guid());
  EXPECT_EQ(silent.links[0].last_result, win32::kRpcSServerUnavailable);
  set_failures(0, win32::kErrorSuccess);
  (void)must(run_kcc(a, contact_all(), 1));
  const auto well = must(stored_kcc_failures(*a.store().read()));
  EXPECT_TRUE(well.links.empty());
  EXPECT_TRUE(well.connections.empty());
}

// Over Dsa::partner: a partner that cannot be bound is a failure with its code.
TEST(RunKcc, ContactsPartners) {
  TestForest forest;
  auto& a = forest.first();
  auto& b = forest.join("dsa-b");
  a.set_partner_maker([](const DsaGuid&, std::chrono::milliseconds) -> Result<std::shared_ptr<client::DrsHandle>> {
    return fail(win32::kErrorDsDnsLookupFailure, "nobody");
  });
  const auto contact = contact_partners(a, std::chrono::seconds(1))({b.guid(), true});
  EXPECT_EQ(contact.dsa, b.guid());
  EXPECT_EQ(contact.result, win32::kErrorDsDnsLookupFailure);
}

TEST(RunKcc, WithoutAConfigurationNcThereIsNothingToRead) {
  const repl::testing::Dsa empty(1);
  EXPECT_EQ(repl::testing::code_of(read_configuration(*empty.store->read(), *empty.context.schema)), win32::kErrorDsCantFindExpectedNc);
  EXPECT_TRUE(must(read_local_state(*empty.store->read(), *empty.context.schema)).replicas.empty());
}

}  // namespace
}  // namespace tributary::service
