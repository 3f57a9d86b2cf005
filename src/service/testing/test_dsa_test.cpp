// SPDX-License-Identifier: Apache-2.0
// The tests' own forest: what it has, and that its DSAs really replicate.
#include "base/win32.hpp"
#include "service/testing/test_dsa.hpp"

namespace tributary::service::testing {
namespace {

using namespace repl;

constexpr std::string_view kAnn = "CN=ann,OU=people,DC=lab,DC=example";

Win32 sync(TestDsa& at, std::string_view nc, const TestDsa& source, std::uint32_t options = 0) {
  Win32 result = win32::kErrorInternalError;
  Request request;
  request.caller = "test";
  request.nc = at.guid_of(nc);
  request.operation = ReplicaSyncRequest{source.guid(), {}, options};
  at.submit(std::move(request), [&result](Win32 code) { result = code; });
  return result;
}

TEST(TestForest, WhoJoinsHasEverything) {
  TestForest forest;
  auto& b = forest.join("dsa-b");
  EXPECT_NE(b.find(kAnn), store::kNoDnt);
  EXPECT_EQ(b.guid_of(b.ntds_dn()).value, b.guid().value);
  EXPECT_EQ(b.guid_of(kSchemaDn), forest.first().guid_of(kSchemaDn));
  ASSERT_EQ(b.reps_from(kDomainDn).size(), 1u);
  EXPECT_EQ(b.reps_from(kDomainDn)[0].uuid_dsa, forest.first().guid());
  ASSERT_EQ(forest.first().reps_to(kDomainDn).size(), 1u) << "the source was told to notify";
  EXPECT_EQ(forest.first().reps_to(kDomainDn)[0].uuid_dsa, b.guid());
}

TEST(TestForest, ASyncBringsAChange) {
  TestForest forest;
  auto& b = forest.join("dsa-b");
  forest.first().set(kAnn, attid::kDescription, {text_value("news")});
  EXPECT_EQ(b.text(kAnn, attid::kDescription), "-");
  EXPECT_EQ(sync(b, kDomainDn, forest.first()), win32::kErrorSuccess);
  EXPECT_EQ(b.text(kAnn, attid::kDescription), "news");
}

TEST(TestForest, ANotificationBringsAChange) {
  TestForest forest;
  auto& b = forest.join("dsa-b");
  forest.first().set(kAnn, attid::kDescription, {text_value("news")});
  forest.pass(20);
  forest.first().tick();
  EXPECT_EQ(b.text(kAnn, attid::kDescription), "news");
}

TEST(TestForest, WhatIsHeldIsPendingAndCanBeWithdrawn) {
  TestForest forest;
  auto& b = forest.join("dsa-b");
  b.hold();
  bool answered = false;
  Request request;
  request.caller = "test";
  request.nc = b.guid_of(kDomainDn);
  request.operation = ReplicaSyncRequest{forest.first().guid(), {}, 0};
  const auto call = b.submit(std::move(request), [&answered](Win32) { answered = true; });
  EXPECT_EQ(b.pending_operations().operations.size(), 1u);
  b.withdraw(call);
  b.release();
  EXPECT_FALSE(answered);
  EXPECT_EQ(b.withdrawn(), 1u);
}

TEST(TestForest, ASourceThatIsAwayIsAFailureInRepsFrom) {
  TestForest forest;
  auto& b = forest.join("dsa-b");
  forest.first().set_unreachable(true);
  EXPECT_EQ(sync(b, kDomainDn, forest.first()), win32::kRpcSServerUnavailable);
  EXPECT_EQ(b.reps_from(kDomainDn)[0].consecutive_failures, 1u);
}

}  // namespace
}  // namespace tributary::service::testing
