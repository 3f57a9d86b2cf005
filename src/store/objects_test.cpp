// SPDX-License-Identifier: Apache-2.0
// The conformance suite of the DirectoryStore, objects: every test runs over both engines.
#include "store/conformance.hpp"
#include "store/format/keys.hpp"

namespace tributary::store {
namespace {

using namespace testing;

class ObjectsTest : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Engines, ObjectsTest, kEngines, engine_name);

std::vector<Dnt> children_of(const Snapshot& snapshot, Dnt parent) {
  std::vector<Dnt> all;
  expect_ok(snapshot.children(parent, [&](Dnt dnt) { return all.push_back(dnt), true; }));
  return all;
}
std::vector<std::pair<std::int64_t, Dnt>> changes_of(const Snapshot& snapshot, Dnt nc, Usn after = {}) {
  std::vector<std::pair<std::int64_t, Dnt>> all;
  expect_ok(snapshot.changes(nc, after, [&](const ObjectChange& change) { return all.emplace_back(change.usn.value, change.dnt), true; }));
  return all;
}
std::vector<Dnt> equals(const Snapshot& snapshot, Attid attid, std::string_view value) {
  std::vector<Dnt> all;
  expect_ok(snapshot.equal(attid, as_bytes(value), [&](Dnt dnt) { return all.push_back(dnt), true; }));
  return all;
}

TEST_P(ObjectsTest, a_new_database_has_the_root_and_nothing_else) {
  const auto snapshot = store().read();
  EXPECT_EQ(snapshot->identity(), identity_of(1));
  EXPECT_EQ(snapshot->highest_committed_usn(), Usn{0});
  ASSERT_TRUE(snapshot->find(kRootDnt)->has_value());
  EXPECT_TRUE(children_of(*snapshot, kRootDnt).empty());
  EXPECT_TRUE(snapshot->nc_roots()->empty());
  EXPECT_TRUE(snapshot->retired_invocation_ids()->empty());
  EXPECT_FALSE(snapshot->find(Dnt{2})->has_value());
}

TEST_P(ObjectsTest, an_object_is_read_back_as_it_was_put) {
  Dnt root, dnt;
  ObjectDraft draft;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "dc=x");
    draft = draft_of(t, 2, root, root, "Anna");
    draft.head.sid = *parse_sid("S-1-5-21-1-2-3-500");
    draft.head.when_deleted = DsTime{77};
    draft.head.flags = ObjectFlags::kDeleted;
    AttributeDraft& many = draft.attribute(kOther);
    many.stamp = AttributeStamp{7, DsTime{-5}, invocation_of(99), Usn{1234}};
    many.usn_local = draft.head.usn_changed;
    many.values = {draft.keep(as_bytes("one")), {}, draft.keep(as_bytes("three"))};
    draft.attribute(Attid{0xFFFFFFFF}).usn_local = Usn{1};  // neither stamp nor value
    AttributeDraft& reference = draft.attribute(kReference);
    reference.references = true;
    reference.values = {draft.keep_reference(root), draft.keep_reference(root, as_bytes("rest"))};
    dnt = *t.put(draft);
  });
  const auto snapshot = store().read();
  const auto view = *snapshot->find(dnt);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->head(), draft.head);
  EXPECT_EQ(view->rdn(), "Anna");
  EXPECT_EQ(view->rdn_type(), Attid{3});
  ASSERT_EQ(view->attribute_count(), 4u);
  const auto many = view->find(kOther);
  ASSERT_TRUE(many);
  EXPECT_EQ(many->stamp(), (AttributeStamp{7, DsTime{-5}, invocation_of(99), Usn{1234}}));
  EXPECT_EQ(many->usn_local(), draft.head.usn_changed);
  ASSERT_EQ(many->size(), 3u);
  EXPECT_EQ(to_bytes(many->value(0)), to_bytes(as_bytes("one")));
  EXPECT_EQ(many->value(1).size(), 0u);
  EXPECT_EQ(to_bytes(many->value(2)), to_bytes(as_bytes("three")));
  const auto last = view->find(Attid{0xFFFFFFFF});
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->has_stamp());
  EXPECT_EQ(last->stamp(), AttributeStamp{});
  EXPECT_EQ(last->size(), 0u);
  const auto reference = view->find(kReference);
  ASSERT_TRUE(reference && reference->references());
  EXPECT_EQ(reference_target(reference->value(1)), root);
  EXPECT_EQ(to_bytes(reference_rest(reference->value(1))), to_bytes(as_bytes("rest")));
  EXPECT_FALSE(view->find(Attid{0x12}));
  EXPECT_EQ(*snapshot->find_guid(object_guid(2)), dnt);
  EXPECT_EQ(*snapshot->find_child(root, "ANNA"), dnt);
  EXPECT_EQ(*snapshot->find_child(root, "Annb"), kNoDnt);
  // A draft made from the view is the same object again.
  const ObjectDraft again(*view);
  EXPECT_EQ(again.head, draft.head);
  EXPECT_EQ(again.attributes().size(), draft.attributes().size());
}

