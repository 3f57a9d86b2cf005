// SPDX-License-Identifier: Apache-2.0
// [MS-DRSR] 4.1.10.6.12 to 4.1.10.6.14 and [MS-ADTS] 3.1.1.5.5: who wins, proved on small domains; and the names that losers get.
#include "repl/state/conflicts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/utf.hpp"
#include "repl/state/mangled_rdn.hpp"
#include "repl/state/test_laws.hpp"

namespace tributary::repl {
namespace {

using laws::filled;

/// What a replica has of one link value.
struct LinkState {
  LinkValueStamp stamp;
  bool is_present;
  friend bool operator==(const LinkState&, const LinkState&) = default;
};

/// One honest history never has two states with one stamp: presence follows from the update that the stamp is of.
std::vector<std::optional<LinkState>> link_states() {
  std::vector<std::optional<LinkState>> states = {std::nullopt};
  for (const std::int64_t created : {1, 2})
    for (const std::uint32_t version : {0u, 1u, 2u, 3u})
      for (const std::int64_t changed : {5, 6})
        for (const int guid : {1, 2})
          states.push_back(LinkState{{{created}, {version, {changed}, filled<InvocationId>(guid), {4}}}, (version + guid) % 2 == 0});
  return states;
}

std::optional<LinkState> apply(const std::optional<LinkState>& local, const std::optional<LinkState>& replicated) {
  if (!replicated) return local;
  const auto stamp = local ? std::optional(local->stamp) : std::nullopt;
  return resolve_link_value(stamp, replicated->stamp) == Winner::kReplicated ? replicated : local;
}

// 4.1.10.6.14: whatever the order of arrival, and however often, every replica ends with the same value.
TEST(ResolveLinkValue, MergesLikeASemilattice) { laws::expect_semilattice(link_states(), apply); }

// 4.1.10.6.14: the same update once more changes nothing; a value that is not here, or has no stamp, is replaced.
TEST(ResolveLinkValue, AppliesOnlyWhatIsGreater) {
  const LinkValueStamp stamp{{1}, {1, {1}, filled<InvocationId>(1), {1}}};
  EXPECT_EQ(resolve_link_value(std::nullopt, stamp), Winner::kReplicated);
  EXPECT_EQ(resolve_link_value(stamp, stamp), Winner::kLocal);
  auto other_usn = stamp;
  other_usn.stamp.usn_originating.value += 1;
  EXPECT_EQ(resolve_link_value(stamp, other_usn), Winner::kLocal);
}

// 4.1.10.6.10: the attribute's rule is the same choice.
TEST(ResolveAttribute, MergesLikeASemilattice) {
  std::vector<AttributeStamp> stamps;
  for (const std::uint32_t version : {1u, 2u, 3u})
    for (const std::int64_t time : {1, 2})
      for (const int guid : {1, 2, 3}) stamps.push_back({version, {time}, filled<InvocationId>(guid), {5}});
  laws::expect_semilattice(stamps, [](const AttributeStamp& local, const AttributeStamp& replicated) {
    return resolve_attribute(local, replicated) == Winner::kReplicated ? replicated : local;
  });
  EXPECT_EQ(resolve_attribute(std::nullopt, stamps.front()), Winner::kReplicated);
  EXPECT_EQ(resolve_attribute(stamps.front(), stamps.front()), Winner::kLocal);
}

std::vector<NameClaim> name_claims() {
  std::vector<NameClaim> claims;
  for (const int guid : {0x00, 0x01, 0x02, 0x7F, 0x80, 0xFF})
    for (const std::int64_t time : {-1, 0, 1, 2}) claims.push_back({filled<ObjectGuid>(guid), {time}});
  return claims;
}

NameClaim keeper(const NameClaim& local, const NameClaim& replicated) {
  return resolve_name_conflict(local, replicated) == Winner::kLocal ? local : replicated;
}

// 4.1.10.6.12: whichever of them was here first, the same object keeps the name; of three, in any order of arrival.
TEST(ResolveNameConflict, IsATotalOrderOfClaims) { laws::expect_total_order(name_claims(), compare_name_claims); }
TEST(ResolveNameConflict, MergesLikeASemilattice) { laws::expect_semilattice(name_claims(), keeper); }

// 4.1.10.6.12: the object that was named later keeps the name, and the greater GUID does when both were in one second.
TEST(ResolveNameConflict, PrefersTheLaterNameThenTheGreaterGuid) {
  const NameClaim early{filled<ObjectGuid>(9), {10}};
  const NameClaim late{filled<ObjectGuid>(1), {11}};
  const NameClaim late_greater{filled<ObjectGuid>(2), {11}};
  EXPECT_EQ(resolve_name_conflict(early, late), Winner::kReplicated);
  EXPECT_EQ(resolve_name_conflict(late, early), Winner::kLocal);
  EXPECT_EQ(resolve_name_conflict(late, late_greater), Winner::kReplicated);
  EXPECT_EQ(resolve_name_conflict(late_greater, late), Winner::kLocal);
}

// With any number of objects that want one name, in any order: one keeps it, and it is the same one.
TEST(ResolveNameConflict, HasOneWinnerInEveryOrderOfArrival) {
  std::vector<NameClaim> claims = {{filled<ObjectGuid>(1), {5}}, {filled<ObjectGuid>(2), {5}}, {filled<ObjectGuid>(3), {4}}, {filled<ObjectGuid>(4), {3}}};
  do {
    auto winner = claims.front();
    for (const auto& claim : claims) winner = keeper(winner, claim);
    ASSERT_EQ(winner, (NameClaim{filled<ObjectGuid>(2), {5}}));
  } while (std::ranges::next_permutation(claims, [](const auto& a, const auto& b) { return a.object < b.object; }).found);
}

constexpr ObjectGuid kObject{"a746b716-0ac0-11d2-b376-0000f87a46c8"_guid};

// 4.1.10.6.13, its example.
TEST(ConflictRdn, IsTheExampleOfTheSection) {
  EXPECT_EQ(conflict_rdn("Engineering", kObject), "Engineering\nCNF:a746b716-0ac0-11d2-b376-0000f87a46c8");
}
// [MS-ADTS] 3.1.1.5.5
TEST(DeletedRdn, HasItsOwnTag) { EXPECT_EQ(deleted_rdn("Ada", kObject), "Ada\nDEL:a746b716-0ac0-11d2-b376-0000f87a46c8"); }

// What is made here is recognised by the rule that the C API uses, also when one mangling stands on another.
TEST(MangledRdn, IsRecognised) {
  EXPECT_EQ(mangling_of(std::string_view(conflict_rdn("x", kObject))), (Mangling{MangledFor::kNameConflict, kObject.value}));
  const auto twice = deleted_rdn(conflict_rdn("x", kObject), kObject);
  EXPECT_EQ(mangling_of(std::string_view(twice)), (Mangling{MangledFor::kDeletion, kObject.value}));
}

// [MS-ADTS] 3.1.1.5.1.2 and 3.1.1.5.5: fewer than 255 characters of 16 bits, and no character is cut in two.
TEST(MangledRdn, IsCutToItsSize) {
  for (const char* letter : {"a", "\u00e4", "\u20ac", "\U0001F600"}) {
    for (std::size_t count = 100; count <= 260; ++count) {
      std::string name;
      for (std::size_t i = 0; i < count; ++i) name += letter;
      const auto mangled = deleted_rdn(name, kObject);
      const auto units = to_utf16(mangled);
      ASSERT_TRUE(units.has_value()) << letter << count;
      ASSERT_LE(units->size(), kRdnUnitsMax);
      const auto name_units = to_utf16(name)->size();
      ASSERT_GE(units->size() + 1, std::min<std::size_t>(name_units + 41, kRdnUnitsMax));
      ASSERT_TRUE(mangling_of(std::string_view(mangled)).has_value());
    }
  }
}

}  // namespace
}  // namespace tributary::repl
