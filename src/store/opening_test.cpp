// SPDX-License-Identifier: Apache-2.0
// Opening ([MS-ADTS] 3.1.1.1.9: a database that may name another change by a USN that was used gets another invocationId): what the
// generation mark finds, over both engines; and what only a disk that can be set back can show, in memory.
#include <filesystem>

#include "store/conformance.hpp"
#include "store/generation.hpp"

namespace tributary::store {
namespace {

using namespace testing;

class OpeningTest : public Conformance {
 protected:
  void add(std::uint64_t number) {
    commit([&](WriteTransaction& t) {
      if (number == 1) {
        put_root(t, 1, "x");
      } else {
        const Dnt root = *t.find_guid(object_guid(1));
        put_new(t, number, root, root, std::to_string(number));
      }
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, OpeningTest, kEngines, engine_name);

TEST_P(OpeningTest, a_store_that_was_closed_opens_as_it_was) {
  EXPECT_EQ(store().opening(), Opening::kCreated);
  add(1);
  close();
  expect_ok(open());
  EXPECT_EQ(store().opening(), Opening::kClean);
  EXPECT_EQ(store().read()->identity(), identity_of(1));
  EXPECT_EQ(store().read()->highest_committed_usn(), Usn{1});
  EXPECT_NE(*store().read()->find_guid(object_guid(1)), kNoDnt);
}

TEST_P(OpeningTest, a_fresh_invocation_id_is_not_used_when_nothing_happened) {
  add(1);
  close();
  expect_ok(open(invocation_of(9)));
  EXPECT_EQ(store().read()->identity(), identity_of(1));
}

TEST_P(OpeningTest, nothing_there_or_something_else) {
  close();
  auto twice = DirectoryStore::create(world().engine(), identity_of(2), policy_);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, win32::kErrorAlreadyExists);
  auto none = DirectoryStore::open(memory::make_memory_engine(), policy_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, win32::kErrorDsDatabaseError);
}

TEST_P(OpeningTest, another_version_of_the_format_is_refused_as_such) {
  {
    format::Meta meta;
    meta.version = 2;
    auto writer = std::move(*store().engine().begin_write());
    expect_ok(writer->put(kv::Table::kMeta, format::meta_key(), format::encode_meta(meta)));
    expect_ok(writer->commit());
  }
  close();
  EXPECT_EQ(open().error().code, win32::kErrorRevisionMismatch);
}

TEST_P(OpeningTest, a_backup_opens_under_a_fresh_invocation_id_only) {
  add(1);
  expect_ok(store().backup(world().backup_place("copy")));
  add(2);
  EXPECT_EQ(DirectoryStore::open(world().engine_of_backup("copy"), policy_).error().code, win32::kErrorDsDraInconsistentDit);
  {
    auto looked_at = DirectoryStore::inspect(world().engine_of_backup("copy"), policy_);
    ASSERT_TRUE(looked_at);
    EXPECT_EQ((*looked_at)->read()->highest_committed_usn(), Usn{1});
    const auto t = (*looked_at)->write();
    (void)t->next_usn();
    EXPECT_EQ(t->commit().error().code, win32::kErrorNotSupported);
  }
  {
    auto restored = DirectoryStore::open(world().engine_of_backup("copy"), policy_, invocation_of(9));
    ASSERT_TRUE(restored) << restored.error().detail;
    EXPECT_EQ((*restored)->opening(), Opening::kRenewed);
    const auto snapshot = (*restored)->read();
    EXPECT_EQ(snapshot->identity().invocation_id, invocation_of(9));
    EXPECT_EQ(snapshot->identity().dsa, identity_of(1).dsa);
    EXPECT_EQ(*snapshot->retired_invocation_ids(), (std::vector<std::pair<InvocationId, Usn>>{{invocation_of(1), Usn{1}}}));
    EXPECT_EQ(*snapshot->find_guid(object_guid(2)), kNoDnt);
  }
}

TEST_P(OpeningTest, an_invocation_id_that_was_used_is_not_taken_again) {
  for (const InvocationId id : {invocation_of(1), InvocationId{}}) {
    const auto t = store().write();
    t->take_invocation_id(id);
    EXPECT_EQ(t->commit().error().code, win32::kErrorInvalidParameter);
  }
  commit([&](WriteTransaction& t) {
    (void)t.next_usn();
    t.take_invocation_id(invocation_of(5));
    EXPECT_EQ(t.identity().invocation_id, invocation_of(5));
  });
  {
    const auto t = store().write();
    t->take_invocation_id(invocation_of(1));
    EXPECT_EQ(t->commit().error().code, win32::kErrorInvalidParameter);
  }
  close();
  expect_ok(open());
  EXPECT_EQ(store().opening(), Opening::kClean);
  EXPECT_EQ(*store().read()->retired_invocation_ids(), (std::vector<std::pair<InvocationId, Usn>>{{invocation_of(1), Usn{1}}}));
}

TEST(JudgeMarkTest, every_row_of_the_formats_table) {
  using format::Mark;
  const Bytes place{1, 2};
  format::Meta meta;
  meta.identity = identity_of(1);
  meta.generation = 5;
  meta.highest_usn = Usn{100};
  const Mark good{.invocation_id = invocation_of(1), .pending = {}, .generation = 5, .usn = Usn{100}, .state = Mark::State::kClosed, .place = place};
  const auto judge = [&](const Mark& mark) { return judge_mark(format::encode_mark(mark), meta, place); };
  const auto with = [&](auto change) {
    Mark mark = good;
    change(mark);
    return judge(mark);
  };
  EXPECT_TRUE(judge(good).reason.empty());
  EXPECT_TRUE(judge(good).was_closed);
  EXPECT_FALSE(with([](Mark& m) { m.state = Mark::State::kOpen; }).was_closed);
  EXPECT_TRUE(with([](Mark& m) { m.state = Mark::State::kOpen; }).reason.empty());
  EXPECT_TRUE(with([](Mark& m) { m.usn = Usn{37}; }).reason.empty());  // it lags behind
  // Taking a new invocationId: a crash on either side of the commit.
  EXPECT_TRUE(with([](Mark& m) { m.pending = invocation_of(2); }).reason.empty());
  EXPECT_TRUE(with([](Mark& m) { m.invocation_id = invocation_of(2), m.pending = invocation_of(1); }).reason.empty());
  // A crash while opening: the mark is one ahead, and says so.
  EXPECT_TRUE(with([](Mark& m) { m.generation = 6, m.state = Mark::State::kOpening; }).reason.empty());

  EXPECT_NE(judge_mark(std::nullopt, meta, place).reason, "");
  EXPECT_NE(judge_mark(Bytes{1, 2, 3}, meta, place).reason, "");
  EXPECT_NE(with([](Mark& m) { m.place = {9}; }).reason, "");
  EXPECT_NE(with([](Mark& m) { m.invocation_id = invocation_of(2); }).reason, "");
  EXPECT_NE(with([](Mark& m) { m.generation = 6; }).reason, "");
  EXPECT_NE(with([](Mark& m) { m.generation = 7, m.state = Mark::State::kOpening; }).reason, "");
  EXPECT_NE(with([](Mark& m) { m.generation = 4; }).reason, "");
  EXPECT_NE(with([](Mark& m) { m.usn = Usn{101}; }).reason, "");
}

/// A disk in memory and the store on it.
class DiskTest : public ::testing::Test {
 protected:
  DiskTest() { create(); }
  void create() { store_ = std::move(*DirectoryStore::create(memory::make_memory_engine(disk_), identity_of(1), nullptr)); }
  Result<void> open(std::optional<InvocationId> fresh = {}) {
    store_.reset();
    auto opened = DirectoryStore::open(memory::make_memory_engine(disk_), nullptr, fresh);
    if (!opened) return std::unexpected(opened.error());
    store_ = std::move(*opened);
    return {};
  }
  void add(std::uint64_t number) {
    const auto t = store_->write();
    if (number == 1) {
      put_root(*t, 1, "x");
    } else {
      const Dnt root = *t->find_guid(object_guid(1));
      put_new(*t, number, root, root, std::to_string(number));
    }
    expect_ok(t->commit());
  }
  std::shared_ptr<memory::Disk> disk_ = std::make_shared<memory::Disk>();
  std::unique_ptr<DirectoryStore> store_;
};

TEST_F(DiskTest, a_crash_loses_nothing_that_was_committed) {
  add(1);
  disk_->crash();
  EXPECT_FALSE(store_->write()->commit());  // this process is dead
  expect_ok(open());
  EXPECT_EQ(store_->opening(), Opening::kAfterCrash);
  EXPECT_NE(*store_->read()->find_guid(object_guid(1)), kNoDnt);
}

/// Every call on a snapshot or a transaction that has no engine below it gives the error, and none falls through.
void expect_all_fail(const Snapshot& s, Win32 code) {
  const auto failed = [&](const auto& result) { return !result && result.error().code == code; };
  const auto never = [](const auto&) { return ADD_FAILURE() << "visited", false; };
  EXPECT_TRUE(failed(s.retired_invocation_ids()));
  EXPECT_TRUE(failed(s.find(Dnt{2})));
  EXPECT_TRUE(failed(s.find_guid(object_guid(1))));
  EXPECT_TRUE(failed(s.find_child(Dnt{2}, "x")));
  EXPECT_TRUE(failed(s.children(Dnt{2}, never)));
  EXPECT_TRUE(failed(s.changes(Dnt{2}, {}, never)));
  EXPECT_TRUE(failed(s.link_changes(Dnt{2}, {}, never)));
  EXPECT_TRUE(failed(s.find_link({})));
  EXPECT_TRUE(failed(s.links(Dnt{2}, {}, never)));
  EXPECT_TRUE(failed(s.backlinks(Dnt{2}, {}, never)));
  EXPECT_FALSE(s.has_index(kIndexed));
  EXPECT_TRUE(failed(s.equal(kIndexed, {}, never)));
  EXPECT_TRUE(failed(s.object_graves({}, never)));
  EXPECT_TRUE(failed(s.link_graves({}, never)));
  EXPECT_TRUE(failed(s.nc_roots()));
  EXPECT_TRUE(failed(s.nc_replica(Dnt{2})));
  EXPECT_TRUE(failed(s.dsa_value("x")));
  EXPECT_TRUE(failed(s.nc_size(Dnt{2})));
  EXPECT_TRUE(failed(verify(s)));
}

void expect_changes_fail(WriteTransaction& t, Win32 code) {
  EXPECT_EQ(t.put(ObjectDraft{}).error().code, code);
  t.erase(Dnt{2});
  EXPECT_EQ(t.refer(object_guid(1), {}, "x"), kNoDnt);
  t.put_link({});
  t.erase_link({});
  t.put_nc_replica({});
  t.erase_nc_replica(Dnt{2});
  t.put_dsa_value("x", {});
  t.erase_dsa_value("x");
  t.take_invocation_id(invocation_of(7));
  EXPECT_EQ(t.commit().error().code, code);
}

TEST_F(DiskTest, what_has_no_engine_below_it_says_so) {
  add(1);
  const auto t = store_->write();
  (void)t->next_usn();
  expect_ok(t->commit());
  expect_all_fail(*t, win32::kErrorInvalidParameter);  // it is over
  expect_changes_fail(*t, win32::kErrorInvalidParameter);
  disk_->crash();
  expect_all_fail(*store_->read(), win32::kErrorDsDatabaseError);
  expect_all_fail(*store_->write(), win32::kErrorDsDatabaseError);
  expect_changes_fail(*store_->write(), win32::kErrorDsDatabaseError);
  EXPECT_EQ(store_->backup("x").error().code, win32::kErrorDsDatabaseError);
  EXPECT_EQ(store_->reindex().error().code, win32::kErrorDsDatabaseError);
}

TEST_F(DiskTest, an_older_state_put_back_is_found_by_its_generation) {
  add(1);
  const auto old = disk_->keep();
  add(2);
  expect_ok(open());  // one generation later
  disk_->restore(old, false);
  const auto refused = open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, win32::kErrorDsDraInconsistentDit);
  EXPECT_NE(refused.error().detail.find("older state"), std::string::npos) << refused.error().detail;
  expect_ok(open(invocation_of(2)));
  EXPECT_EQ(store_->opening(), Opening::kRenewed);
  EXPECT_EQ(*store_->read()->retired_invocation_ids(), (std::vector<std::pair<InvocationId, Usn>>{{invocation_of(1), Usn{1}}}));
  expect_ok(open());
  EXPECT_EQ(store_->opening(), Opening::kClean);
}

TEST_F(DiskTest, an_older_state_of_the_same_generation_is_found_by_its_usn) {
  add(1);
  const auto old = disk_->keep();
  add(2);
  store_.reset();  // closed: the mark knows the latest USN
  disk_->restore(old, false);
  EXPECT_EQ(open().error().code, win32::kErrorDsDraInconsistentDit);
}

TEST_F(DiskTest, an_older_state_with_its_mark_is_not_found_here_but_by_partners) {
  add(1);
  const auto old = disk_->keep();
  add(2);
  disk_->restore(old, true);
  expect_ok(open());
  EXPECT_EQ(store_->read()->highest_committed_usn(), Usn{1});  // below what a partner's vector claims
}

TEST_F(DiskTest, a_copy_on_another_disk_is_found) {
  add(1);
  store_.reset();
  const auto image = disk_->keep();
  disk_ = std::make_shared<memory::Disk>(memory::DiskOptions{.place = "elsewhere"});
  disk_->restore(image, true);
  EXPECT_EQ(open().error().code, win32::kErrorDsDraInconsistentDit);
  expect_ok(open(invocation_of(2)));
}

TEST_F(DiskTest, data_that_ran_elsewhere_and_came_back_is_found) {
  add(1);
  store_.reset();
  const auto here = disk_->keep();
  {
    auto there = std::make_shared<memory::Disk>();
    there->restore(here, true);
    auto store = DirectoryStore::open(memory::make_memory_engine(there), nullptr);
    ASSERT_TRUE(store);
    disk_->restore(there->keep(), false);
  }
  EXPECT_EQ(open().error().code, win32::kErrorDsDraInconsistentDit);
}

TEST_F(DiskTest, a_disk_that_keeps_only_what_was_synced_is_found_out_when_it_loses) {
  disk_ = std::make_shared<memory::Disk>(memory::DiskOptions{.sync_commits = false});
  create();
  add(1);
  disk_->sync();
  add(2);
  disk_->crash();
  expect_ok(open());  // one commit was lost that nobody can have counted on: the mark had not yet seen it
  EXPECT_EQ(store_->read()->highest_committed_usn(), Usn{1});
}

/// Whatever the step at which the power goes, the database opens without a fresh invocationId, now and after.
TEST_F(DiskTest, the_power_may_go_at_any_step_of_opening_and_of_taking_an_invocation_id) {
  add(1);
  store_.reset();
  const auto before = disk_->keep();
  for (std::uint64_t step = 0; step < 14; ++step) {
    disk_->restore(before, true);
    disk_->crash_after(step);
    if (open()) {
      const auto t = store_->write();
      t->take_invocation_id(invocation_of(2));
      (void)t->commit();
    }
    store_.reset();
    disk_->crash();
    disk_->crash_after(step);  // and once more while it is opened again
    (void)open();
    store_.reset();
    disk_->crash();
    expect_ok(open());
    const auto id = store_->read()->identity().invocation_id;
    EXPECT_TRUE(id == invocation_of(1) || id == invocation_of(2));
    expect_ok(open());
  }
}

TEST_F(DiskTest, the_power_may_go_at_any_step_of_a_renewal) {
  add(1);
  store_.reset();
  const auto before = disk_->keep();
  for (std::uint64_t step = 0; step < 14; ++step) {
    disk_->set_place("here");
    disk_->restore(before, true);
    disk_->set_place("there");
    disk_->crash_after(step);
    (void)open(invocation_of(2));
    store_.reset();
    disk_->crash();
    auto opened = open();  // either it was over, or it asks for another one: never on under the old
    if (!opened) opened = open(invocation_of(3));
    expect_ok(opened);
    EXPECT_NE(store_->read()->identity().invocation_id, invocation_of(1));
    EXPECT_EQ(store_->read()->retired_invocation_ids()->front().first, invocation_of(1));
  }
}

}  // namespace
}  // namespace tributary::store
