// SPDX-License-Identifier: Apache-2.0
// The forest in one line per DSA: deltas, counts and the worst error, from neighbours as DCs tell them.
#include "client/repl_summary.hpp"

#include <gtest/gtest.h>

#include "base/win32.hpp"

namespace tributary::client {
namespace {

constexpr DsaGuid kOne{"00000000-0000-0000-0000-000000000001"_guid};
constexpr DsaGuid kTwo{"00000000-0000-0000-0000-000000000002"_guid};
constexpr DsaGuid kLost{"00000000-0000-0000-0000-00000000dead"_guid};
constexpr FileTime kNow{10'000 * std::int64_t{10'000'000}};

Dsa dsa(const char* name, DsaGuid guid) {
  Dsa made;
  made.server_name = name;
  made.guid = guid;
  return made;
}

/// `ago_s` negative: never.
Neighbor neighbor(DsaGuid source, std::int64_t ago_s, std::uint32_t result = 0) {
  Neighbor made;
  made.dsa_guid = source;
  made.last_success = ago_s < 0 ? FileTime{} : FileTime{kNow.ticks - ago_s * 10'000'000};
  made.last_result = Win32{result};
  return made;
}

DsaReport report(const char* name, DsaGuid guid, std::vector<Neighbor> inbound) {
  return {dsa(name, guid), ReplState<Neighbor>{StateSource::kCall, {}, std::move(inbound)}};
}

TEST(ReplSummary, CountsPartnershipsOnBothEnds) {
  const auto summary = summarize({report("DC2", kTwo, {neighbor(kOne, 5), neighbor(kOne, 300)}), report("DC1", kOne, {neighbor(kTwo, 40)})}, kNow);
  ASSERT_EQ(summary.sources.size(), 2u);
  EXPECT_EQ(summary.sources[0].name, "DC1");
  EXPECT_EQ(summary.sources[0].largest_delta_s, 300);
  EXPECT_EQ(summary.sources[0].total, 2u);
  EXPECT_EQ(summary.sources[0].failing, 0u);
  EXPECT_EQ(summary.destinations[1].name, "DC2");
  EXPECT_EQ(summary.destinations[1].largest_delta_s, 300);
  EXPECT_EQ(summary.destinations[0].largest_delta_s, 40);
  EXPECT_TRUE(summary.refusals.empty());
}

TEST(ReplSummary, TheErrorThatHasLastedLongestIsShown) {
  const auto summary = summarize({report("DC1", kOne, {neighbor(kTwo, 60, 1722), neighbor(kTwo, 600, 8453), neighbor(kTwo, 5)})}, kNow);
  EXPECT_EQ(summary.destinations[0].failing, 2u);
  EXPECT_EQ(summary.destinations[0].total, 3u);
  EXPECT_EQ(summary.destinations[0].error, Win32{8453});
  const auto never = summarize({report("DC1", kOne, {neighbor(kTwo, 600, 8453), neighbor(kTwo, -1, 1722)})}, kNow);
  EXPECT_EQ(never.destinations[0].error, Win32{1722});
  EXPECT_TRUE(never.destinations[0].never_succeeded);
}

TEST(ReplSummary, ASourceThatTheForestLostIsCalledByItsGuid) {
  const auto summary = summarize({report("DC1", kOne, {neighbor(kLost, 5, 8524)})}, kNow);
  ASSERT_EQ(summary.sources.size(), 1u);
  EXPECT_EQ(summary.sources[0].name, "00000000-0000-0000-0000-00000000dead");
}

TEST(ReplSummary, WhoCannotBeAskedIsListedAndCountsNothing) {
  std::vector<DsaReport> reports;
  reports.push_back({dsa("DC2", kTwo), fail(win32::kRpcSServerUnavailable, "dc2", Phase::kConnect)});
  reports.push_back(report("DC1", kOne, {}));
  const auto summary = summarize(reports, kNow);
  ASSERT_EQ(summary.refusals.size(), 1u);
  EXPECT_EQ(summary.refusals[0].name, "DC2");
  EXPECT_EQ(summary.refusals[0].error.code, win32::kRpcSServerUnavailable);
  EXPECT_TRUE(summary.sources.empty());
  ASSERT_EQ(summary.destinations.size(), 1u);
  EXPECT_EQ(summary.destinations[0].total, 0u);
}

TEST(ReplSummary, AClockThatIsBehindMakesNoNegativeAges) {
  const auto summary = summarize({report("DC1", kOne, {neighbor(kTwo, 5)})}, FileTime{0});
  EXPECT_EQ(summary.destinations[0].largest_delta_s, 0);
}

TEST(LacksCall, IsAboutTheCallAndNotAboutRightsOrTheNetwork) {
  EXPECT_TRUE(lacks_call({Win32{1745}, Phase::kCall, {}}));
  EXPECT_TRUE(lacks_call({win32::kErrorNotSupported, Phase::kCall, {}}));
  EXPECT_TRUE(lacks_call({Win32{0xC0000002}, Phase::kCall, {}}));
  EXPECT_FALSE(lacks_call({win32::kErrorDsDraAccessDenied, Phase::kCall, {}}));
  EXPECT_FALSE(lacks_call({win32::kErrorTimeout, Phase::kCall, {}}));
  EXPECT_FALSE(lacks_call({Win32{1745}, Phase::kBind, {}}));
}

TEST(StateSource, HasAWord) {
  EXPECT_EQ(source_name(StateSource::kCall), "rpc");
  EXPECT_EQ(source_name(StateSource::kLdap), "ldap");
  EXPECT_EQ(source_name(StateSource::kChanges), "getncchanges");
}

}  // namespace
}  // namespace tributary::client
