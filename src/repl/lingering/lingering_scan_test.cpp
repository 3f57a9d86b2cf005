// SPDX-License-Identifier: Apache-2.0
// The loop of IDL_DRSReplicaVerifyObjects: [MS-DRSR] 4.1.24.3, 4.1.12.3, 4.1.12.5; the example of 4.1.24.4.
#include "repl/lingering/lingering_scan.hpp"

#include <set>

#include "repl/lingering/test_example.hpp"
#include "repl/lingering/test_scan.hpp"

namespace tributary::repl::testing {
namespace {

using namespace drsuapi;
using Fate = LingeringFinding::Fate;

constexpr std::string_view kUsers = "DC=lab,DC=example";

/// Two equal replicas of `count` users.
struct Pair {
  explicit Pair(int count) : here(1), reference(2) {
    reference.make_domain();
    for (int i = 0; i < count; ++i) users.push_back(reference.add(kUsers, "user", "u" + std::to_string(i)));
    (void)pull(here, reference);
    (void)pull(reference, here);
  }
  Dsa here, reference;
  std::vector<ObjectGuid> users;
};
std::set<ObjectGuid> guids_of(const ScanResult& result, Fate fate) {
  std::set<ObjectGuid> guids;
  for (const auto& finding : result.findings)
    if (finding.fate == fate) guids.insert(finding.guid);
  return guids;
}
void expect_done(const ScanResult& result) { EXPECT_EQ(result.last.kind, LingeringStep::Kind::kDone) << describe_error(result.last.error); }

/// 4.1.24.4, 4.1.24.4.1 to .4, 4.1.24.2.2: of six users one lingers on DC1; one on DC2 stays there, since DC2 was not asked to verify.
TEST(LingeringScan, TheExampleOfTheSection) {
  VerifyExample example;
  EXPECT_EQ(told_utd(example.dc1).find(kExampleInvocation1)->usn_high_prop_update, Usn{14621});
  EXPECT_EQ(told_utd(example.dc2).find(kExampleInvocation2)->usn_high_prop_update, Usn{12992});
  const auto result = scan(example.dc1, example.dc2, false);
  expect_done(result);
  EXPECT_EQ(guids_of(result, Fate::kRemoved), (std::set<ObjectGuid>{kEvaCorets}));
  EXPECT_EQ(result.findings.size(), 1u);
  for (const auto& guid : {kKimAkers, kJoshBailey, kJimDaly}) EXPECT_TRUE(VerifyExample::has(example.dc1, guid));
  for (const auto& guid : {kEvaCorets, kEbruErsan, kKariFurse}) EXPECT_FALSE(VerifyExample::has(example.dc1, guid));
  for (const auto& guid : {kKimAkers, kJimDaly, kEbruErsan, kKariFurse}) EXPECT_TRUE(VerifyExample::has(example.dc2, guid));
}

/// 4.1.24.4.1 the other way round: DC2 verified against DC1 loses what lingers there.
TEST(LingeringScan, TheExampleTheOtherWayRound) {
  VerifyExample example;
  EXPECT_EQ(guids_of(scan(example.dc2, example.dc1, false), Fate::kRemoved), (std::set<ObjectGuid>{kKariFurse}));
}

/// 4.1.24.3: what the reference DSA no longer has is expunged here, and nothing else; nothing of it replicates.
TEST(LingeringScan, RemovesExactlyWhatLingers) {
  Pair pair(20);
  expunge_here(pair.reference, pair.users[4]);
  expunge_here(pair.reference, pair.users[11]);
  const auto before = object_count(pair.here);
  const auto result = scan(pair.here, pair.reference, false);
  expect_done(result);
  EXPECT_EQ(guids_of(result, Fate::kRemoved), (std::set<ObjectGuid>{pair.users[4], pair.users[11]}));
  EXPECT_EQ(result.figures.removed, 2u);
  EXPECT_EQ(result.figures.compared, before);
  EXPECT_EQ(object_count(pair.here), before - 2);
  EXPECT_EQ(content(pair.here), content(pair.reference));
  EXPECT_EQ(pull(pair.reference, pair.here).objects_sent, 0u);
  expect_sound(pair.here);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_NE(result.findings.front().line.find("; removed"), std::string::npos);
  EXPECT_NE(result.findings.front().line.find(to_string(pair.reference.context.dsa)), std::string::npos);
}

/// 4.1.24.1.2: ulOptions 1 names them and changes nothing.
TEST(LingeringScan, AdviceChangesNothing) {
  Pair pair(10);
  expunge_here(pair.reference, pair.users[0]);
  const auto before = whole_state(pair.here);
  const auto result = scan(pair.here, pair.reference, true);
  expect_done(result);
  EXPECT_EQ(guids_of(result, Fate::kListed), (std::set<ObjectGuid>{pair.users[0]}));
  EXPECT_EQ(result.figures.listed, 1u);
  EXPECT_EQ(whole_state(pair.here), before);
}

/// 4.1.24.3: what the reference DSA cannot have yet does not linger: S' leaves it out. A tombstone there is existence.
TEST(LingeringScan, WhatIsNewOrDeletedThereStays) {
  Pair pair(5);
  const auto fresh = pair.here.add(kUsers, "user", "fresh");
  pair.reference.remove(pair.users[2]);
  const auto result = scan(pair.here, pair.reference, false);
  expect_done(result);
  EXPECT_TRUE(result.findings.empty());
  EXPECT_NE(pair.here.dnt(fresh), kNoDnt);
  EXPECT_NE(pair.here.dnt(pair.users[2]), kNoDnt);
}

/// Equal replicas: one call for each cluster, whatever its size, and no GUIDs.
TEST(LingeringScan, EqualReplicasCostOneCallForEachCluster) {
  Pair pair(30);
  const auto count = object_count(pair.here);
  for (const std::uint32_t cluster : {1u, 7u, 1'000u}) {
    const auto result = scan(pair.here, pair.reference, true, cluster);
    expect_done(result);
    EXPECT_EQ(result.figures.calls, (count + cluster - 1) / cluster);
    EXPECT_TRUE(result.findings.empty());
  }
}

/// A container goes after what is below it, whatever the order of their GUIDs, also in clusters of one.
TEST(LingeringScan, ContainersGoAfterTheirChildren) {
  for (const std::uint32_t cluster : {1u, 3u, 1'000u}) {
    Dsa here(1), reference(2);
    reference.make_domain();
    std::string path(kUsers);
    std::vector<ObjectGuid> chain;
    for (int depth = 0; depth < 14; ++depth) {
      chain.push_back(reference.add(path, "organizationalUnit", "o" + std::to_string(depth)));
      path = "OU=o" + std::to_string(depth) + "," + path;
    }
    (void)pull(here, reference);
    for (auto at = chain.rbegin(); at != chain.rend(); ++at) expunge_here(reference, *at);
    const auto result = scan(here, reference, false, cluster);
    expect_done(result);
    EXPECT_EQ(guids_of(result, Fate::kRemoved), std::set<ObjectGuid>(chain.begin(), chain.end()));
    EXPECT_EQ(content(here), content(reference));
    expect_sound(here);
  }
}

/// What stands above an object that must stay cannot go: it is named and kept.
TEST(LingeringScan, AParentOfWhatExistsIsKept) {
  Pair pair(0);
  const auto box = pair.reference.add(kUsers, "organizationalUnit", "box");
  const auto inner = pair.reference.add("OU=box,DC=lab,DC=example", "user", "inner");
  (void)pull(pair.here, pair.reference);
  pair.reference.rename(inner, must(pair.reference.store->read()->find(pair.reference.nc_root()))->guid(), std::nullopt);
  expunge_here(pair.reference, box);
  const auto result = scan(pair.here, pair.reference, false);
  expect_done(result);
  EXPECT_EQ(guids_of(result, Fate::kKept), (std::set<ObjectGuid>{box}));
  EXPECT_EQ(result.figures.kept, 1u);
  EXPECT_NE(pair.here.dnt(box), kNoDnt);
}

/// Random sets of lingering objects on one side and of missing ones on the other, in clusters of any size: found exactly.
TEST(LingeringScan, FindsExactlyWhatLingersInClustersOfAnySize) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Pair pair(40);
    TestRandom dice(seed);
    std::set<ObjectGuid> expected;
    for (const auto& user : pair.users) {
      const auto fate = dice.below(5);
      if (fate == 0) {
        expunge_here(pair.reference, user);
        expected.insert(user);
      } else if (fate == 1) {
        expunge_here(pair.here, user);
      }
    }
    const auto result = scan(pair.here, pair.reference, false, static_cast<std::uint32_t>(1 + dice.below(12)));
    expect_done(result);
    EXPECT_EQ(guids_of(result, Fate::kRemoved), expected) << "seed " << seed;
    expect_sound(pair.here);
  }
}

/// Objects that are created here while the scan runs are not looked at: the vector is that of the beginning.
TEST(LingeringScan, WhatIsCreatedMeanwhileIsLeftAlone) {
  Pair pair(10);
  int number = 0;
  const auto result = scan(pair.here, pair.reference, false, 2, [&] { pair.here.add(kUsers, "user", "m" + std::to_string(number++)); });
  expect_done(result);
  EXPECT_GT(number, 4);
  EXPECT_TRUE(result.findings.empty());
}

/// A reply whose GUIDs are out of order, before the start, or too many would remove what it should not: refused before anything is done.
TEST(LingeringScan, RepliesThatCannotBeAreRefused) {
  Pair pair(10);
  const auto before = whole_state(pair.here);
  for (int kind = 0; kind < 4; ++kind) {
    LingeringScan lingering(verify_against(pair.here, pair.reference, false));
    ASSERT_EQ(lingering.begin(pair.here.context, *pair.here.store).kind, LingeringStep::Kind::kAskVector);
    const DRS_MSG_GETREPLINFO_REPLY told(Unique<UPTODATE_VECTOR_V1_EXT>(utd_to_wire_v1(told_utd(pair.reference))));
    const auto asked = lingering.on_vector(pair.here.context, *pair.here.store, told);
    ASSERT_EQ(asked.kind, LingeringStep::Kind::kAskExistence);
    DRS_MSG_EXISTREPLY_V1 reply;
    const auto all = must(guid_sequence(*pair.reference.store->read(), pair.reference.nc_root(), ObjectGuid{}, 1'000, told_utd(pair.reference)));
    for (const auto& guid : all) reply.rgGuids.push_back(guid.value);
    if (kind == 0) std::swap(reply.rgGuids[1], reply.rgGuids[2]);
    if (kind == 1) reply.rgGuids[0] = Guid{};
    if (kind == 2) reply.rgGuids.push_back(ObjectGuid{"ffffffff-ffff-ffff-ffff-ffffffffffff"_guid}.value);
    if (kind == 3) reply.rgGuids[2] = reply.rgGuids[1];
    const auto refused = lingering.on_reply(pair.here.context, *pair.here.store, DRS_MSG_EXISTREPLY(std::move(reply)));
    EXPECT_EQ(refused.kind, LingeringStep::Kind::kFailed) << kind;
    EXPECT_EQ(refused.error.code, win32::kErrorDsDraInvalidParameter) << kind;
  }
  EXPECT_EQ(whole_state(pair.here), before);
}

/// 4.1.24.3: the reference DSA's own code is the result.
TEST(LingeringScan, TheCodeOfTheReferenceDsaIsTheResult) {
  Pair pair(3);
  const auto transaction = pair.reference.store->write();
  auto replica = *must(transaction->nc_replica(pair.reference.nc_root()));
  replica.writable = false;
  transaction->put_nc_replica(replica);
  must(transaction->commit());
  const auto result = scan(pair.here, pair.reference, false);
  EXPECT_EQ(result.last.kind, LingeringStep::Kind::kFailed);
  EXPECT_EQ(result.last.error.code, win32::kErrorDsDraInvalidParameter);
}

/// The root of the NC is never removed, whatever the reference DSA says.
TEST(LingeringScan, TheRootIsKept) {
  Pair pair(0);
  LingeringScan lingering(verify_against(pair.here, pair.reference, false));
  (void)lingering.begin(pair.here.context, *pair.here.store);
  const DRS_MSG_GETREPLINFO_REPLY told(Unique<UPTODATE_VECTOR_V1_EXT>(utd_to_wire_v1(told_utd(pair.reference))));
  ASSERT_EQ(lingering.on_vector(pair.here.context, *pair.here.store, told).kind, LingeringStep::Kind::kAskExistence);
  const auto nothing = lingering.on_reply(pair.here.context, *pair.here.store, DRS_MSG_EXISTREPLY(DRS_MSG_EXISTREPLY_V1{}));
  EXPECT_EQ(nothing.kind, LingeringStep::Kind::kDone);
  EXPECT_NE(pair.here.nc_root(), kNoDnt);
  EXPECT_EQ(lingering.figures().kept, 1u);
  EXPECT_EQ(object_count(pair.here), 1u);
  expect_sound(pair.here);
}

}  // namespace
}  // namespace tributary::repl::testing
