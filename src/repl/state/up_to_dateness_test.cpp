// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 5.131, 5.166, 5.187, 5.202 to 5.205, 4.1.10.1.2, 4.1.10.3.3, 4.1.10.3.7, 4.1.10.6.16: the algebra of vectors on a
// small domain, and their forms.
#include "repl/state/up_to_dateness.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "drsuapi/blobs/vectors.hpp"
#include "repl/state/test_laws.hpp"

namespace tributary::repl {
namespace {

using laws::filled;

constexpr InvocationId kA{"0a000000-0000-0000-0000-000000000000"_guid};
constexpr InvocationId kB{"0b000000-0000-0000-0000-000000000000"_guid};
constexpr InvocationId kOther{"0c000000-0000-0000-0000-000000000000"_guid};

/// Two invocations, each unknown or at one of two USNs at one of two times.
std::vector<ReplUpToDateVector> vectors() {
  std::vector<std::optional<UpToDateCursor>> states = {std::nullopt};
  for (const std::int64_t usn : {1, 2})
    for (const std::int64_t time : {10, 20}) states.push_back(UpToDateCursor{{}, {usn}, {time}});
  std::vector<ReplUpToDateVector> all;
  for (const auto& a : states)
    for (const auto& b : states) {
      ReplUpToDateVector vector;
      if (a) vector.advance({kA, a->usn_high_prop_update, a->time_last_sync_success});
      if (b) vector.advance({kB, b->usn_high_prop_update, b->time_last_sync_success});
      all.push_back(vector);
    }
  return all;
}

/// Every update that the domain can speak of.
std::vector<AttributeStamp> updates() {
  std::vector<AttributeStamp> all;
  for (const auto& invocation : {kA, kB, kOther})
    for (std::int64_t usn = 0; usn <= 3; ++usn) all.push_back({1, {1}, invocation, {usn}});
  return all;
}

ReplUpToDateVector update(const ReplUpToDateVector& mine, const ReplUpToDateVector& source) { return update_utd(mine, source, kOther); }

// 5.131: what both have; a meet.
TEST(MergeUtd, IsASemilattice) { laws::expect_semilattice(vectors(), merge_utd); }
TEST(MergeUtd, CoversExactlyWhatBothCover) {
  for (const auto& x : vectors())
    for (const auto& y : vectors())
      for (const auto& stamp : updates())
        ASSERT_EQ(stamp_less_than_or_equal_utd(stamp, merge_utd(x, y)),
                  stamp_less_than_or_equal_utd(stamp, x) && stamp_less_than_or_equal_utd(stamp, y));
}

// 4.1.10.6.16: what either has; a join. Sources may be asked in any order, and again.
TEST(UpdateUtd, IsASemilattice) { laws::expect_semilattice(vectors(), update); }
TEST(UpdateUtd, CoversExactlyWhatEitherCovers) {
  for (const auto& x : vectors())
    for (const auto& y : vectors())
      for (const auto& stamp : updates())
        ASSERT_EQ(stamp_less_than_or_equal_utd(stamp, update(x, y)),
                  stamp_less_than_or_equal_utd(stamp, x) || stamp_less_than_or_equal_utd(stamp, y));
}
// A vector that goes forward never claims less than before, nor do those that were merged from it.
TEST(UpdateUtd, IsMonotone) {
  for (const auto& x : vectors())
    for (const auto& y : vectors()) {
      ASSERT_TRUE(has_update_knowledge(update(x, y), x));
      ASSERT_TRUE(has_update_knowledge(update(x, y), y));
      ASSERT_TRUE(has_update_knowledge(x, merge_utd(x, y)));
      if (!has_update_knowledge(y, x)) continue;
      for (const auto& z : vectors()) {
        ASSERT_TRUE(has_update_knowledge(update(y, z), update(x, z)));
        ASSERT_TRUE(has_update_knowledge(merge_utd(y, z), merge_utd(x, z)));
      }
    }
}
// Meet and join belong together: each absorbs the other, as far as knowledge goes.
TEST(UpdateUtd, AbsorbsTheMerge) {
  for (const auto& x : vectors())
    for (const auto& y : vectors()) {
      const auto absorbed = update(x, merge_utd(x, y));
      ASSERT_TRUE(has_update_knowledge(x, absorbed) && has_update_knowledge(absorbed, x));
    }
}

// 4.1.10.1.2: reflexive and transitive, and it says the same as covering every update that the other covers.
TEST(HasUpdateKnowledge, IsAPartialOrder) {
  for (const auto& x : vectors())
    for (const auto& y : vectors()) {
      const bool covers_all = std::ranges::all_of(y.cursors(), [&](const auto& c) { return x.covers(c.uuid_dsa, c.usn_high_prop_update); });
      ASSERT_EQ(has_update_knowledge(x, y), covers_all);
      if (!has_update_knowledge(x, y)) continue;
      for (const auto& z : vectors())
        if (has_update_knowledge(y, z)) {
          ASSERT_TRUE(has_update_knowledge(x, z));
        }
    }
}

// 5.187: at or below the cursor of the stamp's own originator, and no other.
TEST(StampLessThanOrEqualUtd, LooksAtTheOriginatorsCursor) {
  const ReplUpToDateVector utd({{kA, {100}, {}}, {kB, {7}, {}}});
  EXPECT_TRUE(stamp_less_than_or_equal_utd({1, {1}, kA, {99}}, utd));
  EXPECT_TRUE(stamp_less_than_or_equal_utd({1, {1}, kA, {100}}, utd));
  EXPECT_FALSE(stamp_less_than_or_equal_utd({1, {1}, kA, {101}}, utd));
  EXPECT_FALSE(stamp_less_than_or_equal_utd({1, {1}, kB, {99}}, utd));
  EXPECT_FALSE(stamp_less_than_or_equal_utd({1, {1}, kOther, {1}}, utd));
  EXPECT_FALSE(stamp_less_than_or_equal_utd({1, {1}, kA, {1}}, {}));
}

TEST(ReplUpToDateVector, IsSortedAndHasEachInvocationOnce) {
  const ReplUpToDateVector utd({{kB, {5}, {1}}, {kA, {1}, {9}}, {kB, {7}, {2}}, {kB, {6}, {3}}, {kA, {1}, {8}}});
  ASSERT_EQ(utd.size(), 2u);
  EXPECT_EQ(utd.cursors()[0], (UpToDateCursor{kA, {1}, {9}}));
  EXPECT_EQ(utd.cursors()[1], (UpToDateCursor{kB, {7}, {2}}));
}
TEST(ReplUpToDateVector, NeverGoesBack) {
  ReplUpToDateVector utd;
  EXPECT_TRUE(utd.advance({kA, {5}, {10}}));
  EXPECT_FALSE(utd.advance({kA, {4}, {20}}));
  EXPECT_FALSE(utd.advance({kA, {5}, {20}}));
  EXPECT_EQ(*utd.find(kA), (UpToDateCursor{kA, {5}, {20}}));
  EXPECT_TRUE(utd.advance({kA, {6}, {15}}));
  EXPECT_EQ(utd.find(kA)->usn_high_prop_update, Usn{6});
  EXPECT_EQ(utd.find(kB), nullptr);
}
TEST(ReplUpToDateVector, ForgetsWhoIsGoneButNoneThatIsKnown) {
  ReplUpToDateVector utd({{kA, {5}, {10}}, {kB, {5}, {10}}, {kOther, {5}, {30}}});
  const std::vector known = {kB};
  EXPECT_EQ(utd.remove_obsolete({20}, known), 1u);
  EXPECT_EQ(utd.find(kA), nullptr);
  EXPECT_NE(utd.find(kB), nullptr);
  EXPECT_NE(utd.find(kOther), nullptr);
  EXPECT_TRUE(utd.remove(kOther));
  EXPECT_FALSE(utd.remove(kOther));
}

// What a source says about the local invocationId is no news, even when it is wrong.
TEST(LocalInvocation, IsNeverAdopted) {
  const ReplUpToDateVector source({{kA, {50}, {1}}, {kB, {60}, {1}}});
  const auto updated = update_utd({}, source, kA);
  EXPECT_EQ(updated.find(kA), nullptr);
  EXPECT_EQ(updated.find(kB)->usn_high_prop_update, Usn{60});
}
TEST(LocalInvocation, IsToldWithTheHighestCommittedUsn) {
  const ReplUpToDateVector stored({{kB, {60}, {1}}, {kA, {999}, {1}}});  // whoever put A there was wrong
  const auto told = with_local(stored, kA, {40}, {7});
  EXPECT_EQ(*told.find(kA), (UpToDateCursor{kA, {40}, {7}}));
  EXPECT_EQ(told.size(), 2u);
}
// The example of 4.1.10.7: what DC2 sends (itself included), and what it has after the last reply.
TEST(LocalInvocation, IsInTheRequestOfTheExample) {
  const InvocationId dc1{"c20bc312-4d35-4cc0-9903-b1073368af4a"_guid};
  const InvocationId dc2{"9876730c-5844-4c94-b0bd-28458be39333"_guid};
  const ReplUpToDateVector stored({{dc1, {29335}, {12'797'642'625}}});
  const auto sent = utd_to_wire_v1(with_local(stored, dc2, {27359}, {12'797'643'900}));
  ASSERT_EQ(sent.rgCursors.size(), 2u);
  EXPECT_EQ(sent.rgCursors[0].uuidDsa, dc2.value);
  EXPECT_EQ(sent.rgCursors[0].usnHighPropUpdate, 27359);
  EXPECT_EQ(sent.rgCursors[1].uuidDsa, dc1.value);
  EXPECT_EQ(sent.rgCursors[1].usnHighPropUpdate, 29335);
  const auto after = update_utd(stored, ReplUpToDateVector({{dc1, {29379}, {12'797'643'933}}}), dc2);
  EXPECT_EQ(after, ReplUpToDateVector({{dc1, {29379}, {12'797'643'933}}}));
}
// A peer that has seen more of us than we ever wrote: the database is an old copy.
TEST(LocalInvocation, RolledBackIsSeenByWhatPeersHave) {
  const ReplUpToDateVector remote({{kA, {50}, {1}}});
  EXPECT_EQ(find_rollback(remote, kA, {49}), Usn{50});
  EXPECT_EQ(find_rollback(remote, kA, {50}), std::nullopt);
  EXPECT_EQ(find_rollback(remote, kB, {0}), std::nullopt);
}
// After a restore what was written here between the backup and the crash comes back from the peers that have it.
TEST(LocalInvocation, RetiredIsAForeignOne) {
  ReplUpToDateVector stored({{kB, {60}, {1}}});
  retire(stored, kA, {40}, {7});
  EXPECT_TRUE(stored.covers(kA, {40}));
  EXPECT_FALSE(stored.covers(kA, {41}));
  const auto updated = update_utd(stored, ReplUpToDateVector({{kA, {55}, {9}}}), kOther);
  EXPECT_TRUE(updated.covers(kA, {55}));
}

// 4.1.10.3.3, 4.1.10.3.7, 5.204, 5.205
TEST(UtdConversions, KeepWhatTheVersionHasRoomFor) {
  for (const auto& utd : vectors()) {
    EXPECT_EQ(utd_from_wire(utd_to_wire_v2(utd)), utd);
    const auto v1 = utd_to_wire_v1(utd);
    EXPECT_EQ(v1.dwVersion, 1u);
    EXPECT_TRUE(std::ranges::is_sorted(v1.rgCursors, {}, &drsuapi::UPTODATE_CURSOR_V1::uuidDsa));
    EXPECT_TRUE(has_update_knowledge(utd_from_wire(v1), utd) && has_update_knowledge(utd, utd_from_wire(v1)));
    const auto decoded = decode_utd(encode_utd(utd));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(*decoded, utd);
  }
}
TEST(UtdConversions, SortWhatSomebodySentUnsorted) {
  drsuapi::UPTODATE_VECTOR_V2_EXT wire;
  wire.rgCursors = {{kB.value, 5, 1}, {kA.value, 3, 1}, {kB.value, 4, 1}};
  EXPECT_EQ(utd_from_wire(wire), ReplUpToDateVector({{kA, {3}, {1}}, {kB, {5}, {1}}}));
}
// Samba's cursors have units of 100 ns where 5.203 has seconds: 2026-11-22T14:31:20Z in both.
TEST(UtdConversions, ReadTheTimesOfSamba) {
  drsuapi::UPTODATE_VECTOR_V2_EXT wire;
  wire.rgCursors = {{kA.value, 5, 13'439'831'480}, {kB.value, 5, 134'398'314'800'000'000}};
  const auto utd = utd_from_wire(wire);
  EXPECT_EQ(utd.find(kA)->time_last_sync_success, DsTime{13'439'831'480});
  EXPECT_EQ(utd.find(kB)->time_last_sync_success, DsTime{13'439'831'480});
}
TEST(UtdConversions, RefuseWhatIsNoVector) {
  EXPECT_FALSE(decode_utd({}).has_value());
  EXPECT_EQ(decode_utd(Bytes(16, 3)).error().code, win32::kErrorInvalidData);
  auto cut = encode_utd(vectors().back());
  cut.pop_back();
  EXPECT_FALSE(decode_utd(cut).has_value());
}
// The first version is read as well: it has no times.
TEST(UtdConversions, ReadTheFirstVersion) {
  const Bytes stored = drsuapi::blobs::encode_repl_up_to_date_vector({utd_to_wire_v1(ReplUpToDateVector({{kA, {9}, {3}}})), {}});
  EXPECT_EQ(decode_utd(stored).value(), ReplUpToDateVector({{kA, {9}, {}}}));
}

}  // namespace
}  // namespace tributary::repl
