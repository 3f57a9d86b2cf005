// SPDX-License-Identifier: Apache-2.0
// Undeletion and garbage collection: [MS-ADTS] 3.1.1.5.3.7, 3.1.1.1.5.1, 3.1.1.1.6, 6.1.1.4.2; [MS-DRSR] 5.58.
#include "repl/updates/undelete.hpp"

#include "repl/updates/garbage.hpp"
#include "repl/updates/test_forest.hpp"

namespace tributary::repl::testing {
namespace {

using store::ObjectFlags;

class UndeleteTest : public ::testing::Test {
 protected:
  std::unique_ptr<Forest> forest = Forest::with_domain();
  Dnt domain = forest->domain.root;
  ~UndeleteTest() override { expect_consistent(*forest); }

  Result<Updates> restore(Dnt object, Dnt parent, std::string rdn, std::vector<Modification> modifications = {}, CheckLevel level = CheckLevel::kReplica) {
    const UndeleteRequest request{object, parent, std::move(rdn), std::nullopt, std::move(modifications)};
    return forest->update([&](WriteTransaction& tx) { return undelete(tx, forest->context, request, level); });
  }
  GarbageCollection collect(std::size_t limit = 1000) {
    return must(forest->update([&](WriteTransaction& tx) { return collect_garbage(tx, forest->context, limit); }));
  }
  bool is_gone(Dnt dnt) { return !forest->exists(dnt); }
  void days(std::int64_t count) { forest->pass(count * 86'400); }
};

// 3.1.1.5.3.7: a tombstone comes back with what it kept, under a name of the caller's choice.
TEST_F(UndeleteTest, ATombstoneIsReanimated) {
  const auto unit = forest->make(domain, "organizationalUnit", "unit");
  const auto user = forest->make(domain, "user", "u", {{attid::kDescription, {text_value("lost")}}, {attid::kSamAccountName, {text_value("sam")}}});
  must(forest->try_remove(user));
  forest->pass(5);
  const auto updates = must(restore(user, unit, "v", {{ModifyOperation::kReplace, attid::kDescription, {text_value("new")}}}));
  EXPECT_EQ(forest->dn(user), "CN=v,OU=unit,DC=lab,DC=example");
  auto object = forest->record(user);
  EXPECT_FALSE(has(object.head.flags, ObjectFlags::kDeleted));
  EXPECT_FALSE(has(object.head.flags, ObjectFlags::kRecycled));
  EXPECT_EQ(object.head.when_deleted, DsTime{});
  EXPECT_EQ(forest->text(user, attid::kSamAccountName), "sam");
  EXPECT_EQ(forest->text(user, attid::kDescription), "new");
  EXPECT_EQ(forest->stamp(user, attid::kDescription)->version, 3u) << "written, lost, written";
  EXPECT_EQ(forest->stamp(user, attid::kIsDeleted), (store::AttributeStamp{2, forest->context.ds_now(), forest->context.invocation_id, updates.objects[0].usn}));
  EXPECT_EQ(forest->stamp(user, attid::kName)->version, 3u);
  EXPECT_EQ(forest->count(user, attid::kLastKnownParent), 1u);
}

// With the recycle bin all values come back, and the links whose other end lives.
TEST_F(UndeleteTest, ADeletedObjectComesBackWhole) {
  forest->context.rules.recycle_bin = true;
  const auto user = forest->make(domain, "user", "u", {{attid::kDescription, {text_value("kept")}}});
  const auto friendly = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user)}}});
  const auto fallen = forest->make(domain, "group", "h", {{attid::kMember, {reference_value(user)}}});
  const auto stamp = forest->links(friendly)[0].stamp;
  must(forest->try_remove(fallen));
  must(forest->try_remove(user));
  must(restore(user, domain, "u"));
  EXPECT_EQ(forest->text(user, attid::kDescription), "kept");
  EXPECT_EQ(forest->stamp(user, attid::kDescription)->version, 1u);
  EXPECT_FALSE(forest->links(friendly)[0].is_deactivated);
  EXPECT_EQ(forest->links(friendly)[0].stamp, stamp);
  EXPECT_TRUE(forest->links(fallen)[0].is_deactivated) << "the group is still deleted";
  must(restore(fallen, domain, "h"));
  EXPECT_FALSE(forest->links(fallen)[0].is_deactivated);
}

