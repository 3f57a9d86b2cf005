// SPDX-License-Identifier: Apache-2.0
// Random forests: replicas that converged have one digest, whatever way their changes took; what differs on the way is never called diverged;
// and any one thing that is flipped is found, alone, in octets that grow with the depth of the tree.
#include <set>

#include "repl/divergence/test_compare.hpp"
#include "repl/updates/undelete.hpp"

namespace tributary::repl::testing {
namespace {

constexpr std::string_view kUsers = "DC=lab,DC=example";

class RandomForest {
 public:
  RandomForest(std::uint64_t seed, bool recycle_bin) : dice(seed) {
    for (std::uint8_t number = 1; number <= 3; ++number) dsas.push_back(std::make_unique<Dsa>(number, recycle_bin));
    options.recycle_bin = recycle_bin;
    for (auto& dsa : dsas) dsa->context.rules.linked_value_replication = seed % 5 != 4;
    dsas[0]->make_domain();
    for (int i = 0; i < 12; ++i) objects.push_back(dsas[0]->add(kUsers, i % 3 == 0 ? "group" : "user", "o" + std::to_string(i)));
    for (std::size_t i = 1; i < dsas.size(); ++i) (void)pull(*dsas[i], *dsas[0], options);
  }
  Dsa& any() { return *dsas[dice.below(dsas.size())]; }
  ObjectGuid object() { return objects[dice.below(objects.size())]; }
  static bool is_live(const Dsa& dsa, const ObjectGuid& guid) {
    const auto dnt = dsa.dnt(guid);
    return dnt != kNoDnt && !is_deleted(*must(dsa.store->read()->find(dnt)));
  }