TEST_P(ObjectsTest, each_object_appears_once_in_the_changes_at_its_latest_usn) {
  Dnt root, a, b;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    a = put_new(t, 2, root, root, "a");
    b = put_new(t, 3, root, root, "b");
  });
  EXPECT_EQ(changes_of(*store().read(), root), (std::vector<std::pair<std::int64_t, Dnt>>{{1, root}, {2, a}, {3, b}}));
  commit([&](WriteTransaction& t) { touch(t, a); });
  EXPECT_EQ(changes_of(*store().read(), root), (std::vector<std::pair<std::int64_t, Dnt>>{{1, root}, {3, b}, {4, a}}));
  EXPECT_EQ(changes_of(*store().read(), root, Usn{3}), (std::vector<std::pair<std::int64_t, Dnt>>{{4, a}}));
  EXPECT_TRUE(changes_of(*store().read(), root, Usn{4}).empty());
  EXPECT_TRUE(changes_of(*store().read(), root, Usn{INT64_MAX}).empty());
  EXPECT_EQ(changes_of(*store().read(), root, Usn{-1}).size(), 3u);
  EXPECT_EQ(store().read()->highest_committed_usn(), Usn{4});
}

TEST_P(ObjectsTest, objects_come_in_the_order_of_their_guids) {
  std::vector<std::pair<ObjectGuid, Dnt>> put;
  commit([&](WriteTransaction& t) {
    const Dnt root = put_root(t, 9, "dc=x");
    for (const std::uint8_t number : std::initializer_list<std::uint8_t>{7, 200, 3, 130, 12})
      put.emplace_back(ObjectGuid{}, *t.put(draft_of(t, number, root, root, std::to_string(number))));
    put.emplace_back(ObjectGuid{}, root);
  });
  const auto snapshot = store().read();
  for (auto& [guid, dnt] : put) guid = snapshot->find(dnt)->value().guid();
  std::ranges::sort(put);
  for (std::size_t from = 0; from < put.size(); ++from) {
    std::vector<Dnt> seen, expected;
    expect_ok(snapshot->by_guid(put[from].first, [&](Dnt dnt) { return seen.push_back(dnt), seen.size() < 3; }));
    for (std::size_t i = from; i < std::min(from + 3, put.size()); ++i) expected.push_back(put[i].second);
    EXPECT_EQ(seen, expected);
  }
}

TEST_P(ObjectsTest, a_scan_ends_when_its_visitor_says_so) {
  Dnt root;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    for (std::uint64_t i = 2; i < 10; ++i) put_new(t, i, root, root, std::to_string(i));
  });
  int seen = 0;
  expect_ok(store().read()->changes(root, Usn{}, [&](const ObjectChange&) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3);
}