// 3.1.1.5.3.7: what cannot be undeleted, or not there.
TEST_F(UndeleteTest, ConstraintsHold) {
  const auto user = forest->make(domain, "user", "u");
  const auto other = forest->make(domain, "user", "v");
  EXPECT_EQ(code_of(restore(user, domain, "w")), win32::kErrorDsAttIsNotOnObj) << "not deleted";
  EXPECT_EQ(code_of(restore(Dnt{999'999}, domain, "w")), win32::kErrorDsObjNotFound);
  EXPECT_EQ(code_of(restore(forest->domain.deleted_objects, domain, "w")), win32::kErrorDsIllegalModOperation);
  must(forest->try_remove(user));
  EXPECT_EQ(code_of(restore(user, domain, "V")), win32::kErrorDsObjStringNameExists);
  EXPECT_EQ(code_of(restore(user, Dnt{999'999}, "w")), win32::kErrorDsNoParentObject);
  EXPECT_EQ(code_of(restore(user, forest->domain.deleted_objects, "w")), win32::kErrorDsNoParentObject);
  EXPECT_EQ(code_of(restore(user, domain, "a\nb")), win32::kErrorDsNamingViolation);
  EXPECT_EQ(code_of(restore(user, other, "w", {}, CheckLevel::kClient)), win32::kErrorDsIllegalSuperior);
  EXPECT_EQ(code_of(restore(user, domain, "w", {}, CheckLevel::kClient)), win32::kErrorDsMissingRequiredAtt) << "nTSecurityDescriptor";
  const auto elsewhere = forest->make_nc("DC=dns,DC=lab,DC=example", NcKind::kApplication).root;
  EXPECT_EQ(code_of(restore(user, elsewhere, "w")), win32::kErrorDsIllegalModOperation);
  forest->context.rules.recycle_bin = true;
  EXPECT_EQ(code_of(restore(user, domain, "w")), win32::kErrorDsAttIsNotOnObj) << "a tombstone of the time before the recycle bin is recycled";
}

// 3.1.1.1.5.1: a tombstone goes when the tombstone lifetime is over, and not a second before.
TEST_F(UndeleteTest, TombstonesGoAfterTheirLifetime) {
  const auto user = forest->make(domain, "user", "u");
  const auto living = forest->make(domain, "user", "v");
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user), reference_value(living)}}});
  must(forest->try_modify(group, {{ModifyOperation::kDelete, attid::kMember, {reference_value(living)}}}));
  must(forest->try_remove(user));
  forest->pass(forest->context.rules.tombstone_lifetime_s);
  EXPECT_EQ(collect().objects_removed, 0u);
  EXPECT_EQ(forest->links(group).size(), 1u);
  forest->pass(1);
  const auto result = collect();
  EXPECT_EQ(result.objects_removed, 1u);
  EXPECT_EQ(result.links_removed, 1u);
  EXPECT_FALSE(result.more);
  EXPECT_TRUE(is_gone(user));
  EXPECT_TRUE(forest->links(group).empty()) << "the absent value was old enough as well";
  EXPECT_FALSE(is_gone(forest->domain.deleted_objects));
  forest->pass(200 * 365 * std::int64_t{86'400});
  EXPECT_EQ(collect().objects_removed, 0u) << "6.1.1.4.2: the container is never garbage";
}

// 3.1.1.1.6: deleted-object, recycled-object, gone; each stage has its own lifetime.
TEST_F(UndeleteTest, TheRecycleBinHasThreeStages) {
  forest->context.rules.recycle_bin = true;
  forest->context.rules.deleted_object_lifetime_s = 10 * 86'400;
  forest->context.rules.tombstone_lifetime_s = 20 * 86'400;
  const auto user = forest->make(domain, "user", "u", {{attid::kDescription, {text_value("x")}}});
  must(forest->try_remove(user));
  days(10);
  EXPECT_EQ(collect().objects_recycled, 0u);
  forest->pass(1);
  const auto recycled = collect();
  EXPECT_EQ(recycled.objects_recycled, 1u);
  ASSERT_EQ(recycled.updates.objects.size(), 1u) << "an originating update: partners learn of it";
  EXPECT_EQ(forest->count(user, attid::kIsRecycled), 1u);
  days(20);
  EXPECT_EQ(collect().objects_removed, 0u) << "the tombstone lifetime began when it was recycled";
  forest->pass(1);
  EXPECT_EQ(collect().objects_removed, 1u);
  EXPECT_TRUE(is_gone(user));
}

// 3.1.1.1.6: only where the NC is written are objects recycled; elsewhere that replicates.
TEST_F(UndeleteTest, ReadOnlyReplicasRecycleNothing) {
  forest->context.rules.recycle_bin = true;
  const auto user = forest->make(domain, "user", "u");
  must(forest->try_remove(user));
  days(400);
  forest->context.rules.read_only = true;
  const auto result = collect();
  EXPECT_EQ(result.objects_recycled + result.objects_removed, 0u);
  EXPECT_FALSE(is_gone(user));
}

TEST_F(UndeleteTest, GarbageGoesInPieces) {
  std::vector<Dnt> users;
  for (int i = 0; i < 10; ++i) users.push_back(forest->make(domain, "user", "u" + std::to_string(i)));
  const auto group = forest->make(domain, "group", "g");
  const auto top = forest->make(domain, "user", "top");
  for (const Dnt user : users) must(forest->try_modify(group, {{ModifyOperation::kAdd, attid::kMember, {reference_value(user)}}}));
  must(forest->try_modify(group, {{ModifyOperation::kDelete, attid::kMember, {}}}));
  for (std::size_t i = 0; i < 8; ++i) must(forest->try_remove(users[i]));
  days(365);
  std::size_t links = 0, objects = 0, calls = 0;
  for (bool more = true; more && calls < 20; ++calls) {
    const auto piece = collect(3);
    EXPECT_LE(piece.links_removed + piece.objects_removed, 3u);
    links += piece.links_removed;
    objects += piece.objects_removed;
    more = piece.more;
  }
  EXPECT_EQ(objects, 8u);
  EXPECT_EQ(links, 2u) << "those of the eight went with their deletion";
  EXPECT_FALSE(is_gone(top));
}

// A tombstone that kept its place waits for what lies below it.
TEST_F(UndeleteTest, GarbageHasNoChildren) {
  const auto server = forest->make(domain, "server", "dc1");
  const auto dsa = forest->make(server, "nTDSDSA", "NTDS Settings");
  must(forest->try_remove(dsa));
  must(forest->try_remove(server));
  days(365);
  collect();
  collect();
  EXPECT_TRUE(is_gone(dsa));
  EXPECT_TRUE(is_gone(server));
}

// 3.1.1.9.1: when the recycle bin is enabled all tombstones become recycled-objects, and everybody learns of it.
TEST_F(UndeleteTest, TombstonesOfTheTimeBeforeAreRecycled) {
  std::vector<Dnt> users;
  for (int i = 0; i < 5; ++i) {
    users.push_back(forest->make(domain, "user", "u" + std::to_string(i)));
    must(forest->try_remove(users.back()));
  }
  const auto living = forest->make(domain, "user", "v");
  forest->context.rules.recycle_bin = true;
  const auto deleted = forest->make(domain, "user", "w");
  must(forest->try_remove(deleted));
  const auto step = [&] { return must(forest->update([&](WriteTransaction& tx) { return recycle_tombstones(tx, forest->context, 3); })); };
  const auto first = step();
  EXPECT_EQ(first.updates.objects.size(), 3u);
  EXPECT_TRUE(first.more);
  EXPECT_EQ(step().updates.objects.size(), 2u);
  EXPECT_TRUE(step().updates.empty());
  for (const Dnt user : users) {
    EXPECT_EQ(forest->count(user, attid::kIsRecycled), 1u);
    EXPECT_EQ(forest->stamp(user, attid::kIsRecycled)->version, 1u);
    EXPECT_EQ(forest->stamp(user, attid::kName)->version, 2u) << "its name is as it was";
  }
  EXPECT_EQ(forest->count(deleted, attid::kIsRecycled), 0u);
  EXPECT_EQ(forest->count(living, attid::kIsRecycled), 0u);
  EXPECT_EQ(forest->count(forest->domain.deleted_objects, attid::kIsRecycled), 0u);
}

// [MS-DRSR] 5.58: gone without a trace; what refers to it keeps a phantom that still has its name.
TEST_F(UndeleteTest, ExpungingLeavesAPhantomWhereSomethingRefers) {
  const auto user = forest->make(domain, "user", "u");
  const auto child = forest->make(user, "container", "c");
  const auto group = forest->make(domain, "group", "g", {{attid::kMember, {reference_value(user)}}});
  const auto other = forest->make(domain, "container", "o", {{attid::kLastKnownParent, {reference_value(user)}}});
  const auto expunged = [&](Dnt dnt) { return code_of(forest->update([&](WriteTransaction& tx) { return expunge(tx, forest->context, dnt); })); };
  EXPECT_EQ(expunged(user), win32::kErrorDsChildrenExist);
  EXPECT_EQ(expunged(child), win32::kErrorSuccess);
  EXPECT_EQ(expunged(user), win32::kErrorSuccess);
  EXPECT_TRUE(forest->links(group).empty());
  EXPECT_EQ(forest->dn(user), "CN=u,DC=lab,DC=example") << "a phantom";
  EXPECT_EQ(forest->find("CN=u,DC=lab,DC=example"), kNoDnt) << "no object";
  EXPECT_EQ(expunged(user), win32::kErrorDsObjNotFound);
  must(forest->try_modify(other, {{ModifyOperation::kDelete, attid::kLastKnownParent, {}}}));
  EXPECT_TRUE(is_gone(user)) << "the last reference took it along";
}

}  // namespace
}  // namespace tributary::repl::testing
