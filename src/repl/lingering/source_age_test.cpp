// SPDX-License-Identifier: Apache-2.0
// Whether a source is too old to replicate from: [MS-ADTS] 3.1.1.1.15, 6.1.1.2.4.1.1.
#include "repl/lingering/source_age.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::repl {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr DsTime kNow{10'000 * kDay};

Guid filled(std::uint8_t octet) {
  Guid guid;
  guid.octets.fill(octet);
  return guid;
}
RepsFrom source_of(std::int64_t days_ago) {
  RepsFrom source;
  source.uuid_dsa = DsaGuid{filled(1)};
  source.uuid_invoc_id = InvocationId{filled(2)};
  source.time_last_success = DsTime{kNow.seconds - days_ago * kDay};
  return source;
}
DirectoryRules rules_of(std::int64_t lifetime_days) {
  DirectoryRules rules;
  rules.tombstone_lifetime_s = lifetime_days * kDay;
  return rules;
}
Win32 judge(const RepsFrom& source, const ReplUpToDateVector& utd, const DirectoryRules& rules) {
  const auto result = check_source_age(source, utd, rules, kNow);
  return result ? win32::kErrorSuccess : result.error().code;
}

/// The lifetime itself is still good; a second more is not.
TEST(SourceAge, TheLimitIsTheTombstoneLifetime) {
  const auto rules = rules_of(60);
  auto source = source_of(60);
  EXPECT_EQ(judge(source, {}, rules), win32::kErrorSuccess);
  source.time_last_success = DsTime{source.time_last_success.seconds - 1};
  EXPECT_EQ(judge(source, {}, rules), win32::kErrorDsReplLifetimeExceeded);
  EXPECT_EQ(judge(source, {}, rules_of(61)), win32::kErrorSuccess);
}

/// Without strict consistency an administrator has decided that it may be.
TEST(SourceAge, LooseConsistencyAcceptsAnyAge) {
  auto rules = rules_of(60);
  rules.strict_consistency = false;
  EXPECT_EQ(judge(source_of(5'000), {}, rules), win32::kErrorSuccess);
}

/// A source from which nothing ever came cannot have been forgotten.
TEST(SourceAge, ASourceThatNeverSucceededPasses) {
  auto source = source_of(0);
  source.time_last_success = DsTime{};
  EXPECT_EQ(judge(source, {}, rules_of(60)), win32::kErrorSuccess);
}

/// Its updates came by way of others yesterday: it was heard of.
TEST(SourceAge, WhatCameByWayOfOthersCounts) {
  const auto source = source_of(100);
  const ReplUpToDateVector fresh({{source.uuid_invoc_id, Usn{7}, DsTime{kNow.seconds - kDay}}});
  EXPECT_EQ(judge(source, fresh, rules_of(60)), win32::kErrorSuccess);
  const ReplUpToDateVector of_another({{InvocationId{filled(3)}, Usn{7}, DsTime{kNow.seconds - kDay}}});
  EXPECT_EQ(judge(source, of_another, rules_of(60)), win32::kErrorDsReplLifetimeExceeded);
  const ReplUpToDateVector stale({{source.uuid_invoc_id, Usn{7}, DsTime{kNow.seconds - 90 * kDay}}});
  EXPECT_EQ(judge(source, stale, rules_of(60)), win32::kErrorDsReplLifetimeExceeded);
}

/// A clock that went back proves nothing; a lifetime below zero is none.
TEST(SourceAge, TimesThatCannotBe) {
  EXPECT_EQ(judge(source_of(-10), {}, rules_of(60)), win32::kErrorSuccess);
  EXPECT_EQ(judge(source_of(0), {}, rules_of(-5)), win32::kErrorSuccess);
  EXPECT_EQ(judge(source_of(1), {}, rules_of(-5)), win32::kErrorDsReplLifetimeExceeded);
}

}  // namespace
}  // namespace tributary::repl