TEST_P(ObjectsTest, a_name_that_is_taken_changes_nothing_and_the_transaction_goes_on) {
  Dnt root, a;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    a = put_new(t, 2, root, root, "Same");
    const auto twice = t.put(draft_of(t, 3, root, root, "sAME"));
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, win32::kErrorDsObjStringNameExists);
    EXPECT_EQ(*t.find_guid(object_guid(3)), kNoDnt);
    const Dnt b = put_new(t, 4, root, root, "other");
    ObjectDraft renamed(**t.find(b));
    renamed.rdn = "same";
    EXPECT_EQ(t.put(renamed).error().code, win32::kErrorDsObjStringNameExists);
    EXPECT_EQ(*t.find_child(root, "other"), b);
    EXPECT_FALSE(t.failure());
  });
  EXPECT_EQ(*store().read()->find_child(root, "same"), a);
  EXPECT_EQ(changes_of(*store().read(), root).size(), 3u);
}

TEST_P(ObjectsTest, a_guid_that_is_taken_changes_nothing_and_the_transaction_goes_on) {
  commit([&](WriteTransaction& t) {
    const Dnt root = put_root(t, 1, "x");
    put_new(t, 2, root, root, "a");
    const auto twice = t.put(draft_of(t, 2, root, root, "b"));
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().code, win32::kErrorAlreadyExists);
    EXPECT_EQ(*t.find_child(root, "b"), kNoDnt);
    EXPECT_FALSE(t.failure());
  });
}

TEST_P(ObjectsTest, a_rename_and_a_move_take_the_name_along) {
  Dnt root, folder, a;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    folder = put_new(t, 2, root, root, "folder");
    a = put_new(t, 3, root, root, "a");
    ObjectDraft moved(**t.find(a));
    moved.rdn = "b";
    moved.head.parent = folder;
    expect_ok(t.put(moved));
  });
  const auto snapshot = store().read();
  EXPECT_EQ(*snapshot->find_child(root, "a"), kNoDnt);
  EXPECT_EQ(*snapshot->find_child(folder, "b"), a);
  EXPECT_EQ(children_of(*snapshot, root), std::vector{folder});
  EXPECT_EQ(children_of(*snapshot, folder), std::vector{a});
}

TEST_P(ObjectsTest, names_that_differ_in_case_only_are_one_and_a_change_of_case_is_a_rename) {
  Dnt root, a;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    a = put_new(t, 3, root, root, "a");
    ObjectDraft renamed(**t.find(a));
    renamed.rdn = "A";
    expect_ok(t.put(renamed));
  });
  EXPECT_EQ(*store().read()->find_child(root, "a"), a);
  EXPECT_EQ((*store().read()->find(a))->rdn(), "A");
}

TEST_P(ObjectsTest, long_names_and_long_values_are_told_apart_though_their_keys_are_cut) {
  const std::string long_name(700, 'n'), long_value(3000, 'v');
  Dnt root, a, b;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    ObjectDraft draft = draft_of(t, 2, root, root, long_name + "1");
    draft.attribute(kIndexed).values = {draft.keep(as_bytes(long_value + "1"))};
    a = *t.put(draft);
    draft = draft_of(t, 3, root, root, long_name + "2");
    draft.attribute(kIndexed).values = {draft.keep(as_bytes(long_value + "2")), draft.keep(as_bytes(long_value))};
    b = *t.put(draft);
  });
  const auto snapshot = store().read();
  EXPECT_EQ(*snapshot->find_child(root, long_name + "1"), a);
  EXPECT_EQ(*snapshot->find_child(root, long_name + "2"), b);
  EXPECT_EQ(*snapshot->find_child(root, long_name), kNoDnt);
  EXPECT_EQ(equals(*snapshot, kIndexed, long_value + "1"), std::vector{a});
  EXPECT_EQ(equals(*snapshot, kIndexed, long_value), std::vector{b});
  EXPECT_TRUE(equals(*snapshot, kIndexed, long_value + "3").empty());
}