  void one_update() {
    auto& dsa = any();
    dsa.pass(static_cast<std::int64_t>(dice.below(3)));
    const auto guid = object();
    if (!is_live(dsa, guid)) return;
    switch (dice.below(7)) {
      case 0: objects.push_back(dsa.add(kUsers, dice.below(2) == 0 ? "group" : "user", "n" + std::to_string(number_++))); return;
      case 1:
      case 2: return dsa.set(guid, attid::kDescription, std::to_string(dice.below(1'000)));
      case 3: return dsa.rename(guid, std::nullopt, "r" + std::to_string(number_++));
      case 4: {
        if (dice.below(3) == 0) dsa.remove(guid);
        return;
      }
      default: {
        const auto member = object();
        if (!is_live(dsa, member) || dsa.text(guid, attid::kGroupType) == "-") return;
        return dice.below(3) == 0 ? dsa.unlink(guid, member) : dsa.link(guid, member);
      }
    }
  }
  void one_pull() {
    auto& to = any();
    auto& from = any();
    if (&to != &from) (void)pull(to, from, options);
  }
  std::vector<Dsa*> all() const {
    std::vector<Dsa*> pointers;
    for (const auto& dsa : dsas) pointers.push_back(dsa.get());
    return pointers;
  }

  TestRandom dice;
  PullOptions options;
  std::vector<std::unique_ptr<Dsa>> dsas;
  std::vector<ObjectGuid> objects;

 private:
  int number_ = 0;
};

TEST(DivergenceProperty, ConvergedReplicasHaveOneDigestAndNothingOnTheWayIsDiverged) {
  for (std::uint64_t seed = 1; seed <= 40 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomForest forest(seed, seed % 2 == 0);
    for (int step = 0; step < 60; ++step) {
      forest.one_update();
      if (forest.dice.below(4) == 0) forest.one_pull();
      if (step % 6 != 5) continue;
      auto &a = forest.any(), &b = forest.any();
      const auto compared = compare(a, b);
      EXPECT_EQ(compared.result.is_equal(), content(a) == content(b)) << "step " << step;
      for (const auto& [guid, object] : compared.result.objects) {
        EXPECT_EQ(object.verdict, Verdict::kNotConverged) << "step " << step << " " << to_string(guid) << " " << a.dn(guid) << " | " << b.dn(guid);
        if (object.verdict == Verdict::kNotConverged) continue;
        for (const auto& item : object.items)
          ADD_FAILURE() << static_cast<int>(item.any().kind) << " " << item.any().oid << " " << verdict_name(item.verdict) << " " << bool(item.here) << bool(item.there);
      }
    }
    converge(forest.all(), forest.options);
    for (auto* const dsa : forest.all()) {
      EXPECT_EQ(digest_of(*dsa), digest_of(*forest.dsas[0]));
      EXPECT_TRUE(compare(*forest.dsas[0], *dsa).result.is_equal());
    }
  }
}

/// Flips one thing of the replica, as a fault would, and says of what.
ObjectGuid flip(RandomForest& forest, Dsa& dsa) {
  for (;;) {
    const auto guid = forest.object();
    if (dsa.dnt(guid) == kNoDnt) continue;
    std::vector<store::LinkKey> links;
    must(dsa.store->read()->links(dsa.dnt(guid), Attid{}, [&](const store::LinkValue& link) {
      links.push_back(link.key);
      return true;
    }));
    if (!links.empty() && forest.dice.below(2) == 0) {
      const auto which = forest.dice.below(4);
      damage_link(dsa, links[forest.dice.below(links.size())], [&](store::LinkValue& link) {
        if (which == 0) link.is_present = !link.is_present;
        if (which == 1) ++link.stamp.time_created.seconds;
        if (which == 2) ++link.stamp.stamp.version;
        if (which == 3) ++link.stamp.stamp.usn_originating.value;
      });
      return guid;
    }
    bool is_flipped = false;
    const auto which = forest.dice.below(3);
    damage(dsa, guid, [&](store::ObjectDraft& draft) {
      auto& attribute = draft.attributes()[forest.dice.below(draft.attributes().size())];
      if (!attribute.stamp || attribute.attid == draft.rdn_type || attribute.attid == attid::kName ||
          attribute.attid == attid::kIsDeleted)
        return;
      if (which == 0) ++attribute.stamp->time_changed.seconds;
      if (which == 1) attribute.stamp->version += 3;
      if (which == 2) --attribute.stamp->usn_originating.value;
      is_flipped = true;
    });
    if (is_flipped) return guid;
  }
}

TEST(DivergenceProperty, AnyOneThingThatIsFlippedIsFoundAlone) {
  for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomForest forest(seed, seed % 2 == 0);
    for (int step = 0; step < 40; ++step) forest.one_update();
    converge(forest.all(), forest.options);
    auto &good = *forest.dsas[0], &bad = *forest.dsas[1];
    const auto guid = flip(forest, bad);
    const auto compared = compare(good, bad);
    ASSERT_EQ(compared.result.objects.size(), 1u);
    EXPECT_EQ(compared.result.objects.begin()->first, guid);
    EXPECT_EQ(compared.result.objects.begin()->second.items.size(), 1u);
    EXPECT_LE(compared.result.exchanges, 5u);
  }
}

/// Exchanged octets: a constant, and for each difference as much as the tree is deep. 4,000 objects have four levels.
TEST(DivergenceProperty, OctetsGrowWithTheDifferences) {
  Dsa a(1), b(2);
  a.make_domain();
  std::vector<ObjectGuid> users;
  for (int i = 0; i < 4'000; ++i) users.push_back(a.add(kUsers, "user", "u" + std::to_string(i)));
  (void)pull(b, a);
  (void)pull(a, b);
  const auto equal = compare(a, b);
  EXPECT_TRUE(equal.result.is_equal());
  std::size_t differences = 0;
  for (const std::size_t wanted : {1u, 4u, 16u, 64u}) {
    for (; differences < wanted; ++differences)
      damage(b, users[differences * 37], [](store::ObjectDraft& draft) { ++draft.find(attid::kInstanceType)->stamp->version; });
    const auto compared = compare(a, b);
    EXPECT_EQ(compared.result.objects.size(), wanted);
    EXPECT_LT(compared.octets, equal.octets + wanted * 4 * 3'000u) << wanted;
    EXPECT_LE(compared.result.exchanges, 12u);
    RecordProperty("octets_for_" + std::to_string(wanted), std::to_string(compared.octets));
    std::printf("%zu differences in 4,000 objects: %zu octets, %zu exchanges\n", wanted, compared.octets, static_cast<std::size_t>(compared.result.exchanges));
  }
}

}  // namespace
}  // namespace tributary::repl::testing
