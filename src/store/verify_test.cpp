// SPDX-License-Identifier: Apache-2.0
// Verification finds each damage that is planted, and nothing else: one test for each kind of finding. (That it finds nothing in a sound
// database is what the whole conformance suite asks at the end of every test.) Over both engines.
#include <set>

#include "store/conformance.hpp"
#include "store/format/link_record.hpp"
#include "store/format/record.hpp"
#include "store/format/small_records.hpp"

namespace tributary::store {
namespace {

using namespace testing;
using format::Key;
using format::key_of;
using kv::Table;

class VerifyTest : public Conformance {
 protected:
  VerifyTest() {
    is_damaged_ = true;
    commit([&](WriteTransaction& t) {
      root_ = put_root(t, 1, "x");
      folder_ = put_new(t, 2, root_, root_, "folder");
      ObjectDraft draft = draft_of(t, 3, folder_, root_, "a");
      draft.attribute(kIndexed).values = {draft.keep(as_bytes("indexed"))};
      draft.attribute(kReference).references = true;
      draft.attribute(kReference).values = {draft.keep_reference(t.refer(object_guid(50), std::nullopt, "CN=p")), draft.keep_reference(folder_)};
      a_ = *t.put(draft);
      phantom_ = *t.find_guid(object_guid(50));
      draft = draft_of(t, 4, root_, root_, "dead");
      draft.head.when_deleted = DsTime{10};
      dead_ = *t.put(draft);
      link_ = link_of(t, folder_, a_);
      t.put_link(link_);
      absent_ = link_of(t, folder_, dead_);
      absent_.is_present = false;
      absent_.time_deleted = DsTime{20};
      t.put_link(absent_);
    });
    EXPECT_TRUE(report().is_sound());
  }

  VerifyReport report(const VerifyOptions& options = {}) {
    auto made = verify(*store().read(), options);
    EXPECT_TRUE(made);
    return made.value_or(VerifyReport{});
  }
  void damage(const std::function<void(kv::Writer&)>& work) {
    auto writer = std::move(*store().engine().begin_write());
    work(*writer);
    expect_ok(writer->commit());
  }
  /// Exactly these findings, in the order of the passes.
  void expect(std::vector<FindingKind> kinds, const std::function<void(kv::Writer&)>& work) {
    damage(work);
    std::vector<FindingKind> found;
    std::string text;
    for (const Finding& finding : report().findings) {
      found.push_back(finding.kind);
      text += to_string(finding) + "\n";
    }
    EXPECT_EQ(found, kinds) << text;
  }
  /// Writes a record that is right in itself but not what the indexes say.
  void rewrite(kv::Writer& writer, Dnt dnt, const std::function<void(ObjectDraft&)>& change) {
    const Bytes before = to_bytes(**writer.get(Table::kObjects, key_of(dnt)));
    ObjectDraft draft(*RecordCodec::open(dnt, before));
    change(draft);
    Bytes after;
    expect_ok(RecordCodec::encode(draft, draft.head, dnt, after));
    expect_ok(writer.put(Table::kObjects, key_of(dnt), after));
  }
  static void flip(kv::Writer& writer, Table table, ByteView key) {
    Bytes record = to_bytes(**writer.get(table, key));
    record.back() ^= 0x40;
    expect_ok(writer.put(table, key, record));
  }

