// SPDX-License-Identifier: Apache-2.0
// Deletion: [MS-ADTS] 3.1.1.5.5, 3.1.1.1.6, 3.1.1.1.16; [MS-DRSR] 5.160, 5.161.
#include "repl/updates/remove.hpp"

#include "repl/updates/links.hpp"
#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

using store::ObjectFlags;

class RemoveTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = Forest::with_domain();
  Dnt domain = forest->domain.root;
  ~RemoveTest() override { expect_consistent(*forest); }

  std::string mangled(Dnt dnt, std::string_view rdn) { return std::string(rdn) + "\nDEL:" + to_string(forest->record(dnt).head.guid); }
  Result<TreeRemoval> remove_all(Dnt dnt, std::size_t limit) {
    return forest->update([&](WriteTransaction& tx) { return remove_tree(tx, forest->context, dnt, limit, CheckLevel::kReplica); });
  }
};

// 3.1.1.5.5.6.1: name, place, flags and stamps of a tombstone.
TEST_F(RemoveTest, AnObjectBecomesATombstone) {
  const auto unit = forest->make(domain, "organizationalUnit", "unit");
  const auto user = forest->make(unit, "user", "Ada, Countess",
                                 {{attid::kDescription, {text_value("lost")}}, {attid::kSamAccountName, {text_value("ada")}},
                                  {attid::kSamAccountType, {u32_value(1)}}, {attid::kObjectCategory, {reference_value(domain)}}});
  forest->pass(7);
  const auto updates = must(forest->try_remove(user));
  auto tombstone = forest->record(user);
  EXPECT_TRUE(has(tombstone.head.flags, ObjectFlags::kDeleted | ObjectFlags::kRecycled));
  EXPECT_EQ(tombstone.rdn, mangled(user, "Ada, Countess"));
  EXPECT_EQ(tombstone.head.parent, forest->domain.deleted_objects);
  EXPECT_EQ(tombstone.head.when_deleted, forest->context.ds_now());
  EXPECT_EQ(forest->find(forest->dn(user)), user) << "a tombstone is found by its name";
  EXPECT_EQ(forest->text(user, attid::kSamAccountName), "ada") << "kept";
  EXPECT_EQ(forest->count(user, attid::kDescription), 0u);
  EXPECT_EQ(forest->count(user, attid::kSamAccountType), 0u) << "lost whatever its flags say";
  EXPECT_EQ(forest->count(user, attid::kIsRecycled), 0u);
  EXPECT_EQ(store::reference_target(tombstone.find(attid::kLastKnownParent)->values[0]), unit);
  const store::AttributeStamp second{2, forest->context.ds_now(), forest->context.invocation_id, updates.objects[0].usn};
  for (const Attid removed : {attid::kDescription, attid::kSamAccountType, attid::kObjectCategory, attid::kName, attid::kCn})
    EXPECT_EQ(forest->stamp(user, removed), second) << static_cast<std::uint32_t>(removed);
  EXPECT_EQ(forest->stamp(user, attid::kIsDeleted)->version, 1u);
  EXPECT_EQ(forest->stamp(user, attid::kSamAccountName)->version, 1u);
  EXPECT_EQ(updates.objects[0].nc, domain);
}

// 3.1.1.5.5.6.1: links from a tombstone and to it are simply gone; other references to it stay.
TEST_F(RemoveTest, ATombstoneHasNoLinks) {
  const auto user = forest->make(domain, "user", "u");
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user)}}});
  const auto owner = forest->make(domain, "user", "o", {{attid_of("manager"), {reference_value(user)}}});
  const auto secretary = forest->make(user, "container", "c");
  must(forest->try_remove(secretary));
  const auto before = forest->record(group).head.usn_changed;
  must(forest->try_remove(user));
  EXPECT_TRUE(forest->links(group).empty());
  EXPECT_TRUE(forest->links(owner).empty());
  EXPECT_EQ(forest->record(group).head.usn_changed, before) << "not an originating update of the group";
  auto child = forest->record(secretary);
  EXPECT_EQ(store::reference_target(child.find(attid::kLastKnownParent)->values[0]), user) << "no link: it stays";
}