TEST_P(ObjectsTest, equality_entries_follow_the_values) {
  Dnt root, a, b;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    for (auto [number, name, dnt] : {std::tuple{2, "a", &a}, std::tuple{3, "b", &b}}) {
      ObjectDraft draft = draft_of(t, static_cast<std::uint64_t>(number), root, root, name);
      draft.attribute(kIndexed).values = {draft.keep(as_bytes("Both")), draft.keep(as_bytes(name))};
      draft.attribute(kOther).values = {draft.keep(as_bytes("both"))};
      *dnt = *t.put(draft);
    }
    EXPECT_EQ(equals(t, kIndexed, "both"), (std::vector{a, b}));
  });
  EXPECT_EQ(equals(*store().read(), kIndexed, "both"), (std::vector{a, b}));
  EXPECT_EQ(equals(*store().read(), kIndexed, "a"), std::vector{a});
  EXPECT_TRUE(equals(*store().read(), kIndexed, "bot").empty());
  EXPECT_TRUE(equals(*store().read(), kIndexedToo, "both").empty());
  EXPECT_EQ(store().read()->equal(kOther, as_bytes("both"), [](Dnt) { return true; }).error().code, win32::kErrorDsInappropriateMatching);
  commit([&](WriteTransaction& t) {
    ObjectDraft draft(**t.find(a));
    draft.attribute(kIndexed).values = {draft.keep(as_bytes("BOTH")), draft.keep(as_bytes("new"))};
    expect_ok(t.put(draft));
    ObjectDraft other(**t.find(b));
    other.remove(kIndexed);
    expect_ok(t.put(other));
  });
  EXPECT_EQ(equals(*store().read(), kIndexed, "both"), std::vector{a});
  EXPECT_EQ(equals(*store().read(), kIndexed, "new"), std::vector{a});
  EXPECT_TRUE(equals(*store().read(), kIndexed, "a").empty());
  EXPECT_TRUE(equals(*store().read(), kIndexed, "b").empty());
  commit([&](WriteTransaction& t) { t.erase(a); });
  EXPECT_TRUE(equals(*store().read(), kIndexed, "both").empty());
}

TEST_P(ObjectsTest, values_with_zero_octets_are_beginnings_of_nothing) {
  const std::string zero(1, '\0'), two(2, '\0');
  Dnt root, a, b, c;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    std::uint64_t number = 2;
    for (auto [value, dnt] : {std::pair{"k" + zero, &a}, std::pair{"k" + two, &b}, std::pair{std::string("k"), &c}}) {
      ObjectDraft draft = draft_of(t, number, root, root, std::to_string(number));
      ++number;
      draft.attribute(kIndexed).values = {draft.keep(as_bytes(value))};
      *dnt = *t.put(draft);
    }
  });
  EXPECT_EQ(equals(*store().read(), kIndexed, "k" + zero), std::vector{a});
  EXPECT_EQ(equals(*store().read(), kIndexed, "k" + two), std::vector{b});
  EXPECT_EQ(equals(*store().read(), kIndexed, "k"), std::vector{c});
}

TEST_P(ObjectsTest, graves_are_given_oldest_first_and_not_beyond_the_time) {
  Dnt root;
  std::vector<Dnt> dead;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    for (std::uint64_t i = 0; i < 4; ++i) {
      ObjectDraft draft = draft_of(t, 10 + i, root, root, std::to_string(i));
      draft.head.flags = ObjectFlags::kDeleted;
      draft.head.when_deleted = DsTime{static_cast<std::int64_t>(400 - 100 * i)};
      dead.push_back(*t.put(draft));
    }
  });
  const auto graves = [&](std::int64_t before) {
    std::vector<Dnt> all;
    expect_ok(store().read()->object_graves(DsTime{before}, [&](Dnt dnt) { return all.push_back(dnt), true; }));
    return all;
  };
  EXPECT_EQ(graves(1000), (std::vector{dead[3], dead[2], dead[1], dead[0]}));
  EXPECT_EQ(graves(300), (std::vector{dead[3], dead[2]}));
  commit([&](WriteTransaction& t) {
    ObjectDraft draft(**t.find(dead[3]));
    draft.head.flags = ObjectFlags::kNone;
    draft.head.when_deleted = {};
    expect_ok(t.put(draft));
    t.erase(dead[2]);
  });
  EXPECT_EQ(graves(1000), (std::vector{dead[1], dead[0]}));
}