  Dnt root_, folder_, a_, dead_, phantom_;
  LinkValue link_, absent_;
};
INSTANTIATE_TEST_SUITE_P(Engines, VerifyTest, kEngines, engine_name);
using enum FindingKind;

TEST_P(VerifyTest, says_what_it_saw) {
  const auto made = report();
  EXPECT_EQ(made.objects, 4u);
  EXPECT_EQ(made.phantoms, 1u);
  EXPECT_EQ(made.link_values, 2u);
}

TEST_P(VerifyTest, counts_references_in_as_many_passes_as_it_takes) {
  EXPECT_TRUE(report({.counted_at_once = 1}).is_sound());
  damage([&](kv::Writer& w) { expect_ok(w.put(Table::kReferences, key_of(a_), format::encode_counts(key_of(a_), {{3}}))); });
  EXPECT_EQ(report({.counted_at_once = 1}).finding_count, 1u);
  EXPECT_EQ(report({.counted_at_once = 3}).finding_count, 1u);
}

TEST_P(VerifyTest, gives_no_more_findings_than_asked_for_but_counts_all) {
  damage([&](kv::Writer& w) {
    for (const Dnt dnt : {a_, dead_}) EXPECT_TRUE(*w.del(Table::kChanges, format::change_key(root_, (*store().read()->find(dnt))->usn_changed(), dnt)));
  });
  const auto made = report({.findings_max = 1});
  EXPECT_EQ(made.findings.size(), 1u);
  EXPECT_EQ(made.finding_count, 2u);
}

TEST_P(VerifyTest, a_damaged_object) {
  // Its children and what else follows from it cannot be judged any more, and is reported as such.
  damage([&](kv::Writer& w) { flip(w, Table::kObjects, key_of(phantom_)); });
  const auto made = report();
  ASSERT_FALSE(made.is_sound());
  EXPECT_EQ(made.findings.front().kind, kDamagedRecord);
  EXPECT_EQ(to_string(made.findings.front()), "damaged-record: objects 0000000000000004: an object");
}

TEST_P(VerifyTest, damaged_small_records) {
  expect({kDamagedRecord, kDamagedRecord, kDamagedRecord, kDamagedRecord}, [&](kv::Writer& w) {
    expect_ok(w.put(Table::kMeta, format::indexes_key(), Bytes{1, 2, 3}));
    expect_ok(w.put(Table::kDsaValues, as_bytes("name"), Bytes{1, 2, 3, 4, 5}));
    flip(w, Table::kNcReplicas, key_of(root_));
    flip(w, Table::kReferences, key_of(folder_));
    // Without the list of indexes the equality entries are on their way in or out.
  });
}

TEST_P(VerifyTest, keys_that_the_format_does_not_have) {
  const Bytes odd{1, 2, 3};
  expect({kBadKey, kBadKey, kBadKey, kBadKey, kBadKey, kBadKey, kBadKey, kBadKey, kBadKey, kBadKey}, [&](kv::Writer& w) {
    for (const Table table : {Table::kMeta, Table::kObjects, Table::kReferences, Table::kChanges, Table::kObjectGraves, Table::kEquality,
                              Table::kLinks, Table::kBacklinks, Table::kLinkChanges, Table::kLinkGraves})
      expect_ok(w.put(table, odd, {}));
  });
}

TEST_P(VerifyTest, each_index_entry_of_an_object_that_is_missing) {
  const auto snapshot = store().read();
  const auto dead = **snapshot->find(dead_);
  expect({kMissingEntry, kMissingEntry, kMissingEntry, kMissingEntry, kMissingEntry}, [&](kv::Writer& w) {
    EXPECT_TRUE(*w.del(Table::kEquality, Key().attid(kIndexed).value_form(as_bytes("indexed")).dnt(a_)));
    EXPECT_TRUE(*w.del(Table::kGuids, dead.guid().value.octets));
    EXPECT_TRUE(*w.del(Table::kChildren, format::child_key(root_, as_bytes("dead"))));
    EXPECT_TRUE(*w.del(Table::kChanges, format::change_key(root_, dead.usn_changed(), dead_)));
    EXPECT_TRUE(*w.del(Table::kObjectGraves, format::grave_key(DsTime{10}, dead_)));
  });
}

TEST_P(VerifyTest, each_index_entry_that_is_one_too_many) {
  Bytes dnt(8);
  store_le(dnt.data(), static_cast<std::uint64_t>(a_));
  expect({kStrayEntry, kStrayEntry, kStrayEntry, kStrayEntry, kStrayEntry}, [&](kv::Writer& w) {
    expect_ok(w.put(Table::kGuids, guid_of(4711).octets, dnt));
    expect_ok(w.put(Table::kChildren, format::child_key(root_, as_bytes("ghost")), dnt));
    expect_ok(w.put(Table::kChanges, format::change_key(root_, Usn{1}, a_), {}));
    expect_ok(w.put(Table::kObjectGraves, format::grave_key(DsTime{1}, a_), {}));
    expect_ok(w.put(Table::kEquality, Key().attid(kIndexed).value_form(as_bytes("ghost")).dnt(a_), {}));
  });
}

TEST_P(VerifyTest, two_records_of_one_guid) {
  expect({kMissingEntry, kStrayEntry}, [&](kv::Writer& w) { rewrite(w, dead_, [&](ObjectDraft& d) { d.head.guid = object_guid(3); }); });
}

TEST_P(VerifyTest, a_parent_that_is_not_there) {
  damage([&](kv::Writer& w) { rewrite(w, a_, [&](ObjectDraft& d) { d.head.parent = phantom_; }); });
  std::set<FindingKind> kinds;
  for (const Finding& finding : report().findings) kinds.insert(finding.kind);
  EXPECT_TRUE(kinds.contains(kNoParent));
}

TEST_P(VerifyTest, a_cycle) {
  damage([&](kv::Writer& w) { rewrite(w, folder_, [&](ObjectDraft& d) { d.head.parent = a_; }); });
  std::size_t cycles = 0;
  for (const Finding& finding : report().findings) cycles += finding.kind == kCycle ? 1 : 0;
  EXPECT_GE(cycles, 1u);
}

TEST_P(VerifyTest, an_nc_that_is_not_the_parents_or_none) {
  expect({kMissingEntry, kWrongNc, kStrayEntry, kWrongCount, kWrongCount}, [&](kv::Writer& w) {
    rewrite(w, a_, [&](ObjectDraft& d) { d.head.nc = folder_; });
  });
}

TEST_P(VerifyTest, a_root_without_replica_and_a_replica_without_root) {
  expect({kNoReplica, kNoReplica}, [&](kv::Writer& w) {
    EXPECT_TRUE(*w.del(Table::kNcReplicas, key_of(root_)));
    expect_ok(w.put(Table::kNcReplicas, key_of(a_), format::encode_nc_replica(key_of(a_), {.root = a_})));
  });
}

TEST_P(VerifyTest, usn_changed_that_is_not_the_highest_of_the_attributes) {
  expect({kWrongUsnChanged}, [&](kv::Writer& w) { rewrite(w, a_, [&](ObjectDraft& d) { d.attribute(kPlain).usn_local = Usn{d.head.usn_changed.value + 1}; }); });
}

TEST_P(VerifyTest, a_usn_above_the_highest_committed) {
  expect({kUsnTooHigh, kUsnTooHigh}, [&](kv::Writer& w) {
    rewrite(w, a_, [&](ObjectDraft& d) {
      d.head.usn_created = Usn{1000};
      d.attribute(kPlain).stamp->usn_originating = Usn{1001};  // under our own invocationId
    });
  });
}

TEST_P(VerifyTest, a_stamp_of_another_or_of_a_retired_invocation_id_may_have_any_usn) {
  commit([&](WriteTransaction& t) { t.take_invocation_id(invocation_of(2)); });
  expect({}, [&](kv::Writer& w) { rewrite(w, a_, [&](ObjectDraft& d) { d.attribute(kPlain).stamp->usn_originating = Usn{1001}; }); });
}

TEST_P(VerifyTest, a_dnt_that_was_never_given_out_and_no_root) {
  damage([&](kv::Writer& w) {
    format::Meta meta = *format::decode_meta(**w.get(Table::kMeta, format::meta_key()));
    meta.next_dnt = dead_;
    expect_ok(w.put(Table::kMeta, format::meta_key(), format::encode_meta(meta)));
    EXPECT_TRUE(*w.del(Table::kObjects, key_of(kRootDnt)));
  });
  std::size_t found = 0;
  for (const Finding& finding : report().findings) found += finding.kind == kDnt ? 1 : 0;
  EXPECT_EQ(found, 2u);
}

TEST_P(VerifyTest, a_value_that_refers_to_nothing) {
  expect({kDanglingReference}, [&](kv::Writer& w) {
    rewrite(w, a_, [&](ObjectDraft& d) { d.attribute(kReference).values.push_back(d.keep_reference(Dnt{4711})); });
  });
}

TEST_P(VerifyTest, a_count_of_references_that_is_wrong_missing_or_too_much) {
  expect({kWrongCount, kWrongCount, kWrongCount}, [&](kv::Writer& w) {
    expect_ok(w.put(Table::kReferences, key_of(phantom_), format::encode_counts(key_of(phantom_), {{2}})));
    EXPECT_TRUE(*w.del(Table::kReferences, key_of(folder_)));
    expect_ok(w.put(Table::kReferences, key_of(a_), format::encode_counts(key_of(a_), {{1}})));
  });
}

TEST_P(VerifyTest, a_phantom_that_nothing_refers_to) {
  expect({kForgottenPhantom, kWrongCount}, [&](kv::Writer& w) { EXPECT_TRUE(*w.del(Table::kReferences, key_of(phantom_))); });
}

TEST_P(VerifyTest, a_phantom_with_a_place) {
  expect({kBadPhantom}, [&](kv::Writer& w) { rewrite(w, phantom_, [&](ObjectDraft& d) { d.head.nc = root_; }); });
}

TEST_P(VerifyTest, link_values_from_both_ends) {
  const Key link = format::link_key(link_.key), absent = format::link_key(absent_.key);
  LinkKey ghost = link_.key;
  ghost.target = root_;
  const Key stray = format::link_key(ghost);
  expect({kMissingEntry, kMissingEntry, kMissingEntry, kStrayEntry, kStrayEntry, kStrayEntry}, [&](kv::Writer& w) {
    EXPECT_TRUE(*w.del(Table::kLinkChanges, format::link_change_key(root_, link_.usn_local, link)));
    EXPECT_TRUE(*w.del(Table::kBacklinks, format::backlink_key(link)));
    EXPECT_TRUE(*w.del(Table::kLinkGraves, format::link_grave_key(DsTime{20}, absent)));
    expect_ok(w.put(Table::kBacklinks, format::backlink_key(stray), {}));
    expect_ok(w.put(Table::kLinkChanges, format::link_change_key(root_, Usn{1}, stray), {}));
    expect_ok(w.put(Table::kLinkGraves, format::link_grave_key(DsTime{20}, link), {}));
  });
}

TEST_P(VerifyTest, a_damaged_link_value) {
  damage([&](kv::Writer& w) { flip(w, Table::kLinks, format::link_key(link_.key)); });
  EXPECT_EQ(report().findings.front().kind, kDamagedRecord);
}

TEST_P(VerifyTest, a_link_value_to_nothing) {
  LinkValue value = link_;
  value.key.target = Dnt{4711};
  const Key key = format::link_key(value.key);
  Bytes record;
  format::encode_link(value, key, record);
  expect({kDanglingReference, kWrongCount}, [&](kv::Writer& w) {
    expect_ok(w.put(Table::kLinks, key, record));
    expect_ok(w.put(Table::kBacklinks, format::backlink_key(key), {}));
    expect_ok(w.put(Table::kLinkChanges, format::link_change_key(root_, value.usn_local, key), {}));
  });
}

TEST_P(VerifyTest, a_size_of_an_nc_that_is_wrong_or_of_none) {
  expect({kWrongCount, kWrongCount}, [&](kv::Writer& w) {
    expect_ok(w.put(Table::kNcSizes, key_of(root_), format::encode_counts(key_of(root_), {{7, 8}})));
    expect_ok(w.put(Table::kNcSizes, key_of(a_), format::encode_counts(key_of(a_), {{1, 0}})));
  });
}

}  // namespace
}  // namespace tributary::store
