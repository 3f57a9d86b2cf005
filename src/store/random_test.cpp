// SPDX-License-Identifier: Apache-2.0
// Random sequences of every change that the store knows, sensible and not, over both engines at once: each answer is the same, the tables
// are equal octet by octet, a model agrees on what is there, and verification finds nothing. And readers in other threads see whole states.
#include <map>
#include <random>
#include <thread>

#include "store/conformance.hpp"
#include "store/test_apply.hpp"

namespace tributary::store {
namespace {

using namespace testing;
using kv::Table;

/// The changes, drawn from a seed; what they meet is looked up, so that two stores in the same state are changed alike.
class RandomChanges {
 public:
  RandomChanges(DirectoryStore& store, std::uint64_t seed) : store_(store), random_(seed) {}

  /// A transaction of some changes: committed, or given up. The text says what came of each.
  std::string transaction() {
    const auto t = store_.write();
    std::string words;
    for (std::uint64_t i = pick(30); i > 0 && !t->failure(); --i) words += change(*t) + ";";
    if (pick(8) == 0) return words + "given up";
    const auto done = t->commit();
    return words + (done ? std::string("committed") : fmt::format("refused {}", static_cast<std::uint32_t>(done.error().code)));
  }

 private:
  static constexpr std::uint64_t kGuids = 120;  // few, so that changes meet each other
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  Dnt some(const Snapshot& s) { return s.find_guid(object_guid(1 + pick(kGuids))).value_or(kNoDnt); }
  Dnt some_object(const Snapshot& s) {
    for (int i = 0; i < 20; ++i) {
      const Dnt dnt = some(s);
      const auto view = s.find(dnt);
      if (view && *view && !has((*view)->flags(), ObjectFlags::kPhantom)) return dnt;
    }
    return *s.find_guid(object_guid(1));
  }

  std::string change(WriteTransaction& t) {
    switch (pick(10)) {
      case 0:
      case 1:
      case 2: return put(t);
      case 3:
      case 4: return modify(t);
      case 5: return move(t);
      case 6: return erase(t);
      default: return link(t);
    }
  }
  std::string told(const Result<Dnt>& result) {
    return result ? fmt::format("{}", static_cast<std::uint64_t>(*result)) : fmt::format("no: {}", static_cast<std::uint32_t>(result.error().code));
  }
  std::string put(WriteTransaction& t) {
    const Dnt parent = some_object(t);
    const auto view = **t.find(parent);
    ObjectDraft draft = draft_of(t, 2 + pick(kGuids), parent, view.nc(), fmt::format("{}{}", pick(2) == 0 ? "N" : "n", pick(40)));
    if (pick(20) == 0) draft.rdn += std::string(600, 'x');
    values(t, draft);
    return "put " + told(t.put(draft));
  }
  void values(WriteTransaction& t, ObjectDraft& draft) {
    AttributeDraft& indexed = draft.attribute(pick(2) == 0 ? kIndexed : kIndexedToo);
    indexed.values.clear();
    for (std::uint64_t i = pick(4); i > 0; --i)
      indexed.values.push_back(draft.keep(as_bytes(pick(10) == 0 ? std::string(700, static_cast<char>('a' + pick(3))) : fmt::format("v{}", pick(5)))));
    AttributeDraft& reference = draft.attribute(kReference);
    reference.references = true;
    reference.values.clear();
    for (std::uint64_t i = pick(3); i > 0; --i) {
      const Dnt target = t.refer(object_guid(1 + pick(kGuids)), std::nullopt, pick(2) == 0 ? "CN=known" : "");
      reference.values.push_back(draft.keep_reference(target));
    }
  }
  std::string modify(WriteTransaction& t) {
    ObjectDraft draft(**t.find(some_object(t)));
    draft.keep_all();
    draft.head.usn_changed = t.next_usn();
    draft.attribute(kPlain).usn_local = draft.head.usn_changed;
    if (!has(draft.head.flags, ObjectFlags::kNcRoot)) draft.head.when_deleted = DsTime{static_cast<std::int64_t>(pick(3))};
    values(t, draft);
    return "modify " + told(t.put(draft));
  }
  std::string move(WriteTransaction& t) {
    ObjectDraft draft(**t.find(some_object(t)));
    draft.keep_all();
    if (has(draft.head.flags, ObjectFlags::kNcRoot)) return "root";
    // Below itself is refused and ends the transaction, as it should; to another NC only without children, which would stay behind.
    const Dnt parent = some_object(t);
    const Dnt nc = (**t.find(parent)).nc();
    bool has_children = false;
    expect_ok(t.children(draft.dnt, [&](Dnt) { return has_children = true, false; }));
    if (nc != draft.head.nc && has_children) return "stays";
    draft.head.parent = parent;
    draft.head.nc = nc;
    draft.rdn = fmt::format("n{}", pick(40));
    return "move " + told(t.put(draft));
  }
  std::string erase(WriteTransaction& t) {
    const Dnt dnt = some_object(t);
    if (has((**t.find(dnt)).flags(), ObjectFlags::kNcRoot)) return "root";
    bool is_leaf = true;
    expect_ok(t.children(dnt, [&](Dnt) { return is_leaf = false; }));
    if (!is_leaf && pick(10) != 0) return "has children";
    std::vector<LinkKey> keys;
    expect_ok(t.links(dnt, Attid{}, [&](const LinkValue& value) { return keys.push_back(value.key), true; }));
    for (const LinkKey& key : keys) t.erase_link(key);
    t.erase(dnt, "CN=erased");
    return fmt::format("erase {}", static_cast<std::uint64_t>(dnt));
  }
  std::string link(WriteTransaction& t) {
    const Dnt source = some_object(t), target = some(t);
    if (target == kNoDnt) return "no target";
    const Bytes data(pick(4) == 0 ? pick(1000) : 0, static_cast<std::uint8_t>(pick(2)));
    LinkValue value = link_of(t, source, target, data);
    if (pick(3) == 0) {
      t.erase_link(value.key);
      return "unlink";
    }
    value.is_present = pick(3) != 0;
    if (!value.is_present) value.time_deleted = DsTime{static_cast<std::int64_t>(pick(5))};
    t.put_link(value);
    return "link";
  }