// 3.1.1.5.5.6.2, 3.1.1.5.5.1.2: with the recycle bin nearly everything stays, links included, though nobody sees them.
TEST_F(RemoveTest, WithTheRecycleBinAnObjectKeepsItsValues) {
  forest->context.rules.recycle_bin = true;
  const auto user = forest->make(domain, "user", "u",
                                 {{attid::kDescription, {text_value("kept")}}, {attid::kObjectCategory, {reference_value(domain)}}});
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user)}}});
  const auto stamp = forest->links(group)[0].stamp;
  must(forest->try_remove(user));
  auto deleted = forest->record(user);
  EXPECT_TRUE(has(deleted.head.flags, ObjectFlags::kDeleted));
  EXPECT_FALSE(has(deleted.head.flags, ObjectFlags::kRecycled));
  EXPECT_EQ(forest->text(user, attid::kDescription), "kept");
  EXPECT_EQ(forest->text(user, attid::kMsDsLastKnownRdn), "u");
  EXPECT_EQ(forest->count(user, attid::kObjectCategory), 0u);
  EXPECT_TRUE(forest->links(group)[0].is_deactivated);
  EXPECT_EQ(forest->links(group)[0].stamp, stamp);
}

// 3.1.1.5.5.6.3: deleting a deleted-object recycles it: it loses what a tombstone loses, and its links.
TEST_F(RemoveTest, ADeletedObjectIsRecycled) {
  forest->context.rules.recycle_bin = true;
  const auto user = forest->make(domain, "user", "u", {{attid::kDescription, {text_value("lost")}}});
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user)}}});
  must(forest->try_remove(user));
  const auto named = forest->stamp(user, attid::kName);
  forest->pass(60);
  must(forest->try_remove(user));
  EXPECT_TRUE(has(forest->record(user).head.flags, ObjectFlags::kRecycled));
  EXPECT_EQ(forest->record(user).head.when_deleted, forest->context.ds_now()) << "its tombstone lifetime begins now";
  EXPECT_EQ(forest->count(user, attid::kIsRecycled), 1u);
  EXPECT_EQ(forest->stamp(user, attid::kIsRecycled)->version, 1u);
  EXPECT_EQ(forest->stamp(user, attid::kIsDeleted)->version, 1u) << "what conforms is not written again";
  EXPECT_EQ(forest->stamp(user, attid::kName), named);
  EXPECT_EQ(forest->count(user, attid::kDescription), 0u);
  EXPECT_EQ(forest->text(user, attid::kMsDsLastKnownRdn), "u");
  EXPECT_TRUE(forest->links(group).empty());
  EXPECT_EQ(code_of(forest->try_remove(user)), win32::kErrorDsCantDelete);
  EXPECT_TRUE(must(forest->update([&](WriteTransaction& tx) { return recycle_object(tx, forest->context, user); })).empty());
}