TEST_P(ObjectsTest, a_phantom_stays_while_something_refers_to_it) {
  Dnt root, a, phantom;
  const Sid sid = *parse_sid("S-1-5-21-9");
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    phantom = t.refer(object_guid(50), std::nullopt, "");
    EXPECT_EQ(t.refer(object_guid(50), sid, "CN=far"), phantom);  // more is known of it now
    ObjectDraft draft = draft_of(t, 2, root, root, "a");
    draft.attribute(kReference).references = true;
    draft.attribute(kReference).values = {draft.keep_reference(phantom)};
    a = *t.put(draft);
  });
  {
    const auto snapshot = store().read();
    const auto view = *snapshot->find(phantom);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->flags(), ObjectFlags::kPhantom);
    EXPECT_EQ(view->rdn(), "CN=far");
    EXPECT_EQ(view->head().sid, sid);
    EXPECT_EQ(*snapshot->find_guid(object_guid(50)), phantom);
    EXPECT_EQ(snapshot->nc_size(root)->first, 2u);
  }
  commit([&](WriteTransaction& t) {  // it becomes the object, and keeps its DNT
    EXPECT_EQ(put_new(t, 50, root, root, "far"), phantom);
  });
  EXPECT_EQ(*store().read()->find_child(root, "far"), phantom);
  commit([&](WriteTransaction& t) {  // it goes, and leaves a phantom
    t.erase(phantom, "CN=far,DC=x");
    EXPECT_EQ((*t.find(phantom))->rdn(), "CN=far,DC=x");
  });
  EXPECT_EQ(*store().read()->find_child(root, "far"), kNoDnt);
  EXPECT_EQ(*store().read()->find_guid(object_guid(50)), phantom);
  commit([&](WriteTransaction& t) {  // with the last reference the phantom goes
    ObjectDraft draft(**t.find(a));
    draft.remove(kReference);
    expect_ok(t.put(draft));
  });
  EXPECT_EQ(*store().read()->find_guid(object_guid(50)), kNoDnt);
  EXPECT_FALSE(store().read()->find(phantom)->has_value());
}

TEST_P(ObjectsTest, a_phantom_to_which_nothing_refers_is_not_kept) {
  commit([&](WriteTransaction& t) { EXPECT_NE(t.refer(object_guid(9), std::nullopt, "CN=x"), kNoDnt); });
  EXPECT_EQ(*store().read()->find_guid(object_guid(9)), kNoDnt);
}

TEST_P(ObjectsTest, an_object_that_refers_to_itself_keeps_nothing_when_it_goes) {
  Dnt root, a;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    a = put_new(t, 2, root, root, "a");
    ObjectDraft draft(**t.find(a));
    draft.attribute(kReference).references = true;
    draft.attribute(kReference).values = {draft.keep_reference(a), draft.keep_reference(a, as_bytes("again"))};
    expect_ok(t.put(draft));
  });
  commit([&](WriteTransaction& t) { t.erase(a); });
  EXPECT_FALSE(store().read()->find(a)->has_value());
}

TEST_P(ObjectsTest, sizes_are_kept) {
  Dnt root, other, a;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    other = put_root(t, 2, "y");
    a = put_new(t, 3, root, root, "a");
    EXPECT_EQ(*t.nc_size(root), (std::pair<std::uint64_t, std::uint64_t>{2, 0}));
  });
  EXPECT_EQ(*store().read()->nc_size(root), (std::pair<std::uint64_t, std::uint64_t>{2, 0}));
  EXPECT_EQ(*store().read()->nc_size(other), (std::pair<std::uint64_t, std::uint64_t>{1, 0}));
  commit([&](WriteTransaction& t) {  // to another NC
    ObjectDraft draft(**t.find(a));
    draft.head.parent = other;
    draft.head.nc = other;
    expect_ok(t.put(draft));
  });
  EXPECT_EQ(store().read()->nc_size(root)->first, 1u);
  EXPECT_EQ(store().read()->nc_size(other)->first, 2u);
  EXPECT_TRUE(changes_of(*store().read(), root, Usn{1}).empty());
  EXPECT_EQ(changes_of(*store().read(), other, Usn{2}).size(), 1u);
  commit([&](WriteTransaction& t) { t.erase(a); });
  EXPECT_EQ(store().read()->nc_size(other)->first, 1u);
}

