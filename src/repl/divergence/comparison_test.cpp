// SPDX-License-Identifier: Apache-2.0
// What a comparison finds and how it judges it: docs/decisions/0045-divergence.md; [MS-DRSR] 5.187 for what a vector claims.
#include "repl/divergence/comparison.hpp"

#include "repl/divergence/test_compare.hpp"
#include "repl/lingering/test_example.hpp"
#include "repl/objects/wire_values.hpp"
#include "repl/source/native_request.hpp"

namespace tributary::repl::testing {
namespace {

using Where = ObjectDifference::Where;

constexpr std::string_view kUsers = "DC=lab,DC=example";

/// Two equal replicas: users, a group of some, a container.
struct Pair {
  explicit Pair(int count = 30, bool recycle_bin = false) : here(1, recycle_bin), there(2, recycle_bin) {
    options.recycle_bin = recycle_bin;
    here.make_domain();
    for (int i = 0; i < count; ++i) users.push_back(here.add(kUsers, "user", "u" + std::to_string(i), {{attid::kDescription, {text_value("d")}}}));
    group = here.add(kUsers, "group", "g");
    for (int i = 0; i < count / 2; ++i) here.link(group, users[static_cast<std::size_t>(i)]);
    settle();
  }
  void settle() {
    here.pass(10);
    there.context.now = here.context.now;
    for (int i = 0; i < 2; ++i) {
      (void)pull(there, here, options);
      (void)pull(here, there, options);
    }
  }
  PullOptions options;
  Dsa here, there;
  std::vector<ObjectGuid> users;
  ObjectGuid group;
};

/// The one difference that there is, of both sides' view: the mirrored comparison finds the same.
ObjectDifference only_difference(const Pair& pair) {
  const auto forth = compare(pair.here, pair.there);
  const auto back = compare(pair.there, pair.here);
  EXPECT_EQ(forth.result.objects.size(), 1u);
  EXPECT_EQ(back.result.objects.size(), 1u);
  if (forth.result.objects.empty() || back.result.objects.empty()) return {};
  const auto& mine = forth.result.objects.begin()->second;
  const auto& other = back.result.objects.begin()->second;
  EXPECT_EQ(mine.guid, other.guid);
  EXPECT_EQ(mine.verdict, other.verdict);
  EXPECT_EQ(mine.items.size(), other.items.size());
  for (std::size_t i = 0; i < std::min(mine.items.size(), other.items.size()); ++i) {
    EXPECT_EQ(mine.items[i].here, other.items[i].there);
    EXPECT_EQ(mine.items[i].verdict, other.items[i].verdict);
  }
  return mine;
}
const ItemDifference* find_item(const ObjectDifference& object, std::string_view oid) {
  for (const auto& item : object.items)
    if (item.any().oid == oid) return &item;
  return nullptr;
}

/// Equal replicas: one exchange, and not many octets; both vectors are told.
TEST(Divergence, EqualReplicasCostOneSmallExchange) {
  Pair pair;
  const auto compared = compare(pair.here, pair.there);
  EXPECT_TRUE(compared.result.is_equal());
  EXPECT_EQ(compared.result.exchanges, 1u);
  EXPECT_LT(compared.octets, 600u);
  EXPECT_EQ(compared.result.digest, digest_of(pair.there));
  EXPECT_NE(compared.result.first.here.find(pair.there.context.invocation_id), nullptr);
  EXPECT_NE(compared.result.first.there.find(pair.here.context.invocation_id), nullptr);
}

/// A value without its change: the stamps are equal, the vectors cover them, and it is not the same.
TEST(Divergence, AChangedValueIsFoundExactly) {
  Pair pair;
  damage(pair.there, pair.users[7], [](store::ObjectDraft& draft) { draft.find(attid::kDescription)->values = {draft.keep(Bytes{'x', 0})}; });
  const auto found = only_difference(pair);
  EXPECT_EQ(found.guid, pair.users[7]);
  EXPECT_EQ(found.where, Where::kBoth);
  EXPECT_EQ(found.verdict, Verdict::kDiverged);
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_EQ(found.items[0].any().oid, "2.5.4.13");
  ASSERT_TRUE(found.items[0].here && found.items[0].there);
  EXPECT_EQ(found.items[0].here->stamp, found.items[0].there->stamp);
  EXPECT_NE(found.items[0].here->values, found.items[0].there->values);
}

/// Each of the four members of a stamp counts.
TEST(Divergence, AChangedStampIsFoundExactly) {
  for (int member = 0; member < 4; ++member) {
    Pair pair(10);
    damage(pair.there, pair.users[2], [&](store::ObjectDraft& draft) {
      auto& stamp = *draft.find(attid::kDescription)->stamp;
      if (member == 0) ++stamp.version;
      if (member == 1) ++stamp.time_changed.seconds;
      if (member == 2) stamp.uuid_originating = pair.there.context.invocation_id;
      if (member == 3) --stamp.usn_originating.value;
    });
    const auto found = only_difference(pair);
    EXPECT_EQ(found.guid, pair.users[2]);
    EXPECT_EQ(found.verdict, Verdict::kDiverged) << member;
    ASSERT_EQ(found.items.size(), 1u);
    EXPECT_NE(found.items[0].here->stamp, found.items[0].there->stamp);
    EXPECT_EQ(found.items[0].here->values, found.items[0].there->values);
  }
}

/// An attribute that is missing, and one that is there too many.
TEST(Divergence, AMissingAttributeIsFoundExactly) {
  Pair pair;
  damage(pair.there, pair.users[0], [](store::ObjectDraft& draft) { draft.remove(attid::kDescription); });
  const auto found = only_difference(pair);
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_TRUE(found.items[0].here);
  EXPECT_FALSE(found.items[0].there);
  EXPECT_EQ(found.items[0].verdict, Verdict::kDiverged);
}

/// A link value that lost its presence, or its existence.
TEST(Divergence, AChangedLinkValueIsFoundExactly) {
  Pair pair;
  const store::LinkKey key{pair.there.dnt(pair.group), attid::kMember, pair.there.dnt(pair.users[3]), {}};
  damage_link(pair.there, key, [](store::LinkValue& link) { link.is_present = false; });
  auto found = only_difference(pair);
  EXPECT_EQ(found.guid, pair.group);
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_EQ(found.items[0].any().kind, ItemKind::kLink);
  EXPECT_EQ(found.items[0].any().target, pair.users[3]);
  EXPECT_TRUE(found.items[0].here->is_present);
  EXPECT_FALSE(found.items[0].there->is_present);
  EXPECT_EQ(found.verdict, Verdict::kDiverged);
  const auto transaction = pair.there.store->write();
  transaction->erase_link(key);
  must(transaction->commit());
  found = only_difference(pair);
  ASSERT_EQ(found.items.size(), 1u);
  EXPECT_FALSE(found.items[0].there);
  EXPECT_EQ(found.verdict, Verdict::kDiverged);
}

/// An object that lingers is on one side, and the other's vector covers its creation.
TEST(Divergence, ALingeringObjectIsDiverged) {
  Pair pair;
  (void)pair.there.update([&](WriteTransaction& tx) { return expunge(tx, pair.there.context, pair.there.dnt(pair.users[20])); });
  const auto compared = compare(pair.here, pair.there);
  ASSERT_EQ(compared.result.objects.size(), 1u);
  const auto& found = compared.result.objects.begin()->second;
  EXPECT_EQ(found.guid, pair.users[20]);
  EXPECT_EQ(found.where, Where::kOnlyHere);
  EXPECT_EQ(found.verdict, Verdict::kDiverged);
  ASSERT_TRUE(found.created);
  EXPECT_EQ(found.created->uuid_originating, pair.here.context.invocation_id);
  EXPECT_EQ(compare(pair.there, pair.here).find(pair.users[20])->where, Where::kOnlyThere);
}

/// What was not replicated yet is no divergence: changes, objects, deletions with what they do to link values, on either side.
TEST(Divergence, WhatIsUnderWayIsNotConverged) {
  for (const bool recycle_bin : {false, true}) {
    Pair pair(30, recycle_bin);
    pair.here.set(pair.users[1], attid::kDescription, "new");
    const auto fresh = pair.there.add(kUsers, "user", "fresh");
    pair.here.remove(pair.users[2]);
    pair.there.remove(pair.users[20]);
    pair.there.unlink(pair.group, pair.users[4]);
    pair.here.link(pair.group, pair.users[25]);
    pair.there.rename(pair.users[9], std::nullopt, "renamed");
    const auto compared = compare(pair.here, pair.there);
    for (const auto& guid : {pair.users[1], fresh, pair.users[2], pair.users[20], pair.group, pair.users[9]}) {
      ASSERT_NE(compared.find(guid), nullptr) << to_string(guid);
      EXPECT_EQ(compared.find(guid)->verdict, Verdict::kNotConverged) << to_string(guid);
    }
    EXPECT_EQ(compared.result.count(Verdict::kNotConverged), compared.result.objects.size());
    EXPECT_EQ(compared.find(fresh)->where, Where::kOnlyThere);
    const auto* const description = find_item(*compared.find(pair.users[1]), "2.5.4.13");
    ASSERT_NE(description, nullptr);
    EXPECT_EQ(description->here->stamp->version, description->there->stamp->version + 1);
    pair.settle();
    EXPECT_TRUE(compare(pair.here, pair.there).result.is_equal());
  }
}

/// Before linked value replication values have no stamps: they travel with their attribute's, and are under way when that is.
TEST(Divergence, ValuesWithoutStampsFollowTheirAttribute) {
  Dsa here(1), there(2);
  here.context.rules.linked_value_replication = there.context.rules.linked_value_replication = false;
  here.make_domain();
  const auto group = here.add(kUsers, "group", "g");
  const auto a = here.add(kUsers, "user", "a"), b = here.add(kUsers, "user", "b");
  here.link(group, a);
  (void)pull(there, here);
  (void)pull(here, there);
  EXPECT_TRUE(compare(here, there).result.is_equal());
  here.link(group, b);
  const auto compared = compare(here, there);
  ASSERT_NE(compared.find(group), nullptr);
  EXPECT_EQ(compared.find(group)->items.size(), 2u);
  EXPECT_EQ(compared.find(group)->verdict, Verdict::kNotConverged);
  (void)pull(there, here);
  EXPECT_TRUE(compare(here, there).result.is_equal());
  const auto transaction = there.store->write();
  transaction->erase_link({there.dnt(group), attid::kMember, there.dnt(b), {}});
  must(transaction->commit());
  EXPECT_EQ(compare(here, there).find(group)->verdict, Verdict::kDiverged);
}

/// Beside changes that are under way one that never will arrive is told apart.
TEST(Divergence, DivergenceIsSeenAmongWhatIsUnderWay) {
  Pair pair;
  for (int i = 0; i < 10; ++i) pair.here.set(pair.users[static_cast<std::size_t>(i)], attid::kDescription, "new");
  damage(pair.there, pair.users[15], [](store::ObjectDraft& draft) { draft.find(attid::kDescription)->values.clear(); });
  const auto compared = compare(pair.here, pair.there);
  EXPECT_EQ(compared.result.count(Verdict::kNotConverged), 10u);
  EXPECT_EQ(compared.result.count(Verdict::kDiverged), 1u);
  EXPECT_EQ(compared.find(pair.users[15])->verdict, Verdict::kDiverged);
}

/// A vector that claims what its replica lacks: the very fault that this is for. The cursor is moved forward, the change is not there.
TEST(Divergence, AVectorThatClaimsTooMuchIsDiverged) {
  Pair pair;
  pair.here.set(pair.users[1], attid::kDescription, "new");
  EXPECT_EQ(compare(pair.here, pair.there).find(pair.users[1])->verdict, Verdict::kNotConverged);
  const auto transaction = pair.there.store->write();
  auto replica = *must(transaction->nc_replica(pair.there.nc_root()));
  auto utd = must(decode_utd(replica.up_to_dateness_vector));
  utd.advance({pair.here.context.invocation_id, pair.here.store->read()->highest_committed_usn(), DsTime{1}});
  replica.up_to_dateness_vector = encode_utd(utd);
  transaction->put_nc_replica(replica);
  must(transaction->commit());
  EXPECT_EQ(compare(pair.here, pair.there).find(pair.users[1])->verdict, Verdict::kDiverged);
}

/// The state of [MS-DRSR] 4.1.24.4.1, with the notes that the section has beside it.
TEST(Divergence, TheExampleOfVerifyObjects) {
  VerifyExample example;
  const auto compared = compare(example.dc1, example.dc2);
  EXPECT_EQ(compared.result.objects.size(), 5u);
  const auto judged = [&](const ObjectGuid& guid) { return std::pair(compared.find(guid)->where, compared.find(guid)->verdict); };
  EXPECT_EQ(compared.find(kKimAkers), nullptr);
  EXPECT_EQ(judged(kJoshBailey), std::pair(Where::kOnlyHere, Verdict::kNotConverged));
  EXPECT_EQ(judged(kEvaCorets), std::pair(Where::kOnlyHere, Verdict::kDiverged));
  EXPECT_EQ(judged(kJimDaly), std::pair(Where::kBoth, Verdict::kNotConverged));
  EXPECT_EQ(judged(kEbruErsan), std::pair(Where::kOnlyThere, Verdict::kNotConverged));
  EXPECT_EQ(judged(kKariFurse), std::pair(Where::kOnlyThere, Verdict::kDiverged));
}

/// Tombstones and absent link values go by each DSA's own clock.
TEST(Divergence, WhatOneSideHasForgottenIsGarbage) {
  Pair pair;
  pair.here.unlink(pair.group, pair.users[3]);
  pair.here.remove(pair.users[20]);
  pair.settle();
  ASSERT_TRUE(compare(pair.here, pair.there).result.is_equal());
  pair.there.pass(400 * std::int64_t{86'400});
  (void)pair.there.update([&](WriteTransaction& tx) { return collect_garbage(tx, pair.there.context, 1'000); });
  const auto compared = compare(pair.here, pair.there);
  EXPECT_EQ(compared.result.objects.size(), 2u);
  EXPECT_EQ(compared.find(pair.users[20])->verdict, Verdict::kGarbage);
  EXPECT_EQ(compared.find(pair.users[20])->where, Where::kOnlyHere);
  EXPECT_EQ(compared.find(pair.group)->verdict, Verdict::kGarbage);
  EXPECT_EQ(compared.result.count(Verdict::kDiverged), 0u);
}

/// One of many members: found by the branches below the object, without sending the others.
TEST(Divergence, OneOfManyMembersIsFoundInFewOctets) {
  Dsa here(1), there(2);
  here.make_domain();
  const auto group = here.add(kUsers, "group", "g");
  std::vector<ObjectGuid> users;
  for (int i = 0; i < 1'500; ++i) {
    users.push_back(here.add(kUsers, "user", "u" + std::to_string(i)));
    here.link(group, users.back());
  }
  (void)pull(there, here);
  (void)pull(here, there);
  damage_link(there, {there.dnt(group), attid::kMember, there.dnt(users[700]), {}}, [](store::LinkValue& link) { ++link.stamp.time_created.seconds; });
  const auto compared = compare(here, there);
  ASSERT_EQ(compared.result.objects.size(), 1u);
  ASSERT_EQ(compared.find(group)->items.size(), 1u);
  EXPECT_EQ(compared.find(group)->items[0].any().target, users[700]);
  EXPECT_LT(compared.octets, 24'000u);
  EXPECT_LT(compared.result.exchanges, 9u);
}

/// A limit on what is remembered, and it says so.
TEST(Divergence, TooManyDifferencesAreCutOff) {
  Pair pair(40);
  for (const auto& user : pair.users) damage(pair.there, user, [](store::ObjectDraft& draft) { draft.find(attid::kDescription)->values.clear(); });
  ComparisonOptions options;
  options.differences_max = 7;
  const auto compared = compare(pair.here, pair.there, options);
  EXPECT_TRUE(compared.result.is_truncated);
  EXPECT_FALSE(compared.result.is_equal());
  EXPECT_EQ(compared.result.objects.size(), 7u);
  for (const auto& [guid, object] : compared.result.objects) EXPECT_EQ(object.items.size(), 1u);
}

/// A replica that one side has hardly begun: everything is only here, and not converged yet.
TEST(Divergence, AnAlmostEmptyReplicaIsNotConverged) {
  Dsa here(1), there(2);
  here.make_domain();
  (void)pull(there, here);
  for (int i = 0; i < 300; ++i) here.add(kUsers, "user", "u" + std::to_string(i));
  const auto compared = compare(here, there);
  EXPECT_EQ(compared.result.objects.size(), 300u);
  EXPECT_EQ(compared.result.count(Verdict::kNotConverged), 300u);
  EXPECT_EQ(compare(there, here).result.count(Verdict::kNotConverged), 300u);
}

/// Both replicate on while they are compared: nothing that settles or changes meanwhile is taken for divergence.
TEST(Divergence, ReplicasMayReplicateMeanwhile) {
  Pair pair(60);
  for (int i = 0; i < 30; ++i) pair.here.set(pair.users[static_cast<std::size_t>(i)], attid::kDescription, "new");
  for (int i = 30; i < 40; ++i) pair.there.remove(pair.users[static_cast<std::size_t>(i)]);
  int round = 0;
  PullOptions some = pair.options;
  some.objects_max = 5;
  some.pages_max = 1;
  const auto compared = compare(pair.here, pair.there, {}, [&] {
    ++round;
    pair.here.set(pair.users[50], attid::kDescription, std::to_string(round));
    pair.there.add(kUsers, "user", "meanwhile" + std::to_string(round));
    (void)pull(pair.there, pair.here, some);
    (void)pull(pair.here, pair.there, some);
  });
  EXPECT_GT(round, 1);
  EXPECT_EQ(compared.result.count(Verdict::kDiverged), 0u);
}

/// What arrives between our first digest and the first reply is here: our vector has moved on, and our list has to with it.
TEST(Divergence, WhatArrivesBeforeTheFirstReplyIsNoDivergence) {
  Pair pair(2);
  bool is_first = true;
  const auto compared = compare(pair.here, pair.there, {}, [&] {
    if (std::exchange(is_first, false)) pair.there.add(kUsers, "user", "fresh");
    (void)pull(pair.here, pair.there, pair.options);
  });
  EXPECT_EQ(compared.result.count(Verdict::kDiverged), 0u);
}

/// An object that is expunged on one side while its items are asked for is one that is on one side only.
TEST(Divergence, AnObjectThatVanishesMeanwhileIsOnOneSideOnly) {
  Pair pair(2);
  damage(pair.there, pair.users[1], [](store::ObjectDraft& draft) { draft.find(attid::kDescription)->values.clear(); });
  int round = 0;
  const auto compared = compare(pair.here, pair.there, {}, [&] {
    if (++round == 2) (void)pair.there.update([&](WriteTransaction& tx) { return expunge(tx, pair.there.context, pair.there.dnt(pair.users[1])); });
  });
  ASSERT_NE(compared.find(pair.users[1]), nullptr);
  EXPECT_EQ(compared.find(pair.users[1])->where, Where::kOnlyHere);
  EXPECT_EQ(compared.find(pair.users[1])->verdict, Verdict::kDiverged);
  EXPECT_TRUE(compared.find(pair.users[1])->created);
}

/// Link values at a deleted-object sleep on both sides; one that is awake is seen.
TEST(Divergence, ALinkValueThatSleepsOnOneSideOnlyIsFound) {
  Pair pair(6, true);
  pair.here.remove(pair.users[1]);
  pair.settle();
  ASSERT_TRUE(compare(pair.here, pair.there).result.is_equal());
  const auto deleted = must(pair.there.store->read()->find_guid(pair.users[1]));
  damage_link(pair.there, {pair.there.dnt(pair.group), attid::kMember, deleted, {}}, [](store::LinkValue& link) {
    EXPECT_TRUE(link.is_deactivated);
    link.is_deactivated = false;
  });
  const auto found = only_difference(pair);
  EXPECT_EQ(found.guid, pair.group);
  EXPECT_EQ(found.items.size(), 1u);
  EXPECT_EQ(found.verdict, Verdict::kDiverged);
}

/// A partial replica and a full one are compared by the partial attribute set, whoever asks.
TEST(Divergence, PartialReplicasAreComparedByTheirAttributes) {
  Pair pair(10);
  // What a pull of a partial replica leaves: only its attributes, and members of universal groups only.
  const AttidSet set(gc_partial_attribute_set(*pair.there.context.schema));
  const auto transaction = pair.there.store->write();
  auto replica = *must(transaction->nc_replica(pair.there.nc_root()));
  replica.partial = true;
  replica.writable = false;
  replica.partial_attribute_set = encode_partial_set(set.attids());
  transaction->put_nc_replica(replica);
  must(transaction->commit());
  for (const auto& user : pair.users)
    damage(pair.there, user, [&](store::ObjectDraft& draft) {
      std::vector<Attid> gone;
      for (const auto& attribute : draft.attributes())
        if (attribute.stamp && !set.has(attribute.attid)) gone.push_back(attribute.attid);
      for (const auto attid : gone) draft.remove(attid);
    });
  const auto forth = compare(pair.here, pair.there);
  EXPECT_TRUE(forth.result.is_equal());
  EXPECT_TRUE(forth.result.scope.partial);
  EXPECT_EQ(forth.result.exchanges, 2u);  // the first learns the set
  const auto back = compare(pair.there, pair.here);
  EXPECT_TRUE(back.result.is_equal());
  EXPECT_EQ(back.result.exchanges, 1u);
  damage(pair.there, pair.users[3], [](store::ObjectDraft& draft) { draft.find(attid::kDescription)->values.clear(); });
  const bool is_in_set = set.has(attid::kDescription);
  EXPECT_EQ(compare(pair.here, pair.there).result.objects.size(), is_in_set ? 1u : 0u);
}

}  // namespace
}  // namespace tributary::repl::testing