// 3.1.1.5.5.5
TEST_F(RemoveTest, WhatIsNotDeleted) {
  const auto parent = forest->make(domain, "container", "p");
  const auto child = forest->make(parent, "container", "c");
  EXPECT_EQ(code_of(forest->try_remove(Dnt{999'999})), win32::kErrorDsObjNotFound);
  EXPECT_EQ(code_of(forest->try_remove(parent)), win32::kErrorDsChildrenExist);
  EXPECT_EQ(code_of(forest->try_remove(forest->domain.lost_and_found)), win32::kErrorDsCantDelete) << "FLAG_DISALLOW_DELETE";
  EXPECT_EQ(code_of(forest->try_remove(forest->domain.deleted_objects)), win32::kErrorDsCantDelete);
  EXPECT_EQ(code_of(forest->try_remove(domain)), win32::kErrorDsCantDelete) << "the root of an NC";
  must(forest->try_remove(child));
  EXPECT_EQ(code_of(forest->try_remove(child)), win32::kErrorDsCantDelete) << "a tombstone";
  EXPECT_EQ(code_of(forest->try_remove(parent)), win32::kErrorSuccess);
  const auto user = forest->make(domain, "user", "u");
  must(forest->try_remove(user));
  EXPECT_EQ(code_of(forest->try_remove(user)), win32::kErrorDsObjNotFound) << "a tombstone of SAM's";
  EXPECT_EQ(code_of(forest->update([&](WriteTransaction& tx) { return recycle_object(tx, forest->context, domain); })),
            win32::kErrorDsIllegalModOperation);
  forest->context.rules.read_only = true;
  EXPECT_EQ(code_of(forest->try_remove(parent)), win32::kErrorDsReferral);
}

// 3.1.1.5.5.6.1: FLAG_DISALLOW_MOVE_ON_DELETE; a tombstone that stayed in place is no living child.
TEST_F(RemoveTest, SomeObjectsStayInPlace) {
  const auto server = forest->make(domain, "server", "dc1");
  const auto dsa = forest->make(server, "nTDSDSA", "NTDS Settings");
  must(forest->try_remove(dsa));
  EXPECT_EQ(forest->record(dsa).head.parent, server);
  EXPECT_EQ(forest->record(dsa).rdn, mangled(dsa, "NTDS Settings"));
  EXPECT_EQ(code_of(forest->try_remove(server)), win32::kErrorSuccess);
  EXPECT_EQ(forest->record(server).head.parent, domain);
  const auto again = forest->make(domain, "server", "dc1");
  EXPECT_NE(again, server) << "the name is free";
}

// 3.1.1.5.5.3, 3.1.1.5.5.5: without these this DSA would be none.
TEST_F(RemoveTest, ProtectedObjectsStay) {
  const auto config = forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration).root;
  const auto server = forest->make(config, "server", "dc1");
  auto dsa_request = forest->request_of(server, "nTDSDSA", "NTDS Settings");
  dsa_request.guid = ObjectGuid{forest->context.dsa.value};
  const auto dsa = must(forest->try_add(dsa_request)).dnt;
  EXPECT_EQ(code_of(forest->try_remove(dsa)), win32::kErrorDsCantDeleteDsaObj);
  must(forest->update([&](WriteTransaction& tx) { return remove_tree(tx, forest->context, server, 10, CheckLevel::kReplica); }).error().code ==
               win32::kErrorDsCantDeleteDsaObj
           ? Result<void>()
           : fail(win32::kErrorDsInternalFailure));
  const auto computer = forest->make(domain, "computer", "DC1");
  const auto rids = forest->make(computer, "rIDSet", "RID Set");
  must(forest->try_modify(server, {{ModifyOperation::kAdd, attid::kServerReference, {reference_value(computer)}}}));
  must(forest->try_modify(computer, {{ModifyOperation::kAdd, attid::kRidSetReferences, {reference_value(rids)}}}));
  EXPECT_EQ(code_of(forest->try_remove(rids)), win32::kErrorDsCantDelete);
  const auto partitions = forest->make(config, "crossRefContainer", "Partitions");
  const auto cross_ref = [&](std::string rdn, Dnt nc) { return forest->make(partitions, "crossRef", std::move(rdn), {{attid::kNcName, {reference_value(nc)}}}); };
  const auto of_domain = cross_ref("LAB", domain);
  EXPECT_EQ(code_of(forest->try_remove(of_domain)), win32::kErrorDsNcStillHasDsas);
  cross_ref("Enterprise Configuration", config);
  EXPECT_EQ(code_of(forest->try_remove(of_domain)), win32::kErrorDsCantOnNonLeaf);
  const auto application = forest->make_nc("DC=dns,DC=lab,DC=example", NcKind::kApplication).root;
  EXPECT_EQ(code_of(forest->try_remove(cross_ref("dns", application))), win32::kErrorSuccess);
}

// 3.1.1.5.5.5: nothing of the schema is deleted.
TEST_F(RemoveTest, SchemaObjectsStay) {
  forest->make_nc("CN=Configuration,DC=lab,DC=example", NcKind::kConfiguration);
  const auto schema_nc = forest->make_nc("CN=Schema,CN=Configuration,DC=lab,DC=example", NcKind::kSchema).root;
  const auto object = forest->make(schema_nc, "attributeSchema", "x");
  EXPECT_EQ(code_of(forest->try_remove(object, CheckLevel::kClient)), win32::kErrorDsCantDelete);
  must(forest->try_remove(object));
  EXPECT_EQ(forest->record(object).head.parent, schema_nc) << "the Schema NC has no Deleted Objects container";
}

// 3.1.1.5.5.7: leaves first, in pieces, each of which makes progress.
TEST_F(RemoveTest, ATreeGoesInPieces) {
  const auto top = forest->make(domain, "organizationalUnit", "top");
  std::vector<Dnt> all{top};
  for (int i = 0; i < 3; ++i) {
    const auto unit = forest->make(top, "organizationalUnit", "unit" + std::to_string(i));
    all.push_back(unit);
    for (int j = 0; j < 3; ++j) all.push_back(forest->make(unit, "user", "user" + std::to_string(j)));
  }
  std::size_t calls = 0, removed = 0;
  for (bool finished = false; !finished && calls < 20; ++calls) {
    const auto piece = must(remove_all(top, 4));
    EXPECT_FALSE(piece.stopped);
    EXPECT_FALSE(piece.updates.empty());
    EXPECT_LE(piece.updates.objects.size(), 4u);
    removed += piece.updates.objects.size();
    finished = piece.finished;
    expect_consistent(*forest);
  }
  EXPECT_EQ(calls, 4u);
  EXPECT_EQ(removed, all.size());
  for (const Dnt dnt : all) EXPECT_TRUE(has(forest->record(dnt).head.flags, ObjectFlags::kDeleted));
}

// 3.1.1.5.5.7.2: what may not go stops it; what went before stays deleted.
TEST_F(RemoveTest, ATreeStopsAtWhatMustStay) {
  const auto top = forest->make(domain, "organizationalUnit", "top");
  const auto user = forest->make(top, "user", "a", {{attid::kIsCriticalSystemObject, {bool_value(true)}}});
  const auto critical = forest->make(top, "container", "b", {{attid::kIsCriticalSystemObject, {bool_value(true)}}});
  const auto removal = must(remove_all(top, 10));
  ASSERT_TRUE(removal.stopped);
  EXPECT_EQ(removal.stopped->code, win32::kErrorDsCantDelete);
  EXPECT_FALSE(removal.finished);
  EXPECT_TRUE(has(forest->record(user).head.flags, ObjectFlags::kDeleted)) << "SAM's critical objects go";
  EXPECT_FALSE(has(forest->record(critical).head.flags, ObjectFlags::kDeleted));
  EXPECT_EQ(code_of(remove_all(top, 10)), win32::kErrorDsCantDelete) << "no progress any more";
  EXPECT_EQ(code_of(remove_all(domain, 10)), win32::kErrorDsCantDelete);
}

// 3.1.1.1.16: at least 10,000 link values change with the deletion itself, the others later; until then the object is busy.
TEST_F(RemoveTest, ManyLinksGoLater) {
  const auto user = forest->make(domain, "user", "u");
  constexpr std::size_t kTooMany = kLinksInUpdateMax + 2500;
  must(forest->update([&](WriteTransaction& tx) -> Result<void> {
    const Originator by{forest->context.invocation_id, tx.next_usn(), forest->context.ds_now()};
    for (std::size_t i = 0; i < kTooMany; ++i) {
      Bytes data(8);
      store_le(data.data(), std::uint64_t{i});
      write_link(tx, by, true, {user, attid_of("msDS-RevealedUsers"), domain, data}, std::nullopt, true);
    }
    return {};
  }));
  forest->context.rules.recycle_bin = true;
  must(forest->try_remove(user));
  const auto waiting = [&] {
    std::size_t count = 0;
    for (const auto& link : forest->links(user)) count += link.is_deactivated ? 0 : 1;
    return count;
  };
  EXPECT_EQ(waiting(), 2500u);
  EXPECT_EQ(code_of(forest->try_remove(user)), win32::kErrorDsDatabaseError);
  for (const bool more : {true, true, false}) {
    const auto work = must(forest->update([&](WriteTransaction& tx) { return continue_link_work(tx, 1000); }));
    EXPECT_EQ(work.more, more);
    EXPECT_LE(work.changed, 1000u);
  }
  EXPECT_EQ(waiting(), 0u);
  must(forest->try_remove(user));
  EXPECT_EQ(must(forest->update([&](WriteTransaction& tx) { return continue_link_work(tx, 100'000); })).changed, 2500u);
  EXPECT_TRUE(forest->links(user).empty());
}

// 3.1.1.1.16: what replicates may turn an object's fate around while work is left: the last word counts.
TEST_F(RemoveTest, LinkWorkFollowsTheLastFate) {
  const auto user = forest->make(domain, "user", "u");
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user)}}});
  must(forest->update([&](WriteTransaction& tx) -> Result<void> {
    tx.put_dsa_value("delayedLinks", Bytes{static_cast<std::uint8_t>(user), 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(LinkFate::kDeactivate)});
    return {};
  }));
  EXPECT_EQ(code_of(forest->try_remove(user)), win32::kErrorDsDatabaseError);
  must(forest->update([&](WriteTransaction& tx) { return begin_link_work(tx, user, LinkFate::kActivate); }));
  EXPECT_EQ(must(forest->update([&](WriteTransaction& tx) { return continue_link_work(tx, 100); })).changed, 0u);
  EXPECT_FALSE(forest->links(group)[0].is_deactivated);
  EXPECT_EQ(code_of(forest->try_remove(user)), win32::kErrorSuccess);
}

// 3.1.1.5.1.7
TEST_F(RemoveTest, SomeDeletionsAreUrgent) {
  EXPECT_TRUE(must(forest->try_remove(forest->make(domain, "nTDSDSA", "a"))).urgent);
  EXPECT_TRUE(must(forest->try_remove(forest->make(domain, "crossRef", "b"))).urgent);
  EXPECT_FALSE(must(forest->try_remove(forest->make(domain, "user", "c"))).urgent);
}

}  // namespace
}  // namespace tributary::repl::testing
