// SPDX-License-Identifier: Apache-2.0
// The conformance suite of the DirectoryStore: link values, NC replicas, values of the DSA. Every test runs over both engines.
#include "store/conformance.hpp"

namespace tributary::store {
namespace {

using namespace testing;

class LinksTest : public Conformance {
 protected:
  LinksTest() {
    commit([&](WriteTransaction& t) {
      root_ = put_root(t, 1, "x");
      group_ = put_new(t, 2, root_, root_, "group");
      for (std::uint64_t i = 0; i < 3; ++i) users_.push_back(put_new(t, 10 + i, root_, root_, "user" + std::to_string(i)));
    });
  }
  Dnt root_, group_;
  std::vector<Dnt> users_;
};
INSTANTIATE_TEST_SUITE_P(Engines, LinksTest, kEngines, engine_name);

std::vector<LinkValue> links_of(const Snapshot& snapshot, Dnt source, Attid attid = {}) {
  std::vector<LinkValue> all;
  expect_ok(snapshot.links(source, attid, [&](const LinkValue& value) { return all.push_back(value), true; }));
  return all;
}
std::vector<LinkKey> backlinks_of(const Snapshot& snapshot, Dnt target, Attid attid = {}) {
  std::vector<LinkKey> all;
  expect_ok(snapshot.backlinks(target, attid, [&](const LinkKey& key) { return all.push_back(key), true; }));
  return all;
}
std::vector<std::pair<std::int64_t, LinkKey>> changes_of(const Snapshot& snapshot, Dnt nc, std::int64_t after = 0) {
  std::vector<std::pair<std::int64_t, LinkKey>> all;
  expect_ok(snapshot.link_changes(nc, Usn{after}, [&](const LinkChange& c) { return all.emplace_back(c.usn.value, c.key), true; }));
  return all;
}
std::vector<LinkKey> graves_of(const Snapshot& snapshot, std::int64_t before) {
  std::vector<LinkKey> all;
  expect_ok(snapshot.link_graves(DsTime{before}, [&](const LinkKey& key) { return all.push_back(key), true; }));
  return all;
}

TEST_P(LinksTest, a_value_is_read_back_and_found_from_both_ends) {
  LinkValue value;
  commit([&](WriteTransaction& t) {
    value = link_of(t, group_, users_[1]);
    value.stamp.stamp = {9, DsTime{-1}, invocation_of(44), Usn{123456789}};
    value.legacy = true;
    value.is_deactivated = true;
    t.put_link(value);
    EXPECT_EQ(**t.find_link(value.key), value);
  });
  const auto snapshot = store().read();
  EXPECT_EQ(**snapshot->find_link(value.key), value);
  EXPECT_EQ(links_of(*snapshot, group_), std::vector{value});
  EXPECT_EQ(links_of(*snapshot, group_, kMember), std::vector{value});
  EXPECT_TRUE(links_of(*snapshot, group_, Attid{0x2FF}).empty());
  EXPECT_EQ(backlinks_of(*snapshot, users_[1]), std::vector{value.key});
  EXPECT_EQ(backlinks_of(*snapshot, users_[1], kMember), std::vector{value.key});
  EXPECT_TRUE(backlinks_of(*snapshot, users_[0]).empty());
  EXPECT_EQ(changes_of(*snapshot, root_), (std::vector{std::pair{value.usn_local.value, value.key}}));
  EXPECT_EQ(snapshot->nc_size(root_)->second, 1u);
  EXPECT_FALSE(snapshot->find_link({group_, kMember, users_[0], {}})->has_value());
}

TEST_P(LinksTest, values_come_in_the_order_of_attribute_and_target) {
  commit([&](WriteTransaction& t) {
    for (const Dnt user : {users_[2], users_[0], users_[1]}) t.put_link(link_of(t, group_, user));
    LinkValue other = link_of(t, group_, users_[2]);
    other.key.attid = Attid{0x2FF};
    t.put_link(other);
  });
  std::vector<std::pair<Attid, Dnt>> order;
  for (const auto& value : links_of(*store().read(), group_)) order.emplace_back(value.key.attid, value.key.target);
  EXPECT_EQ(order, (std::vector<std::pair<Attid, Dnt>>{{Attid{0x2FF}, users_[2]}, {kMember, users_[0]}, {kMember, users_[1]}, {kMember, users_[2]}}));
}

TEST_P(LinksTest, each_value_appears_once_in_the_changes_and_in_the_graves_while_it_is_absent) {
  LinkValue a, b;
  commit([&](WriteTransaction& t) {
    a = link_of(t, group_, users_[0]);
    b = link_of(t, group_, users_[1]);
    t.put_link(a);
    t.put_link(b);
  });
  EXPECT_EQ(changes_of(*store().read(), root_, a.usn_local.value).size(), 1u);
  commit([&](WriteTransaction& t) {
    a.is_present = false;
    a.time_deleted = DsTime{500};
    a.usn_local = t.next_usn();
    t.put_link(a);
  });
  EXPECT_EQ(changes_of(*store().read(), root_),
            (std::vector{std::pair{b.usn_local.value, b.key}, std::pair{a.usn_local.value, a.key}}));
  EXPECT_EQ(graves_of(*store().read(), 501), std::vector{a.key});
  EXPECT_TRUE(graves_of(*store().read(), 500).empty());
  EXPECT_EQ(backlinks_of(*store().read(), users_[0]).size(), 1u);
  commit([&](WriteTransaction& t) {  // another time of deletion, then present again
    a.time_deleted = DsTime{300};
    t.put_link(a);
    EXPECT_EQ(graves_of(t, 301), std::vector{a.key});
    EXPECT_EQ(graves_of(t, 501).size(), 1u);
    a.is_present = true;
    a.time_deleted = {};
    t.put_link(a);
  });
  EXPECT_TRUE(graves_of(*store().read(), 1000).empty());
  EXPECT_EQ(store().read()->nc_size(root_)->second, 2u);
  commit([&](WriteTransaction& t) { t.erase_link(b.key), t.erase_link(b.key); });
  EXPECT_EQ(links_of(*store().read(), group_), std::vector{a});
  EXPECT_TRUE(backlinks_of(*store().read(), users_[1]).empty());
  EXPECT_EQ(changes_of(*store().read(), root_).size(), 1u);
  EXPECT_EQ(store().read()->nc_size(root_)->second, 1u);
}

TEST_P(LinksTest, values_of_one_target_differ_by_their_data_however_long) {
  const Bytes none, brief{1, 2}, longest(463, 7), cut(464, 7), very_long(5000, 7);
  Bytes other_end = very_long;
  other_end.back() = 8;
  std::vector<LinkValue> values;
  commit([&](WriteTransaction& t) {
    for (const Bytes& data : {none, brief, longest, cut, very_long, other_end}) {
      values.push_back(link_of(t, group_, users_[0], data));
      values.back().is_present = false;
      values.back().time_deleted = DsTime{5};
      t.put_link(values.back());
    }
  });
  const auto snapshot = store().read();
  EXPECT_EQ(links_of(*snapshot, group_).size(), values.size());
  EXPECT_EQ(backlinks_of(*snapshot, users_[0]).size(), values.size());
  EXPECT_EQ(graves_of(*snapshot, 6).size(), values.size());
  const auto changes = changes_of(*snapshot, root_);
  ASSERT_EQ(changes.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(**snapshot->find_link(values[i].key), values[i]);
    EXPECT_EQ(changes[i].second, values[i].key);
  }
  commit([&](WriteTransaction& t) {
    for (const LinkValue& value : values) t.erase_link(value.key);
  });
  EXPECT_TRUE(backlinks_of(*store().read(), users_[0]).empty());
}

TEST_P(LinksTest, an_object_with_link_values_cannot_go_and_a_target_leaves_a_phantom) {
  LinkValue value;
  commit([&](WriteTransaction& t) {
    value = link_of(t, group_, users_[0]);
    t.put_link(value);
  });
  {
    const auto t = store().write();
    t->erase(group_);
    EXPECT_EQ(t->commit().error().code, win32::kErrorInvalidParameter);
  }
  commit([&](WriteTransaction& t) { t.erase(users_[0], "CN=gone"); });
  EXPECT_EQ((*store().read()->find(users_[0]))->flags(), ObjectFlags::kPhantom);
  EXPECT_EQ(links_of(*store().read(), group_), std::vector{value});
  commit([&](WriteTransaction& t) {
    t.erase_link(value.key);
    t.erase(group_);
  });
  EXPECT_FALSE(store().read()->find(users_[0])->has_value());
  EXPECT_FALSE(store().read()->find(group_)->has_value());
}

TEST_P(LinksTest, a_value_between_what_is_not_there_is_refused) {
  for (const auto& [source, target] : {std::pair{Dnt{999}, users_[0]}, std::pair{group_, Dnt{999}}, std::pair{kRootDnt, users_[0]}}) {
    const auto t = store().write();
    t->put_link(link_of(*t, source, target));
    EXPECT_EQ(t->commit().error().code, win32::kErrorInvalidParameter);
  }
}

TEST_P(LinksTest, the_values_of_an_object_that_moves_to_another_nc_are_its_changes) {
  LinkValue value;
  Dnt other;
  commit([&](WriteTransaction& t) {
    other = put_root(t, 5, "y");
    value = link_of(t, group_, users_[0]);
    t.put_link(value);
  });
  commit([&](WriteTransaction& t) {
    ObjectDraft draft(**t.find(group_));
    draft.head.parent = other;
    draft.head.nc = other;
    expect_ok(t.put(draft));
  });
  EXPECT_TRUE(changes_of(*store().read(), root_).empty());
  EXPECT_EQ(changes_of(*store().read(), other), (std::vector{std::pair{value.usn_local.value, value.key}}));
  EXPECT_EQ(store().read()->nc_size(root_)->second, 0u);
  EXPECT_EQ(store().read()->nc_size(other)->second, 1u);
  commit([&](WriteTransaction& t) { t.erase_link(value.key); });
  EXPECT_EQ(store().read()->nc_size(other)->second, 0u);
}

TEST_P(LinksTest, nc_replicas_and_values_of_the_dsa_are_kept_whole) {
  NcReplica replica{.root = root_, .writable = false, .partial = true, .going = true, .coming = true,
                    .up_to_dateness_vector = {1, 2, 3}, .reps_from = {{4}, {}, Bytes(3000, 5)}, .reps_to = {{6}},
                    .partial_attribute_set = {7}};
  const Bytes large(100000, 9);
  commit([&](WriteTransaction& t) {
    t.put_nc_replica(replica);
    t.put_dsa_value("prefixMap", large);
    t.put_dsa_value("empty", {});
    EXPECT_EQ(**t.nc_replica(root_), replica);
  });
  const auto snapshot = store().read();
  EXPECT_EQ(**snapshot->nc_replica(root_), replica);
  EXPECT_EQ(*snapshot->nc_roots(), std::vector{root_});
  EXPECT_FALSE(snapshot->nc_replica(group_)->has_value());
  EXPECT_EQ(**snapshot->dsa_value("prefixMap"), large);
  EXPECT_EQ(**snapshot->dsa_value("empty"), Bytes{});
  EXPECT_FALSE(snapshot->dsa_value("other")->has_value());
  EXPECT_FALSE(snapshot->dsa_value("")->has_value());
  EXPECT_FALSE(snapshot->dsa_value(std::string(600, 'x'))->has_value());
  commit([&](WriteTransaction& t) {
    t.erase_dsa_value("empty");
    replica.reps_from.clear();
    t.put_nc_replica(replica);
  });
  EXPECT_FALSE(store().read()->dsa_value("empty")->has_value());
  EXPECT_EQ(**store().read()->nc_replica(root_), replica);
  const auto t = store().write();
  t->put_dsa_value(std::string(256, 'x'), {});
  EXPECT_EQ(t->commit().error().code, win32::kErrorInvalidParameter);
}

}  // namespace
}  // namespace tributary::store