/// Each of these would leave a database that is not valid: the transaction fails and nothing is changed.
TEST_P(ObjectsTest, what_would_break_an_invariant_is_refused) {
  Dnt root, folder, below;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    folder = put_new(t, 2, root, root, "folder");
    below = put_new(t, 3, folder, root, "below");
  });
  const auto refused = [&](Win32 code, const std::function<void(WriteTransaction&)>& work) {
    const auto t = store().write();
    put_new(*t, 77, root, root, "goes too");
    work(*t);
    ASSERT_TRUE(t->failure());
    EXPECT_EQ(t->failure()->code, code) << t->failure()->detail;
    EXPECT_EQ(t->put(draft_of(*t, 78, root, root, "z")).error().code, code);
    const auto result = t->commit();
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(*store().read()->find_guid(object_guid(77)), kNoDnt);
  };
  using enum ObjectFlags;
  refused(win32::kErrorDsCantOnNonLeaf, [&](auto& t) { t.erase(folder); });
  refused(win32::kErrorInvalidParameter, [&](auto& t) { t.erase(kRootDnt); });
  refused(win32::kErrorInvalidParameter, [&](auto& t) { t.erase(Dnt{4711}); });
  refused(win32::kErrorInvalidParameter, [&](auto& t) { (void)t.put(draft_of(t, 5, Dnt{4711}, root, "no parent")); });
  refused(win32::kErrorInvalidParameter, [&](auto& t) { (void)t.put(draft_of(t, 5, root, folder, "no NC")); });
  refused(win32::kErrorInvalidParameter, [&](auto& t) {
    const Dnt other = put_root(t, 6, "y");
    (void)t.put(draft_of(t, 5, root, other, "the NC of somebody else"));
  });
  refused(win32::kErrorInvalidParameter, [&](auto& t) {
    const Dnt other = put_root(t, 6, "y");
    ObjectDraft draft(**t.find(folder));
    draft.head.parent = other;
    draft.head.nc = other;
    (void)t.put(draft);
  });
  refused(win32::kErrorInvalidParameter, [&](auto& t) { (void)t.refer({}, std::nullopt, "CN=no GUID"); });
  refused(win32::kErrorInvalidParameter, [&](auto& t) {
    ObjectDraft draft(**t.find(folder));
    draft.head.parent = below;
    (void)t.put(draft);
  });
  refused(win32::kErrorInvalidParameter, [&](auto& t) {
    ObjectDraft draft(**t.find(folder));
    draft.head.guid = object_guid(99);
    (void)t.put(draft);
  });
  refused(win32::kErrorInvalidParameter, [&](auto& t) {
    ObjectDraft draft = draft_of(t, 5, root, root, "short reference");
    draft.attribute(kReference).references = true;
    draft.attribute(kReference).values = {draft.keep(as_bytes("short"))};
    (void)t.put(draft);
  });
  refused(win32::kErrorInvalidParameter, [&](auto& t) {
    ObjectDraft draft = draft_of(t, 5, root, root, "disorder");
    draft.attributes().insert(draft.attributes().begin(), AttributeDraft{.attid = kReference, .references = {}, .stamp = {}, .usn_local = {}, .values = {}});
    (void)t.put(draft);
  });
  {  // a reference to nothing shows at the commit
    const auto t = store().write();
    ObjectDraft draft = draft_of(*t, 5, root, root, "dangling");
    draft.attribute(kReference).references = true;
    draft.attribute(kReference).values = {draft.keep_reference(Dnt{4711})};
    expect_ok(t->put(draft));
    EXPECT_EQ(t->commit().error().code, win32::kErrorInvalidParameter);
  }
  EXPECT_EQ(store().read()->nc_size(root)->first, 3u);
}