  DirectoryStore& store_;
  std::mt19937_64 random_;
};

std::unique_ptr<DirectoryStore> made(World& world, const std::shared_ptr<const IndexPolicy>& policy) {
  auto store = std::move(*DirectoryStore::create(world.engine(), identity_of(1), policy));
  const auto t = store->write();
  put_root(*t, 1, "x");
  put_root(*t, 2, "y");
  expect_ok(t->commit());
  return store;
}

void expect_same_tables(DirectoryStore& a, DirectoryStore& b) {
  const auto left = std::move(*a.engine().begin_read()), right = std::move(*b.engine().begin_read());
  const Bytes first{0};
  for (std::size_t i = 0; i < kv::kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    const auto l = left->cursor(table), r = right->cursor(table);
    auto at_l = l->seek(first), at_r = r->seek(first);
    while (*at_l && *at_r) {
      ASSERT_EQ(to_hex(l->key()), to_hex(r->key())) << kv::table_name(table);
      ASSERT_EQ(to_hex(l->value()), to_hex(r->value())) << kv::table_name(table);
      at_l = l->next();
      at_r = r->next();
    }
    ASSERT_EQ(*at_l, *at_r) << kv::table_name(table);
  }
}

TEST(RandomTest, both_engines_hold_the_same_whatever_is_done) {
  const auto policy = std::make_shared<LowerCasePolicy>();
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    MemoryWorld memory;
    LmdbWorld disk;
    const auto in_memory = made(memory, policy), on_disk = made(disk, policy);
    RandomChanges left(*in_memory, seed), right(*on_disk, seed);
    int committed = 0;
    for (int i = 0; i < 150; ++i) {
      const std::string words = left.transaction();
      ASSERT_EQ(words, right.transaction()) << "seed " << seed;
      committed += words.ends_with("committed") ? 1 : 0;
      if (i % 25 == 24) {
        const auto report = verify(*in_memory->read());
        ASSERT_TRUE(report);
        for (const Finding& finding : report->findings) FAIL() << "seed " << seed << ": " << to_string(finding);
      }
    }
    EXPECT_GT(committed, 40);
    expect_same_tables(*in_memory, *on_disk);
  }
}

class ThreadsTest : public Conformance {};
INSTANTIATE_TEST_SUITE_P(Engines, ThreadsTest, kEngines, engine_name);

TEST_P(ThreadsTest, readers_in_other_threads_see_whole_states) {
  expect_ok(ApplyWorkload::begin(store()));
  std::atomic<bool> is_over = false;
  std::atomic<int> judged = 0;
  std::vector<std::string> faults(2);
  std::vector<std::thread> readers;
  for (std::string& fault : faults)
    readers.emplace_back([&] {
      for (; !is_over && fault.empty(); ++judged) fault = ApplyWorkload::judge(store());
    });
  for (int i = 0; i < 60 || (judged < 10 && i < 2000); ++i) expect_ok(ApplyWorkload::next(store()));
  is_over = true;
  for (std::thread& reader : readers) reader.join();
  for (const std::string& fault : faults) EXPECT_EQ(fault, "");
  EXPECT_GE(judged, 10);
}

}  // namespace
}  // namespace tributary::store