TEST_P(ObjectsTest, without_commit_everything_is_undone) {
  {
    const auto t = store().write();
    put_root(*t, 1, "x");
  }
  EXPECT_EQ(*store().read()->find_guid(object_guid(1)), kNoDnt);
  EXPECT_EQ(store().read()->highest_committed_usn(), Usn{0});
  commit([&](WriteTransaction& t) { EXPECT_EQ(t.next_usn(), Usn{1}); });
  EXPECT_EQ(store().read()->highest_committed_usn(), Usn{1});
}

TEST_P(ObjectsTest, a_snapshot_shows_one_state_while_others_are_written) {
  Dnt root, a;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    a = put_new(t, 2, root, root, "a");
  });
  const auto before = store().read();
  const auto view = **before->find(a);
  commit([&](WriteTransaction& t) {
    touch(t, a);
    put_new(t, 3, root, root, "b");
  });
  EXPECT_EQ(view.usn_changed(), Usn{2});
  EXPECT_EQ((*before->find(a))->usn_changed(), Usn{2});
  EXPECT_EQ(changes_of(*before, root).size(), 2u);
  EXPECT_EQ(before->highest_committed_usn(), Usn{2});
  EXPECT_EQ(before->nc_size(root)->first, 2u);
  EXPECT_EQ(changes_of(*store().read(), root).size(), 3u);
}

TEST_P(ObjectsTest, a_damaged_record_is_never_shown) {
  Dnt root, a;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    a = put_new(t, 2, root, root, "a");
  });
  {
    auto writer = std::move(*store().engine().begin_write());
    const format::Key key = format::key_of(a);
    Bytes record = to_bytes(**writer->get(kv::Table::kObjects, key));
    record[record.size() / 2] ^= 1;
    expect_ok(writer->put(kv::Table::kObjects, key, record));
    expect_ok(writer->commit());
  }
  is_damaged_ = true;
  const auto found = store().read()->find(a);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, win32::kErrorDsDatabaseError);
  EXPECT_NE(found.error().detail.find("table objects, key 0000000000000003"), std::string::npos) << found.error().detail;
  expect_ok(store().read()->find(root));
}

TEST_P(ObjectsTest, reindex_brings_old_records_along) {
  Dnt root;
  std::vector<Dnt> dnts;
  commit([&](WriteTransaction& t) {
    root = put_root(t, 1, "x");
    for (std::uint64_t i = 0; i < 2500; ++i) {
      ObjectDraft draft = draft_of(t, 10 + i, root, root, std::to_string(i));
      draft.attribute(kOther).values = {draft.keep(as_bytes("some"))};
      draft.attribute(kIndexed).values = {draft.keep(as_bytes("some"))};
      dnts.push_back(*t.put(draft));
    }
  });
  EXPECT_EQ(equals(*store().read(), kIndexed, "some"), dnts);
  store().set_policy(std::make_shared<LowerCasePolicy>(0x11, 0x12));  // kOther alone
  EXPECT_FALSE(store().read()->has_index(kIndexed));
  EXPECT_FALSE(store().read()->has_index(kOther));
  commit([&](WriteTransaction& t) { t.erase(dnts.back()); });
  dnts.pop_back();
  expect_ok(store().reindex());
  EXPECT_TRUE(store().read()->has_index(kOther));
  EXPECT_EQ(equals(*store().read(), kOther, "some"), dnts);
  store().set_policy(std::make_shared<LowerCasePolicy>());
  expect_ok(store().reindex());
  EXPECT_EQ(equals(*store().read(), kIndexed, "some"), dnts);
  expect_ok(store().reindex());
}

}  // namespace
}  // namespace tributary::store
